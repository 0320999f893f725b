"""The mode of an area: the strictest that was declared for it or above it, for its time."""

from __future__ import annotations

from datetime import timedelta

import cast
import pytest
from casework.stage import MONDAY
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from linli.posture.api import Mode, mode_of
from linli.posture.models import Declaration
from linli.posture.rules import SEVERITY, strictest
from linli.territory.api import area_by_code


@given(st.lists(st.sampled_from(list(Mode))))
def test_of_several_modes_the_strictest_holds(modes: list[Mode]) -> None:
    found = strictest(modes)
    assert all(SEVERITY[found] >= SEVERITY[mode] for mode in modes)
    assert found in modes or (found is Mode.ORDINARY and not modes)


def test_level_one_is_the_highest() -> None:
    assert strictest(list(Mode)) is Mode.LEVEL_I
    assert strictest([]) is Mode.ORDINARY


def declare(code: str, mode: Mode, *, days: int = 2) -> None:
    Declaration.objects.create(
        area=area_by_code(code), mode=mode, since=MONDAY, until=MONDAY + timedelta(days=days), authority="镇政府",
        document="1号",
    )  # fmt: skip


def mode(code: str, **later: float) -> Mode:
    return mode_of(area_by_code(code).path, MONDAY + timedelta(**later))


@pytest.mark.django_db
@pytest.mark.usefixtures("as_owner")
class TestDeclared:
    def test_without_a_declaration_times_are_ordinary(self) -> None:
        assert mode(cast.HOME_AREA) is Mode.ORDINARY

    def test_it_holds_for_all_below_and_for_nobody_beside_or_above(self) -> None:
        declare(cast.STATION, Mode.LEVEL_II)
        assert mode(cast.HOME_AREA) is mode(cast.STATION) is Mode.LEVEL_II
        assert mode(cast.COUSIN_AREA) is mode(cast.TOWN) is mode(cast.FOREIGN_AREA) is Mode.ORDINARY

    def test_a_stricter_one_above_wins_and_a_milder_one_does_not(self) -> None:
        declare(cast.HOME_AREA, Mode.LEVEL_III)
        declare(cast.TOWN, Mode.LEVEL_IV)
        assert mode(cast.HOME_AREA) is Mode.LEVEL_III
        declare(cast.DISTRICT, Mode.LEVEL_I)
        assert mode(cast.HOME_AREA) is Mode.LEVEL_I

    def test_it_begins_and_ends_to_the_moment(self) -> None:
        declare(cast.TOWN, Mode.LEVEL_I)
        assert mode(cast.TOWN, seconds=-1) is Mode.ORDINARY
        assert mode(cast.TOWN) is Mode.LEVEL_I
        assert mode(cast.TOWN, days=2, seconds=-1) is Mode.LEVEL_I
        assert mode(cast.TOWN, days=2) is Mode.ORDINARY

    def test_it_cannot_end_before_it_begins(self) -> None:
        with pytest.raises(IntegrityError):
            declare(cast.TOWN, Mode.LEVEL_I, days=0)
