"""What stands beside the story: place, clocks with their rules, why here, what is near, who looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from linli.access.api import Principal
from linli.accounts.api import User
from linli.audit.api import openings_of
from linli.casework.cases.api import Case, cases, open_cases
from linli.casework.dispatch.api import assignments
from linli.casework.intake.api import Report
from linli.casework.timeline.api import Clock, ClockKind, clocks_of
from linli.catalogue.api import REPEAT_DAYS, ItemSpec, Limit, limit_shown, repeats_too_often, spec_for
from linli.kernel.clock import now
from linli.kernel.geo import Point, haversine, point
from linli.register.places.api import chain
from linli.territory.api import ancestors
from linli.web.desk import words
from linli.web.desk.matter import Matter

NEAR_DEGREES = 0.003
"""About 300 m: the widest circle in which another matter of the same kind is shown."""


def running_milestones(matter_id: UUID) -> list[str]:
    """The milestones of a matter that have not been reached."""
    return [clock.label for clock in clocks_of(matter_id) if clock.kind == ClockKind.MILESTONE and clock.met_at is None]


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A clock with its rule in words."""

    name: str
    rule: str
    clock: Clock
    paused: str


def clock_lines(matter: Matter) -> list[ClockLine]:
    """Every clock of a matter: running ones first, then those that are met."""
    return [
        ClockLine(_clock_name(clock), _rule(clock, matter.what), clock, _paused(clock, matter))
        for clock in clocks_of(matter.id)
    ]


def _clock_name(clock: Clock) -> str:
    name = words.say(words.CLOCKS, clock.kind)
    return f"{name}: {clock.label}" if clock.label else name


def _rule(clock: Clock, what: str) -> str:
    amount = words.amount_words(clock.amount, clock.unit)
    of_item = clock.kind in (ClockKind.RESPOND, ClockKind.WHOLE, ClockKind.MILESTONE) and what
    if of_item:
        return _("%(amount)s · list item %(item)s") % {"amount": amount, "item": what}
    return _("%(amount)s · rule of the step") % {"amount": amount}


def _paused(clock: Clock, matter: Matter) -> str:
    return matter.waiting_for or _("suspended") if clock.paused_since is not None else ""


def where(matter: Matter) -> list[str]:
    """The place from the town down to the door."""
    thing = matter.thing
    names = [str(area) for area in reversed(ancestors(matter.area.path)) if area.kind != "district"]
    names.append(str(matter.area))
    if thing.place is not None:
        names += [place.name for place in reversed(chain(thing.place))]
    elif thing.place_text:
        names.append(thing.place_text)
    return names


@dataclass(frozen=True, slots=True)
class Beside:
    """Another open matter of the same kind, and how far away it is (None when one has no point)."""

    case: Case
    metres: int | None
    probably_same: bool


def beside(actor: Principal, thing: Case | Report, item_code: str, *, limit: int = 6) -> list[Beside]:
    """Open cases of this kind in the area or close to the point, nearest first.

    `probably_same`: within the item's radius and days.
    """
    if not item_code:
        return []
    spec = spec_for(item_code, thing.area.path)
    near = Q(area_id=thing.area_id)
    here = _spot(thing)
    if here is not None:
        near |= Q(
            lat__range=(here.lat - NEAR_DEGREES, here.lat + NEAR_DEGREES),
            lng__range=(here.lon - NEAR_DEGREES, here.lon + NEAR_DEGREES),
        )
    found = open_cases(actor).filter(near, item_code=item_code).exclude(id=thing.id)[: limit * 4]
    shown = [_beside(case, here, thing, spec) for case in found]
    return sorted(shown, key=lambda one: (not one.probably_same, one.metres is None, one.metres or 0))[:limit]


def _beside(case: Case, here: Point | None, thing: Case | Report, spec: ItemSpec) -> Beside:
    there = _spot(case)
    metres = round(haversine(here, there)) if here is not None and there is not None else None
    same_place = thing.place_id is not None and thing.place_id == case.place_id
    close = same_place or (metres is not None and metres <= spec.duplicate_radius_m)
    recent = case.opened_at >= now() - timedelta(days=spec.duplicate_days)
    return Beside(case, metres, close and recent)


def _spot(thing: Case | Report) -> Point | None:
    return point(thing.lng, thing.lat) if thing.lat is not None and thing.lng is not None else None


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often the same kind came up at the same place; `too_often` suggests a meeting (catalogue rule 4)."""

    count: int
    days: int
    too_often: bool


def repeats(matter: Matter) -> Repeats | None:
    """Cases of the same item at the same place within 30 days, this one counted; None when it is the only one."""
    case = matter.case
    if case is None or not case.item_code or case.place_id is None:
        return None
    since = now() - timedelta(days=REPEAT_DAYS)
    begun = list(
        cases(matter.actor)
        .filter(item_code=case.item_code, place_id=case.place_id, opened_at__gte=since)
        .values_list("opened_at", flat=True)
    )
    return Repeats(len(begun), REPEAT_DAYS, repeats_too_often(begun, now=now())) if len(begun) > 1 else None


def why_here(matter: Matter) -> list[str]:
    """Why it lies with this unit, in sentences; for a report: why with this desk."""
    if matter.case is None:
        return (
            [_("The desk of the area has every new report from its first second.")]
            if matter.state == "received"
            else []
        )
    told = assignments(matter.actor, matter.id)
    running = next((one for one in reversed(told) if one.ended_at is None), None)
    if running is None:
        return [_("Nobody was sent yet: the desk has it.")]
    return words.why_words(running.why, running.rule.note if running.rule else "")


def demands(spec: ItemSpec | None) -> list[tuple[str, str]]:
    """What the item asks for: limits, evidence, closing, each as (what, words)."""
    if spec is None:
        return []
    en = words.english()
    shown = [
        (_("First contact"), _limits(spec.respond)),
        (_("Whole matter"), _limits(spec.resolve)),
        (_("Photos before"), words.listed(part.text for part in spec.evidence.before)),
        (_("Photos after"), words.listed(part.text for part in spec.evidence.after)),
        (_("Closed when"), words.named(spec.closing.text, spec.closing_en)),
    ]
    if spec.evidence.privacy and not en:
        shown.append((_("Privacy"), spec.evidence.privacy))
    return [(what, text) for what, text in shown if text]


def _limits(limits: Sequence[Limit]) -> str:
    return "; ".join(limit_shown(limit, english=words.english()) for limit in limits)


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody opened a sealed field."""

    who: str
    at: datetime
    purpose: str
    reason: str
    number: str


def looks(reports: Sequence[Report]) -> list[Look]:
    """Who opened the reporters' phones, oldest first."""
    found = [(report, one) for report in reports for one in openings_of("report", str(report.id))]
    names = {user.id: user.name for user in User.objects.filter(id__in={one.actor_id for _report, one in found})}
    return [
        Look(names.get(one.actor_id, ""), one.at, words.say(words.PURPOSES, one.purpose), one.reason, report.number)
        for report, one in found
    ]
