"""What a row says, what an empty list says, and the list as a table file."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import cast
import pytest
from casework.stage import CASE_MOVES, Matter, Stage, unit
from web_desk.desk import Desk, Node, Shown
from web_desk.inbox_stock import Stock, everything, make_more, shown_numbers

from linli.casework.cases.api import CaseState
from linli.casework.timeline.api import Act
from linli.kernel.clock import SHANGHAI
from linli.territory.api import area_by_code
from linli.web.desk.lists import VIEWS

pytestmark = pytest.mark.django_db


def row(page: Shown, matter: Matter) -> Node:
    """The line of one matter."""
    return page.one("li", id=f"row-{matter.id}")


def table(desk: Desk, who: str, query: str, lang: str = "zh-hans") -> list[dict[str, str]]:
    """The table file as a spreadsheet reads it."""
    got = desk.post(who, "export.csv", {"query": query}, lang=lang)
    assert got.status == 200 and got.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert got.raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(got.raw.decode("utf-8-sig"))))


EMPTY = {
    "triage": ("每件上报都已看过。", "Every report has been looked at."),
    "dispatch": ("立案的事项都已派出。", "Every filed matter has been sent to a unit."),
    "overdue": ("没有超期的。", "Nothing is out of time."),
    "closed": ("还没有结案的。", "Nothing has been closed yet."),
}


@pytest.mark.parametrize("slug", list(VIEWS))
def test_an_empty_view_says_what_that_means_and_what_next(stage: Stage, desk: Desk, slug: str) -> None:
    for lang in ("zh-hans", "en"):
        page = desk.get("dispatcher", f"?view={slug}", lang=lang)
        (said,) = page.all("div", _class="l-empty")
        assert said.one("a").attrs["href"] == "/desk/?view=open"
        if lang == "en":
            assert said.text == f"{EMPTY[slug][1]} Look at all open matters" if slug in EMPTY else said.text.isascii()
        else:
            assert not said.text.isascii(), said.text
    stock = stage.receive()
    assert shown_numbers(desk.get("dispatcher", "?view=open")) == [stock.number]
    assert not desk.get("dispatcher", "?view=open").has("div", _class="l-empty")


def test_nothing_found_is_told_from_nothing_there(stage: Stage, desk: Desk) -> None:
    stage.receive()
    page = desk.get("worker", "?view=triage&q=没有这个词")
    (said,) = page.all("div", _class="l-empty")
    assert said.text == "没有符合条件的事项。 显示整个视图"
    assert said.one("a").attrs["href"] == "/desk/?view=triage"
    assert len(shown_numbers(desk.get("worker", "?view=triage"))) == 1


def test_every_condition_is_said_in_words_and_taken_off_alone(stage: Stage, desk: Desk) -> None:
    path = area_by_code(cast.HOME_AREA).path
    query = (
        f"view=open&q=纸箱&item=C06&cls=O&area={path}&unit={unit('urban').id}&channel=hotline&level=2"
        "&since=2026-03-01&until=2026-03-02"
    )
    home = area_by_code(cast.HOME_AREA)
    chips = {
        "zh-hans": ["“纸箱”", "C06", "更有序", home.name, "由周浦镇城管中队负责", "12345", "街镇", "03-01", "03-02"],
        "en": [
            "“纸箱”",
            "C06",
            "orderly",
            home.name_en,
            "with 周浦镇",
            "12345",
            "own",
            "from 2026-03-01",
            "until 2026-03-02",
        ],
    }
    names = ("q", "item", "cls", "area", "unit", "channel", "level", "since", "until")
    for lang, words in chips.items():
        found = desk.get("dispatcher", f"?{query}", lang=lang).all("a", _class="l-chip")
        assert len(found) == len(names)
        for name, word, chip in zip(names, words, found, strict=True):
            assert word in chip.text, (lang, name, chip.text)
            assert f"{name}=" not in chip.attrs["href"]
            assert all(f"{other}=" in chip.attrs["href"] for other in names if other != name)


def test_the_form_of_conditions_opens_with_what_is_set(stage: Stage, desk: Desk) -> None:
    page = desk.get(
        "dispatcher", f"filters?view=open&q=纸箱&item=C06&cls=O&unit={unit('urban').id}&level=2&since=2026-03-01"
    )
    form = page.one("form", _class="l-card l-stack")
    assert {name: value for name, (value,) in form.values.items() if value} == {
        "view": "open", "q": "纸箱", "item": "C06", "cls": "O", "unit": str(unit("urban").id), "level": "2",
        "since": "2026-03-01",
    }  # fmt: skip
    areas = {one.attrs["value"] for one in form.one("select", name="area").all("option")}
    assert {area_by_code(code).path for code in (cast.TOWN, cast.STATION, cast.HOME_AREA)} <= areas
    assert area_by_code(cast.FOREIGN_AREA).path not in areas


def test_a_row_says_where_what_how_many_and_how_far_up(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    CASE_MOVES[Act.MERGE](stage, matter)
    CASE_MOVES[Act.ESCALATE](stage, matter)
    said = row(desk.get("dispatcher", "?view=units"), matter).text
    area = area_by_code(cast.HOME_AREA)
    for word in ("楼道里堆满了纸箱", area.name, "C06", matter.number, "街镇", "2 件上报", "处置中"):
        assert word in said, (word, said)
    said = row(desk.get("dispatcher", "?view=units", lang="en"), matter).text
    for word in (matter.number, "town", "2 reports", "Being handled"):
        assert word in said, (word, said)
    plain = stage.receive()
    said = row(desk.get("dispatcher", "?view=triage"), plain).text
    assert "件上报" not in said and "街镇" not in said


def test_a_row_that_asks_for_more_time_says_so(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    assert "延期" not in row(desk.get("dispatcher", "?view=units"), matter).text
    CASE_MOVES[Act.EXTEND_ASK](stage, matter)
    assert "延期" in row(desk.get("dispatcher", "?view=units"), matter).text


def test_only_a_new_report_can_be_chosen_and_only_by_who_files(stage: Stage, desk: Desk) -> None:
    new, filed = stage.receive(), stage.opened()
    page = desk.get("worker", "?view=open")
    assert [one.attrs["value"] for one in page.all("input", name="pick")] == [str(new.id)]
    assert row(page, filed) and page.has("form", id="bulk")
    for reader in ("district", "auditor"):
        page = desk.get(reader, "?view=open")
        assert row(page, new) and not page.has("form", id="bulk"), "who does not file has nothing to choose for"
    assert not desk.get("worker", "?view=dispatch").has("form", id="bulk")


def test_one_row_is_fetched_anew_within_scope(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(title="旧标题")
    assert "旧标题" in row(desk.get("worker", f"rows/{matter.id}", part=True), matter).text
    far = desk.get("worker_cousin", f"rows/{matter.id}", part=True)
    assert not far.has("li") and matter.number not in far.raw.decode()


HEAD = {
    "zh-hans": "编号,状态,标题,事项,区域,地点,负责,渠道,层级,上报数,开始,下一时限,等待",
    "en": "Number,State,Title,Kind of matter,Area,Place,With,Channel,Level,Reports,Begun,Next limit,Waits for",
}


def test_the_table_file_holds_the_list_in_its_order(stage: Stage, desk: Desk) -> None:
    stock = Stock(stage, desk)
    for who, query in (("worker", "view=open"), ("dispatcher", "view=closed"), ("responder_urban", "view=mine&cls=O")):
        rows = table(desk, who, query)
        assert [one["编号"] for one in rows] == everything(desk, who, query) != []
    firm = next(one for one in table(desk, "worker", "view=units&q=电梯") if one["编号"] == stock.firm.number)
    assert firm["地点"] == "瑞和苑3号楼2单元" and firm["事项"].startswith("C12") and firm["负责"] == "瑞和物业"
    opened = datetime.fromisoformat(stage.case(stock.firm)["opened_at"]).astimezone(SHANGHAI)
    due = datetime.fromisoformat(stage.case(stock.firm)["due_at"]).astimezone(SHANGHAI)
    assert (firm["开始"], firm["下一时限"]) == (f"{opened:%Y-%m-%d %H:%M}", f"{due:%Y-%m-%d %H:%M}")


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_table_file_is_headed_in_the_readers_language(stage: Stage, desk: Desk, lang: str) -> None:
    stage.receive()
    (only,) = table(desk, "worker", "view=triage", lang)
    assert ",".join(only) == HEAD[lang]


def test_more_than_a_page_is_exported_and_other_areas_are_not(stage: Stage, desk: Desk) -> None:
    made = make_more(stage, 53)
    stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
    assert [one["编号"] for one in table(desk, "worker", "view=triage")] == [matter.number for matter in made]
    assert len(table(desk, "dispatcher", "view=triage")) == 54


def test_the_table_file_names_no_reporter(stage: Stage, desk: Desk) -> None:
    stage.receive(phone="13800138000", reporter_name="王小明", words="堆物")
    text = desk.post("dispatcher", "export.csv", {"query": "view=triage"}).raw.decode("utf-8-sig")
    assert "堆物" in text
    assert not any(kept in text for kept in ("13800138000", "8000", "王"))


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "|calc", "%0a"])
def test_no_cell_is_a_formula(stage: Stage, desk: Desk, title: str) -> None:
    stage.receive(title=title, place_text=title)
    (only,) = table(desk, "worker", "view=triage")
    assert (only["标题"], only["地点"]) == (f"'{title}", f"'{title}")


def test_an_export_is_on_record_with_its_size_and_without_what_was_searched(stage: Stage, desk: Desk) -> None:
    stage.receive(words="张三家堆物")
    table(desk, "worker", "view=triage&q=张三家&channel=resident")
    (line,) = stage.ask("select * from audit_record where act = 'desk.export'")
    assert line["detail"] == {"rows": 1, "narrowed_by": ["q", "channel"]}
    assert (line["subject_kind"], line["subject_id"]) == ("list", "triage")
    assert line["actor_id"] == cast.user_of("worker").id
    assert "张三" not in str(line)


def test_an_address_alone_exports_nothing(stage: Stage, desk: Desk) -> None:
    got = desk.get("worker", "export.csv")
    assert (got.status, got.headers["Location"]) == (302, "/desk/")
    assert stage.one("select count(*) n from audit_record where act = 'desk.export'") == 0


def test_the_files_name_says_view_and_hour(stage: Stage, desk: Desk) -> None:
    got: Any = desk.post("worker", "export.csv", {"query": "view=overdue"})
    assert got.headers["Content-Disposition"] == 'attachment; filename="linli-overdue-20260302-1000.csv"'
    stage.clock.advance(timedelta(hours=15))
    got = desk.post("worker", "export.csv", {"query": ""})
    assert got.headers["Content-Disposition"] == 'attachment; filename="linli-triage-20260303-0100.csv"'


@pytest.mark.parametrize("address", ["", "?view=open", "filters", "map", "items", "saved", "notices"])
def test_no_shared_cache_keeps_a_page(stage: Stage, desk: Desk, address: str) -> None:
    assert desk.get("worker", address).headers["Cache-Control"] == "no-store, private"


def test_nobody_who_is_not_signed_in_sees_a_list(stage: Stage, client: Any) -> None:
    stage.receive()
    matters = "map/matters.geojson?bbox=121,31,122,32&zoom=12"
    for address in ("", "views", "filters", "saved", "map", matters, "items", "notices", "trail", "export.csv"):
        got = client.get(f"/desk/{address}")
        assert got.status_code == 302 and "/accounts/login/" in got.headers["Location"], address
