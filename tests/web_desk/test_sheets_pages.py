"""The pages of tables in and out: what each step shows, what is refused in words, and who may come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import cast
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from doors import roll
from web_desk.desk import Desk, Shown, as_a_connection_begins, words_of

from linli.access.api import Principal
from linli.doors.sheets import running
from linli.doors.sheets.exports import make_export
from linli.doors.sheets.models import SheetBatch, SheetExport
from linli.register.people.models import Person
from linli.territory.api import area_by_code
from linli.web.desk.sheets.shown import letters

pytestmark = pytest.mark.django_db

Acting = Callable[[str], Principal]


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """A folder of this test's own."""
    settings.LINLI_FILES_ROOT = tmp_path / "files"


def table(rows: list[roll.Row] | None = None, name: str = "名册.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, roll.workbook(roll.committee(3, 7) if rows is None else rows))


def send(desk: Desk, who: str = "worker", rows: list[roll.Row] | None = None) -> str:
    """A table is sent; the address of its page, below /desk/."""
    area = area_by_code(cast.HOME_AREA).id
    got = desk.post(who, "sheets/new", {"file": table(rows), "area": area})
    assert got.status == 302, got.text
    return got.headers["Location"].removeprefix("/desk/")


def working(acting: Acting, job: Callable[[UUID, Any], None], where: str, who: str = "worker") -> None:
    """The worker does what is waiting."""
    actor = acting(who)

    @contextmanager
    def scope() -> Iterator[Principal]:
        yield actor

    job(UUID(where.rsplit("/", 1)[-1]), scope)
    as_a_connection_begins()


def checked(desk: Desk, acting: Acting, rows: list[roll.Row] | None = None) -> str:
    where = send(desk, rows=rows)
    form = desk.get("worker", where).one("form", action=f"/desk/{where}/match")
    sent = {name: values for name, values in form.values.items() if values != [""]}
    assert desk.post("worker", f"{where}/match", sent).status == 302
    working(acting, running.check_batch, where)
    return where


def test_from_the_register_to_the_tables_and_back(desk: Desk) -> None:
    assert desk.get("worker", "register").has("a", href="/desk/sheets/")
    page = desk.get("worker", "sheets/")
    assert "还没有导入过表格" in page.text
    for address in ("/desk/sheets/new", "/desk/sheets/template.xlsx", "/desk/sheets/out"):
        assert page.has("a", href=address)


def test_a_table_that_was_sent_shows_its_columns_and_covers_long_numbers(desk: Desk) -> None:
    where = send(desk)
    page = desk.get("worker", where)
    form = page.one("form", action=f"/desk/{where}/match")
    assert form.values["column_name"] == ["8"]
    assert form.values["column_compound"] == ["0"]
    options = " ".join(option.text for option in form.one("select", name="column_id_number").all("option"))
    assert "319999********" in options
    people = [roll.person(number) for number in range(7)]
    assert not any(one["id_number"] in page.text or one["phone"] in page.text for one in people)
    assert "2016-09-01" in page.text


@pytest.mark.parametrize(("content", "said"), [(b"", "空"), (b"%PDF-1.7\0", "既不是"), (b"PK\x03\x04x", "损坏")])
def test_a_file_that_is_none_is_answered_at_its_field(desk: Desk, content: bytes, said: str) -> None:
    area = area_by_code(cast.HOME_AREA).id
    got = desk.post("worker", "sheets/new", {"file": SimpleUploadedFile("a.xlsx", content), "area": area})
    assert got.status == 422
    assert any(said in one for one in got.errors), got.errors


def test_an_area_of_others_is_no_choice(desk: Desk) -> None:
    got = desk.post("worker", "sheets/new", {"file": table(), "area": area_by_code(cast.SIBLING_AREA).id})
    assert (got.status, len(got.errors)) == (422, 1)
    assert not SheetBatch.objects.exists()


def test_columns_that_tell_no_home_are_refused_with_the_choice_kept(desk: Desk) -> None:
    where = send(desk)
    got = desk.post("worker", f"{where}/match", {"column_name": "8", "column_compound": "0"})
    assert got.status == 422
    assert "室号" in got.one("p", role="alert").text
    assert got.has("form", action=f"/desk/{where}/match")


def test_the_check_says_what_would_come_in_and_what_is_wrong(desk: Desk, acting: Acting) -> None:
    rows = roll.committee(3, 7)
    rows[2]["phone"], rows[5]["relation"] = "123", "邻居"
    where = checked(desk, acting, rows)
    page = desk.get("worker", where)
    facts = dict(zip(words_of(page.all("dt")), words_of(page.all("dd")), strict=False))
    assert (facts["有内容的行"], facts["可导入"], facts["不能导入"]) == ("7", "5", "2")
    faults = page.all("li", _class="d-fault")
    assert [one.attrs["data-row"] for one in faults] == ["4", "7"]
    assert "手机" in faults[0].text
    assert "邻居" in faults[1].text
    assert "配偶" in faults[1].text
    assert not Person.objects.filter(source="door", name=rows[0]["name"]).exists()
    english = desk.get("worker", where, lang="en")
    assert "Row 4" in english.text
    assert "is not a mobile number" in english.text


def test_all_or_nothing_is_refused_on_the_page_and_the_good_ones_come_in(desk: Desk, acting: Acting) -> None:
    rows = roll.committee(3, 7)
    rows[2]["phone"] = "123"
    where = checked(desk, acting, rows)
    got = desk.post("worker", f"{where}/run", {"rows": "all"})
    assert got.status == 422
    assert "1 行" in got.one("p", role="alert").text
    assert desk.post("worker", f"{where}/run", {"rows": "good"}).status == 302
    assert desk.get("worker", where).has("div", id="sheet-progress")
    working(acting, running.run_batch, where)
    page = desk.get("worker", where)
    assert "6" in words_of(page.all("span", _class="d-made__count"))
    assert "有 1 行没有导入" in page.text
    mended = desk.post("worker", f"{where}/mend.xlsx", {})
    assert mended.headers["Content-Disposition"] == 'attachment; filename="linli-to-be-mended.xlsx"'
    assert len(roll.sheet_of(mended.raw)) == 2


def test_progress_is_a_piece_while_there_is_work_and_a_fresh_page_afterwards(desk: Desk, acting: Acting) -> None:
    where = send(desk)
    form = desk.get("worker", where).one("form", action=f"/desk/{where}/match")
    desk.post("worker", f"{where}/match", {name: v for name, v in form.values.items() if v != [""]})
    piece = desk.get("worker", f"{where}/progress", part=True)
    assert piece.one("div", id="sheet-progress").attrs["hx-trigger"] == "every 1s"
    assert piece.has("progress")
    working(acting, running.check_batch, where)
    assert desk.get("worker", f"{where}/progress", part=True).headers["HX-Refresh"] == "true"


def test_undo_and_what_holds_it_are_told(desk: Desk, acting: Acting) -> None:
    where = checked(desk, acting)
    desk.post("worker", f"{where}/run", {"rows": "all"})
    working(acting, running.run_batch, where)
    acting("worker")
    someone = Person.objects.get(name=roll.person(0)["name"])
    Person.objects.filter(id=someone.id).update(name="改了名")
    as_a_connection_begins()
    assert desk.post("worker", f"{where}/undo", {}).status == 302
    working(acting, running.undo_batch, where)
    page = desk.get("worker", where)
    assert "改了名" in page.one("div", role="alert").text
    assert "之后有改动" in page.one("div", role="alert").text
    acting("worker")
    Person.objects.filter(id=someone.id).update(name=roll.person(0)["name"])
    as_a_connection_begins()
    desk.post("worker", f"{where}/undo", {})
    working(acting, running.undo_batch, where)
    assert "底册中没有留下任何内容" in desk.get("worker", where).text
    assert desk.post("worker", f"{where}/undo", {}).status == 422


def test_a_file_can_be_let_go_and_the_columns_chosen_anew(desk: Desk, acting: Acting) -> None:
    where = checked(desk, acting)
    assert not desk.get("worker", where).has("form", action=f"/desk/{where}/match")
    assert desk.get("worker", f"{where}?match").has("form", action=f"/desk/{where}/match")
    assert desk.post("worker", f"{where}/drop", {}).headers["Location"] == "/desk/sheets/"
    assert "没有导入任何内容" in desk.get("worker", where).text
    assert desk.post("worker", f"{where}/mend.xlsx", {}).status == 422


@pytest.mark.parametrize("act", ["match", "run", "undo", "drop", "mend.xlsx"])
def test_what_is_done_by_sending_a_form_only_leads_back_when_opened(desk: Desk, act: str) -> None:
    where = send(desk)
    got = desk.get("worker", f"{where}/{act}")
    assert (got.status, got.headers["Location"]) == (302, f"/desk/{where}")
    assert desk.get("worker", f"sheets/{uuid4()}/{act}").status == 404


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_empty_table_is_a_workbook_in_the_readers_language(desk: Desk, lang: str) -> None:
    got = desk.get("worker", "sheets/template.xlsx", lang=lang)
    assert got.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert got.headers["Cache-Control"] == "no-store, private"
    heading = roll.sheet_of(got.raw)[1]
    assert heading[0] == {"zh-hans": "小区", "en": "Compound"}[lang]


def test_a_remembered_way_of_reading_is_offered(desk: Desk) -> None:
    assert not desk.get("worker", "sheets/new").has("select", name="profile")
    where = send(desk)
    form = desk.get("worker", where).one("form", action=f"/desk/{where}/match")
    sent = {name: v for name, v in form.values.items() if v != [""]} | {"remember_as": "向阳的表"}
    desk.post("worker", f"{where}/match", sent)
    offered = desk.get("worker", "sheets/new").one("select", name="profile")
    assert words_of(offered.all("option")) == ["按表头自动识别", "向阳的表"]


def test_columns_have_the_letters_a_spreadsheet_gives_them() -> None:
    assert [letters(at) for at in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


# --- out


def ask(desk: Desk, who: str = "worker", **how: Any) -> Shown:
    area = area_by_code(cast.HOME_AREA).id
    return desk.post(
        who, "sheets/out/new", {"area": area, "purpose": "visits", "reason": "入户走访", "format": "xlsx"} | how
    )


def test_a_wish_waits_for_the_station_head_who_reads_why_and_decides(desk: Desk, acting: Acting) -> None:
    got = ask(desk)
    where = got.headers["Location"].removeprefix("/desk/")
    page = desk.get("worker", where)
    assert "待第二人同意" in page.text
    assert page.has("form", action=f"/desk/{where}/withdraw")
    assert not page.has("form", action=f"/desk/{where}/decide")
    listed = desk.get("head", "sheets/out")
    assert listed.has("a", href=f"/desk/{where}")
    page = desk.get("head", where)
    assert "入户走访" in page.text
    assert not page.has("form", action=f"/desk/{where}/file")
    assert desk.post("head", f"{where}/decide", {"agree": "no", "words": ""}).status == 422
    assert desk.post("head", f"{where}/decide", {"agree": "yes", "words": ""}).status == 302
    assert desk.get("worker", where).has("div", id="sheet-making")
    assert desk.get("worker", where, part=True).has("div", id="sheet-making")
    working(acting, make_export, where)
    assert desk.get("worker", where, part=True).headers["HX-Refresh"] == "true"
    page = desk.get("worker", where)
    assert page.has("form", action=f"/desk/{where}/file")
    file = desk.post("worker", f"{where}/file", {})
    assert file.status == 200
    assert file.headers["Content-Disposition"].startswith('attachment; filename="linli-')
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert roll.sheet_of(file.raw)[0][0].startswith("※")
    assert desk.post("head", f"{where}/file", {}).status == 403


@pytest.mark.parametrize(
    ("how", "where"), [({"purpose": ""}, "purpose"), ({"reason": ""}, "reason"), ({"reason": "a"}, "")]
)
def test_a_wish_without_purpose_or_reason_is_refused_where_it_lacks(
    desk: Desk, how: dict[str, str], where: str
) -> None:
    got = ask(desk, **how)
    assert got.status == 422
    assert got.has("div", id=f"id_{where}_wrong") if where else got.has("p", role="alert")
    assert not SheetExport.objects.exists()


def test_a_wish_can_be_taken_back(desk: Desk) -> None:
    where = ask(desk).headers["Location"].removeprefix("/desk/")
    assert desk.post("worker", f"{where}/withdraw", {}).status == 302
    assert "已撤回" in desk.get("worker", where).text


def test_the_one_who_asked_finds_no_form_to_agree(desk: Desk) -> None:
    where = ask(desk, "dispatcher").headers["Location"].removeprefix("/desk/")
    assert not desk.get("dispatcher", where).has("form", action=f"/desk/{where}/decide")
    got = desk.post("dispatcher", f"{where}/decide", {"agree": "yes"})
    assert got.status == 422
    assert "另一人" in got.one("p", role="alert").text


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("district", "sheets/", 403), ("auditor", "sheets/", 403), ("responder", "sheets/", 403),
        ("district", "sheets/new", 403), ("responder", "sheets/template.xlsx", 403), ("district", "sheets/out", 200),
        ("auditor", "sheets/out", 200), ("responder", "sheets/out", 403), ("district", "sheets/out/new", 403),
        ("auditor", "sheets/out/new", 403), ("head", "sheets/", 200), ("dispatcher", "sheets/", 200),
    ],
)  # fmt: skip
def test_who_may_come_in(desk: Desk, who: str, address: str, status: int) -> None:
    assert desk.get(who, address).status == status


@pytest.mark.parametrize("who", ["worker_sibling", "head_other", "dispatcher_other"])
def test_nobody_of_another_area_sees_a_table(desk: Desk, who: str) -> None:
    inward, outward = send(desk), ask(desk).headers["Location"].removeprefix("/desk/")
    for where in (inward, f"{inward}/progress", outward):
        assert desk.get(who, where).status == 404
    assert desk.post(who, f"{outward}/file", {}).status == 404
