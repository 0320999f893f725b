"""A new item is admitted through the five tests, and only when it passes every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from casework.stage import Stage
from web_desk.desk import Desk, Shown

from linli.catalogue.api import AdmissionTest, forget

pytestmark = pytest.mark.django_db

TESTS = ("seen", "understood", "taken_on", "obliged", "manageable")
NAMES = ("看得到", "看得懂", "接得住", "必须管", "管得了")
ITEM = {
    "code": "C21", "name": "电梯广告占用", "name_en": "Advertising blocks a lift", "list_kind": "community", "cls": "O",
    "owner": "物业", "co": "居委", "respond": "4h", "resolve": "3d", "close": "广告已拆除", "closing_en": "Removed",
    "gb": "扩展", "note": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def fresh_list() -> Iterator[None]:
    """What the process keeps of the lists must not outlive the rows a test rolled back."""
    forget()
    yield
    forget()


def untouched(desk: Desk) -> dict[str, str]:
    """The form as it opens: what is proposed there is sent as it stands."""
    form = desk.get("district", "items/admit").one("form", data_draft="admit")
    return {name: values[0] for name, values in form.values.items() if values}


def answers(**failed: str) -> dict[str, str]:
    """Every test passed with a reason, but for those named."""
    given = {}
    for test in TESTS:
        given |= {f"{test}_passed": failed.get(test, "yes"), f"{test}_reason": f"因为{test}"}
    return given


def put(desk: Desk, who: str = "district", **given: str) -> Shown:
    got = desk.post(who, "items/admit", untouched(desk) | ITEM | answers() | given)
    forget()
    return got


def admitted(stage: Stage) -> list[dict[str, Any]]:
    return stage.ask("select * from catalogue_item where code = 'C21'")


def records(stage: Stage) -> list[dict[str, Any]]:
    return stage.ask("select * from catalogue_admissionrecord order by id")


def test_the_tests_of_the_page_are_the_five_of_the_rule() -> None:
    assert tuple(test.value for test in AdmissionTest) == TESTS


def test_the_form_opens_with_the_channels_apart(desk: Desk) -> None:
    form = untouched(desk)
    assert form["channel"] == "巡 报 热"
    assert (form["freq"], form["evidence"], form["gb"]) == ("每周", "前:现场照片;后:同角度照片", "扩展")


def test_what_the_form_proposes_is_taken_as_it_stands(stage: Stage, desk: Desk) -> None:
    got = put(desk)
    assert (got.status, got.headers["Location"]) == (302, "/desk/items/C21")
    assert len(admitted(stage)) == 1
    page = desk.get("worker", "items/C21")
    assert page.one("h1").text == "C21 电梯广告占用"
    told = dict(zip((one.text for one in page.all("dt")), (one.text for one in page.all("dd")), strict=True))
    assert told["渠道"].split("、")[0] == "巡查" and len(told["渠道"].split("、")) == 3
    assert told["结案条件"] == "广告已拆除"
    assert page.one("h1").text in desk.get("worker", "items?list=community").text
    assert "已列入清单。" in desk.get("district", "items/C21").text


def test_each_test_is_asked_with_its_name_in_both_languages(desk: Desk) -> None:
    for lang in ("zh-hans", "en"):
        page = desk.get("district", "items/admit", lang=lang)
        legends = [one.text for one in page.all("legend")]
        assert len(legends) == 5
        assert all(name in legend for name, legend in zip(NAMES, legends, strict=True)), legends
        assert ("五问全部通过才列入清单" in page.text) is (lang == "zh-hans")
        assert ("passes all five" in page.text) is (lang == "en")


@pytest.mark.parametrize("test", TESTS)
def test_one_test_not_passed_keeps_it_off_the_list_with_the_reason_on_record(
    stage: Stage, desk: Desk, test: str
) -> None:
    before = len(records(stage))
    got = put(desk, **answers(**{test: "no"}))
    assert (got.status, got.headers["Location"]) == (302, "/desk/items")
    assert admitted(stage) == []
    assert "未准入：五项条件没有全部通过，答复已留档。" in desk.get("district", "items").text
    assert desk.get("district", "items/C21").status == 404
    kept = records(stage)
    assert len(kept) == before + 1
    assert (kept[-1]["item_code"], kept[-1]["admitted"]) == ("C21", False)
    assert kept[-1]["answers"] == {one: {"passed": one != test, "reason": f"因为{one}"} for one in TESTS}
    (line,) = stage.ask("select detail from audit_record where act = 'catalogue.admit'")
    assert line["detail"] == {"admitted": False, "failed": [test]}


def test_none_passed_names_all_five(stage: Stage, desk: Desk) -> None:
    put(desk, **answers(**dict.fromkeys(TESTS, "no")))
    (line,) = stage.ask("select detail from audit_record where act = 'catalogue.admit'")
    assert line["detail"]["failed"] == list(TESTS)
    assert admitted(stage) == []


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("half", ["passed", "reason"])
def test_a_test_without_answer_or_reason_is_asked_again(stage: Stage, desk: Desk, test: str, half: str) -> None:
    got = put(desk, **{f"{test}_{half}": ""})
    assert got.status == 422
    assert got.errors == ["这个字段是必填项。"]
    assert admitted(stage) == [] and stage.ask("select 1 from audit_record where act = 'catalogue.admit'") == []
    kept = got.one("form", data_draft="admit").values
    assert kept["name"] == ["电梯广告占用"] and kept["resolve"] == ["3d"], "what was typed is kept"


WRONG = {
    "code": "c21", "name": "", "name_en": "", "list_kind": "forum", "cls": "Z", "owner": "外星人", "co": "外星人",
    "respond": "soon", "resolve": "很快", "channel": "巡/报/热", "freq": "有空就去", "evidence": "", "close": "",
    "closing_en": "",
}  # fmt: skip


@pytest.mark.parametrize("field", list(WRONG))
def test_a_value_that_cannot_be_read_is_told_and_nothing_is_kept(stage: Stage, desk: Desk, field: str) -> None:
    got = put(desk, **{field: WRONG[field]})
    assert got.status == 422
    assert len(got.errors) == 1 and not got.errors[0].isascii(), got.errors
    assert admitted(stage) == [] and stage.ask("select 1 from audit_record where act = 'catalogue.admit'") == []
    assert put(desk).status == 302, "the rest of the form was right"


def test_a_code_in_use_is_told(stage: Stage, desk: Desk) -> None:
    got = put(desk, code="C03")
    assert (got.status, got.errors) == (422, ["清单中已有同编码事项。"])
    assert desk.get("district", "items/C03").one("h1").text == "C03 消防车道占用"


def test_the_same_item_is_not_admitted_twice(stage: Stage, desk: Desk) -> None:
    assert put(desk).status == 302
    assert put(desk).status == 422
    assert len(admitted(stage)) == 1


def test_what_was_refused_may_be_put_again(stage: Stage, desk: Desk) -> None:
    put(desk, **answers(obliged="no"))
    put(desk)
    assert len(admitted(stage)) == 1
    lines = stage.ask("select detail from audit_record where act = 'catalogue.admit' order by id")
    assert [line["detail"]["admitted"] for line in lines] == [False, True]


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "responder", "auditor"])
def test_only_the_district_admits(stage: Stage, desk: Desk, who: str) -> None:
    assert put(desk, who).status == 403
    assert admitted(stage) == []


def test_a_new_item_can_be_filed_at_once(stage: Stage, desk: Desk) -> None:
    put(desk)
    matter = stage.receive()
    got = desk.post("worker", f"{matter.number}/file", {"item": "other", "other": "C21", "title": ""})
    assert got.status == 302, got.errors
    assert stage.case(matter)["item_code"] == "C21"
    assert matter.number in desk.get("worker", "?view=dispatch&item=C21").text
