"""Who lives together in which home, since when, and which homes have to be looked at again."""
