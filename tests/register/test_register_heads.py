"""What a building head reaches: the homes of his buildings, as the database tells and as the code tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import cast
import pytest
from django.db import ProgrammingError, connection, transaction

from linli.access.api import Principal, my_homes, within
from linli.accounts.api import Post
from linli.register.duty.api import Charge, Leave
from linli.register.households.api import HomeCheck, Household, Member
from linli.register.people.api import Person, Tag
from linli.register.places.api import Place

pytestmark = pytest.mark.django_db
Acting = Callable[[str], Principal]
TOMORROW, YESTERDAY = date.today() + timedelta(days=2), date.today() - timedelta(days=2)  # noqa: DTZ011  (far enough)


def place(suffix: str, area: str = cast.HOME_AREA) -> Place:
    return Place.objects.using("owner").get(code=f"cast.{area}{suffix}")


def post(username: str = "building_head") -> Post:
    return Post.objects.using("owner").get(user__username=username)


def owner(sql: str, *given: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        before = cursor.fetchone()[0]
        cursor.execute("set local role none")
        cursor.execute(sql, given)
        cursor.execute("select set_config('role', %s, true)", [before])


def helped() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select authz.help_homes()")
        return list(cursor.fetchone()[0])


@pytest.fixture
def more(as_owner: None) -> dict[str, Place]:
    """Building 5 with an entrance and a home beside building 3, and a village group with a house."""
    compound, village = place(""), place("", cast.VILLAGE_AREA)
    made: dict[str, Place] = {"compound": compound}

    def put(key: str, kind: str, parent: Place, **given: object) -> None:
        made[key] = Place.objects.create(
            code=f"heads.{key}", kind=kind, area_id=parent.area_id, parent_id=parent.id,
            compound_id=parent.compound_id or parent.id, name=key, **given,
        )  # fmt: skip

    put("building", "building", compound)
    put("entrance", "entrance", made["building"])
    put("home", "home", made["entrance"], floor=1, slot=1)
    made["group"] = Place.objects.create(code="heads.group", kind="village_group", area_id=village.area_id, name="一组")
    put("house", "home", made["group"])
    return made


def charge(spot: Place, *, starts_on: date = cast.SINCE, ends_on: date | None = None, who: str = "") -> Charge:
    level = Charge.objects.using("owner").filter(place__isnull=False).order_by("id")[0].level_id
    return Charge.objects.create(
        level_id=level, area_id=spot.area_id, place_id=spot.id, post_id=post(who or "building_head").id,
        starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip


def test_he_reaches_the_homes_of_his_building_and_their_people(acting: Acting) -> None:
    me = acting("building_head")
    home = place(".3.501")
    assert my_homes() == [home.id]
    assert set(Place.objects.filter(kind="home")) == {home}
    assert {person.name for person in Person.objects.all()} == {"王阿婆"}
    assert set(Person.objects.values_list("home_id", flat=True)) == {home.id}
    for table in (Household, Member, HomeCheck):
        assert set(table.objects.values_list("home_id", flat=True)) == {home.id}
        assert set(within(table.objects.all(), me, home="home_id")) == set(table.objects.all())


def test_needs_are_closed_to_him_and_he_is_told_where_help_is_needed(acting: Acting) -> None:
    acting("building_head")
    assert helped() == [place(".3.501").id]
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        list(Tag.objects.all())


def test_a_need_that_asks_no_help_or_is_over_is_not_told(acting: Acting) -> None:
    owner("update register_tag set kind_id = 'party_member'")
    acting("building_head")
    assert helped() == []
    owner("update register_tag set kind_id = 'living_alone', ended_on = current_date")
    assert helped() == []


@pytest.mark.parametrize("table", [Person, Household, Member, HomeCheck, Place, Charge])
def test_he_changes_nothing(acting: Acting, table: type[Person]) -> None:
    acting("building_head")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        table.objects.update(area_id=1)


@pytest.mark.parametrize(
    ("spot", "homes"),
    [("entrance", {"home"}), ("building", {"home"}), ("home", {"home"}), ("group", {"house"}), ("house", {"house"})],
)
def test_a_charge_reaches_what_stands_in_it_at_every_depth(
    more: dict[str, Place], acting: Acting, spot: str, homes: set[str]
) -> None:
    charge(more[spot])
    acting("building_head")
    assert set(my_homes()) == {place(".3.501").id, *(more[key].id for key in homes)}
    assert set(Place.objects.filter(kind="entrance")) == ({more["entrance"]} if homes == {"home"} else set())


def test_a_charge_on_the_compound_reaches_every_home_of_it(more: dict[str, Place], acting: Acting) -> None:
    charge(more["compound"])
    acting("building_head")
    assert set(my_homes()) == {place(".3.501").id, more["home"].id}


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "reached"),
    [
        (cast.SINCE, None, True), (cast.SINCE, TOMORROW, True), (cast.SINCE, YESTERDAY, False),
        (TOMORROW, None, False), (cast.SINCE, cast.SINCE, False),
    ],
)  # fmt: skip
def test_a_charge_counts_in_its_term_alone(
    more: dict[str, Place], acting: Acting, starts_on: date, ends_on: date | None, reached: bool
) -> None:
    charge(more["entrance"], starts_on=starts_on, ends_on=ends_on)
    acting("building_head")
    assert (more["home"].id in my_homes()) is reached


@pytest.mark.parametrize("by_charge", [False, True])
@pytest.mark.parametrize(("ends_on", "reached"), [(None, True), (TOMORROW, True), (YESTERDAY, False)])
def test_who_stands_in_reaches_the_homes_for_as_long(
    more: dict[str, Place], acting: Acting, ends_on: date | None, by_charge: bool, reached: bool
) -> None:
    away = charge(more["entrance"], who="worker")
    own = Charge.objects.get(post_id=post().id, place_id=place(".3").id)
    stands = {"stand_in_id": own.id} if by_charge else {"stand_in_post_id": post().id}
    Leave.objects.create(area_id=away.area_id, charge_id=away.id, starts_on=cast.SINCE, ends_on=ends_on, **stands)
    acting("building_head")
    assert (more["home"].id in my_homes()) is reached


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "district", "auditor", "responder"])
def test_nobody_else_has_homes_by_a_charge(more: dict[str, Place], acting: Acting, who: str) -> None:
    charge(more["entrance"], who=who)
    me = acting(who)
    assert my_homes() == []
    if who == "responder":
        assert not within(Place.objects.all(), me, home="id").exists()


def test_when_his_post_is_over_nothing_is_left(acting: Acting) -> None:
    acting("building_head")
    assert my_homes() != []
    owner("update accounts_post set ends_on = current_date - 2 where user_id = %s", post().user_id)
    assert my_homes() == []
    assert not Person.objects.exists()
