"""The mode of every area: ordinary times or a level of emergency. All may read it; only emergency writes it."""
