"""The one map (一张总图): layers of areas, places, stations, duty and open matters, each fetched for what is seen."""
