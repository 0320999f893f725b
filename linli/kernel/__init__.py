"""Clock, ids, geo, text, identifiers and errors: plain Python, no Django, no tables."""
