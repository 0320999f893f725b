"""The main line: from a report as received to a matter that is closed."""
