"""A reporter's phone: masked for everybody, opened for a purpose by those who may, and every look on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from casework.stage import Matter, Stage, user_id
from django.db import connections
from web_desk.desk import Desk, Shown

from linli.casework.cases.api import CaseState, merge_report
from linli.kernel.ids import uuid7

pytestmark = pytest.mark.django_db

PHONE, MASK = "13800138000", "138****8000"
GOOD = {"purpose": "contact_reporter", "reason": "约定上门时间"}


@pytest.fixture
def matter(stage: Stage) -> Matter:
    """A filed matter whose reporter left name and phone."""
    return stage.opened(phone=PHONE, reporter_name="王建国")


def openings(matter: Matter) -> list[tuple[Any, ...]]:
    """The looks on record, which are committed by the audit role at once."""
    with connections["default"].cursor() as cursor:
        cursor.execute("set local role linli_app")
        cursor.execute(
            "select actor_id, purpose, reason from audit_opening where subject_id = %s order by at", [str(matter.id)]
        )
        return list(cursor.fetchall())


def ask(desk: Desk, who: str, matter: Matter, given: Mapping[str, str], *, part: bool = False) -> Shown:
    """He sends the form below the masked number."""
    return desk.post(who, f"{matter.number}/phone/{matter.id}", given, part=part)


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "district", "auditor"])
def test_nobody_sees_more_than_the_mask_on_the_page(desk: Desk, matter: Matter, who: str) -> None:
    page = desk.page(who, matter)
    assert MASK in page.one("ul", _class="d-told").text
    assert PHONE not in page.raw.decode() and "王建国" not in page.raw.decode()
    assert "王*" in page.one("ul", _class="d-told").text


@pytest.mark.parametrize(
    ("who", "may"),
    [("worker", True), ("head", True), ("dispatcher", True), ("district", False), ("auditor", False)],
)
def test_only_the_desk_is_offered_to_open_it(desk: Desk, matter: Matter, who: str, may: bool) -> None:
    page = desk.page(who, matter)
    assert page.has("form", action=f"/desk/{matter.number}/phone/{matter.id}") is may
    assert ("查看号码" in page.text) is may


def test_a_unit_does_not_even_see_who_told_us(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    stage.own(
        "update casework_report set phone_mask = %s, reporter_name = %s where id = %s", MASK, "王*", matter.id
    )  # fmt: skip
    page = desk.page("responder_urban", matter)
    assert MASK not in page.text and "王*" not in page.text
    assert "上报人身份只有受理台知道。" in page.one("ul", _class="d-told").text
    assert MASK in desk.page("worker", matter).text
    english = desk.page("responder_urban", matter, lang="en")
    assert "The reporters are known to the desk only." in english.text


def test_opened_with_a_purpose_it_is_shown_once_and_the_look_is_on_record(
    stage: Stage, desk: Desk, matter: Matter
) -> None:
    shown = ask(desk, "worker", matter, GOOD, part=True)
    assert shown.status == 200
    assert shown.one("a").attrs["href"] == f"tel:{PHONE}" and PHONE in shown.text
    assert "仅显示一次，本次查看已留痕。" in shown.text
    assert shown.headers["Cache-Control"] == "no-store, private"
    assert openings(matter) == [(user_id("worker"), "contact_reporter", "约定上门时间")]
    trail = stage.ask("select actor_id from audit_record where subject_id = %s and act = 'sealed.open'", str(matter.id))
    assert [row["actor_id"] for row in trail] == [user_id("worker")]
    again = desk.page("worker", matter)
    assert PHONE not in again.raw.decode() and MASK in again.text


def test_the_page_then_says_who_looked_and_why(desk: Desk, matter: Matter) -> None:
    assert "谁查看过加密信息" not in desk.page("worker", matter).text
    ask(desk, "worker", matter, GOOD, part=True)
    ask(desk, "head", matter, {"purpose": "verify_on_site", "reason": "到场前联系"}, part=True)
    looks = desk.page("dispatcher", matter).one("ul", _class="d-looks l-small").all("li")
    assert [look.one("strong").text for look in looks] == ["worker", "head"]
    assert "回访上报人 · 约定上门时间" in looks[0].text
    assert "现场核实 · 到场前联系" in looks[1].text
    english = desk.page("dispatcher", matter, lang="en").one("ul", _class="d-looks l-small").text
    assert "Call the reporter back · 约定上门时间" in english


def test_without_scripts_the_number_comes_on_a_page_of_its_own(desk: Desk, matter: Matter) -> None:
    page = ask(desk, "worker", matter, GOOD)
    assert page.status == 200 and PHONE in page.one("main").text
    assert page.has("a", href=f"/desk/{matter.number}")
    assert page.headers["Cache-Control"] == "no-store, private"


FAULTS = {
    "no-purpose": ({"purpose": "", "reason": "约定上门时间"}, "请从列表中选择用途。"),
    "strange-purpose": ({"purpose": "curiosity", "reason": "想看一看"}, "请从列表中选择用途。"),
    "no-reason": ({"purpose": "contact_reporter", "reason": ""}, "请简要写明为什么需要查看。"),
    "short-reason": ({"purpose": "contact_reporter", "reason": " 有事 "}, "请简要写明为什么需要查看。"),
}


@pytest.mark.parametrize("part", [True, False], ids=["in-place", "own-page"])
@pytest.mark.parametrize("fault", FAULTS)
def test_without_purpose_or_reason_it_stays_shut_and_what_was_typed_stays(
    desk: Desk, matter: Matter, fault: str, part: bool
) -> None:
    given, sentence = FAULTS[fault]
    answer = ask(desk, "worker", matter, given, part=part)
    assert answer.status == 422
    form = answer.one("form", action=f"/desk/{matter.number}/phone/{matter.id}")
    assert form.errors == [sentence]
    assert form.values["reason"] == [given["reason"]]
    kept = given["purpose"] if given["purpose"] != "curiosity" else ""
    assert form.values["purpose"] == [kept]
    assert PHONE not in answer.raw.decode() and MASK in answer.text
    assert openings(matter) == []


@pytest.mark.parametrize(
    ("who", "status"),
    [("district", 403), ("auditor", 403), ("responder_urban", 403), ("worker_cousin", 404), ("head_other", 404)],
)
def test_who_may_not_is_refused_and_no_look_is_recorded(desk: Desk, matter: Matter, who: str, status: int) -> None:
    answer = ask(desk, who, matter, GOOD, part=True)
    assert answer.status == status
    assert PHONE not in answer.raw.decode()
    assert openings(matter) == []


def test_a_link_opens_nothing(desk: Desk, matter: Matter) -> None:
    answer = desk.get("worker", f"{matter.number}/phone/{matter.id}?purpose=contact_reporter&reason=约定上门时间")
    assert (answer.status, answer.headers["Location"]) == (302, f"/desk/{matter.number}")
    assert openings(matter) == []


def test_where_no_number_was_left_there_is_nothing_to_open(stage: Stage, desk: Desk) -> None:
    silent = stage.opened()
    assert not desk.page("worker", silent).has("form", action=f"/desk/{silent.number}/phone/{silent.id}")
    answer = ask(desk, "worker", silent, GOOD)
    assert answer.status == 404 and "这件上报没有留电话。" in answer.text


def test_the_number_of_another_matter_cannot_be_opened_by_way_of_this_one(
    stage: Stage, desk: Desk, matter: Matter
) -> None:
    other = stage.opened(phone="13900139000")
    answer = desk.post("worker", f"{matter.number}/phone/{other.id}", GOOD, part=True)
    assert answer.status == 404 and "13900139000" not in answer.raw.decode()
    assert openings(other) == []
    assert desk.post("worker", f"{matter.number}/phone/{uuid7()}", GOOD, part=True).status == 404


def test_each_reporter_of_a_merged_matter_is_opened_by_himself(stage: Stage, desk: Desk, matter: Matter) -> None:
    second = stage.receive(words="我也看到了", phone="13900139000")
    stage.do("worker", merge_report, report_id=second.id, into=matter.id)
    page = desk.page("worker", matter)
    assert "138****8000" in page.text and "139****9000" in page.text
    answer = desk.post("worker", f"{matter.number}/phone/{second.id}", GOOD, part=True)
    assert "13900139000" in answer.text and PHONE not in answer.raw.decode()
    assert len(openings(second)) == 1 and openings(matter) == []
    looks = desk.page("worker", matter).one("ul", _class="d-looks l-small").text
    assert "约定上门时间" in looks
