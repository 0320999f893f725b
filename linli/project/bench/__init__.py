"""`linli bench`: figures as ratios taken in one run, written to var/bench.json."""
