"""Messages to people and units: written with what caused them, carried by transports of the settings."""
