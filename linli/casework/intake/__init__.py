"""A report as received: accepted, merged, routed to its legal owner, or refused with a reviewed reason."""
