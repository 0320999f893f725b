"""The append-only trail. It stores ids, so that it depends on nobody and survives erasure."""
