"""Who may see people, households and needs: the database's own answer, whatever the code asks (DOMAIN §4.2)."""

from __future__ import annotations

import cast
import pytest
from casework.stage import Stage
from django.db import connection, transaction
from django.db.utils import DatabaseError

from linli.register.households.api import HomeCheck, Household, Member
from linli.register.people.api import Person, Tag, TagKind
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
PEOPLE = (Person, Household, Member, HomeCheck)
SITE = {"worker": 1, "worker_sibling": 1, "worker_cousin": 1, "worker_village": 1}
NOBODY = ("district", "auditor", "responder", "responder_mate", "responder_urban")


def seen(model: type[Person] | type[Household] | type[Member] | type[HomeCheck] | type[Tag]) -> set[str]:
    """The areas whose rows the present identity sees; empty also where the role has no right at all."""
    try:
        with transaction.atomic():
            return set(model.objects.values_list("area__code", flat=True))
    except DatabaseError as refused:
        assert "permission denied" in str(refused)
        return set()


@pytest.mark.parametrize("model", PEOPLE)
@pytest.mark.parametrize(("who", "areas"), [
    ("worker", {cast.HOME_AREA}),
    ("worker_sibling", {cast.SIBLING_AREA}),
    ("head", {cast.HOME_AREA, cast.SIBLING_AREA}),
    ("dispatcher", {cast.HOME_AREA, cast.SIBLING_AREA, cast.COUSIN_AREA, cast.VILLAGE_AREA}),
    ("dispatcher_other", {cast.FOREIGN_AREA}),
])  # fmt: skip
def test_posts_over_an_area_see_the_people_of_that_area_alone(
    stage: Stage, model: type[Person], who: str, areas: set[str]
) -> None:
    stage._acting(who)
    assert seen(model) == areas


@pytest.mark.parametrize("model", [*PEOPLE, Tag])
@pytest.mark.parametrize("who", NOBODY)
def test_the_district_the_auditor_and_units_see_no_person_at_all(stage: Stage, model: type[Person], who: str) -> None:
    stage._acting(who)
    assert seen(model) == set()


def test_a_town_sees_people_but_no_need(stage: Stage) -> None:
    stage._acting("dispatcher")
    assert seen(Person) != set()
    assert seen(Tag) == set()


@pytest.mark.parametrize(("who", "areas"), [
    ("worker", {cast.HOME_AREA}), ("head", {cast.HOME_AREA, cast.SIBLING_AREA}),
])  # fmt: skip
def test_needs_are_seen_on_site(stage: Stage, who: str, areas: set[str]) -> None:
    stage._acting(who)
    assert seen(Tag) == areas


@pytest.mark.parametrize("who", ["dispatcher", "worker_cousin"])
def test_a_need_can_be_noted_on_site_alone(stage: Stage, who: str) -> None:
    person = stage.one(
        "select id from register_person where home_id is not null and area_id = %s", area_by_code(cast.HOME_AREA).id
    )
    stage._acting(who)
    row = {"person_id": person, "kind_id": "volunteer", "source": "door", "stale_on": "2027-01-01"}
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Tag.objects.create(area_id=area_by_code(cast.HOME_AREA).id, **row)
    stage._acting("worker")
    assert Tag.objects.create(area_id=area_by_code(cast.HOME_AREA).id, **row).pk


def test_a_person_cannot_be_moved_into_an_area_one_does_not_hold(stage: Stage) -> None:
    stage._acting("worker")
    person = Person.objects.filter(home__isnull=False).get()
    person.area_id = area_by_code(cast.SIBLING_AREA).id
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        person.save()


def test_without_identity_there_is_nobody(stage: Stage) -> None:
    for setting in ("", "not-a-token"):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('role', 'linli_app', true), set_config('app.sess', %s, true)", [setting])
        assert all(seen(model) == set() for model in (*PEOPLE, Tag))


def test_linli_itself_reaches_everybody(stage: Stage) -> None:
    assert stage.one("select count(distinct area_id) from register_person") == len(cast.LEAVES)


def test_every_shipped_kind_says_what_for_and_by_which_law_in_both_languages(stage: Stage) -> None:
    kinds = list(TagKind.objects.order_by("position"))
    assert len(kinds) >= 16
    assert {kind.group for kind in kinds} == {"need", "role"}
    for kind in kinds:
        assert kind.purpose and kind.purpose_en and kind.basis and kind.basis_en and kind.fresh_days > 0
    assert not any(kind.asks_help for kind in kinds if kind.group == "role")
