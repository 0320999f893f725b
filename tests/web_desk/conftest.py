from casework.fixtures import fresh_caches, stage
from web_desk.desk import desk

__all__ = ["desk", "fresh_caches", "stage"]
