"""What the neighbourhood consists of, with the home as its key."""
