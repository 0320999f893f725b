"""Homes are drawn as the building stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.register.charts.grid import LOOSE_WIDTH, WIDEST, Block, Cell, Chart, Stack, door_of, stack
from linli.register.charts.rules import Layer


def cell(home_id: int, floor: int | None, slot: int | None, span: int = 1) -> Cell:
    return Cell(home_id, f"1号{home_id}室", str(home_id), floor, slot, span)


def drawing(made: Stack) -> list[tuple[int | None, list[int | None]]]:
    return [(floor.number, [one.home_id if one else None for one in floor.cells]) for floor in made.floors]


def test_floors_go_from_the_top_down_and_slots_from_the_left() -> None:
    made = stack(1, "1号", [cell(101, 1, 1), cell(102, 1, 2), cell(202, 2, 2), cell(201, 2, 1)])
    assert drawing(made) == [(2, [201, 202]), (1, [101, 102])]
    assert made.width == 2
    assert [one.home_id for one in made.cells] == [201, 202, 101, 102]


def test_a_missing_room_is_a_gap_and_a_joined_home_is_wide() -> None:
    made = stack(1, "1号", [cell(101, 1, 1), cell(103, 1, 3), cell(201, 2, 1, span=2), cell(203, 2, 3)])
    assert drawing(made) == [(2, [201, 203]), (1, [101, None, 103])]


def test_a_floor_that_ends_early_is_filled_with_gaps() -> None:
    made = stack(1, "1号", [cell(101, 1, 1), cell(201, 2, 1), cell(202, 2, 2)])
    assert drawing(made)[1] == (1, [101, None])


def test_a_basement_lies_below_the_ground() -> None:
    made = stack(1, "1号", [cell(1, -1, 1), cell(101, 1, 1)])
    assert [floor.number for floor in made.floors] == [1, -1]


def test_homes_without_a_cell_stand_below_in_rows_by_their_numbers() -> None:
    made = stack(1, "张家宅", [cell(n, None, None) for n in range(20, 0, -1)])
    assert [number for number, _cells in drawing(made)] == [None, None, None]
    assert drawing(made)[0][1] == list(range(1, LOOSE_WIDTH + 1))
    assert drawing(made)[2][1] == [17, 18, 19, 20, None, None, None, None]


@pytest.mark.parametrize("wrong", [
    cell(2, 1, 1), cell(2, 1, 0), cell(2, 1, -3), cell(2, None, 1), cell(2, 1, None), cell(2, 1, WIDEST + 5),
    cell(2, 1, 2, span=WIDEST),
])  # fmt: skip
def test_a_home_whose_cell_cannot_be_is_shown_all_the_same(wrong: Cell) -> None:
    made = stack(1, "1号", [cell(1, 1, 1), wrong])
    assert {one.home_id for one in made.cells} == {1, 2}
    assert made.floors[-1].number is None


def test_a_wide_home_and_one_under_it_are_both_shown() -> None:
    made = stack(1, "1号", [cell(1, 3, 1, span=3), cell(2, 3, 2)])
    assert drawing(made) == [(3, [1]), (None, [2, None, None])]


def test_nothing_is_an_empty_stack() -> None:
    assert stack(1, "1号", []) == Stack(1, "1号", 0, ())


HOMES = st.lists(
    st.tuples(st.none() | st.integers(-3, 40), st.none() | st.integers(-2, 45), st.integers(1, 4)), max_size=60
)


@given(HOMES)
def test_every_home_is_drawn_exactly_once_and_every_row_is_as_wide_as_the_stack(
    given_homes: list[tuple[int | None, int | None, int]],
) -> None:
    homes = [cell(n, *where) for n, where in enumerate(given_homes, 1)]
    made = stack(1, "1号", homes)
    assert sorted(one.home_id for one in made.cells) == [one.home_id for one in homes]
    for floor in made.floors:
        width = sum(one.span if one and floor.number is not None else 1 for one in floor.cells)
        assert width == made.width


@pytest.mark.parametrize(("name", "door"), [
    ("3号501室", "501"), ("3号501-502室", "501-502"), ("501室", "501"), ("12", "12"), ("2号A座", "2号A座"),
    ("张家宅12号", "张家宅12号"), ("3号1201A室", "1201A"),
])  # fmt: skip
def test_the_door_says_its_number(name: str, door: str) -> None:
    assert door_of(name) == door


def test_a_chart_knows_all_its_homes() -> None:
    one, other = stack(1, "1号", [cell(1, 1, 1)]), stack(2, "2号", [cell(2, 1, 1)])
    made = Chart(9, 1, "云台苑", frozenset({Layer.USE}), (Block(5, "1号楼", 2, (one, other)),))
    assert [home.home_id for home in made.cells] == [1, 2]
