"""Reporting and following, without an account and without a script."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from linli.register.places.api import Place


@pytest.mark.parametrize("address", ["/", "/report/", "/mine/"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_opens(db: None, address: str, language: str) -> None:
    assert Client().get(address, {"lang": language}).status_code == 200


def test_a_wrong_link_is_no_page(db: None) -> None:
    assert Client().get(f"/r/{'x' * 24}/").status_code == 404


def test_sending_twice_makes_one_report(db: None) -> None:
    client = Client()
    place = Place.objects.filter(code="cast.310115132001").first()
    assert place is not None
    form = {"key": str(uuid4()), "place": f"p{place.id}", "kind": "C04", "words": "楼道堆物 <b>&</b>"}
    first, second = client.post("/report/", form), client.post("/report/", form)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    page = client.get(first.headers["Location"])
    assert page.status_code == 200 and "&lt;b&gt;&amp;&lt;/b&gt;" in page.content.decode()


def test_a_form_without_anything_comes_back(db: None) -> None:
    response = Client().post("/report/", {"words": "只有话"})
    assert response.status_code == 422 and "只有话" in response.content.decode()
