"""The case: its state table, its limits, its owner."""
