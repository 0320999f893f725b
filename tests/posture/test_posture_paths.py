"""The mode of an area over its whole way up the tree, and who may write one."""

from __future__ import annotations

from datetime import timedelta

import cast
import pytest
from casework.stage import MONDAY, Stage
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from psycopg import sql

from linli.access.api import APP_ROLES
from linli.posture.api import Mode, mode_of
from linli.posture.models import Declaration
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
WAY_UP = (cast.HOME_AREA, cast.STATION, cast.TOWN, cast.DISTRICT)


def declare(code: str, mode: Mode, *, after: timedelta = timedelta(0), hours: float = 2) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(str(settings.DATABASES["owner"]["USER"]))))
    since = MONDAY + after
    Declaration.objects.create(
        area=area_by_code(code), mode=mode, since=since, until=since + timedelta(hours=hours), authority="镇政府",
        document="1号",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("set local role linli_app")


@pytest.mark.parametrize("declared", WAY_UP)
@pytest.mark.parametrize("asked", WAY_UP)
def test_a_declaration_holds_for_its_area_and_below_and_not_above(declared: str, asked: str) -> None:
    declare(declared, Mode.LEVEL_II)
    below = WAY_UP.index(asked) <= WAY_UP.index(declared)
    assert mode_of(area_by_code(asked).path, MONDAY) is (Mode.LEVEL_II if below else Mode.ORDINARY)


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_can_be_declared_and_is_told(mode: Mode) -> None:
    declare(cast.TOWN, mode)
    assert mode_of(area_by_code(cast.TOWN).path, MONDAY) is mode


def test_when_the_strictest_ends_the_next_holds_on() -> None:
    declare(cast.TOWN, Mode.LEVEL_I, hours=1)
    declare(cast.TOWN, Mode.LEVEL_III, hours=3)
    declare(cast.DISTRICT, Mode.LEVEL_IV, hours=5)
    path = area_by_code(cast.HOME_AREA).path
    held = [mode_of(path, MONDAY + timedelta(hours=n)) for n in (0, 1, 2, 3, 4, 5)]
    assert held == [Mode.LEVEL_I, Mode.LEVEL_III, Mode.LEVEL_III, Mode.LEVEL_IV, Mode.LEVEL_IV, Mode.ORDINARY]


def test_one_that_begins_later_does_not_hold_yet() -> None:
    declare(cast.TOWN, Mode.LEVEL_I, after=timedelta(hours=1))
    path = area_by_code(cast.TOWN).path
    assert mode_of(path, MONDAY) is Mode.ORDINARY
    assert mode_of(path, MONDAY + timedelta(hours=1)) is Mode.LEVEL_I


@pytest.mark.parametrize("path", ["", "999", "310115.999", "310115.13"])
def test_where_there_is_no_area_times_are_ordinary(path: str) -> None:
    declare(cast.TOWN, Mode.LEVEL_I)
    assert mode_of(path, MONDAY) is Mode.ORDINARY


@pytest.mark.parametrize("hours", [0, -1])
def test_a_declaration_runs_forward(hours: float) -> None:
    with pytest.raises(IntegrityError):
        declare(cast.TOWN, Mode.LEVEL_I, hours=hours)


@pytest.mark.parametrize("who", ["worker", "responder", "district", "auditor"])
def test_everybody_reads_the_mode(stage: Stage, who: str) -> None:
    declare(cast.TOWN, Mode.LEVEL_III)
    stage._acting(who)
    assert mode_of(area_by_code(cast.HOME_AREA).path, MONDAY) is Mode.LEVEL_III


@pytest.mark.parametrize("role", APP_ROLES)
@pytest.mark.parametrize("statement", ["delete from posture_declaration", "update posture_declaration set mode = 'x'"])
def test_no_role_of_the_application_changes_one(role: str, statement: str) -> None:
    declare(cast.TOWN, Mode.LEVEL_III)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(f"set local role {role}")
        connection.cursor().execute(statement)
