"""Publish an event in the transaction that made it true; deliver it once (a thin face of procrastinate)."""
