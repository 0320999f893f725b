"""The permission table (DOMAIN §4.2) and the people it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from linli.accounts.api import AREA_ROLES, HEAD_ROLES, UNIT_ROLES, WIDE_ROLES, Role
from linli.kernel.errors import Forbidden

_DESK = frozenset({Role.WORKER, Role.STATION_HEAD, Role.DISPATCHER})
_SITE = frozenset({Role.WORKER, Role.STATION_HEAD})
_LEADS = frozenset({Role.STATION_HEAD, Role.DISPATCHER, Role.DISTRICT})
_SYSTEM = frozenset({Role.SYSTEM})

PERMISSIONS: dict[str, frozenset[Role]] = {
    "report.create": _DESK | UNIT_ROLES | {Role.DISTRICT} | _SYSTEM,
    "report.read": _DESK | UNIT_ROLES | WIDE_ROLES,
    "report.triage": _DESK | UNIT_ROLES | _SYSTEM,
    "report.route": _DESK | UNIT_ROLES | _SYSTEM,
    "report.refuse.propose": _DESK | UNIT_ROLES,
    "report.refuse.review": _LEADS,
    "reporter.open": _DESK,
    "person.open": frozenset({Role.WORKER, Role.STATION_HEAD}),
    "subject.shred": frozenset({Role.DISTRICT}) | _SYSTEM,
    "glass.break": _DESK,
    "glass.end": _DESK | {Role.DISTRICT},
    "glass.review": _LEADS | {Role.AUDITOR},
    "case.read": _DESK | UNIT_ROLES | WIDE_ROLES,
    "case.comment": _DESK | UNIT_ROLES | {Role.DISTRICT},
    "case.dispatch": _DESK,
    "case.transfer": _DESK,
    "case.void": _LEADS,
    "case.self_handle": _DESK,
    "case.accept": _DESK | UNIT_ROLES,
    "case.return.ask": _DESK | UNIT_ROLES,
    "case.return.rule": _LEADS,
    "case.handle": _DESK | UNIT_ROLES,
    "case.extend.ask": _DESK | UNIT_ROLES,
    "case.extend.decide": _DESK | {Role.DISTRICT},
    "case.suspend.ask": _DESK | UNIT_ROLES,
    "case.suspend.decide": _DESK,
    "case.resume": _DESK | UNIT_ROLES | _SYSTEM,
    "case.verify": _DESK | {Role.DISTRICT},
    "case.reopen": _DESK | {Role.DISTRICT},
    "case.close": _SYSTEM,
    "case.escalate": _LEADS | _SYSTEM,
    "catalogue.read": frozenset(Role),
    "catalogue.admit": frozenset({Role.DISTRICT}),
    "catalogue.revise": frozenset({Role.DISTRICT}),
    "catalogue.override": frozenset({Role.DISPATCHER}),
    "territory.draw": frozenset({Role.DISPATCHER, Role.DISTRICT}),
    "calendar.edit": frozenset({Role.DISPATCHER, Role.DISTRICT}),
    "rules.edit": frozenset({Role.DISPATCHER, Role.DISTRICT}),
    "duty.edit": _LEADS,
    "card.edit": _DESK | HEAD_ROLES,
    "import.hotline": frozenset({Role.DISPATCHER, Role.DISTRICT}) | _SYSTEM,
    "notice.read": _DESK | UNIT_ROLES | WIDE_ROLES | HEAD_ROLES,
    "register.read": _DESK | HEAD_ROLES | {Role.DISTRICT, Role.AUDITOR},
    "place.edit": _DESK | _SYSTEM,
    "person.read": _DESK | HEAD_ROLES | _SYSTEM,
    "person.edit": _SITE | _SYSTEM,
    "need.read": _SITE | _SYSTEM,
    "register.sweep": _SYSTEM,
    "register.import": _DESK | _SYSTEM,
    "register.export": _DESK,
    "export.approve": _LEADS,
    "canvass.run": _SITE | _SYSTEM,
    "canvass.walk": _SITE | _SYSTEM,
    "chart.read": _DESK | UNIT_ROLES | HEAD_ROLES | {Role.DISTRICT, Role.AUDITOR},
    "legend.edit": frozenset({Role.STATION_HEAD, Role.DISPATCHER}),
    "grade.read": _DESK,
    "grade.propose": _SITE,
    "grade.approve": frozenset({Role.STATION_HEAD}),
    "grade.limits": frozenset({Role.DISPATCHER}),
    "audit.read": frozenset({Role.AUDITOR}),
}
"""Act → the roles that may do it, before scope is asked. An act that is not listed is refused."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A person acting in one of his posts, or the system itself (no post, role SYSTEM).

    `glass`: paths of areas beyond his own that he reaches for the time being (`break_glass`).
    """

    user_id: int
    post_id: int
    role: Role
    area_id: int
    area_path: str
    unit_id: int | None
    name: str
    mfa_at: datetime | None = None
    glass: tuple[str, ...] = ()

    def can(self, act: str) -> bool:
        """Whether the role allows the act somewhere; `require` also asks where."""
        return self.role in PERMISSIONS.get(act, frozenset())

    def covers(self, area_path: str) -> bool:
        """Whether he reaches this area now: by his post, or under a broken glass."""
        return self.holds(area_path) or (
            self.role in AREA_ROLES and any(_lies_below(area_path, path) for path in self.glass)
        )

    def holds(self, area_path: str) -> bool:
        """Whether his post reaches this area: wide roles reach all, area roles what lies below theirs."""
        if self.role in WIDE_ROLES:
            return True
        return self.role in AREA_ROLES and _lies_below(area_path, self.area_path)


@dataclass(frozen=True, slots=True)
class Reporter:
    """A resident who holds the secret link of one report. No account."""

    report_id: UUID
    link: str
    user_id: None = None
    post_id: None = None
    name: str = ""

    def can(self, act: str) -> bool:
        """The few acts a reporter has on his own matter."""
        return act in REPORTER_ACTS


@dataclass(frozen=True, slots=True)
class Anyone:
    """A visitor without account and without link: may only report."""

    user_id: None = None
    post_id: None = None
    name: str = ""

    def can(self, act: str) -> bool:
        """Only the front door is open."""
        return act == "report.create"


REPORTER_ACTS = frozenset({"report.add", "report.withdraw", "case.rate", "case.dispute"})


class Who(Protocol):
    """Principal, Reporter or Anyone."""

    @property
    def user_id(self) -> int | None: ...

    @property
    def post_id(self) -> int | None: ...

    @property
    def name(self) -> str: ...

    def can(self, act: str) -> bool: ...


def require(actor: Who, act: str, *, area_path: str | None = None, unit_id: int | None = None) -> None:
    """Refuse unless the actor's role allows `act` and his post reaches the place or the unit.

    `unit_id` is the unit a matter lies with: a unit's own people reach it without covering the area.
    Raises Forbidden.
    """
    if not actor.can(act):
        raise Forbidden(_("Your role may not do that."), code="not_permitted", detail={"act": act})
    if isinstance(actor, Principal) and area_path is not None:
        own_unit = unit_id is not None and actor.unit_id == unit_id
        if not (own_unit or actor.role is Role.SYSTEM or actor.covers(area_path)):
            raise Forbidden(_("This lies outside your area."), code="out_of_scope", detail={"act": act})


def _lies_below(path: str, top: str) -> bool:
    return path == top or path.startswith(top + ".")
