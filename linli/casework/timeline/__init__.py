"""The story of a matter, append-only, and the clocks derived from it."""
