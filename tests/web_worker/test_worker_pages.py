"""The worker's pages open for those who may, and only for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

PAGES = ["/work/today/", "/work/found/", "/work/notices/", "/work/me/"]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("who", ["responder", "worker"])
def test_a_page_opens(client_as: Callable[[str], Client], address: str, who: str) -> None:
    response = client_as(who).get(address)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("address", PAGES)
def test_a_stranger_is_sent_to_sign_in(db: None, address: str) -> None:
    response = Client().get(address)
    assert response.status_code == 302 and "/accounts/login/" in response.headers["Location"]


def test_an_auditor_has_no_list_of_the_day(client_as: Callable[[str], Client]) -> None:
    assert client_as("auditor").get("/work/today/").status_code == 403


def test_units_go_to_their_list_and_the_desk_to_its_own(client_as: Callable[[str], Client]) -> None:
    assert client_as("responder").get("/work/").headers["Location"] == "/work/today/"
    assert client_as("worker").get("/work/").headers["Location"] == "/desk/"
    assert client_as("building_head").get("/work/").headers["Location"] == "/desk/register"
