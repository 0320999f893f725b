"""About 900 invented matters of the last three months, so that no screen of a demonstration is empty.

Pure and repeatable: the same town, `now`, seed and deadline give the same list. The loader replays `in_order(...)` with
a settable clock through the ordinary actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from linli.kernel.clock import SHANGHAI, as_utc
from linli.project.demo import remarks
from linli.project.demo.dice import Dice
from linli.project.demo.fates import SCRIPTS
from linli.project.demo.matters import By, Deadline, Fate, PhotoPlan, PlaceRef, PlannedMatter, ReporterPlan, Step
from linli.project.demo.rhythm import drawn_instant, usual_deadline
from linli.project.demo.sayings import Sayings, filled, item_sayings, outside_sayings
from linli.project.demo.seeds import AreaSeed
from linli.project.demo.teller import Setting, Teller
from linli.project.demo.town import SEED, Town
from linli.project.demo.whereabouts import Whereabouts
from linli.project.demo.words import People

DAYS: Final = 92
ATTEMPTS: Final = 400
REPORTER_PHONES: Final = 20_000_000
LETTERS: Final = {"committee": "C", "village": "V", "special": "S"}
LEAF_SHARES: Final = {"C": 0.62, "V": 0.21, "S": 0.17}
PER_900: Final[Mapping[Fate, int]] = {
    Fate.TRIAGE: 26, Fate.REFUSAL_ASKED: 4, Fate.DISPATCH_WAITING: 12, Fate.ACCEPT_WAITING: 12, Fate.RETURN_ASKED: 4,
    Fate.HANDLING: 58, Fate.NEAR_LIMIT: 18, Fate.OVERDUE: 20, Fate.EXTENSION_ASKED: 5, Fate.SUSPENDED: 14,
    Fate.FED_BACK: 22, Fate.VERIFIED: 34, Fate.DISPUTED: 6, Fate.RATED: 282, Fate.UNRATED: 98, Fate.LATE: 36,
    Fate.EXPLAINED: 34, Fate.UNSOLVABLE: 8, Fate.RETURNED: 20, Fate.EXTENDED: 16, Fate.RESUMED: 6, Fate.REWORKED: 24,
    Fate.SELF_HANDLED: 42, Fate.REFUSED: 16, Fate.MERGED: 36, Fate.WITHDRAWN: 10, Fate.VOIDED: 5, Fate.ROUTED: 10,
    Fate.ROUTED_CLOSED: 22,
}  # fmt: skip
SCENES_OF_THINGS: Final = {"manhole": "manhole", "gate": "place", "fitness": "place"}
OUTSIDE: Final = frozenset({Fate.ROUTED, Fate.ROUTED_CLOSED})
NEEDS_REPORTER: Final = OUTSIDE | {Fate.WITHDRAWN, Fate.DISPUTED, Fate.RATED}
SELF_HANDLED_ITEMS: Final = frozenset({"C12", "C13", "S02", "S03", "S06", "S09", "V09", "V19"})
ONLY_ITEMS: Final[Mapping[Fate, frozenset[str]]] = {
    Fate.SELF_HANDLED: SELF_HANDLED_ITEMS,
    Fate.SUSPENDED: frozenset(remarks.SUSPENSIONS),
    Fate.RESUMED: frozenset(remarks.SUSPENSIONS) - {"C09", "V02", "V04"},
    Fate.EXPLAINED: frozenset({"C02", "C06", "C07", "C08", "C18", "C19", "S10", "S18", "V05", "V12"}),
    Fate.UNSOLVABLE: frozenset({"C12", "C15", "C19", "V11"}),
}
DAY_LIMITS_ONLY: Final = frozenset(
    {Fate.EXTENSION_ASKED, Fate.EXTENDED, Fate.REWORKED, Fate.RETURNED, Fate.RETURN_ASKED}
)
SHORT_LIMITS_ONLY: Final = DAY_LIMITS_ONLY | {Fate.NEAR_LIMIT, Fate.OVERDUE, Fate.LATE}
LONGEST_SHORT_DAYS: Final = 7
SHARES: Final[Mapping[Fate, tuple[float, float]]] = {
    Fate.HANDLING: (0.15, 0.7),
    Fate.NEAR_LIMIT: (0.83, 0.96),
    Fate.OVERDUE: (1.08, 1.9),
    Fate.EXTENSION_ASKED: (0.6, 0.9),
    Fate.LATE: (1.06, 1.6),
}
# Hours before `now` at which an open matter reached its present state (fed back, verified, disputed) or was reported.
RECENT_HOURS: Final[Mapping[Fate, tuple[float, float]]] = {
    Fate.TRIAGE: (0.05, 1.6),
    Fate.REFUSAL_ASKED: (1.1, 6),
    Fate.DISPATCH_WAITING: (0.2, 1.2),
    Fate.ACCEPT_WAITING: (0.5, 1.5),
    Fate.RETURN_ASKED: (2, 6),
    Fate.SUSPENDED: (5 * 24, 30 * 24),
    Fate.FED_BACK: (0.3, 9),
    Fate.VERIFIED: (17, 110),
    Fate.DISPUTED: (42, 100),
    Fate.ROUTED: (3, 40),
}
NOW_IS_END: Final = frozenset({Fate.HANDLING, Fate.NEAR_LIMIT, Fate.OVERDUE, Fate.EXTENSION_ASKED})
END_IS_RESULT: Final = frozenset({Fate.FED_BACK, Fate.VERIFIED, Fate.DISPUTED})
HOLDS_AT_NIGHT: Final = (NOW_IS_END | frozenset(RECENT_HOURS)) - {Fate.SUSPENDED}
USED_AT_NOW: Final[Mapping[Fate, tuple[float, float]]] = {
    Fate.HANDLING: (0.0, 0.78),
    Fate.NEAR_LIMIT: (0.8, 0.99),
    Fate.OVERDUE: (1.03, 4.0),
}
LAST_ACTS: Final[Mapping[Fate, frozenset[str]]] = {
    Fate.HANDLING: frozenset({"accept", "arrive", "step"}),
    Fate.NEAR_LIMIT: frozenset({"accept", "arrive", "step"}),
    Fate.OVERDUE: frozenset({"accept", "arrive", "step"}),
}


@dataclass(frozen=True, slots=True)
class _Stage:
    """What every drawn matter needs."""

    town: Town
    where: Whereabouts
    people: People
    now: datetime
    seed: int
    deadline: Deadline


def plan_history(
    town: Town, now: datetime, *, seed: int = SEED, count: int = 900, deadline: Deadline = usual_deadline
) -> tuple[PlannedMatter, ...]:
    """About `count` matters in every state (`PER_900` scaled, none left out), ordered by the instant of the report.

    now: aware; nothing lies after it. deadline: the end of a whole-item limit; pass the town's calendar for exact
    clocks.
    """
    people = People(Dice(seed, "reporters"), start=REPORTER_PHONES)
    stage = _Stage(town, Whereabouts(town), people, as_utc(now), seed, deadline)
    drawn: list[PlannedMatter] = []
    for fate in SCRIPTS:
        drawn += [_drawn(stage, fate, nth) for nth in range(_scaled(fate, count))]
    drawn += _merged(stage, drawn, _scaled(Fate.MERGED, count))
    return tuple(sorted(drawn, key=lambda matter: (matter.at, matter.key)))


def in_order(matters: Sequence[PlannedMatter]) -> Iterator[tuple[datetime, PlannedMatter, Step | None]]:
    """Every instant of all matters in order of time: the report itself (step None), then its steps."""
    moments: list[tuple[datetime, int, int, PlannedMatter, Step | None]] = []
    for at, matter in enumerate(matters):
        moments.append((matter.at, at, 0, matter, None))
        moments += [(step.at, at, nth, matter, step) for nth, step in enumerate(matter.steps, start=1)]
    for instant, _, _, matter, step in sorted(moments, key=lambda moment: moment[:3]):
        yield instant, matter, step


def _scaled(fate: Fate, count: int) -> int:
    return max(1, round(PER_900[fate] * count / sum(PER_900.values())))


def _drawn(stage: _Stage, fate: Fate, nth: int) -> PlannedMatter:
    """Draw until the story fits between three months ago and `now`. Raises ValueError when it never does."""
    for attempt in range(ATTEMPTS):
        dice = Dice(stage.seed, fate, nth, attempt)
        matter = _try(stage, fate, f"{fate}-{nth:03d}", dice)
        if matter is not None:
            return matter
    raise ValueError(f"no story fits the fate {fate}")


def _try(stage: _Stage, fate: Fate, key: str, dice: Dice) -> PlannedMatter | None:
    sayings, place = _subject(stage, fate, dice)
    if place is None:
        return None
    channel = _channel(sayings, place, fate, dice)
    reported, share = _reported(stage, fate, sayings, channel, dice)
    words = _words(sayings, channel, place, dice)
    setting = Setting(
        sayings, _scene(sayings, place), reported, channel, words, place.label, quick=fate in HOLDS_AT_NIGHT
    )
    teller = Teller(setting, dice, stage.deadline)
    SCRIPTS[fate](teller, share)
    steps = tuple(step for step in teller.steps if step.at < stage.now - timedelta(minutes=1))
    if not _fits(fate, steps, teller.steps) or reported < stage.now - timedelta(days=DAYS + 1):
        return None
    if fate in USED_AT_NOW and not _used_within(stage, sayings.limit, steps, USED_AT_NOW[fate]):
        return None
    outside = fate in OUTSIDE
    return PlannedMatter(
        key=key,
        at=reported,
        channel=channel,
        item_code="" if outside else sayings.code,
        topic=sayings.code if outside else "",
        place=place,
        words=words,
        reporter=_reporter(stage, channel, dice),
        photos=_report_photos(teller, channel),
        fate=fate,
        steps=steps,
    )


def _fits(fate: Fate, kept: Sequence[Step], told: Sequence[Step]) -> bool:
    """Whether what happened before `now` leaves the matter where its fate wants it."""
    if fate in LAST_ACTS:
        return bool(kept) and _state_act(kept) in LAST_ACTS[fate]
    return len(kept) == len(told)


def _used_within(stage: _Stage, limit: str, steps: Sequence[Step], bounds: tuple[float, float]) -> bool:
    """Whether the share of the limit used at `now` lies in the bounds: office hours make it jump over nights."""
    opened = next(step.at for step in steps if step.act == "open")
    used = (stage.now - opened) / (stage.deadline(limit, opened) - opened)
    return bounds[0] <= used <= bounds[1]


def _state_act(steps: Sequence[Step]) -> str:
    """The last act that is not a mere remark."""
    return next((step.act for step in reversed(steps) if step.act not in ("comment", "add")), "")


def _subject(stage: _Stage, fate: Fate, dice: Dice) -> tuple[Sayings, PlaceRef | None]:
    """What it is about and where."""
    letters = sorted({LETTERS[leaf.kind] for leaf in stage.town.leaves})
    if fate in OUTSIDE:
        topics = tuple(outside_sayings().values())
        topic = dice.weighted(topics, [entry.weight for entry in topics])
        leaf = _leaf(stage, "C", dice)
        return topic, stage.where.pick(leaf.code, ("compound",), dice)
    allowed = [entry for entry in item_sayings().values() if entry.code[0] in letters and _allowed(fate, entry)]
    present = sorted({entry.code[0] for entry in allowed})
    letter = dice.weighted(present, [LEAF_SHARES[one] for one in present])
    mine = [entry for entry in allowed if entry.code[0] == letter]
    sayings = dice.weighted(mine, [entry.weight for entry in mine])
    return sayings, stage.where.pick(_leaf(stage, letter, dice).code, sayings.places, dice)


def _allowed(fate: Fate, entry: Sayings) -> bool:
    if fate in ONLY_ITEMS and entry.code not in ONLY_ITEMS[fate]:
        return False
    if fate in DAY_LIMITS_ONLY and entry.limit[0] != "d":
        return False
    return fate not in SHORT_LIMITS_ONLY or entry.limit[0] in "eh" or int(entry.limit[1:]) <= LONGEST_SHORT_DAYS


def _leaf(stage: _Stage, letter: str, dice: Dice) -> AreaSeed:
    """A leaf of the kind; some neighbourhoods report more than others."""
    mine = [leaf for leaf in stage.town.leaves if LETTERS[leaf.kind] == letter]
    weights = [0.4 + 1.6 * Dice(stage.seed, "busy", leaf.code).fraction() for leaf in mine]
    return dice.weighted(mine, weights)


def _channel(sayings: Sayings, place: PlaceRef, fate: Fate, dice: Dice) -> str:
    if fate is Fate.SELF_HANDLED:
        return "patrol"
    weights = {"resident": 0.56, "hotline": 0.2}
    if fate not in NEEDS_REPORTER:
        weights |= {"patrol": 0.24} if sayings.patrolled(place) else {}
        weights |= {"device": 0.14} if sayings.code in remarks.DEVICE else {}
    return dice.weighted(tuple(weights), tuple(weights.values()))


def _reported(stage: _Stage, fate: Fate, sayings: Sayings, channel: str, dice: Dice) -> tuple[datetime, float]:
    """The instant of the report, and the share of the limit that is used at the result or at `now`."""
    share = dice.span(*SHARES.get(fate, (0.25, 0.93)))
    if fate in NOW_IS_END:
        start = _backdated(stage, sayings.limit, stage.now, share)
        return _in_rhythm(start, sayings.limit, channel, stage.now, dice), share
    if fate in RECENT_HOURS:
        recent = stage.now - timedelta(hours=dice.span(*RECENT_HOURS[fate]))
        if fate in END_IS_RESULT:
            return _in_rhythm(
                _backdated(stage, sayings.limit, recent, share), sayings.limit, channel, recent, dice
            ), share
        if fate is Fate.SUSPENDED:
            return drawn_instant(channel, recent - timedelta(days=1), recent, dice), share
        return recent.replace(microsecond=0), share
    first = stage.now - timedelta(days=DAYS)
    return drawn_instant(channel, first, stage.now - timedelta(hours=2), dice), share


def _backdated(stage: _Stage, limit: str, ends: datetime, share: float) -> datetime:
    """The start from which, at `ends`, this share of the way to the deadline lies behind (bisection over 120 days)."""
    early, late = ends - timedelta(days=120), ends
    for _ in range(40):
        middle = early + (late - early) / 2
        used = (ends - middle) / (stage.deadline(limit, middle) - middle)
        early, late = (middle, late) if used > share else (early, middle)
    return (late - timedelta(minutes=4)).replace(microsecond=0)


def _scene(sayings: Sayings, place: PlaceRef) -> str:
    """The picture that fits the kind of matter, or the very thing that is broken."""
    return SCENES_OF_THINGS.get(place.detail, sayings.scene) if sayings.code == "C15" else sayings.scene or "place"


def _in_rhythm(start: datetime, limit: str, channel: str, before: datetime, dice: Dice) -> datetime:
    """For limits in days the hour of the start does not matter: another hour of the same day, as people report."""
    if limit[0] not in "dn":
        return start
    day = start.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0)
    last = min(day + timedelta(days=1), before - timedelta(hours=4))
    return drawn_instant(channel, day, last, dice) if last > day + timedelta(hours=7) else start


def _words(sayings: Sayings, channel: str, place: PlaceRef, dice: Dice) -> str:
    if channel == "patrol":
        return filled(dice.pick(sayings.patrolled(place)), place.label, dice)
    if channel == "device":
        return remarks.DEVICE[sayings.code].format(at=place.label)
    said = filled(dice.pick(sayings.told(place)), place.label, dice)
    return f"市民来电反映：{said}诉求：请相关部门核实处理并回复。" if channel == "hotline" else said


def _reporter(stage: _Stage, channel: str, dice: Dice) -> ReporterPlan:
    """Four in five leave a name and a number; on the hotline everybody does."""
    if channel in ("patrol", "device") or (channel == "resident" and dice.chance(0.2)):
        return ReporterPlan()
    name, _ = stage.people.name()
    return ReporterPlan(name, stage.people.phone())


def _report_photos(teller: Teller, channel: str) -> tuple[PhotoPlan, ...]:
    if channel == "patrol" or (channel == "resident" and teller.dice.chance(0.72)):
        return teller.photos("before", teller.dice.weighted((1, 2), (0.7, 0.3)))
    return ()


def _merged(stage: _Stage, hosts: Sequence[PlannedMatter], wanted: int) -> Iterator[PlannedMatter]:
    """Neighbours who reported what was already being worked on: same place, same kind, other words."""
    spans = [(host, span) for host in hosts if (span := _open_span(host, stage.now)) is not None]
    for nth in range(wanted):
        dice = Dice(stage.seed, "merged", nth)
        host, (opens, ends) = dice.pick(spans)
        at = (opens + (ends - opens) * dice.span(0.05, 0.8)).replace(microsecond=0)
        step_at = at + min(timedelta(minutes=dice.span(4, 25)), (ends - at) / 2)
        sayings = item_sayings()[host.item_code]
        yield replace(
            host,
            key=f"merged-{nth:03d}",
            at=at,
            channel="resident",
            words=_words(sayings, "resident", host.place, dice),
            reporter=_reporter(stage, "resident", dice),
            photos=host.photos[:1],
            fate=Fate.MERGED,
            steps=(Step("merge", step_at.replace(microsecond=0), By.DESK, "", {"to": host.key}),),
        )


def _open_span(host: PlannedMatter, now: datetime) -> tuple[datetime, datetime] | None:
    """From the opening of the case to its first result, when that is two hours or more and no clock stands still."""
    acts = {step.act: step.at for step in reversed(host.steps)}
    if not host.item_code or "open" not in acts or "suspend" in acts or "void" in acts or "withdraw" in acts:
        return None
    ends = acts.get("feed_back", now)
    return (acts["open"], ends) if "self_handle" not in acts and ends - acts["open"] >= timedelta(hours=2) else None
