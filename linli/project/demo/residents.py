"""Invents who lives in the homes of a neighbourhood: households, ages, needs. Pure, and the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from linli.project.demo.book import pairs
from linli.project.demo.dice import Dice
from linli.register.households.api import Relation, Tenure
from linli.register.people.api import Sex
from linli.register.places.api import UseState

TODAY = date(2026, 11, 1)
"""Ages are drawn back from here, so that the town does not change from day to day."""


@dataclass(frozen=True, slots=True)
class Resident:
    """One invented person."""

    name: str
    sex: Sex
    born_on: date
    relation: Relation
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """Who lives together in one home."""

    tenure: Tenure
    moved_in: date
    members: tuple[Resident, ...]


@dataclass(frozen=True, slots=True)
class Lived:
    """What a home is used for and who lives in it."""

    use: UseState
    families: tuple[Family, ...] = field(default=())


USES = (UseState.OWNED, UseState.LET, UseState.SHARED, UseState.EMPTY, UseState.BUSINESS, UseState.UNKNOWN)
SHARES = (66, 18, 3, 9, 2, 2)
SIZES = (1, 2, 3, 4, 5, 6)
SIZE_SHARES = (9, 22, 36, 18, 10, 5)


def lived(dice: Dice) -> Lived:
    """What is found behind one door."""
    use = dice.weighted(USES, SHARES)
    if use is UseState.OWNED:
        return Lived(use, (_family(dice, Tenure.OWN),))
    if use is UseState.LET:
        return Lived(use, (_family(dice, Tenure.RENT),))
    if use is UseState.SHARED:
        return Lived(use, tuple(_mates(dice) for _ in range(dice.between(2, 3))))
    return Lived(use)


def _family(dice: Dice, tenure: Tenure) -> Family:
    size = dice.weighted(SIZES, SIZE_SHARES)
    old = dice.chance(0.28 if tenure is Tenure.OWN else 0.05)
    head = _somebody(dice, Relation.HEAD, dice.between(62, 93) if old else dice.between(26, 61), alone=size == 1)
    members = [head]
    surname = head.name[0]
    years = TODAY.year - head.born_on.year
    if size > 1:
        other = Sex.FEMALE if head.sex is Sex.MALE else Sex.MALE
        members.append(_somebody(dice, Relation.SPOUSE, max(22, years + dice.between(-4, 4)), sex=other))
    for nth in range(size - 2):
        if nth < 2 and years - 24 > 0:
            members.append(_somebody(dice, Relation.CHILD, max(0, years - dice.between(23, 34)), surname=surname))
        elif years < 62:
            members.append(_somebody(dice, Relation.PARENT, min(96, years + dice.between(22, 31))))
        else:
            members.append(_somebody(dice, Relation.GRANDCHILD, dice.between(0, 17), surname=surname))
    since = TODAY - timedelta(days=dice.between(60, 9000 if tenure is Tenure.OWN else 1500))
    return Family(tenure, since, tuple(members))


def _mates(dice: Dice) -> Family:
    since = TODAY - timedelta(days=dice.between(20, 700))
    return Family(Tenure.RENT, since, (_somebody(dice, Relation.HEAD, dice.between(20, 45)),))


def _somebody(
    dice: Dice, relation: Relation, years: int, *, sex: Sex | None = None, surname: str = "", alone: bool = False
) -> Resident:
    chosen = sex or dice.pick((Sex.MALE, Sex.FEMALE))
    born = TODAY - timedelta(days=years * 365 + dice.between(0, 364))
    return Resident(_name(dice, surname), chosen, born, relation, _tags(dice, years, chosen, alone=alone))


def _name(dice: Dice, surname: str) -> str:
    first = surname or dice.pick(pairs("surnames"))[0]
    if dice.chance(0.3):
        return first + dice.pick(pairs("given_single"))[0]
    return first + dice.pick(pairs("given_first"))[0] + dice.pick(pairs("given_last"))[0]


def _tags(dice: Dice, years: int, sex: Sex, *, alone: bool) -> tuple[str, ...]:
    drawn = [
        ("living_alone", alone and years >= 65, 1.0),
        ("aged", years >= 80, 1.0),
        ("bedridden", years >= 75, 0.06),
        ("disabled", True, 0.012),
        ("dialysis", years >= 40, 0.002),
        ("pregnant", sex is Sex.FEMALE and 22 <= years <= 40, 0.02),
        ("low_income", True, 0.006),
        ("child_in_need", years < 16, 0.004),
        ("mental_illness", years >= 18, 0.003),
        ("party_member", years >= 24, 0.08),
        ("volunteer", 18 <= years <= 75, 0.03),
    ]
    return tuple(code for code, may, share in drawn if may and dice.chance(share))
