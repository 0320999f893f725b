"""The door to people who sign in, their units and their posts."""

from linli.accounts.actions import create_unit, create_user, end_post, grant_post
from linli.accounts.levels import heads_of
from linli.accounts.models import Post, Unit, User
from linli.accounts.queries import holders, posts_of, unit_by_id, unit_for, unit_names, units_near
from linli.accounts.rules import AREA_ROLES, UNIT_ROLES, WIDE_ROLES, Role

__all__ = [
    "AREA_ROLES",
    "UNIT_ROLES",
    "WIDE_ROLES",
    "Post",
    "Role",
    "Unit",
    "User",
    "create_unit",
    "create_user",
    "end_post",
    "grant_post",
    "heads_of",
    "holders",
    "posts_of",
    "unit_by_id",
    "unit_for",
    "unit_names",
    "units_near",
]
