"""What the law lays on a unit: it sees the report, takes it on, or sends it back once with the reason."""

from __future__ import annotations

from typing import Any

import pytest
from casework.stage import Matter, Stage, unit
from django.test import Client
from pages import Part, alerts, main_of
from visitors import SignIn

from linli.casework.intake.api import ReportState, route_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(stage: Stage) -> Matter:
    """Routed to urban management."""
    return stage.report_in(ReportState.ROUTED)


@pytest.fixture
def owner(visitor: SignIn) -> Client:
    return visitor("responder_urban")


def at(matter: Matter, slug: str = "") -> str:
    return f"/work/routed/{matter.id}/{slug + '/' if slug else ''}"


def listed(client: Client, **query: str) -> Part:
    return main_of(client.get("/work/today/", query)).one("div", id="routed")


def test_it_stands_on_the_list_of_the_unit_alone(stage: Stage, visitor: SignIn, matter: Matter) -> None:
    part = listed(visitor("responder_urban"))
    assert "转给您单位 1 件" in part.words and matter.number in part.words
    assert part.one("a").attrs["href"] == at(matter)
    assert "1 passed to your unit" in listed(visitor("responder_urban"), lang="en").words
    for who in ("responder", "responder_housing", "responder_other", "worker", "head"):
        assert listed(visitor(who)).words == ""


def test_with_nothing_else_to_do_the_day_is_not_called_empty(owner: Client, matter: Matter) -> None:
    assert "没有等您办的事" not in main_of(owner.get("/work/today/")).words


def test_the_page_says_what_why_and_until_when(owner: Client, matter: Matter) -> None:
    page = main_of(owner.get(at(matter)))
    assert "依法由您单位负责" in page.words and "已转权属单位" in page.words
    assert page.one("h2", id="routed-h").words == "楼道里堆满了纸箱"
    assert len(page.all("time")) >= 2
    english = main_of(owner.get(at(matter), {"lang": "en"})).words
    assert "The desk passed this to your unit" in english and "Take it on" in english


def test_taken_on_it_is_in_the_units_hands_at_once(stage: Stage, owner: Client, matter: Matter) -> None:
    answer = owner.post(at(matter, "take"))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/work/matter/{matter.id}/")
    case = stage.case(matter)
    assert (case["state"], case["unit_id"], case["number"]) == ("handling", unit("urban").id, matter.number)
    assert stage.acts(matter)[-3:] == ["open", "dispatch", "accept"]
    page = main_of(owner.get(answer.headers["Location"]))
    assert "已受理，由您单位办理" in page.words
    assert listed(owner).words == ""
    assert f"case:{matter.id}" in str(main_of(owner.get("/work/today/")))


def test_sent_back_with_a_reason_it_is_the_desks_again(stage: Stage, visitor: SignIn, matter: Matter) -> None:
    answer = visitor("responder_urban").post(at(matter, "back"), {"words": "属市政设施，非城管职责"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/work/today/")
    report = stage.report(matter)
    assert (report["state"], report["unit_id"]) == ("received", unit("station").id)
    assert stage.entries(matter)[-1]["words"] == "属市政设施，非城管职责"
    assert visitor("responder_urban").get(at(matter)).status_code == 404


@pytest.mark.parametrize("words", ["", "  \n "])
def test_sending_back_without_a_reason_is_refused(stage: Stage, owner: Client, matter: Matter, words: str) -> None:
    before = stage.snapshot(matter)
    answer = owner.post(at(matter, "back"), {"words": words})
    page = main_of(answer)
    assert answer.status_code == 422 and alerts(page) == ["请写明理由。"]
    assert page.one("details").has(open=True)
    assert stage.snapshot(matter) == before


def test_the_second_time_it_stays_and_what_was_typed_too(stage: Stage, owner: Client, matter: Matter) -> None:
    owner.post(at(matter, "back"), {"words": "不归我们"})
    stage.do("worker", route_report, report_id=matter.id, topic="X10", unit=unit("urban"))
    before = stage.snapshot(matter)
    answer = owner.post(at(matter, "back"), {"words": "还是不归我们"})
    page = main_of(answer)
    assert answer.status_code == 422 and len(alerts(page)) == 1
    assert page.value("words") == "还是不归我们"
    assert stage.snapshot(matter) == before


@pytest.mark.parametrize("who", ["responder", "responder_housing", "responder_other", "worker", "head", "dispatcher"])
@pytest.mark.parametrize("slug", ["", "take", "back"])
def test_for_others_there_is_no_such_page(stage: Stage, visitor: SignIn, matter: Matter, who: str, slug: str) -> None:
    before = stage.snapshot(matter)
    client = visitor(who)
    answer: Any = client.post(at(matter, slug), {"words": "x"}) if slug else client.get(at(matter))
    assert answer.status_code == 404
    assert stage.snapshot(matter) == before


@pytest.mark.parametrize("state", [ReportState.RECEIVED, ReportState.ACCEPTED, ReportState.WITHDRAWN])
def test_a_report_that_is_not_routed_has_no_such_page(stage: Stage, owner: Client, state: ReportState) -> None:
    matter = stage.report_in(state)
    assert owner.get(at(matter)).status_code == 404
    assert owner.post(at(matter, "take")).status_code == 404


def test_an_unknown_answer_is_no_page_and_reading_needs_no_post(owner: Client, matter: Matter) -> None:
    assert owner.post(at(matter, "burn")).status_code == 404
    assert owner.get(at(matter, "take")).status_code == 405


def test_the_auditor_is_refused(visitor: SignIn, matter: Matter) -> None:
    assert visitor("auditor").get(at(matter)).status_code == 403
