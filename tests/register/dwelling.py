"""The cast's homes and people in short, and all that the register holds, for tests of its acts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import cast
from casework.stage import Stage

from linli.register.households.api import Household, Newcomer, join, move_in
from linli.register.people.api import Person, note_person
from linli.register.places.api import Place, add_place
from linli.territory.api import Area, area_by_code

TABLES = (
    "register_place", "register_person", "register_tag", "register_household", "register_member", "register_homecheck",
)  # fmt: skip


def area(code: str = cast.HOME_AREA) -> Area:
    return area_by_code(code)


def home_id(stage: Stage, code: str = cast.HOME_AREA) -> int:
    """The home of the cast's family in an area."""
    return int(stage.one("select id from register_place where code = %s", f"cast.{code}.3.501"))


def aged(stage: Stage, code: str = cast.HOME_AREA) -> UUID:
    """The aged woman who lives alone there."""
    return UUID(stage.one("select id from register_person where area_id = %s and name = '王阿婆'", area(code).id))


def son(stage: Stage, code: str = cast.HOME_AREA) -> UUID:
    """Her son, registered with her and living elsewhere."""
    return UUID(stage.one("select id from register_person where area_id = %s and name = '李大军'", area(code).id))


def household_of(stage: Stage, home: int) -> UUID:
    """The household that lives in a home now."""
    return UUID(
        stage.one(
            "select id from register_household where home_id = %s and moved_out is null order by id limit 1", home
        )
    )


def another_home(
    stage: Stage, name: str = "502室", *, floor: int = 5, slot: int = 2, code: str = cast.HOME_AREA
) -> Place:
    """A fresh home in the building of the cast."""
    who = "head" if code in (cast.HOME_AREA, cast.SIBLING_AREA) else "dispatcher"
    stage._acting(who)
    building = Place.objects.select_related("area").get(code=f"cast.{code}.3")
    made: Place = stage.do(
        who, add_place, area=area(code), kind="home", name=name, parent=building, cell=(floor, slot, 1), use="owned"
    )
    return made


def settled(stage: Stage, home: int, name: str, **more: Any) -> Person:
    """Somebody new who lives in a home, in a household of his own."""
    member = stage.do(
        "worker", move_in, home_id=home, person=Newcomer(name, "door"), relation="head", tenure="own", **more
    )
    return Person.objects.get(id=member.person_id)


def noted(stage: Stage, name: str, who: str = "worker", **more: Any) -> Person:
    """Somebody new who lives in no home yet."""
    made: Person = stage.do(who, note_person, area=area(), name=name, source="door", **more)
    return made


def joined(stage: Stage, household: UUID, person: UUID, **more: Any) -> Any:
    given = {"relation": "child"} | more
    return stage.do("worker", join, household_id=household, person_id=person, **given)


def everything(stage: Stage) -> dict[str, list[dict[str, Any]]]:
    """Every row of the register's tables, for comparing before and after."""
    return {table: stage.ask(f"select * from {table} order by id") for table in TABLES}


def open_checks_of(stage: Stage, home: int) -> list[str]:
    """The causes of the open checks of a home."""
    rows = stage.ask("select cause from register_homecheck where home_id = %s and done_at is null", home)
    return [row["cause"] for row in rows]


def close_checks(stage: Stage) -> None:
    """As if everything had just been looked at: the setting of a test."""
    stage.own("update register_homecheck set done_at = now() where done_at is null")


def trail(stage: Stage, act: str) -> list[dict[str, Any]]:
    return stage.ask("select * from audit_record where act = %s order by id", act)


def household(stage: Stage, row: UUID) -> Household:
    stage._acting("worker")
    return Household.objects.get(id=row)
