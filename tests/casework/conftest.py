from casework.fixtures import crowd, fresh_caches, own_database, stage

__all__ = ["crowd", "fresh_caches", "own_database", "stage"]
