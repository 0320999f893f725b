from casework.fixtures import fresh_caches, stage
from served import axe, chromium, people, served
from visitors import visitor

__all__ = ["axe", "chromium", "fresh_caches", "people", "served", "stage", "visitor"]
