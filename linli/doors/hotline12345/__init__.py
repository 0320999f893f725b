"""The hotline's export (12345): a file of messages, each entering by the front door."""
