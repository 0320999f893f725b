"""Several reports filed at once: shown first, each on its own, and each row told what became of it."""

from __future__ import annotations

from uuid import UUID

import pytest
from casework.stage import Matter, Stage, unit
from django.test import Client
from web_desk.desk import Desk, Shown, as_a_connection_begins

from linli.access.api import Principal
from linli.casework.dispatch.api import Assignment, dispatch_case
from linli.casework.intake.api import ReportState
from linli.kernel.errors import InvalidInput
from linli.kernel.ids import uuid7
from linli.web.desk import views_bulk

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(stage: Stage) -> list[Matter]:
    """A blocked fire lane, rubbish, and words that say nothing."""
    return [stage.receive(words=words) for words in ("消防车道被车堵了", "楼道里堆满了纸箱", "???")]


def _run(desk: Desk, who: str, typed: dict[Matter, str], **more: str) -> Shown:
    data = {"pick": [str(one.id) for one in typed], **{f"item_{one.id}": text for one, text in typed.items()}, **more}
    return desk.post(who, "bulk/run", data)


def _told(page: Shown) -> dict[str, str]:
    rows = page.one("ul", _class="l-list").all("li")
    return {
        row.one("a").text.split(" ")[0]: row.all("span", _class="l-row__main")[0].all("span")[-1].text for row in rows
    }


def test_before_anything_is_done_each_row_says_what_it_would_become(
    stage: Stage, desk: Desk, three: list[Matter]
) -> None:
    fire, rubbish, nothing = three
    before = [stage.snapshot(one) for one in three]
    page = desk.post("worker", "bulk", {"pick": [str(one.id) for one in three], "query": "view=triage"})
    assert page.status == 200
    rows = {one.all("input")[0].attrs["value"]: one for one in page.all("tr")}
    assert set(rows) == {str(one.id) for one in three}
    assert rows[str(fire.id)].one("input", name=f"item_{fire.id}").attrs["value"] == "C03 消防车道占用"
    assert "瑞和物业" in rows[str(fire.id)].text
    assert rows[str(rubbish.id)].one("input", name=f"item_{rubbish.id}").attrs["value"].startswith("C04 ")
    assert "请选择事项。" in rows[str(nothing.id)].text
    assert all("checked" in row.all("input")[0].attrs for row in rows.values())
    assert [stage.snapshot(one) for one in three] == before
    assert page.one("form", action="/desk/bulk/run").values["query"] == ["view=triage"]


def test_changing_the_item_of_one_row_shows_its_new_consequence(stage: Stage, desk: Desk, three: list[Matter]) -> None:
    nothing = three[2]
    line = desk.get("worker", f"bulk/line/{nothing.id}?item_{nothing.id}=C06 违法搭建", part=True)
    assert "周浦镇城管中队" in line.text and "到场叫停，2个工作时" in line.text
    assert line.has("div", id=f"line-{nothing.id}")
    back = desk.get("worker", f"bulk/line/{nothing.id}?item_{nothing.id}=没有", part=True)
    assert back.text == "请选择事项。"
    assert desk.get("worker_cousin", f"bulk/line/{nothing.id}?item_{nothing.id}=C06", part=True).status == 302


def test_all_are_filed_each_with_its_own_item(stage: Stage, desk: Desk, three: list[Matter]) -> None:
    fire, rubbish, nothing = three
    page = _run(desk, "worker", {fire: "C03 消防车道占用", rubbish: "C04", nothing: "c06 违法搭建"})
    assert [stage.case(one)["item_code"] for one in three] == ["C03", "C04", "C06"]
    assert {stage.case(one)["state"] for one in three} == {"filed"}
    assert _told(page) == {
        fire.number: "已按 C03 消防车道占用 立案",
        rubbish.number: "已按 C04 楼道堆物 立案",
        nothing.number: "已按 C06 违法搭建 立案",
    }
    assert "没有立案" not in page.text


def test_at_once_sends_each_to_its_proposed_unit(stage: Stage, desk: Desk, three: list[Matter]) -> None:
    page = _run(desk, "worker", {three[1]: "C04", three[2]: "C06"}, at_once="on")
    assert _told(page)[three[2].number] == "已按 C06 违法搭建 立案并派往周浦镇城管中队"
    assert stage.case(three[2])["unit_id"] == unit("urban").id
    assert [stage.case(one)["state"] for one in three[1:]] == ["dispatched", "dispatched"]
    assert len(stage.assignments(three[1])) == 1


