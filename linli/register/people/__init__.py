"""The people of the neighbourhood and the needs and roles they have: as little as a purpose asks for."""
