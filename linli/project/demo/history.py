"""Invented matters of the last three months, so that no screen of a demonstration is empty.

Pure and repeatable: the same town, `now`, seed and deadline give the same list. The loader replays it
through the ordinary actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from linli.kernel.clock import SHANGHAI, as_utc
from linli.project.demo.book import remarks, remarks_by
from linli.project.demo.dice import Dice
from linli.project.demo.fates import Rule, rules, scaled
from linli.project.demo.matters import By, Deadline, Fate, PhotoPlan, PlaceRef, PlannedMatter, ReporterPlan, Step
from linli.project.demo.names import People
from linli.project.demo.rhythm import drawn_instant
from linli.project.demo.sayings import Sayings, filled, item_sayings, outside_sayings
from linli.project.demo.seeds import AreaSeed
from linli.project.demo.teller import Setting, Teller
from linli.project.demo.town import SEED, Town
from linli.project.demo.whereabouts import Whereabouts

DAYS: Final = 92
ATTEMPTS: Final = 400
REPORTER_PHONES: Final = 20_000_000
LETTERS: Final = {"committee": "C", "village": "V", "special": "S"}
LEAF_SHARES: Final = {"C": 0.62, "V": 0.21, "S": 0.17}
SCENES_OF_THINGS: Final = {"manhole": "manhole", "gate": "place", "fitness": "place"}
WORKING: Final = frozenset({"accept", "arrive", "step"})
"""The last act of a matter that is being worked on."""


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
    town: Town, now: datetime, *, deadline: Deadline, seed: int = SEED, count: int = 900
) -> tuple[PlannedMatter, ...]:
    """About `count` matters of every fate (none left out), ordered by the instant of the report.

    now: aware; nothing lies after it. deadline: the end of a whole-item limit by the town's calendar.
    """
    people = People(Dice(seed, "reporters"), start=REPORTER_PHONES)
    stage = _Stage(town, Whereabouts(town), people, as_utc(now), seed, deadline)
    drawn: list[PlannedMatter] = []
    for fate in rules():
        if fate is not Fate.MERGED:
            drawn += [_drawn(stage, fate, nth) for nth in range(scaled(fate, count))]
    drawn += _merged(stage, drawn, scaled(Fate.MERGED, count))
    return tuple(sorted(drawn, key=lambda matter: (matter.at, matter.key)))


def _drawn(stage: _Stage, fate: Fate, nth: int) -> PlannedMatter:
    """Draw until the story fits between three months ago and `now`. Raises ValueError when it never does."""
    for attempt in range(ATTEMPTS):
        matter = _try(stage, fate, f"{fate}-{nth:03d}", Dice(stage.seed, fate, nth, attempt))
        if matter is not None:
            return matter
    raise ValueError(f"no story fits the fate {fate}")


def _try(stage: _Stage, fate: Fate, key: str, dice: Dice) -> PlannedMatter | None:
    rule = rules()[fate]
    sayings, place = _subject(stage, rule, dice)
    if place is None:
        return None
    channel = _channel(sayings, place, rule, dice)
    reported, share = _reported(stage, rule, sayings, channel, dice)
    words = _words(sayings, channel, place, dice)
    scene = _scene(sayings, place)
    teller = Teller(
        Setting(sayings, scene, reported, channel, words, place.label, rule.quick, share), dice, stage.deadline
    )
    teller.tell(fate)
    steps = tuple(step for step in teller.steps if step.at < stage.now - timedelta(minutes=1))
    if reported < stage.now - timedelta(days=DAYS + 1) or not _fits(stage, rule, sayings.limit, steps, teller.steps):
        return None
    return PlannedMatter(
        key=key,
        at=reported,
        channel=channel,
        item_code="" if rule.outside else sayings.code,
        topic=sayings.code if rule.outside else "",
        place=place,
        words=words,
        reporter=_reporter(stage, channel, dice),
        photos=_report_photos(teller, channel),
        fate=fate,
        steps=steps,
    )


def _fits(stage: _Stage, rule: Rule, limit: str, kept: Sequence[Step], told: Sequence[Step]) -> bool:
    """Whether what happened before `now` leaves the matter where its fate wants it, with its clock there too.

    Office hours make the used share of a limit jump over nights, so it is measured and not assumed.
    """
    if rule.used is None:
        return len(kept) == len(told)
    last = next((step.act for step in reversed(kept) if step.act not in ("comment", "add")), "")
    if last not in WORKING:
        return False
    opened = next(step.at for step in kept if step.act == "open")
    used = (stage.now - opened) / (stage.deadline(limit, opened) - opened)
    return rule.used[0] <= used <= rule.used[1]


def _subject(stage: _Stage, rule: Rule, dice: Dice) -> tuple[Sayings, PlaceRef | None]:
    """What it is about and where."""
    if rule.outside:
        topics = tuple(outside_sayings().values())
        topic = dice.weighted(topics, [entry.weight for entry in topics])
        return topic, stage.where.pick(_leaf(stage, "C", dice).code, ("compound",), dice)
    letters = {LETTERS[leaf.kind] for leaf in stage.town.leaves}
    allowed = [entry for entry in item_sayings().values() if entry.code[0] in letters and rule.allows(entry)]
    present = sorted({entry.code[0] for entry in allowed})
    letter = dice.weighted(present, [LEAF_SHARES[one] for one in present])
    mine = [entry for entry in allowed if entry.code[0] == letter]
    sayings = dice.weighted(mine, [entry.weight for entry in mine])
    return sayings, stage.where.pick(_leaf(stage, letter, dice).code, sayings.places, dice)


def _leaf(stage: _Stage, letter: str, dice: Dice) -> AreaSeed:
    """A leaf of the kind; some neighbourhoods report more than others."""
    mine = [leaf for leaf in stage.town.leaves if LETTERS[leaf.kind] == letter]
    weights = [0.4 + 1.6 * Dice(stage.seed, "busy", leaf.code).fraction() for leaf in mine]
    return dice.weighted(mine, weights)


def _channel(sayings: Sayings, place: PlaceRef, rule: Rule, dice: Dice) -> str:
    if rule.channel:
        return rule.channel
    weights = {"resident": 0.56, "hotline": 0.2}
    if not (rule.reporter or rule.outside):
        weights |= {"patrol": 0.24} if sayings.patrolled(place) else {}
        weights |= {"device": 0.14} if sayings.code in remarks_by("device") else {}
    return dice.weighted(tuple(weights), tuple(weights.values()))


def _reported(stage: _Stage, rule: Rule, sayings: Sayings, channel: str, dice: Dice) -> tuple[datetime, float]:
    """The instant of the report, and the share of the limit that is used at the result or at `now`."""
    share = dice.span(*rule.share)
    ago = stage.now - timedelta(hours=dice.span(*rule.hours))
    match rule.clock:
        case "limit" | "result":
            ends = stage.now if rule.clock == "limit" else ago
            start = _backdated(stage, sayings.limit, ends, share)
            return _in_rhythm(start, sayings.limit, channel, ends, dice), share
        case "days":
            return drawn_instant(channel, ago - timedelta(days=1), ago, dice), share
        case "recent":
            return ago.replace(microsecond=0), share
        case _:
            first, last = stage.now - timedelta(days=DAYS), stage.now - timedelta(hours=2)
            return drawn_instant(channel, first, last, dice), share


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
        return remarks("device", sayings.code)[0].format(at=place.label)
    said = filled(dice.pick(sayings.told(place)), place.label, dice)
    return remarks("hotline")[0].format(said=said) if channel == "hotline" else said


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
