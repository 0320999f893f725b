"""From rows to messages: which column is what, and what is wrong with a row, with the cure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from linli.doors.tables.faults import Fault, fault
from linli.doors.tables.reader import Table
from linli.kernel.clock import SHANGHAI, as_utc
from linli.kernel.errors import InvalidInput
from linli.kernel.identifiers import parse_mobile
from linli.kernel.ids import hash_secret
from linli.kernel.text import normalise

FIELDS = ("number", "received_at", "title", "words", "name", "phone", "area", "place", "item", "category")
"""What a message can have. A profile names the column of each; `number`, `received_at` and one text are needed."""

REQUIRED = ("number", "received_at")
MAX_WORDS = 4000

_TIME = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the hotline. `key` makes it recognisable for ever; `received_at` is in UTC."""

    row: int
    key: str
    number: str
    received_at: datetime
    title: str
    words: str
    name: str
    phone: str
    area: str
    place: str
    item: str
    category: str


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something a person must know about a row: its number in the sheet, what it is, and the cure."""

    row: int
    what: str
    cure: str


@dataclass(slots=True)
class Mapped:
    """What a table says: the messages that can enter, the rows that cannot, and remarks on rows that can."""

    messages: list[Message] = field(default_factory=list)
    errors: list[RowNote] = field(default_factory=list)
    remarks: list[RowNote] = field(default_factory=list)


def map_table(table: Table, *, columns: Mapping[str, str], profile: str, now: datetime) -> Mapped:
    """Every row as a message or an error. columns: field → heading. now: nothing can have come in later than that.

    Raises InvalidInput (`import_column`) when a column of the profile is not in the file.
    """
    places = _places(table, columns, profile)
    mapped = Mapped()
    by_number: dict[str, list[Message]] = defaultdict(list)
    for row, cells in table.rows:
        values = {name: cells[at] if at < len(cells) else "" for name, at in places.items()}
        errors = list(_errors(row, values, now))
        if errors:
            mapped.errors += errors
        else:
            message = _message(row, values, profile)
            by_number[message.number].append(message)
    for same in by_number.values():
        mapped.messages += _told_apart(same, mapped.remarks)
    mapped.messages.sort(key=lambda message: message.row)
    return mapped


def _places(table: Table, columns: Mapping[str, str], profile: str) -> dict[str, int]:
    there = {heading: at for at, heading in enumerate(table.heading)}
    missing = [heading for heading in columns.values() if heading not in there]
    if missing:
        raise fault(
            Fault.COLUMN,
            name=table.name,
            missing="、".join(f"“{heading}”" for heading in missing),
            found="、".join(heading for heading in table.heading if heading)[:300],
            profile=profile,
        )
    twice = [heading for heading in columns.values() if table.heading.count(heading) > 1]
    if twice:
        raise fault(Fault.COLUMN_TWICE, name=table.name, twice="、".join(f"“{heading}”" for heading in twice))
    return {name: there[heading] for name, heading in columns.items()}


def _errors(row: int, values: Mapping[str, str], now: datetime) -> Iterable[RowNote]:
    if not values["number"] or len(values["number"]) > 60:
        yield RowNote(row, _("It has no number."), _("Fill in the number the hotline gave it."))
    at = read_time(values["received_at"])
    if at is None:
        yield RowNote(
            row,
            _("“%(time)s” is not a date and time.") % {"time": values["received_at"][:30]},
            _("Write it like 2020/1/6 12:09:38."),
        )
    elif at > now:
        yield RowNote(row, _("It came in later than now."), _("Correct the date."))
    words = values.get("words", "")
    if not normalise(words) and not normalise(values.get("title", "")):
        yield RowNote(row, _("It says nothing."), _("Fill in the message or its subject."))
    if len(words) > MAX_WORDS:
        yield RowNote(
            row,
            _("The message has %(length)d characters; %(most)d fit.") % {"length": len(words), "most": MAX_WORDS},
            _("Shorten it, or split it into two rows with numbers of their own."),
        )
    if values.get("phone") and not _is_mobile(values["phone"]):
        yield RowNote(row, _("This is not a mobile number."), _("Correct it, or leave the field empty."))


def _message(row: int, values: Mapping[str, str], profile: str) -> Message:
    at = read_time(values["received_at"])
    if at is None:
        raise ValueError("a row without a time is an error, not a message")
    given = {name: values.get(name, "") for name in FIELDS if name not in REQUIRED}
    return Message(
        row=row, key=f"hotline:{profile}:{values['number']}", number=values["number"], received_at=at, **given
    )  # fmt: skip


def _told_apart(same: Sequence[Message], remarks: list[RowNote]) -> list[Message]:
    """Rows under one number. Equal ones are one message; different ones are kept, each with a key of its own.

    The keys follow from the contents, not from the order, so that a file sorted anew is still known.
    """
    if len(same) == 1:
        return list(same)
    kept: dict[str, Message] = {}
    for message in same:
        first = kept.setdefault(_content(message), message)
        if first is not message:
            remarks.append(
                RowNote(message.row, _("It repeats row %(row)d.") % {"row": first.row}, _("It counts once."))
            )
    plain, *others = sorted(kept)
    apart = [kept[plain]]
    for content in others:
        message = kept[content]
        values = {name: getattr(message, name) for name in Message.__slots__}
        apart.append(Message(**(values | {"key": f"{message.key}:{content[:12]}"})))
        remarks.append(
            RowNote(
                message.row,
                _("Number %(number)s occurs again with other contents.") % {"number": message.number},
                _("Both are taken; merge them at the desk if they are one matter."),
            )
        )
    return apart


def _content(message: Message) -> str:
    return hash_secret("\x1f".join(str(getattr(message, name)) for name in FIELDS))


def read_time(text: str) -> datetime | None:
    """A time as exports write it, in Shanghai; None when it is none. A date alone is its first minute."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in found.groups())
    try:
        return as_utc(datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI))
    except ValueError:
        return None


def _is_mobile(text: str) -> bool:
    try:
        parse_mobile(text)
    except InvalidInput:
        return False
    return True
