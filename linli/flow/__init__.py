"""The corridor: one file for each hand-over of work upwards or onwards."""
