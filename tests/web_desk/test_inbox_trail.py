"""The trail: who did what to a matter and who looked at a phone, for the auditor and nobody else."""

from __future__ import annotations

import pytest
from casework.stage import CASE_MOVES, Matter, Stage
from web_desk.desk import Desk, Shown

from linli.casework.cases.api import CaseState, open_case
from linli.casework.timeline.api import Act
from linli.kernel.numbers import format_number

pytestmark = pytest.mark.django_db

OTHERS = ("worker", "head", "dispatcher", "district", "responder")


def lines(page: Shown) -> list[list[str]]:
    """Time, who, act, details."""
    return [[cell.text for cell in row.all("td")] for row in page.one("tbody").all("tr")] if page.has("tbody") else []


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_but_an_auditor_reads_the_trail_or_is_led_to_it(stage: Stage, desk: Desk, who: str) -> None:
    matter = stage.receive()
    for address in ("trail", f"trail/{matter.number}", "trail/C03", f"trail/report:{matter.id}"):
        assert desk.get(who, address).status == 403, address
    assert not desk.get(who, "").has("a", href="/desk/trail")
    assert desk.get("auditor", "").has("a", href="/desk/trail")
    assert desk.get("auditor", matter.number).has("a", href=f"/desk/trail/{matter.number}")


def test_every_act_on_a_matter_is_told_in_order_with_its_hand(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.FILED)
    stage.pass_time(minutes=5)
    CASE_MOVES[Act.DISPATCH](stage, matter)
    stage.pass_time(minutes=5)
    CASE_MOVES[Act.ACCEPT](stage, matter)
    told = lines(desk.get("auditor", f"trail/{matter.number}"))
    owned = stage.ask(
        "select act from audit_record where subject_id = %s and subject_kind in ('report', 'case') order by at",
        str(matter.id),
    )
    assert len(owned) >= 4
    assert [line[2] for line in told] == [one["act"] for one in owned]
    assert {line[1] for line in told} == {"没有账号", "worker (worker)", "responder urban (responder_urban)"}


def test_both_what_became_of_a_report_and_of_its_case_are_told_under_one_number(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    assert len(lines(desk.get("auditor", f"trail/{matter.number}"))) == 1
    filed = stage.do("worker", open_case, report_id=matter.id, item_code="C18")
    told = lines(desk.get("auditor", f"trail/{filed.number}"))
    assert filed.number == matter.number
    assert len(told) > 1
    assert len(lines(desk.get("auditor", f"trail/report:{matter.id}"))) + len(
        lines(desk.get("auditor", f"trail/case:{matter.id}"))
    ) == len(told)


@pytest.mark.parametrize("typed", ["{}", " {} ", "{lower}", "{bare}"])
def test_a_number_is_looked_up_however_it_is_typed(stage: Stage, desk: Desk, typed: str) -> None:
    matter = stage.receive()
    given = typed.format(matter.number, lower=matter.number.lower(), bare=matter.number.replace("-", ""))
    got = desk.get("auditor", f"trail?q={given}")
    assert got.status == 302
    page = desk.get("auditor", got.headers["Location"].removeprefix("/desk/"))
    assert page.status == 200 and len(lines(page)) == 1


def test_a_number_that_does_not_exist_is_not_found(stage: Stage, desk: Desk) -> None:
    number = format_number(yymm="2603", town="132", serial=999_999)
    assert desk.get("auditor", f"trail/{number}").status == 404


@pytest.mark.parametrize(
    "subject", ["nonsense", "catalogue_item:C99", "report:not-an-id", "x:y:z", "%00", "a%00b", "' or true"]
)
def test_a_subject_without_record_says_so(stage: Stage, desk: Desk, subject: str) -> None:
    page = desk.get("auditor", f"trail/{subject}")
    assert page.status == 200
    assert lines(page) == [] and "没有这方面的记录。" in page.text


def test_the_form_asks_and_a_slash_breaks_nothing(stage: Stage, desk: Desk) -> None:
    assert desk.get("auditor", "trail").one("input", name="q")
    assert desk.get("auditor", "trail?q=").status == 200
    for odd in ("a/b", "../x", "%00", "x" * 500):
        got = desk.get("auditor", f"trail?q={odd}")
        assert got.status in (200, 302), odd
        if got.status == 302:
            assert desk.get("auditor", got.headers["Location"].removeprefix("/desk/")).status == 200, odd


def opened(desk: Desk, who: str, matter: Matter, purpose: str = "contact_reporter", reason: str = "回电核实") -> Shown:
    return desk.post(who, f"{matter.number}/phone/{matter.id}", {"purpose": purpose, "reason": reason}, part=True)


def test_an_opened_phone_is_on_the_trail_with_purpose_and_reason_but_not_the_number(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(phone="13800138000")
    assert "13800138000" in opened(desk, "worker", matter).text
    told = lines(desk.get("auditor", f"trail/{matter.number}"))
    (line,) = [line for line in told if line[2] == "sealed.phone"]
    assert line[1] == "worker (worker)"
    assert line[3].endswith(": 回电核实") and not line[3].isascii()
    assert "13800138000" not in desk.get("auditor", f"trail/{matter.number}").raw.decode()


@pytest.mark.parametrize(("purpose", "reason"), [("", "回电核实"), ("curious", "回电核实"), ("contact_reporter", " ")])
def test_a_phone_that_stayed_sealed_left_no_line(stage: Stage, desk: Desk, purpose: str, reason: str) -> None:
    matter = stage.receive(phone="13800138000")
    got = opened(desk, "worker", matter, purpose, reason)
    assert got.status == 422 and "13800138000" not in got.raw.decode()
    told = lines(desk.get("auditor", f"trail/{matter.number}"))
    assert [line[2] for line in told if line[2].startswith("sealed")] == []
    assert opened(desk, "worker", matter).status == 200
    told = lines(desk.get("auditor", f"trail/{matter.number}"))
    assert len([line for line in told if line[2] == "sealed.phone"]) == 1


@pytest.mark.parametrize("who", ["district", "auditor", "responder_urban", "worker_cousin"])
def test_who_may_not_open_gets_no_phone(stage: Stage, desk: Desk, who: str) -> None:
    matter = stage.receive(phone="13800138000")
    got = opened(desk, who, matter)
    assert got.status in (403, 404)
    assert "13800138000" not in got.raw.decode()


def test_the_page_is_headed_in_both_languages(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    for lang, head in (("zh-hans", ["时间", "人员", "行为", "详情"]), ("en", ["Time", "Who", "Act", "Details"])):
        page = desk.get("auditor", f"trail/{matter.number}", lang=lang)
        assert [one.text for one in page.all("th")] == head
