"""Users, units and posts held over an area for a term."""
