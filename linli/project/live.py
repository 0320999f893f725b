"""Who may hear which live updates."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.db import transaction

from linli.access.api import enter, enter_link
from linli.accounts.api import HEAD_ROLES, WIDE_ROLES
from linli.casework.cases.api import case_of_report
from linli.kernel.errors import LinliError


def scopes_of(cookies: dict[str, str]) -> list[str] | None:
    """The area paths whose updates the holder of these cookies may hear; None when nobody is signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    token = store.get("linli.token")
    if token is None:
        return None
    try:
        with transaction.atomic():
            actor = enter(token, read_only=True, what="live")
    except LinliError:
        return None
    if actor.role in HEAD_ROLES:
        return []
    return [""] if actor.role in WIDE_ROLES else [actor.area_path]


def matters_of(secret: str) -> frozenset[str] | None:
    """The ids that the holder of this link may hear of: his report and the case it went into; None for no link."""
    try:
        with transaction.atomic():
            reporter = enter_link(secret, read_only=True)
            case = case_of_report(reporter)
    except LinliError:
        return None
    return frozenset({str(reporter.report_id), *([str(case.id)] if case else [])})
