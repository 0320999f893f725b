"""What the desk's list is narrowed down to: read from the address, written back to it, said in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext as _

from linli.casework.intake.api import Channel
from linli.catalogue.api import ItemClass, list_specs
from linli.kernel.clock import SHANGHAI
from linli.kernel.errors import InvalidInput
from linli.kernel.numbers import parse_number
from linli.kernel.text import normalise
from linli.territory.api import END
from linli.web.desk import words

MAX_TEXT = 60


@dataclass(frozen=True, slots=True)
class Filter:
    """One narrowing of the list. Empty means any.

    `area` is a path, `unit` the id of the unit it lies with, `place` the id of a place it lies in. `since` and `until`
    (when it began) and `due` (when its clock ends at the latest) are whole days in Shanghai.
    """

    view: str = ""
    q: str = ""
    item: str = ""
    cls: str = ""
    area: str = ""
    unit: str = ""
    channel: str = ""
    level: str = ""
    since: str = ""
    until: str = ""
    due: str = ""
    place: str = ""

    @property
    def query(self) -> str:
        """The part of the address after the question mark."""
        return urlencode({f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)})

    @property
    def number(self) -> str:
        """The matter's number when the text is one, else empty."""
        try:
            return str(parse_number(self.q)) if self.q else ""
        except InvalidInput:
            return ""

    @property
    def narrowed(self) -> bool:
        """Whether anything beside the named view is set."""
        return any(getattr(self, f.name) for f in fields(self) if f.name != "view")

    def without(self, name: str) -> Filter:
        """The same without one condition."""
        return replace(self, **{name: ""})


def read(given: Mapping[str, str]) -> Filter:
    """The filter of an address. A value that means nothing is dropped: an old bookmark still opens."""
    wanted = {f.name: normalise(given.get(f.name, ""), max_length=MAX_TEXT, multiline=False) for f in fields(Filter)}
    checks = {
        "unit": _is_id(wanted["unit"]),
        "cls": wanted["cls"] in {c.value for c in ItemClass},
        "channel": wanted["channel"] in {c.value for c in Channel},
        "level": wanted["level"] in {"1", "2", "3"},
        "since": _day(wanted["since"]) is not None,
        "until": _day(wanted["until"]) is not None,
        "due": _day(wanted["due"]) is not None,
        "place": _is_id(wanted["place"]),
    }
    return Filter(**{name: value if checks.get(name, True) else "" for name, value in wanted.items()})


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _instant(text: str, *, end: bool) -> datetime:
    day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
    return datetime.combine(day, time(), SHANGHAI)


def shared(chosen: Filter, began: str) -> Q:
    """The conditions that a report and a case have in common. `began`: the column in which its time began."""
    found = _days(chosen, began)
    if chosen.item:
        found &= Q(item_code=chosen.item)
    if chosen.area:
        found &= Q(area__path__gte=chosen.area, area__path__lt=chosen.area + END)
    if chosen.unit:
        found &= Q(unit_id=int(chosen.unit))
    if chosen.channel:
        found &= Q(channel=chosen.channel)
    if chosen.level:
        found &= Q(level=int(chosen.level))
    if chosen.place:
        found &= Q(place_id=int(chosen.place)) | Q(place__compound_id=int(chosen.place))
    return found


def _days(chosen: Filter, began: str) -> Q:
    found = Q()
    if chosen.since:
        found &= Q(**{f"{began}__gte": _instant(chosen.since, end=False)})
    if chosen.until:
        found &= Q(**{f"{began}__lt": _instant(chosen.until, end=True)})
    if chosen.due:
        found &= Q(due_at__lt=_instant(chosen.due, end=True))
    return found


def for_cases(chosen: Filter) -> Q:
    """The conditions on cases."""
    found = shared(chosen, "opened_at")
    if chosen.cls:
        found &= Q(cls=chosen.cls)
    if chosen.q:
        found &= Q(number=chosen.number) if chosen.number else _text(chosen.q, "title", "place_text")
    return found


def for_reports(chosen: Filter) -> Q:
    """The conditions on reports, which know no class but may name an item."""
    found = shared(chosen, "received_at")
    if chosen.cls:
        found &= Q(item_code__in=[spec.code for spec in list_specs() if spec.cls == chosen.cls])
    if chosen.q:
        found &= Q(number=chosen.number) if chosen.number else _text(chosen.q, "title", "place_text", "words")
    return found


def _text(text: str, *columns: str) -> Q:
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__icontains": text})
    return found


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in words, and the address without it."""

    text: str
    query: str


def chips(chosen: Filter, area_name: str = "", unit_name: str = "", place_name: str = "") -> list[Chip]:
    """Every condition that is set, in words."""
    said = {
        "q": _("“%(text)s”") % {"text": chosen.number or chosen.q} if chosen.q else "",
        "item": words.item_title(chosen.item),
        "cls": words.class_name(chosen.cls),
        "area": area_name or chosen.area,
        "unit": _("with %(unit)s") % {"unit": unit_name or chosen.unit} if chosen.unit else "",
        "channel": words.say(words.CHANNELS, chosen.channel) if chosen.channel else "",
        "level": str(words.LEVELS[int(chosen.level)]) if chosen.level else "",
        "since": _("from %(day)s") % {"day": chosen.since} if chosen.since else "",
        "until": _("until %(day)s") % {"day": chosen.until} if chosen.until else "",
        "due": _("due by %(day)s") % {"day": chosen.due} if chosen.due else "",
        "place": _("at %(place)s") % {"place": place_name or chosen.place} if chosen.place else "",
    }
    return [Chip(text, chosen.without(name).query) for name, text in said.items() if text]
