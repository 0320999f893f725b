"""A compound drawn for tests of charts: buildings, entrances, floors, people behind some doors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cast
from casework.stage import Stage

from linli.register.places.api import Place
from linli.territory.api import area_by_code

HOMES = """
insert into register_place (code, kind, area_id, parent_id, compound_id, name, address, floor, slot, use)
select e.code || '.' || f || lpad(s::text, 2, '0'), 'home', e.area_id, e.id, e.compound_id,
       e.name || f || lpad(s::text, 2, '0') || '室', '', f, s,
       (array['owned', 'let', 'empty', 'owned', 'shared', 'owned'])[1 + (f * 7 + s) %% 6]
  from register_place e, generate_series(1, %s) f, generate_series(1, %s) s
 where e.compound_id = %s and e.kind = 'entrance'
"""


@dataclass(frozen=True)
class Estate:
    """A drawn compound and the ids of what stands in it."""

    compound: Place
    buildings: Sequence[int]
    entrances: Sequence[int]


def drawn(
    stage: Stage, *, buildings: int = 2, entrances: int = 2, floors: int = 6, slots: int = 2,
    area: str = cast.HOME_AREA, code: str = "drawn",
) -> Estate:  # fmt: skip
    """Every home has a cell; nobody lives there yet."""
    area_id = area_by_code(area).id
    top = place(stage, code, "compound", area_id, "云台苑")
    made, doors = [], []
    for b in range(1, buildings + 1):
        building = place(stage, f"{code}.{b}", "building", area_id, f"{b}号楼", top, top)
        made.append(building)
        for e in range(1, entrances + 1):
            number = f"{(b - 1) * entrances + e}号"
            doors.append(place(stage, f"{code}.{b}.{e}", "entrance", area_id, number, building, top))
    stage.own(HOMES, floors, slots, top)
    stage.own("analyze register_place")
    return Estate(Place(id=top, kind="compound", area=area_by_code(area), name="云台苑"), made, doors)


def place(
    stage: Stage, code: str, kind: str, area_id: int, name: str, parent: int | None = None, compound: int | None = None
) -> int:
    """One place, written as the owner; its id."""
    stage.own(
        "insert into register_place (code, kind, area_id, parent_id, compound_id, name, address)"
        " values (%s, %s, %s, %s, %s, %s, %s)", code, kind, area_id, parent, compound, name, name,
    )  # fmt: skip
    return int(stage.one("select id from register_place where code = %s", code))


def home(stage: Stage, code: str) -> int:
    """The id of a home by the code it was drawn with: `drawn.1.1.601`."""
    return int(stage.one("select id from register_place where code = %s", code))


def settle(stage: Stage, home_id: int, *tags: str, seen: str = "2026-03-01", since: str = "2020-01-01",
           lives_here: bool = True, stale_on: str = "2027-01-01") -> str:  # fmt: skip
    """Somebody lives behind this door, with these needs and roles; the id of the person."""
    stage.own(
        "with p as (insert into register_person (id, area_id, home_id, name, source, checked_on)"
        "  select gen_random_uuid(), area_id, case when %s then id end, '张三', 'door', %s"
        "  from register_place where id = %s returning id, area_id),"
        " h as (insert into register_household (id, area_id, home_id, tenure)"
        "  select gen_random_uuid(), area_id, %s, 'own' from p returning id)"
        " insert into register_member (area_id, home_id, household_id, person_id, relation, lives_here, since)"
        "  select p.area_id, %s, h.id, p.id, 'head', %s, %s from p, h",
        lives_here, seen, home_id, home_id, home_id, lives_here, since,
    )  # fmt: skip
    person = stage.one("select person_id from register_member where home_id = %s order by id desc limit 1", home_id)
    for tag in tags:
        stage.own(
            "insert into register_tag (area_id, home_id, person_id, kind_id, source, stale_on)"
            " select area_id, home_id, person_id, %s, 'door', %s from register_member where person_id = %s",
            tag, stale_on, person,
        )  # fmt: skip
    return str(person)


def check(stage: Stage, home_id: int, due_on: str) -> None:
    """A home somebody has to look at again."""
    stage.own(
        "insert into register_homecheck (area_id, home_id, cause, due_on) select area_id, id, 'stale', %s"
        " from register_place where id = %s", due_on, home_id,
    )  # fmt: skip