def test_what_fails_is_told_in_its_row_and_leaves_the_others_done(
    stage: Stage, desk: Desk, three: list[Matter]
) -> None:
    good, taken, blank = three
    desk.do("head", taken, "refuse", words="不归我们")
    before = [stage.snapshot(taken), stage.report(blank)]
    page = _run(desk, "worker", {good: "C03", taken: "C04", blank: "随便写的"})
    assert stage.case(good)["state"] == "filed"
    assert _told(page) == {
        good.number: "已按 C03 消防车道占用 立案",
        taken.number: "这条上报已进入下一步，现在不能这样操作。",
        blank.number: "没有选择事项。",
    }
    assert "有 2 件没有立案，其余已办。" in page.text
    after = stage.snapshot(taken)
    assert {key: after[key] for key in after if key != "counts"} == {
        key: before[0][key] for key in before[0] if key != "counts"
    }  # fmt: skip
    assert stage.report(blank) == before[1]


def test_a_row_whose_dispatch_fails_is_not_half_filed(
    stage: Stage, desk: Desk, three: list[Matter], monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_for_rubbish(*, actor: Principal, case_id: UUID) -> Assignment:
        if case_id == three[1].id:
            raise InvalidInput("没有单位可派", code="no_unit")
        return dispatch_case(actor=actor, case_id=case_id)

    monkeypatch.setattr(views_bulk, "dispatch_case", not_for_rubbish)
    page = _run(desk, "worker", {three[0]: "C03", three[1]: "C04"}, at_once="on")
    assert _told(page)[three[1].number] == "没有单位可派"
    assert (stage.report(three[1])["state"], stage.acts(three[1])) == ("received", ["receive"])
    assert stage.case(three[0])["state"] == "dispatched"


def test_sent_twice_nothing_is_filed_twice(stage: Stage, desk: Desk, three: list[Matter]) -> None:
    _run(desk, "worker", {three[0]: "C03"})
    page = _run(desk, "worker", {three[0]: "C03"})
    assert _told(page) == {three[0].number: "这条上报已进入下一步，现在不能这样操作。"}
    assert stage.acts(three[0]).count("open") == 1


def test_the_same_report_picked_twice_is_one_row(stage: Stage, desk: Desk, three: list[Matter]) -> None:
    one = str(three[0].id)
    page = desk.post("worker", "bulk/run", {"pick": [one, one], f"item_{one}": "C03"})
    assert list(_told(page)) == [three[0].number]
    assert "没有立案" not in page.text


def test_reports_decided_on_meanwhile_are_named_before_the_rest_is_filed(
    stage: Stage, desk: Desk, three: list[Matter]
) -> None:
    desk.do("head", three[0], "file", item="C03", title="")
    picks = {"pick": [str(one.id) for one in three]}
    page = desk.post("worker", "bulk", picks)
    assert len(page.all("tr")) == 2
    assert "所选上报中有 1 件已有人处理，不再待立案。" in page.text
    english = desk.post("worker", "bulk", picks, lang="en")
    assert "1 of the chosen reports waits no more: somebody has decided on it." in english.text


def test_when_all_are_decided_there_is_nothing_to_file_but_a_way_back(
    stage: Stage, desk: Desk, three: list[Matter]
) -> None:
    desk.do("head", three[0], "file", item="C03", title="")
    page = desk.post("worker", "bulk", {"pick": [str(three[0].id)], "query": "view=triage&item=C03"})
    form = page.one("form", action="/desk/bulk/run")
    assert not form.has("button")
    assert form.one("a").attrs["href"] == "/desk/?view=triage&item=C03"


def test_after_it_the_way_leads_back_to_the_same_list(stage: Stage, desk: Desk, three: list[Matter]) -> None:
    page = _run(desk, "worker", {three[0]: "C03"}, query="view=triage&channel=resident")
    assert page.has("a", href="/desk/?view=triage&channel=resident")
    assert page.one("a", _class="l-btn", href="/desk/?view=triage&channel=resident").text == "返回列表"


def test_a_unit_files_what_was_routed_to_it_and_is_not_asked_to_dispatch(stage: Stage, desk: Desk) -> None:
    routed, waiting = stage.report_in(ReportState.ROUTED), stage.receive()
    page = desk.post("responder_urban", "bulk", {"pick": [str(routed.id), str(waiting.id)]})
    assert waiting.number not in page.text and not page.has("input", name="at_once")
    assert desk.post("worker", "bulk", {"pick": [str(waiting.id)]}).has("input", name="at_once")


@pytest.mark.parametrize("path", ["bulk", "bulk/run"])
def test_only_a_sent_form_does_anything(stage: Stage, desk: Desk, three: list[Matter], path: str) -> None:
    before = stage.snapshot(three[0])
    answer = desk.get("worker", f"{path}?pick={three[0].id}&item_{three[0].id}=C03")
    assert (answer.status, answer.headers["Location"]) == (302, "/desk/")
    assert stage.snapshot(three[0]) == before


@pytest.mark.parametrize("path", ["bulk", "bulk/run"])
def test_what_cannot_be_read_is_refused_in_words(stage: Stage, desk: Desk, path: str) -> None:
    page = desk.post("worker", path, {"pick": ["eins"]})
    assert (page.status, "无法读取这些上报，请重新选择。" in page.text) == (422, True)


def test_fifty_at_once_are_the_most(stage: Stage, desk: Desk, three: list[Matter]) -> None:
    more = [str(three[0].id), *(str(uuid7()) for _ in range(50))]
    before = stage.snapshot(three[0])
    page = desk.post("worker", "bulk/run", {"pick": more, f"item_{three[0].id}": "C03"})
    assert (page.status, "一次最多五十件。" in page.text) == (422, True)
    assert stage.snapshot(three[0]) == before
    exact = desk.post("worker", "bulk", {"pick": more[:50]})
    assert exact.status == 200 and three[0].number in exact.text


def test_nothing_chosen_leads_back_to_the_list(desk: Desk) -> None:
    answer = desk.post("worker", "bulk", {})
    assert (answer.status, answer.headers["Location"]) == (302, "/desk/")


@pytest.mark.parametrize("who", ["worker_cousin", "dispatcher_other", "responder"])
def test_reports_of_others_are_not_there_to_be_filed(stage: Stage, desk: Desk, three: list[Matter], who: str) -> None:
    before = stage.snapshot(three[0])
    shown = desk.post(who, "bulk", {"pick": [str(three[0].id)]})
    assert three[0].number not in shown.text
    page = desk.post(who, "bulk/run", {"pick": [str(three[0].id)], f"item_{three[0].id}": "C03"})
    assert three[0].number not in page.text and "没有这条上报。" in page.text
    assert stage.snapshot(three[0]) == before


@pytest.mark.parametrize("who", ["auditor", "district"])
def test_who_may_not_file_does_not_file_many_either(stage: Stage, desk: Desk, three: list[Matter], who: str) -> None:
    before = stage.snapshot(three[0])
    assert desk.post(who, "bulk", {"pick": [str(three[0].id)]}).status == 403
    page = desk.post(who, "bulk/run", {"pick": [str(three[0].id)], f"item_{three[0].id}": "C03"})
    assert page.status == 200 and "本岗位不能立案。" in page.text
    assert stage.snapshot(three[0]) == before


def test_a_stranger_is_sent_to_sign_in(stage: Stage, desk: Desk, three: list[Matter]) -> None:
    before = stage.snapshot(three[0])
    as_a_connection_begins()
    answer = Client().post("/desk/bulk/run", {"pick": str(three[0].id), f"item_{three[0].id}": "C03"})
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/")
    assert stage.snapshot(three[0]) == before


def test_without_the_token_of_the_page_nothing_is_filed(stage: Stage, desk: Desk, three: list[Matter]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.update(desk.client("worker").cookies)
    before = stage.snapshot(three[0])
    as_a_connection_begins()
    given = {"pick": str(three[0].id), f"item_{three[0].id}": "C03"}
    assert strict.post("/desk/bulk/run", given).status_code == 403
    assert stage.snapshot(three[0]) == before


def test_told_in_english_to_who_reads_english(stage: Stage, desk: Desk, three: list[Matter]) -> None:
    data = {"pick": [str(three[0].id)], f"item_{three[0].id}": "C03"}
    page = desk.post("worker", "bulk/run", data, lang="en")
    assert "Filed as C03 Blocked fire lane" in page.text and "What happened" in page.text
