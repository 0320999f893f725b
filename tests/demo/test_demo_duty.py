"""The invented town's chain of duty: complete but for what was planted, each kind of fault at least once."""

from __future__ import annotations

import pytest
from demo.conftest import post_of, token_of
from django.db import transaction

from linli.access.api import Principal, enter, my_homes
from linli.accounts.api import Post, Role
from linli.calendar.api import today
from linli.register.duty.api import Card, Cause, Chain, Charge, Leave, answers_for, cards_at, diagram, faults, proof
from linli.register.people.api import Person, Tag
from linli.register.places.api import Place
from linli.territory.api import Area, area_by_id

pytestmark = pytest.mark.usefixtures("at_work")
OWNER = "owner"


def chain() -> Chain:
    return Chain.objects.using(OWNER).select_related("area").prefetch_related("levels").get()


def as_role(role: Role) -> Principal:
    return enter(token_of(post_of(role)))


def test_the_chain_has_four_levels_over_the_town() -> None:
    found = chain()
    assert found.area.kind == "town"
    assert [level.must_cover for level in found.levels.all()] == [True, True, True, False]


def test_nearly_everything_is_in_order_and_every_fault_is_shown_once_at_least() -> None:
    with transaction.atomic():
        me = as_role(Role.DISPATCHER)
        shown = proof(me, chain(), me.area_path, today())
        wrong = faults(me, chain(), me.area_path, today(), limit=1000)
    assert shown.doors > 50
    assert 0 < len(wrong) < shown.doors * 0.1
    assert {fault.cause for fault in wrong} >= {Cause.GAP, Cause.AWAY, Cause.OVERLAP}
    assert {fault.depth for fault in wrong} == {3}, "whole neighbourhoods are in order"


def test_building_heads_are_grown_residents_with_the_tag() -> None:
    held = Charge.objects.using(OWNER).filter(person__isnull=False).values_list("person_id", flat=True)
    people = Person.objects.using(OWNER).filter(id__in=held)
    assert people.count() == len(set(held)) > 20
    assert all(one.born_on and 29 <= (today() - one.born_on).days / 365.25 <= 77 for one in people)
    tagged = Tag.objects.using(OWNER).filter(kind_id="building_head", person_id__in=held)
    assert tagged.count() == len(set(held))


def test_some_have_agreed_to_a_card_and_not_all() -> None:
    heads = Charge.objects.using(OWNER).filter(person__isnull=False).count()
    cards = Card.objects.using(OWNER).filter(withdrawn_at=None)
    assert heads * 0.2 < cards.count() < heads * 0.6
    names = dict(Person.objects.using(OWNER).values_list("id", "name"))
    assert all(card.shown_name != names[card.person_id] for card in cards if card.person_id)
    assert any("160" in card.reach for card in cards), "a number allotted to nobody"


def test_the_account_of_a_building_head_opens_homes() -> None:
    with transaction.atomic():
        me = as_role(Role.BUILDING_HEAD)
        homes = my_homes()
        assert homes
        assert {one.home_id for one in Person.objects.all()} <= set(homes)
        assert not me.can("need.read")


def test_the_diagram_and_the_answer_at_a_door_name_people() -> None:
    with transaction.atomic():
        me = as_role(Role.WORKER)
        drawn = diagram(me, chain(), area_by_id(me.area_id), today())
        assert drawn.doors > 5
        row = drawn.groups[0].rows[0]
        told = answers_for(me, Place.objects.get(id=row.door_id))
    assert [one.depth for one in told if not one.unit_kind] == [3, 2, 1]
    assert all(one.name for one in told)


def test_anybody_reads_a_card_at_a_door() -> None:
    card = Card.objects.using(OWNER).filter(person__left_on=None, person__isnull=False).order_by("id")[0]
    away = Leave.objects.using(OWNER).values_list("charge__person_id", flat=True)
    assert card.person_id not in set(away) or Card.objects.using(OWNER).count() > 1
    charge = Charge.objects.using(OWNER).exclude(person_id__in=list(away)).filter(
        person_id__in=Card.objects.using(OWNER).values("person_id"), person__left_on=None, place__kind="entrance"
    )[0]  # fmt: skip
    with transaction.atomic():
        as_role(Role.AUDITOR)
        address, shown = cards_at(charge.place_id or 0)
    assert address
    assert shown


def test_every_committee_with_workers_has_its_heads() -> None:
    areas = Area.objects.using(OWNER).filter(kind__in=["committee", "village"])
    with_posts = set(
        Post.objects.using(OWNER).filter(role=Role.WORKER, area__in=areas).values_list("area_id", flat=True)
    )
    charged = set(Charge.objects.using(OWNER).filter(level__depth=1).values_list("area_id", flat=True))
    assert charged == with_posts
