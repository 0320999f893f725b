"""Which unit answers and why; refusal, transfer, rules as data."""
