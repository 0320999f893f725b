"""The legend editor and the page of grades: what is offered, what is kept, what is refused and why."""

from __future__ import annotations

from typing import Any

import pytest
from casework.stage import Stage
from register.charted import Estate, drawn, home
from web_desk.desk import Desk, Shown

from linli.register.charts.api import VALUES, Layer, legends_at
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
HOME = "310115132001"


@pytest.fixture
def estate(stage: Stage) -> Estate:
    return drawn(stage)


def form(page: Shown, **changes: str) -> dict[str, Any]:
    """What the editor holds, with some fields changed."""
    data: dict[str, Any] = {}
    for one in page.all("input"):
        if "-" in one.attrs.get("name", ""):
            data[one.attrs["name"]] = one.attrs.get("value", "")
    for one in page.all("select"):
        chosen = [option.attrs["value"] for option in one.all("option") if "selected" in option.attrs]
        data[one.attrs["name"]] = chosen[0] if chosen else one.all("option")[0].attrs["value"]
    return data | {name.replace("__", "-"): value for name, value in changes.items()}


def held(stage: Stage) -> tuple[str, int, bool]:
    stage._acting("worker")
    reading = legends_at(area_by_code(HOME).path, [Layer.MATTERS])[Layer.MATTERS]
    return reading.sign("open").colour, reading.version, reading.area_id is None


def test_every_layer_has_its_editor_with_a_row_for_each_value(desk: Desk) -> None:
    index = desk.get("head", "charts/legends")
    for layer in Layer:
        assert any(one.attrs["href"] == f"/desk/charts/legends/{layer.value}" for one in index.all("a"))
        page = desk.get("head", f"charts/legends/{layer.value}")
        rows = {name[len("zh-") :] for name in form(page) if name.startswith("zh-")}
        assert rows == set(VALUES[layer])
        assert "彩色、黑白都分得清" in page.text
    assert desk.get("head", "charts/legends/nonsense").status == 404


def test_a_changed_legend_is_kept_and_shown_on_the_chart(desk: Desk, stage: Stage, estate: Estate) -> None:
    page = desk.get("head", "charts/legends/matters")
    sent = form(page, colour__open="own", own__open="#0A5C36", zh__open="在办", letter__open="在", note="看不清")
    answer = desk.post("head", "charts/legends/matters", sent)
    assert answer.status == 302
    assert held(stage) == ("#0a5c36", 1, False)
    shown = desk.get("worker", f"charts/{estate.compound.id}")
    assert "在办" in shown.text and "有在办事项" not in shown.text
    again = desk.get("head", "charts/legends/matters")
    assert form(again)["own-open"] == "#0a5c36" and form(again)["colour-open"] == "own"
    assert "第 1 版" in again.text and "看不清" in again.text


@pytest.mark.parametrize(("changes", "why"), [
    ({"colour__open": "own", "own__open": "#ffee99"}, "颜色太淡"),
    ({"colour__open": "teal", "shape__open": "diamond"}, "黑白打印时"),
    ({"colour__open": "vermilion", "shape__open": "diamond"}, "一模一样"),
    ({"letter__open": "超"}, "代字相同"),
    ({"zh__open": ""}, "简短的中文名和英文名"),
    ({"colour__open": "own", "own__open": "red"}, "颜色无法识别"),
    ({"shape__open": "blob"}, "图形无法识别"),
])  # fmt: skip
def test_a_legend_that_cannot_be_read_is_refused_with_the_reason_and_nothing_typed_is_lost(
    desk: Desk, stage: Stage, changes: dict[str, str], why: str
) -> None:
    sent = form(desk.get("head", "charts/legends/matters"), en__none="Nothing at all", **changes)
    preview = desk.post("head", "charts/legends/matters/preview", sent, part=True)
    answer = desk.post("head", "charts/legends/matters", sent)
    assert (preview.status, answer.status) == (200, 422)
    for page in (preview, answer):
        assert why in page.text and "彩色、黑白都分得清" not in page.text
    assert form(answer)["en-none"] == "Nothing at all"
    assert [row for row in answer.all("tr") if row.attrs.get("class") == "c-wrong"]
    assert held(stage) == ("amber", 1, True)


def test_the_preview_shows_the_rows_as_they_stand_and_keeps_nothing(desk: Desk, stage: Stage) -> None:
    sent = form(desk.get("head", "charts/legends/matters"), colour__open="blue", shape__open="star", letter__open="在")
    page = desk.post("head", "charts/legends/matters/preview", sent, part=True)
    assert "彩色、黑白都分得清" in page.text
    body = page.raw.decode()
    assert 'fill="#2f7fd0"' in body
    assert 'id="a-g-open-open"' in body and 'id="b-g-open-open"' in body
    grey_half = body[body.index('id="b-t-none"') :]
    assert "#2f7fd0" not in grey_half and "url(#b-t-open)" in grey_half
    assert held(stage) == ("amber", 1, True)


def test_versions_are_restored_and_taken_out_of_use(desk: Desk, stage: Stage) -> None:
    for colour in ("blue", "purple"):
        desk.post(
            "head", "charts/legends/matters", form(desk.get("head", "charts/legends/matters"), colour__open=colour)
        )
    ids = {
        row["version"]: row["id"]
        for row in stage.ask("select id, version from register_legend where area_id is not null")
    }
    assert held(stage) == ("purple", 2, False)
    desk.post("head", "charts/legends/matters/retire", {"legend": str(ids[2])})
    assert held(stage) == ("blue", 1, False)
    desk.post("head", "charts/legends/matters/restore", {"legend": str(ids[2])})
    assert held(stage) == ("purple", 3, False)
    shipped = stage.one("select id from register_legend where area_id is null and layer = 'matters'")
    desk.post("head", "charts/legends/matters/restore", {"legend": str(shipped)})
    assert held(stage) == ("amber", 4, False)
    for nonsense in ("", "x", "9" * 30, "0"):
        assert desk.post("head", "charts/legends/matters/retire", {"legend": nonsense}).status == 404
    assert desk.get("head", "charts/legends/matters/retire").status == 302


