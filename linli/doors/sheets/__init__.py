"""The register as a table file: homes and people in from a committee's own spreadsheet, and out again with a reason."""
