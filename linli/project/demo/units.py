"""The bodies that answer for matters in the invented town, and the people who work there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from linli.project.demo.book import book, pairs, rows
from linli.project.demo.dice import Dice
from linli.project.demo.names import People
from linli.project.demo.seeds import DISTRICT, TOWN, Scale, StationSeed, leaves, stations

CENTRE: Final = "town-centre"
STAFF_PHONES: Final = 10_000_000

FIRMS_PER_STATION: Final = 2
Body = tuple[str, str, str, str, str]
"""code, unit kind (UnitKind of the catalogue), Chinese and English name, area."""


@dataclass(frozen=True, slots=True)
class UnitSeed:
    """A body: `kind` is a UnitKind code, `area_code` where it answers."""

    code: str
    kind: str
    name: str
    name_en: str
    area_code: str
    phone: str


@dataclass(frozen=True, slots=True)
class PostSeed:
    """A role (Role code of accounts) over an area; `unit_code` "" for the three administrators and the auditor."""

    role: str
    area_code: str
    unit_code: str
    deputy: bool = False


@dataclass(frozen=True, slots=True)
class PersonSeed:
    """An invented member of staff: pinyin user name, Chinese name, title, a number allotted to nobody, his posts."""

    username: str
    name: str
    title: str
    phone: str
    posts: tuple[PostSeed, ...]


def build_units(scale: Scale, *, seed: int) -> tuple[UnitSeed, ...]:
    """All bodies of this scale: operation centre, departments, stations, committees, property firms, malls."""
    people = People(Dice(seed, "units"), start=STAFF_PHONES + 5_000)
    bodies = [*_town_units(scale), *_stations(scale), *_leaf_units(scale), *_firms(scale)]
    return tuple(UnitSeed(*body, people.phone()) for body in bodies)


def firm_codes(station: StationSeed) -> tuple[str, ...]:
    """The property firms that work in the area of a community-centre station; the fifteenth works everywhere."""
    nth = int(station.code[-2:])
    first = (nth - 1) * FIRMS_PER_STATION + 1
    return tuple(f"property-{n:02d}" for n in range(first, first + FIRMS_PER_STATION))


def build_people(units: tuple[UnitSeed, ...], scale: Scale, *, seed: int) -> tuple[PersonSeed, ...]:
    """The staff: heads and deputies of stations, committee workers, dispatchers, two or three per unit."""
    people = People(Dice(seed, "staff"), start=STAFF_PHONES)
    staff = []
    for title, posts in _posts(units, scale):
        name, sound = people.name()
        staff.append(PersonSeed(people.username(sound), name, title, people.phone(), posts))
    return tuple(staff)


def _town_units(scale: Scale) -> Iterator[Body]:
    """The bodies of the list that stand in an area of this scale."""
    here = {DISTRICT, TOWN} | {leaf.code for leaf in leaves(scale)}
    for row in rows("units"):
        if row["area"] in here:
            yield row["code"], row["kind"], row["name"], row["name_en"], row["area"]


def _stations(scale: Scale) -> Iterator[Body]:
    for station in stations(scale):
        yield f"station-{station.code[-3:]}", "station", station.name, station.name_en, station.code


def _leaf_units(scale: Scale) -> Iterator[Body]:
    for leaf in leaves(scale):
        if leaf.kind != "special":
            kind = "committee" if leaf.kind == "committee" else "village_committee"
            yield f"{leaf.kind}-{leaf.code[-3:]}", kind, leaf.name, leaf.name_en, leaf.code


def _firms(scale: Scale) -> Iterator[Body]:
    for station in stations(scale):
        if station.kind == "community":
            for code in firm_codes(station):
                zh, en = pairs("firm_heads")[int(code[-2:]) - 1]
                yield code, "property_firm", f"{zh}物业", f"{en} Property Management", station.code
    zh, en = pairs("firm_heads")[-1]
    yield "property-15", "property_firm", f"{zh}物业", f"{en} Property Management", TOWN


def _posts(units: tuple[UnitSeed, ...], scale: Scale) -> Iterator[tuple[str, tuple[PostSeed, ...]]]:
    yield from (("区城运中心值班长", (PostSeed("district", DISTRICT, ""),)) for _ in range(2))
    yield "审计员", (PostSeed("auditor", DISTRICT, ""),)
    yield "系统管理员", (PostSeed("system_admin", DISTRICT, ""),)
    yield "安全管理员", (PostSeed("security_admin", DISTRICT, ""),)
    for title in ("镇城运中心主任", "派遣员", "派遣员", "值班派遣员"):
        yield title, (PostSeed("dispatcher", TOWN, CENTRE),)
    for unit in units:
        if unit.code != CENTRE:
            yield from _unit_posts(unit)
    special = [leaf for leaf in leaves(scale) if leaf.kind == "special"]
    station_of = {member: station for station in stations(scale) for member in station.members}
    for leaf in special:
        unit_code = f"station-{station_of[leaf.code].code[-3:]}"
        yield from (("联勤队员", (PostSeed("worker", leaf.code, unit_code),)) for _ in range(2))
    for leaf in leaves(scale):
        if leaf.kind == "committee":
            yield "楼组长", (PostSeed("building_head", leaf.code, ""),)


def _unit_posts(unit: UnitSeed) -> Iterator[tuple[str, tuple[PostSeed, ...]]]:
    doer = PostSeed("responder", unit.area_code, unit.code)
    if unit.kind == "station":
        yield "第一站长", (PostSeed("station_head", unit.area_code, unit.code),)
        yield "副站长", (PostSeed("station_head", unit.area_code, unit.code, deputy=True),)
        yield "联勤队员", (doer,)
        return
    titles = book("places")["titles"].get(unit.kind, book("places")["titles"]["*"])
    if unit.kind not in ("committee", "village_committee"):
        yield from ((title, (doer,)) for title in titles)
        return
    worker = PostSeed("worker", unit.area_code, unit.code)
    chair, clerk, fieldworker = titles
    yield chair, (worker, doer)
    yield clerk, (worker,)
    yield fieldworker, (worker, doer)
