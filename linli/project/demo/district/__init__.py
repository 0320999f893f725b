"""A whole invented district at its true size (DESIGN §4), loaded committee by committee with COPY."""
