"""What stands in the invented district: of the right size, every place after what it stands in."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from linli.kernel.numbers import parse_number
from linli.project.demo.district.ground import HOMES_OF_THE_LARGEST, Ground, Seed, homes_of, seeds
from linli.project.demo.district.matters import FIRST_SERIAL, SERIALS, matters
from linli.project.demo.district.people import COLUMNS, move_in
from linli.project.demo.seeds import read_areas
from linli.register.places.api import PlaceKind, UseState, may_stand_in

LEAVES = [area for area in read_areas() if area.kind not in ("district", "town")]
SAMPLE = LEAVES[::12]
TODAY = datetime(2026, 11, 1, 4, tzinfo=UTC)


def ground(code: str, kind: str) -> Ground:
    return Ground(code, kind, "某某村委会" if kind == "village" else "某某居委会", "某某镇", 121.5, 31.2)


BUILT = {area.code: seeds(ground(area.code, area.kind)) for area in SAMPLE}


def everything() -> list[Seed]:
    return [seed for built in BUILT.values() for seed in built]


def test_the_same_committee_is_built_the_same() -> None:
    for area in SAMPLE[:5]:
        assert seeds(ground(area.code, area.kind)) == BUILT[area.code]


def test_every_place_stands_after_and_in_something_that_may_hold_it() -> None:
    for built in BUILT.values():
        for at, seed in enumerate(built):
            assert seed.parent is None or seed.parent < at
            parent = None if seed.parent is None else built[seed.parent].kind
            assert may_stand_in(seed.kind, parent), (seed.kind, parent)


def test_every_place_knows_the_compound_it_stands_in() -> None:
    for built in BUILT.values():
        for seed in built:
            top = seed
            while top.parent is not None:
                top = built[top.parent]
            inside = top.kind in {PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP} and seed is not top
            assert (None if seed.compound is None else built[seed.compound]) == (top if inside else None)


@pytest.mark.parametrize(("kind", "whole", "within"), [
    (PlaceKind.COMPOUND, 3_200, 0.25), (PlaceKind.ENTRANCE, 63_000, 0.2), (PlaceKind.HOME, 2_000_000, 0.25),
    (PlaceKind.VILLAGE_GROUP, 3_880, 0.25),
])  # fmt: skip
def test_the_sample_promises_a_district_of_the_designed_size(kind: PlaceKind, whole: int, within: float) -> None:
    found = Counter(seed.kind for seed in everything())[kind] * len(LEAVES) / len(SAMPLE)
    assert abs(found - whole) <= whole * within, found


def test_homes_of_an_entrance_fill_its_grid_once() -> None:
    for built in BUILT.values():
        cells = Counter(
            (seed.parent, seed.floor, seed.slot) for seed in built if seed.kind is PlaceKind.HOME and seed.floor
        )
        assert all(times == 1 for times in cells.values())


def test_there_is_a_tower_of_34_floors_somewhere() -> None:
    assert max(seed.floor or 0 for seed in everything()) == 34


def test_one_compound_can_be_the_largest() -> None:
    built = seeds(ground("310115132001", "committee"), largest=True)
    homes = Counter(built[at].compound for at in homes_of(built))
    assert HOMES_OF_THE_LARGEST <= max(homes.values()) < HOMES_OF_THE_LARGEST + 204


def test_points_lie_in_the_neighbourhood() -> None:
    for seed in everything():
        if seed.lng is not None and seed.lat is not None:
            assert abs(seed.lng - 121.5) < 0.03
            assert abs(seed.lat - 31.2) < 0.03


class TestPeople:
    HOMES = [(n, f"a.{n}") for n in range(800)]
    MOVED = move_in(HOMES, 7, dict.fromkeys(
        ("living_alone", "aged", "bedridden", "disabled", "dialysis", "pregnant", "low_income", "child_in_need",
         "mental_illness", "party_member", "volunteer"), 30), TODAY.date())  # fmt: skip

    def test_every_home_has_a_use_and_rows_fit_their_columns(self) -> None:
        assert set(self.MOVED.uses) == {home for home, _code in self.HOMES}
        for table, columns in COLUMNS.items():
            assert self.MOVED.rows[table]
            assert all(len(row) == len(columns) for row in self.MOVED.rows[table])

    def test_there_are_about_as_many_people_to_a_home_as_in_the_district(self) -> None:
        assert 2.4 < len(self.MOVED.rows["register_person"]) / len(self.HOMES) < 3.1

    def test_members_belong_to_households_and_people_that_are_there(self) -> None:
        households = {row[0]: row[2] for row in self.MOVED.rows["register_household"]}
        people = {row[0]: row[2] for row in self.MOVED.rows["register_person"]}
        for _area, home, household, person, *_rest in self.MOVED.rows["register_member"]:
            assert households[household] == people[person] == home

    def test_an_empty_home_holds_nobody(self) -> None:
        empty = {home for home, use in self.MOVED.uses.items() if use is UseState.EMPTY}
        assert empty
        assert not empty & {row[2] for row in self.MOVED.rows["register_household"]}


class TestMatters:
    ROWS = list(matters("310115132001", "132", 3, [11, 12, 13], TODAY))

    def test_numbers_are_true_and_stay_in_the_block_of_their_area(self) -> None:
        numbers = [parse_number(str(row[1])) for row in self.ROWS]
        assert len(set(numbers)) == len(numbers)
        serials = [number.serial for number in numbers]
        assert min(serials) >= FIRST_SERIAL + 3 * SERIALS
        assert max(serials) < FIRST_SERIAL + 4 * SERIALS
        assert {number.town for number in numbers} == {"132"}

    def test_neighbours_in_the_town_never_share_a_number(self) -> None:
        other = {str(row[1]) for row in matters("310115132003", "132", 4, [11], TODAY)}
        assert not other & {str(row[1]) for row in self.ROWS}

    def test_ids_sort_by_time_and_are_version_7(self) -> None:
        ordered = sorted(self.ROWS, key=lambda row: str(row[0]))
        times = [row[7] for row in ordered]
        assert all(str(row[0])[14] == "7" for row in self.ROWS)
        assert all(
            isinstance(a, datetime) and isinstance(b, datetime) and b - a > timedelta(milliseconds=-1)
            for a, b in pairwise(times)
        )

    def test_what_is_old_is_closed_and_some_of_the_new_is_open(self) -> None:
        states = Counter(str(row[6]) for row in self.ROWS)
        assert states["closed"] > 0.9 * len(self.ROWS)
        assert set(states) == {"closed", "handling", "filed", "verified"}

    def test_they_lie_at_the_given_places_within_a_year(self) -> None:
        assert {row[2] for row in self.ROWS} == {11, 12, 13}
        assert all(isinstance(row[7], datetime) and TODAY - timedelta(days=365) < row[7] < TODAY for row in self.ROWS)
