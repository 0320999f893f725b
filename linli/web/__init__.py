"""Faces for people. No rule is decided here: a face reads through `<room>.api` and calls its actions."""
