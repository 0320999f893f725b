"""Two people change the list at the same moment, each in a connection of his own: nothing is lost, one is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import cast
import pytest
from access.house_db import admin, clone_database, point_to
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from linli.access.api import enter, open_session
from linli.accounts.api import Post
from linli.catalogue import api as catalogue
from linli.catalogue import shipped
from linli.catalogue.models import AdmissionRecord, Element, Item, ItemVersion, OutsideTopic, Override
from linli.catalogue.rules import AdmissionTest, Answer
from linli.kernel.errors import LinliError
from linli.territory.api import Area

YES = {test: Answer(True, "巡查能见") for test in AdmissionTest}
ITEM = replace(shipped.items()[3], code="C21", id="balcony_cages", name="违规防盗窗", name_en="Window cages")
TOGETHER = 4


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A clone of the template in which every transaction is real."""
    before, name = settings.DATABASES["default"]["NAME"], f"{settings.DATABASES['default']['NAME']}_list"
    with django_db_blocker.unblock():
        clone_database(name)
        point_to(name)
        yield
        point_to(before)
    with admin("postgres") as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def token(username: str) -> str:
    post = Post.objects.using("owner").get(user__username=username)
    return open_session(user_id=post.user_id, post_id=post.id, kind="token", ttl=timedelta(hours=1), label="tests")


def at_once(who: str, action: Callable[..., Any], *several: dict[str, Any]) -> list[Any]:
    """One of the cast does this in as many connections at the same moment; results, or the code of the refusal."""
    key, start = token(who), Barrier(len(several))

    def run(given: dict[str, Any]) -> Any:
        try:
            with transaction.atomic():
                actor = enter(key)
                start.wait(timeout=20)
                return action(actor=actor, **given)
        except LinliError as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(several)) as threads:
        return list(threads.map(run, several))


@pytest.mark.usefixtures("committed")
class TestAtTheSameMoment:
    def test_revisions_queue_up_and_none_is_lost(self) -> None:
        several = [{"code": "C13", "changes": {"resolve": f"{n}d"}, "note": f"第{n}稿"} for n in range(3, 3 + TOGETHER)]
        numbers = at_once("district", catalogue.revise_item, *several)
        assert sorted(numbers) == list(range(2, 2 + TOGETHER))
        kept = ItemVersion.objects.using("owner").filter(item__code="C13").exclude(version=1)
        assert {(row.version, row.note) for row in kept} == {
            (number, given["note"]) for number, given in zip(numbers, several, strict=True)
        }
        begins = list(kept.order_by("version").values_list("valid_from", flat=True))
        assert begins == sorted(begins)

    def test_of_those_who_read_the_same_version_one_wins_and_the_others_are_told(self) -> None:
        given = {"code": "C13", "changes": {"resolve": "4d"}, "note": "提速", "expected_version": 1}
        results = at_once("district", catalogue.revise_item, *[given] * TOGETHER)
        assert sorted(map(str, results)) == ["2", *["item_changed"] * (TOGETHER - 1)]
        assert ItemVersion.objects.using("owner").filter(item__code="C13").count() == 2

    def test_overrides_of_one_area_queue_up(self) -> None:
        area = Area.objects.using("owner").get(code=cast.TOWN)
        given = {"code": "C13", "area_id": area.id, "changes": {"resolve": "1d"}, "reason": "试点"}
        assert sorted(at_once("dispatcher", catalogue.override_item, *[given] * TOGETHER)) == [1, 2, 3, 4]
        assert Override.objects.using("owner").filter(area=area).count() == TOGETHER

    def test_one_code_is_admitted_once(self) -> None:
        before = Item.objects.using("owner").count()
        results = at_once("district", catalogue.admit_item, *[{"spec": ITEM, "answers": YES}] * TOGETHER)
        assert sum(result == "item_exists" for result in results) == TOGETHER - 1
        assert sum(getattr(result, "admitted", False) for result in results) == 1
        assert Item.objects.using("owner").count() == before + 1
        assert AdmissionRecord.objects.using("owner").count() == 1

    def test_several_codes_get_places_of_their_own_on_the_list(self) -> None:
        several = [{"spec": replace(ITEM, code=f"C3{n}"), "answers": YES, "elements": ["B1"]} for n in range(TOGETHER)]
        assert all(result.admitted for result in at_once("district", catalogue.admit_item, *several))
        places = list(Item.objects.using("owner").values_list("position", flat=True))
        assert len(places) == len(set(places)) == 61 + TOGETHER
        (building,) = [one for one in catalogue.elements() if one.code == "B1"]
        assert set(building.fed_by) >= {f"C3{n}" for n in range(TOGETHER)}

    def test_an_item_retires_once(self) -> None:
        results = at_once("district", catalogue.retire_item, *[{"code": "C13", "reason": "并入S03"}] * TOGETHER)
        assert sorted(map(str, results)) == ["None", *["item_retired"] * (TOGETHER - 1)]


@pytest.mark.usefixtures("committed")
def test_a_second_set_up_changes_nothing_of_what_the_place_has_decided() -> None:
    """`setup` runs at every start: what was revised, overridden, admitted or retired must be as it was."""
    area = Area.objects.using("owner").get(code=cast.TOWN)
    override = {"code": "C12", "area_id": area.id, "changes": {"resolve": "1d"}, "reason": "试点"}
    assert at_once("district", catalogue.revise_item, {"code": "C13", "changes": {"resolve": "4d"}, "note": "试"}) == [
        2
    ]
    assert at_once("district", catalogue.retire_item, {"code": "C11", "reason": "并入C10"}) == [None]
    assert at_once("dispatcher", catalogue.override_item, override) == [1]
    assert at_once("district", catalogue.admit_item, {"spec": ITEM, "answers": YES, "elements": ["B1"]})[0].admitted
    tables = (Item, ItemVersion, Override, Element, OutsideTopic, AdmissionRecord)
    before = {model: list(model.objects.using("owner").order_by("id").values()) for model in tables}
    for _ in range(2):
        call_command("setup", verbosity=0, stdout=StringIO())
    assert {model: list(model.objects.using("owner").order_by("id").values()) for model in tables} == before
    assert [len(before[model]) for model in tables[:3]] == [62, 63, 1]
