"""Every screen of the desk opens for those who may, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.signals import request_started
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linli.access.api import Anyone, Principal
from linli.casework.cases.api import case_by_id
from linli.casework.intake.api import Channel, Draft, Receipt, receive_report
from linli.territory.api import area_by_code
from linli.web.desk.lists import VIEWS
from linli.web.desk.views_inbox import table

pytestmark = pytest.mark.django_db


def as_the_connection_begins(**_given: object) -> None:
    """The tests share one transaction, in which an identity taken once would stay."""
    with connection.cursor() as cursor:
        cursor.execute("set local role linli_app; set local transaction_read_only = off")


@pytest.fixture(autouse=True)
def fresh_role(db: None) -> Iterator[None]:
    request_started.connect(as_the_connection_begins)
    yield
    request_started.disconnect(as_the_connection_begins)


@pytest.fixture
def receipt(anyone: Callable[[], Anyone]) -> Receipt:
    area = area_by_code("310115132001")
    draft = Draft(
        channel=Channel.RESIDENT, words="消防车道被车堵了", item_code="C03", area_id=area.id, phone="13800138000",
        lat=area.lat, lng=area.lng,
    )  # fmt: skip
    got = receive_report(actor=anyone(), draft=draft)
    as_the_connection_begins()
    return got


def as_new(client_as: Callable[[str], Client], who: str) -> Client:
    as_the_connection_begins()
    return client_as(who)


MATTERS = "map/matters.geojson?bbox=121,31,122,32&zoom=12"
SCREENS = ["", "views", "filters", "map", MATTERS, "items", "items/C03", "notices", "notices/count", "posts"]


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "district", "auditor"])
@pytest.mark.parametrize("screen", SCREENS)
def test_screen_opens(client_as: Callable[[str], Client], receipt: Receipt, who: str, screen: str) -> None:
    assert client_as(who).get(f"/desk/{screen}").status_code == 200


@pytest.mark.parametrize("view", list(VIEWS))
def test_every_view_opens(client_as: Callable[[str], Client], receipt: Receipt, view: str) -> None:
    assert client_as("dispatcher").get(f"/desk/?view={view}").status_code == 200


def test_the_list_shows_the_report_and_the_other_town_does_not(
    client_as: Callable[[str], Client], receipt: Receipt
) -> None:
    assert receipt.number in client_as("worker").get("/desk/?view=triage").content.decode()
    assert receipt.number not in as_new(client_as, "dispatcher_other").get("/desk/?view=triage").content.decode()


def test_the_list_costs_at_most_five_statements(client_as: Callable[[str], Client], receipt: Receipt) -> None:
    client = client_as("dispatcher")
    client.get("/desk/")
    with CaptureQueriesContext(connection) as caught:
        assert client.get("/desk/").status_code == 200
    # A test's request runs inside the test's transaction: what puts the role there and back is no part of a real one.
    around = ("SAVEPOINT", "set local role", "select current_setting('role')", "select set_config('role'")
    own = [q["sql"] for q in caught.captured_queries if not any(mark in q["sql"] for mark in around)]
    assert 0 < len(own) <= 5, [sql[:90] for sql in own]


def test_the_page_and_the_preview(client_as: Callable[[str], Client], receipt: Receipt) -> None:
    client = client_as("worker")
    assert client.get(f"/desk/{receipt.number}").status_code == 200
    assert client.get(f"/desk/peek/{receipt.report_id}", headers={"HX-Request": "true"}).status_code == 200
    assert as_new(client_as, "dispatcher_other").get(f"/desk/{receipt.number}").status_code == 404


def test_file_then_dispatch(
    client_as: Callable[[str], Client], acting: Callable[[str], Principal], receipt: Receipt
) -> None:
    client = client_as("worker")
    filed = client.post(f"/desk/{receipt.number}/file", {"item": "C03", "title": ""})
    assert filed.status_code == 302
    assert case_by_id(acting("worker"), receipt.report_id).state == "filed"
    assert client.get(f"/desk/{receipt.number}").status_code == 200
    sent = client.post(f"/desk/{receipt.number}/dispatch", {"unit": "proposed", "another": "", "words": ""})
    assert sent.status_code == 302
    assert case_by_id(acting("worker"), receipt.report_id).state == "dispatched"


def test_an_act_that_fails_keeps_the_words(client_as: Callable[[str], Client], receipt: Receipt) -> None:
    answer = client_as("worker").post(f"/desk/{receipt.number}/merge", {"number": "2611-132-999999-X"})
    assert answer.status_code == 422
    assert "2611-132-999999-X" in answer.content.decode()


def test_an_auditor_changes_nothing(client_as: Callable[[str], Client], receipt: Receipt) -> None:
    assert client_as("auditor").post(f"/desk/{receipt.number}/refuse", {"words": "no"}).status_code == 403
    assert as_new(client_as, "auditor").get(f"/desk/trail/{receipt.number}").status_code == 200
    assert as_new(client_as, "worker").get(f"/desk/trail/{receipt.number}").status_code == 403


def test_bulk_shows_then_files(client_as: Callable[[str], Client], receipt: Receipt) -> None:
    client = client_as("worker")
    pick = str(receipt.report_id)
    assert receipt.number in client.post("/desk/bulk", {"pick": pick}).content.decode()
    done = client.post("/desk/bulk/run", {"pick": pick, f"item_{pick}": "C03 x"})
    assert done.status_code == 200 and receipt.number in done.content.decode()


def test_the_table_file_holds_no_formula(client_as: Callable[[str], Client], anyone: Callable[[], Anyone]) -> None:
    area = area_by_code("310115132001")
    receive_report(actor=anyone(), draft=Draft(channel=Channel.RESIDENT, words="=1+1", title="=1+1", area_id=area.id))
    as_the_connection_begins()
    text = client_as("worker").post("/desk/export.csv", {"query": "view=triage"}).content.decode("utf-8-sig")
    assert "'=1+1" in text and ",=1+1" not in text
    assert table([]).startswith(b"\xef\xbb\xbf")
