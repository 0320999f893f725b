"""What a building head meets at the desk: the register and his notices, and no matter of anybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
ClientAs = Callable[[str], Client]


def test_he_starts_at_the_register_and_is_shown_no_place_he_may_not_enter(client_as: ClientAs) -> None:
    client = client_as("building_head")
    said = client.get("/desk/register?lang=en")
    assert said.status_code == 200
    body = said.content.decode()
    assert 'href="/desk/"' not in body
    assert 'href="/desk/map"' not in body
    assert "/desk/register" in body
    assert "Building head" in body
    assert client.get("/desk/notices").status_code == 200
    assert client.get("/desk/notices/count").status_code == 200


def test_the_worker_is_shown_the_places_that_the_head_is_not(client_as: ClientAs) -> None:
    body = client_as("worker").get("/desk/register").content.decode()
    assert 'href="/desk/"' in body
    assert 'href="/desk/map"' in body


@pytest.mark.parametrize(
    "address", ["/desk/", "/desk/map", "/desk/map/matters.geojson", "/desk/export.csv", "/work/today/"]
)
def test_matters_are_closed_to_him(client_as: ClientAs, address: str) -> None:
    assert client_as("building_head").get(address).status_code == 403
