"""Posts are held for a term, over an area; an empty chair passes a matter on."""

from __future__ import annotations

from datetime import date, timedelta

import cast
import pytest
from casework.stage import Stage, unit, user_id
from django.db import IntegrityError

from linli.accounts.api import (
    Post,
    Role,
    create_unit,
    create_user,
    end_post,
    grant_post,
    heads_of,
    holders,
    posts_of,
    unit_by_id,
    unit_for,
    unit_names,
    units_near,
)
from linli.casework.intake.api import reports
from linli.kernel.errors import Forbidden, InvalidInput, NotFound
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def post(who: str) -> Post:
    return Post.objects.get(user__username=who)


@pytest.mark.parametrize(
    ("starts", "ends", "held"),
    [(0, None, True), (-9, 0, True), (1, None, False), (-9, -1, False), (-9, 5, True)],
)
def test_a_post_is_held_from_its_first_to_its_last_day(
    as_owner: None, starts: int, ends: int | None, held: bool
) -> None:
    user = create_user(actor=None, username="new", name="新人", password=None)
    given = grant_post(
        actor=None, user=user, role=Role.WORKER, area=area_by_code(cast.HOME_AREA), starts_on=TODAY + timedelta(starts),
        ends_on=None if ends is None else TODAY + timedelta(ends),
    )  # fmt: skip
    assert [one.id for one in posts_of(user.id, TODAY)] == ([given.id] if held else [])


def test_a_post_that_ended_sees_nothing_from_the_next_statement_on(stage: Stage) -> None:
    stage.receive()
    me = stage._acting("worker")
    assert reports(me).count() == 1
    stage.own("update accounts_post set ends_on = %s where id = %s", date(2024, 6, 1), me.post_id)
    assert reports(me).count() == 0
    with pytest.raises(Forbidden):
        stage._acting("worker")


def test_a_disabled_account_sees_nothing_from_the_next_statement_on(stage: Stage) -> None:
    stage.receive()
    me = stage._acting("worker")
    stage.own("update accounts_user set is_active = false where id = %s", me.user_id)
    assert reports(me).count() == 0


def test_ending_a_post_is_on_record(as_owner: None, stage: Stage) -> None:
    stage.own("select 1")
    one = post("worker")
    end_post(actor=None, post=one, on=date(2026, 3, 1))
    assert posts_of(one.user_id, TODAY) == []
    acts = stage.ask("select act from audit_record where subject_kind = 'post' and subject_id = %s", str(one.id))
    assert "post.end" in {row["act"] for row in acts}


def test_a_role_of_a_unit_is_not_given_without_one(as_owner: None) -> None:
    user = create_user(actor=None, username="new", name="新人", password=None)
    with pytest.raises(InvalidInput) as caught:
        grant_post(actor=None, user=user, role=Role.RESPONDER, area=area_by_code(cast.TOWN), starts_on=TODAY)
    assert caught.value.code == "post_needs_unit"


def test_a_term_does_not_run_backwards(as_owner: None) -> None:
    user = create_user(actor=None, username="new", name="新人", password=None)
    with pytest.raises(IntegrityError):
        grant_post(
            actor=None, user=user, role=Role.WORKER, area=area_by_code(cast.TOWN), starts_on=TODAY,
            ends_on=TODAY - timedelta(1),
        )  # fmt: skip


def test_an_account_alone_has_no_password_and_no_right(as_owner: None) -> None:
    user = create_user(actor=None, username="new", name="新人", password=None)
    assert not user.has_usable_password()
    assert (posts_of(user.id, TODAY), user.is_staff, user.is_superuser) == ([], False, False)


@pytest.mark.parametrize(("level", "who"), [(1, "head"), (2, "dispatcher"), (3, "district")])
def test_each_level_has_its_chair(as_owner: None, level: int, who: str) -> None:
    assert [one.user_id for one in heads_of(area_by_code(cast.HOME_AREA), level, TODAY)] == [user_id(who)]


@pytest.mark.parametrize(("gone", "level", "who"), [
    (["head"], 1, "dispatcher"), (["dispatcher"], 2, "district"), (["head", "dispatcher"], 1, "district"),
    (["dispatcher"], 1, "head"),
])  # fmt: skip
def test_an_empty_chair_passes_the_matter_on_and_never_drops_it(
    as_owner: None, gone: list[str], level: int, who: str
) -> None:
    Post.objects.filter(user__username__in=gone).update(ends_on=TODAY - timedelta(1))
    assert [one.user_id for one in heads_of(area_by_code(cast.HOME_AREA), level, TODAY)] == [user_id(who)]


def test_when_all_chairs_are_empty_nobody_is_made_up(as_owner: None) -> None:
    Post.objects.filter(role__in=[Role.STATION_HEAD, Role.DISPATCHER, Role.DISTRICT]).update(
        ends_on=TODAY - timedelta(1)
    )
    assert heads_of(area_by_code(cast.HOME_AREA), 1, TODAY) == []


def test_the_holder_comes_before_his_deputy_and_a_disabled_one_not_at_all(as_owner: None) -> None:
    station = area_by_code(cast.STATION)
    for name, deputy in (("deputy", True), ("second", False), ("gone", False)):
        user = create_user(actor=None, username=name, name=name, password=None)
        grant_post(actor=None, user=user, role=Role.STATION_HEAD, area=station, starts_on=TODAY, deputy=deputy)
    type(user).objects.filter(username="gone").update(is_active=False)
    found = [one.user.username for one in holders(Role.STATION_HEAD, station.id, TODAY)]
    assert found == ["head", "second", "deputy"]


def test_the_nearest_unit_of_a_kind_answers(as_owner: None) -> None:
    home = area_by_code(cast.HOME_AREA)
    assert unit_for("urban_management", home.path) == unit("urban")
    nearer = create_unit(actor=None, code="near", kind="urban_management", name="近", area=area_by_code(cast.STATION))
    assert unit_for("urban_management", home.path) == nearer
    assert unit_for("urban_management", area_by_code(cast.COUSIN_AREA).path) == unit("urban")
    assert unit_for("urban_management", area_by_code(cast.FOREIGN_AREA).path) is None
    type(nearer).objects.filter(id=nearer.id).update(is_active=False)
    assert unit_for("urban_management", home.path) == unit("urban")


def test_the_choices_of_a_dispatcher_stand_above_the_place_nearest_first(as_owner: None) -> None:
    codes = [one.code for one in units_near(area_by_code(cast.HOME_AREA).path) if one.code.startswith("cast.")]
    assert set(codes) == {
        "cast.committee",
        "cast.property",
        "cast.station",
        "cast.centre",
        "cast.urban",
        "cast.housing",
    }
    assert codes.index("cast.property") < codes.index("cast.station") < codes.index("cast.urban")


def test_a_unit_that_does_not_exist_is_said_to_be_unknown() -> None:
    with pytest.raises(NotFound):
        unit_by_id(0)
    station = unit("station")
    assert unit_names({station.id, 0}) == {station.id: "澧溪联勤联动站"}
