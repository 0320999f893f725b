"""Who answers for my building: for anybody, with consent alone."""

from __future__ import annotations

import pages
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from register.duty_cast import owned, place

from linli.register.duty.api import Card
from linli.register.places.api import Place

pytestmark = pytest.mark.django_db


def read(address: str, *, status: int = 200, language: str = "en") -> pages.Part:
    answer = Client().get(address + ("&" if "?" in address else "?") + f"lang={language}")
    assert answer.status_code == status
    return pages.page_of(answer)


def test_the_first_page_leads_here() -> None:
    assert read("/").all("a", href="/who/")


def test_a_building_shows_name_duty_promise_and_how_to_reach() -> None:
    page = read(f"/who/?place={place().id}")
    for words in ("瑞和苑3号楼", "Building", "楼组长老陈", "包干3号楼", "有事敲门", "居委会值班室"):
        assert words in page.words
    assert page.one("img", width="180").attrs["src"].startswith("data:image/svg+xml")


def test_nothing_but_the_card_is_told() -> None:
    answer = Client().get(f"/who/?place={place().id}").content.decode()
    for word in ("building head", "building_head", "王阿婆", "501"):
        assert word not in answer


def test_a_building_is_found_by_its_address() -> None:
    page = read("/who/?q=瑞和苑3")
    assert page.all("a", href=f"?place={place().id}")
    assert "No such building is known here." in read("/who/?q=没有这条路").words
    assert "You see the name and the duty" in read("/who/").words


def test_without_consent_it_says_whom_to_ask() -> None:
    owned(lambda: Card.objects.update(withdrawn_at="2026-01-01T00:00:00Z"))()
    page = read(f"/who/?place={place().id}")
    assert "Nobody who answers here has agreed to be shown." in page.words
    assert not page.all("img", width="180")


@pytest.mark.parametrize("asked", ["x", "-1", "1e3", "", "٣", "9" * 30])
def test_what_is_no_number_shows_the_search(asked: str) -> None:
    assert read(f"/who/?place={asked}").all("input", name="q")


def test_a_home_has_no_page() -> None:
    read(f"/who/?place={place('.3.501').id}", status=404)
    read("/who/?place=999999", status=404)


def test_an_entrance_has_one_by_its_code_though_no_search_finds_it() -> None:
    building = place()
    door = owned(lambda: Place.objects.create(
        code="who.e", kind="entrance", area_id=building.area_id, parent_id=building.id,
        compound_id=building.compound_id, name="1单元", address="瑞和苑3号楼1单元",
    ))()  # fmt: skip
    assert "楼组长老陈" in read(f"/who/?place={door.id}").words
    assert not read("/who/?q=1单元").all("a", href=f"?place={door.id}")


def test_it_is_cheap_and_in_chinese() -> None:
    with CaptureQueriesContext(connection) as queries:
        page = read(f"/who/?place={place().id}", language="zh-hans")
    assert "谁包干" in page.words
    asked = [one["sql"] for one in queries.captured_queries if "said_of" in one["sql"] or "register_" in one["sql"]]
    assert len(asked) <= 2
