from casework.fixtures import fresh_caches, stage

__all__ = ["fresh_caches", "stage"]
