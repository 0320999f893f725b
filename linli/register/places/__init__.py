"""Compounds, buildings, entrances, homes, facilities and venues: what a matter can hang on."""
