"""Other eyes, and the reporter's word."""
