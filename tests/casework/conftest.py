from casework.fixtures import crowd, fresh_caches, fresh_list, own_database, stage

__all__ = ["crowd", "fresh_caches", "fresh_list", "own_database", "stage"]
