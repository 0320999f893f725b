"""Work orders, their steps and evidence."""
