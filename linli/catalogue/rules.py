"""The rules every item obeys (DOMAIN §3, rules 1–5; row 76). Pure Python; `now` is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from linli.catalogue.spec import ItemClass, Limit, LimitUnit, ListKind, main_limit
from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop

ELSE_LABELS: Final = frozenset({"一般", "其他"})

_NOMINAL_HOURS: Final = {
    LimitUnit.NATURAL_HOUR: Decimal(1),
    LimitUnit.WORKING_HOUR: Decimal(3),
    LimitUnit.WORKING_DAY: Decimal(34),
    LimitUnit.NATURAL_DAY: Decimal(24),
}


def nominal_hours(limit: Limit) -> Decimal:
    """Rough natural hours of a limit, only to tell the longer of two; deadlines come from the calendar."""
    return limit.amount * _NOMINAL_HOURS[limit.unit]


def milestones(limits: tuple[Limit, ...], *, condition: str | None = None) -> tuple[Limit, ...]:
    """The deadlines that run for a case, in the order of the list; `condition` None: nothing was chosen.

    Nothing chosen: the unconditional ones, or the promise alone when there are none. Chosen: its own limits come in;
    the ordinary case (一般, 其他) goes out, and so does what stands before a bare conditional limit (e2移车;固定物3d),
    while an act under a condition (3d;重大e24临时措施) and what follows one (险情e4;修复7d) are added.
    An unknown condition changes nothing.
    """
    always = tuple(limit for limit in limits if limit.condition is None)
    own = [n for n, limit in enumerate(limits) if condition is not None and limit.condition == condition]
    if not own:
        return always or (main_limit(limits),)
    bare = max((n for n in own if not limits[n].label), default=-1)
    return tuple(
        limit
        for n, limit in enumerate(limits)
        if n in own or (limit.condition is None and limit.label not in ELSE_LABELS and n > bare)
    )


def promise_under(limits: tuple[Limit, ...], condition: str | None) -> Limit:
    """The limit told to the reporter once a condition is known: the longest that runs."""
    if condition is None:
        return main_limit(limits)
    return max(milestones(limits, condition=condition), key=nominal_hours)


def grab_allowed(cls: ItemClass, *, threatens_life: bool = False) -> bool:
    """Rule 3: class S and anything threatening life may not wait for a volunteer to grab it (抢单)."""
    return cls is not ItemClass.SAFER and not threatens_life


SELF_HANDLE_MAX: Final = timedelta(hours=1)


def self_handle_allowed(cls: ItemClass, took: timedelta) -> bool:
    """Rule 2: the finder may close his own matter (自处置) only in class O or C and within one hour."""
    return cls is not ItemClass.SAFER and timedelta(0) <= took <= SELF_HANDLE_MAX


REPEAT_COUNT: Final = 3
REPEAT_DAYS: Final = 30


def repeats_too_often(reported: Iterable[datetime], *, now: datetime) -> bool:
    """Rule 4: three reports at one place in 30 days suggest a meeting or a higher level. The edge day counts."""
    since = now - timedelta(days=REPEAT_DAYS)
    return sum(since <= at <= now for at in reported) >= REPEAT_COUNT


class AdmissionTest(StrEnum):
    """The five tests of admission to the list (DOMAIN row 76)."""

    SEEN = "seen"
    UNDERSTOOD = "understood"
    TAKEN_ON = "taken_on"
    OBLIGED = "obliged"
    MANAGEABLE = "manageable"


TESTS: Final[dict[AdmissionTest, tuple[str, str]]] = {
    AdmissionTest.SEEN: ("看得到", "Station people meet it on their daily rounds"),
    AdmissionTest.UNDERSTOOD: ("看得懂", "They can tell it without a specialist or an instrument"),
    AdmissionTest.TAKEN_ON: ("接得住", "The station has the people, time and means to take it on"),
    AdmissionTest.OBLIGED: ("必须管", "A law, rule or the district makes it a duty of this place"),
    AdmissionTest.MANAGEABLE: ("管得了", "Somebody in the joint-duty team has the power to settle it"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one test, with its reason."""

    passed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Admission:
    """The outcome of the five tests; `failed` in the order of the tests."""

    admitted: bool
    failed: tuple[AdmissionTest, ...]


def admission(answers: Mapping[AdmissionTest, Answer]) -> Admission:
    """Admit a matter to the list only when all five tests are passed.

    Raises InvalidInput when a test is unanswered (`admission_incomplete`) or lacks a reason
    (`admission_reason_missing`).
    """
    missing = [test.value for test in AdmissionTest if test not in answers]
    if missing:
        raise InvalidInput(
            gettext_noop("All five tests need an answer."), code="admission_incomplete", detail={"missing": missing}
        )
    bare = [test.value for test in AdmissionTest if not answers[test].reason.strip()]
    if bare:
        raise InvalidInput(
            gettext_noop("Every answer needs a reason."), code="admission_reason_missing", detail={"tests": bare}
        )
    failed = tuple(test for test in AdmissionTest if not answers[test].passed)
    return Admission(admitted=not failed, failed=failed)


DUPLICATE_DEFAULTS: Final[dict[ListKind, tuple[int, int]]] = {
    ListKind.COMMUNITY: (50, 7),
    ListKind.AREA: (30, 3),
    ListKind.VILLAGE: (100, 7),
}
"""Metres and days within which two reports of one item are probably one matter [P]; a town may override them."""

DUPLICATE_BY_ITEM: Final[dict[str, tuple[int, int]]] = {
    "C02": (30, 30),
    "C06": (30, 60),
    "C08": (30, 60),
    "C09": (30, 30),
    "C16": (30, 1),
    "C17": (300, 1),
    "C19": (100, 15),
    "S04": (50, 1),
    "S08": (20, 15),
    "S10": (50, 15),
    "S12": (300, 1),
    "S15": (30, 30),
    "S19": (15, 7),
    "S20": (50, 1),
    "V01": (200, 1),
    "V02": (200, 30),
    "V04": (200, 60),
    "V05": (50, 60),
    "V06": (500, 5),
    "V12": (30, 30),
    "V18": (50, 60),
    "V21": (300, 3),
}


def duplicate_defaults(code: str, list_kind: ListKind) -> tuple[int, int]:
    """Radius in metres and window in days for a new item [P]."""
    return DUPLICATE_BY_ITEM.get(code, DUPLICATE_DEFAULTS[list_kind])
