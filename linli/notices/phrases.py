"""The words of every notice, by template name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from linli.kernel.clock import shanghai

TEMPLATES: Mapping[str, str] = {
    "dispatched": gettext_noop("New matter for you: %(number)s %(title)s, due %(due)s"),
    "reworked": gettext_noop("Sent back for rework: %(number)s %(title)s"),
    "return_asked": gettext_noop("Please rule on a return: %(number)s %(title)s"),
    "return_ruled": gettext_noop("Your return was ruled on: %(number)s %(title)s"),
    "extension_asked": gettext_noop("Extension asked for: %(number)s %(title)s"),
    "fed_back": gettext_noop("Ready to verify: %(number)s %(title)s"),
    "disputed": gettext_noop("The reporter says it is not solved: %(number)s %(title)s"),
    "warned": gettext_noop("80 %% of the time is used: %(number)s %(title)s"),
    "overdue": gettext_noop("Overdue, raised to you: %(number)s %(title)s"),
    "routed": gettext_noop("A matter outside the station list is yours by law: %(number)s %(title)s"),
    "refusal_asked": gettext_noop("Please review a refusal: %(number)s %(title)s"),
    "withdrawn": gettext_noop("The reporter withdrew: %(number)s %(title)s"),
    "glass_broken": gettext_noop("%(name)s reaches %(area)s in an emergency until %(due)s: please review"),
    "charged": gettext_noop("You answer now for %(spot)s (%(level)s)"),
    "charged_more": gettext_noop("You answer now for %(spot)s and %(more)s more (%(level)s)"),
    "review_suspended": gettext_noop("Still suspended, please look again: %(number)s %(title)s"),
}


def words(template: str, params: Mapping[str, object]) -> str:
    """The sentence in the active language; an instant in `due` (ISO 8601) is told as the clock on the wall shows it."""
    return _(TEMPLATES[template]) % {name: _told(name, value) for name, value in params.items()}


def _told(name: str, value: object) -> object:
    if name != "due" or not isinstance(value, str):
        return value
    try:
        return f"{shanghai(datetime.fromisoformat(value)):%m-%d %H:%M}"
    except ValueError:
        return value
