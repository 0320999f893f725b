from casework.fixtures import fresh_caches, stage
from served import axe, chromium, people, served

__all__ = ["axe", "chromium", "fresh_caches", "people", "served", "stage"]
