"""Pages of the canvass: draw up, walk from home to home, see what is left, hold a list against the register."""