@pytest.mark.parametrize("who", ["worker", "responder", "district", "auditor", "building_head"])
def test_others_have_no_editor(desk: Desk, who: str) -> None:
    for address in ("charts/legends", "charts/legends/use", "charts/legends/use/preview"):
        assert desk.get(who, address).status == 403
    assert desk.post(who, "charts/legends/use/restore", {"legend": "1"}).status == 403


def grading(stage: Stage) -> dict[str, Any]:
    return stage.ask("select * from register_grading order by id desc limit 1")[0]


def test_the_rule_is_shown_with_its_reasons_and_proposes_only_by_a_persons_hand(
    desk: Desk, stage: Stage, estate: Estate
) -> None:
    page = desk.get("worker", f"charts/{estate.compound.id}/grades")
    assert "规则现在的建议: 重点楼" in page.text and "群租" in page.text
    assert stage.one("select count(*) from register_grading") == 0
    desk.post("worker", f"charts/{estate.compound.id}/grades", {})
    assert [row["state"] for row in stage.ask("select state from register_grading")] == ["proposed", "proposed"]
    assert "有 2 栋楼" not in desk.get("worker", f"charts/{estate.compound.id}/grades").text
    assert "申报: 重点楼" in desk.get("worker", f"charts/{estate.compound.id}/grades").text
    assert "1号楼" in desk.get("head", "charts/grades").text


def test_the_head_approves_changes_or_turns_down(desk: Desk, stage: Stage, estate: Estate) -> None:
    propose = f"charts/grades/of/{estate.buildings[0]}/propose"
    desk.post("worker", propose, {"grade": "key"})
    one = grading(stage)["id"]
    refused = desk.post("head", f"charts/grades/{one}/decide", {"do": "approve", "grade": "safe", "reason": ""})
    assert refused.status == 422 and "请说明理由" in refused.text
    assert desk.post("worker", f"charts/grades/{one}/decide", {"do": "approve"}).status == 403
    desk.post("head", f"charts/grades/{one}/decide", {"do": "approve", "grade": "watch", "reason": "只剩一户"})
    assert (grading(stage)["state"], grading(stage)["grade"]) == ("approved", "watch")
    desk.post("worker", propose, {"grade": "key"})
    two = grading(stage)["id"]
    assert desk.post("head", f"charts/grades/{two}/decide", {"do": "reject", "reason": ""}).status == 422
    desk.post("head", f"charts/grades/{two}/decide", {"do": "reject", "reason": "证据不足"})
    history = desk.get("head", f"charts/grades/of/{estate.buildings[0]}")
    for words in ("关注楼", "重点楼", "只剩一户", "证据不足", "现行", "未同意", "worker", "head"):
        assert words in history.text
    assert "关注楼" in desk.get("worker", f"charts/{estate.compound.id}/grades").text
    shown = desk.get("worker", f"charts/{estate.compound.id}?c=grade&s=control")
    (cell,) = shown.all("td", id=f"h{home(stage, 'drawn.1.1.601')}")
    assert (cell.attrs["data-c"], cell.attrs["data-s"]) == ("watch", "watch")


def test_another_grade_than_the_rule_says_is_proposed_with_a_reason(desk: Desk, stage: Stage, estate: Estate) -> None:
    propose = f"charts/grades/of/{estate.buildings[0]}/propose"
    assert desk.post("worker", propose, {"grade": "safe", "words": ""}).status == 422
    assert desk.post("worker", propose, {"grade": "safe", "words": "已全部整改"}).status == 302
    assert (grading(stage)["grade"], grading(stage)["by_rule"]) == ("safe", False)
    assert desk.post("worker", f"charts/grades/of/{estate.compound.id}/propose", {"grade": "key"}).status == 404


def test_the_town_reads_grades_and_sets_the_limits_and_is_not_told_the_reasons_of_needs(
    desk: Desk, stage: Stage, estate: Estate
) -> None:
    desk.post("worker", f"charts/grades/of/{estate.buildings[0]}/propose", {"grade": "key"})
    desk.post("head", f"charts/grades/{grading(stage)['id']}/decide", {"do": "approve"})
    page = desk.get("dispatcher", f"charts/{estate.compound.id}/grades")
    assert "重点楼" in page.text and "规则现在的建议" not in page.text
    assert desk.post("dispatcher", f"charts/{estate.compound.id}/grades", {}).status == 403
    desk.post("dispatcher", "charts/grades/limits", {"key_shared": "50", "watch_shared": "40", "mutual_helped": "x"})
    (row,) = stage.ask("select values from register_gradelimit")
    assert (row["values"]["key_shared"], row["values"]["watch_shared"], row["values"]["mutual_helped"]) == (50, 40, 3)
    desk.post("dispatcher", "charts/grades/limits", {"key_shared": "0"})
    assert stage.one("select count(*) from register_gradelimit") == 1
    assert desk.post("head", "charts/grades/limits", {"key_shared": "9"}).status == 403
    assert "群租户数，起 50" in desk.get("worker", f"charts/{estate.compound.id}/grades").text


@pytest.mark.parametrize("who", ["responder", "district", "auditor", "building_head"])
def test_others_have_no_page_of_grades(desk: Desk, estate: Estate, who: str) -> None:
    for address in ("charts/grades", f"charts/{estate.compound.id}/grades", f"charts/grades/of/{estate.buildings[0]}"):
        assert desk.get(who, address).status == 403
