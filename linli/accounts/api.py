"""The door to people who sign in, their units and their posts."""

from linli.accounts.actions import (
    create_unit,
    create_user,
    delete_filter,
    end_post,
    grant_post,
    rename_filter,
    save_filter,
    start_with_filter,
)
from linli.accounts.levels import heads_of
from linli.accounts.models import Post, SavedFilter, Unit, User
from linli.accounts.queries import (
    filter_by_id,
    filters_of,
    holders,
    posts_of,
    unit_by_id,
    unit_for,
    unit_names,
    units_near,
    units_within,
)
from linli.accounts.rules import (
    AREA_ROLES,
    HEAD_ROLES,
    MAX_FILTER_NAME,
    MAX_FILTERS,
    UNIT_ROLES,
    WIDE_ROLES,
    Role,
)

__all__ = [
    "AREA_ROLES",
    "HEAD_ROLES",
    "MAX_FILTERS",
    "MAX_FILTER_NAME",
    "UNIT_ROLES",
    "WIDE_ROLES",
    "Post",
    "Role",
    "SavedFilter",
    "Unit",
    "User",
    "create_unit",
    "create_user",
    "delete_filter",
    "end_post",
    "filter_by_id",
    "filters_of",
    "grant_post",
    "heads_of",
    "holders",
    "posts_of",
    "rename_filter",
    "save_filter",
    "start_with_filter",
    "unit_by_id",
    "unit_for",
    "unit_names",
    "units_near",
    "units_within",
]
