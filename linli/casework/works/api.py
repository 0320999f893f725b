"""The door to work orders, steps and evidence."""

from linli.casework.works.actions import add_step, arrive, feed_back, reach_milestone, self_handle
from linli.casework.works.models import WorkOrder
from linli.casework.works.queries import hands_of, orders_of

__all__ = ["WorkOrder", "add_step", "arrive", "feed_back", "hands_of", "orders_of", "reach_milestone", "self_handle"]
