"""The programming interface: `/api/v1`, JSON, OpenAPI 3, bearer tokens."""
