"""Who may hear which live updates."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.db import transaction

from linli.access.api import enter
from linli.accounts.api import WIDE_ROLES
from linli.kernel.errors import LinliError


def scopes_of(cookies: dict[str, str]) -> list[str] | None:
    """The area paths whose updates the holder of these cookies may hear; None when nobody is signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    token = store.get("linli.token")
    if token is None:
        return None
    try:
        with transaction.atomic():
            actor = enter(token, read_only=True)
    except LinliError:
        return None
    return [""] if actor.role in WIDE_ROLES else [actor.area_path]
