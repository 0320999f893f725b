"""The diagram of duty: doors by levels, with what is wrong where it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from register import duty_town
from register.duty_town import Built
from register.test_duty_proof import PLANTS, READER

from linli.access.api import Principal
from linli.accounts.api import Post
from linli.register.duty.api import Cause, Leave, Seat, diagram, faults, open_cells
from linli.register.places.api import Place

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def town(as_owner: None) -> Built:
    return duty_town.build()


def test_every_door_has_a_row_and_every_level_a_cell(town: Built) -> None:
    drawn = diagram(READER, town.chain, town.area, DAY)
    assert [level.depth for level in drawn.levels] == [1, 2, 3, 4]
    assert (drawn.doors, drawn.wrong) == (len(town.doors), 0)
    assert [group.name for group in drawn.groups] == ["c0", "c1"]
    rows = [row for group in drawn.groups for row in group.rows]
    assert {row.door_id for row in rows} == {door.id for door in town.doors}
    assert {len(row.cells) for row in rows} == {4}
    names = {row.name for row in rows}
    assert {"c0h0", "c1b0", "c1b1 c1b1e0"} <= names, "an entrance is named with its building"


def test_a_cell_names_those_who_cover_it_the_accountable_first(town: Built) -> None:
    door = town.doors[0]
    town.lay(door, 3, town.posts[3], seat=Seat.DEPUTY)
    town.lay(door, 3, town.posts[2], seat=Seat.CO_HEAD)
    drawn = diagram(READER, town.chain, town.area, DAY)
    row = next(row for group in drawn.groups for row in group.rows if row.door_id == door.id)
    assert [[one.name for one in cell.drawn] for cell in row.cells] == [
        ["楼长0"], ["楼长0"], ["张*", "楼长2", "楼长3"], [],
    ]  # fmt: skip
    assert [one.seat for one in row.cells[2].drawn] == [Seat.ACCOUNTABLE, Seat.CO_HEAD, Seat.DEPUTY]
    assert [one.spot for one in row.cells[0].drawn] == [town.area.name]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_it_says_what_the_proof_says(town: Built, plant: Callable[[Built, Place], tuple[int, Cause]]) -> None:
    for door in (town.doors[0], town.doors[-1], town.doors[-2]):
        plant(town, door)
    drawn = diagram(READER, town.chain, town.area, DAY)
    proven = {(one.door_id, one.level_id, one.cause) for one in faults(READER, town.chain, town.area.path, DAY)}
    assert {(row.door_id, cell.level_id, cell.cause) for row, cell in open_cells(drawn)} == proven
    assert len(proven) == drawn.wrong == 3


def test_leave_is_drawn_also_when_somebody_stands_in(town: Built) -> None:
    door = town.doors[0]
    Leave.objects.create(area=town.area, charge=town.charge(door), starts_on=DAY, stand_in_post=town.posts[2])
    drawn = diagram(READER, town.chain, town.area, DAY)
    row = next(row for group in drawn.groups for row in group.rows if row.door_id == door.id)
    assert [(one.on_leave, one.is_away) for one in row.cells[2].drawn] == [(True, False)]
    assert drawn.wrong == 0
    Post.objects.filter(id=town.posts[2].id).update(ends_on=date(2026, 3, 1))
    assert diagram(READER, town.chain, town.area, DAY).wrong == 1


@pytest.mark.parametrize(
    ("who", "name"), [("worker", "张三0"), ("head", "张三0"), ("dispatcher", "张*"), ("district", "")]
)
def test_residents_are_named_on_site_masked_in_town_and_not_above(
    town: Built, acting: Callable[[str], Principal], who: str, name: str
) -> None:
    drawn = diagram(acting(who), town.chain, town.area, DAY)
    row = next(row for group in drawn.groups for row in group.rows if row.door_id == town.doors[0].id)
    assert [one.name for one in row.cells[2].drawn] == [name]
    assert [one.name for one in row.cells[1].drawn] == ["楼长0"]


def test_in_two_statements_however_many_doors(town: Built) -> None:
    chain = town.chain
    list(chain.levels.all())
    with CaptureQueriesContext(connection) as queries:
        diagram(READER, chain, town.area, DAY)
    assert len([one for one in queries.captured_queries if "register_place" in one["sql"]]) == 2
    assert len(queries) <= 3
