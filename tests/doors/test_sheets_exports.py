"""The register goes out masked, marked, agreed to and for a day; every edge of its states."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import cast
import pytest
from django.db import IntegrityError, connection, transaction
from doors import roll
from doors.looking import Desk

from linli.access.api import Principal, blind_index
from linli.audit.models import Record
from linli.doors.sheets import vault
from linli.doors.sheets.book import as_csv, register_table, template
from linli.doors.sheets.columns import COLUMNS
from linli.doors.sheets.exports import (
    MAKE,
    Wish,
    ask_export,
    decide_export,
    expire_exports,
    make_export,
    open_export,
    withdraw_export,
)
from linli.doors.sheets.models import SheetExport
from linli.doors.sheets.queries import export_by_id, exports_of, waiting_for
from linli.doors.sheets.rules import (
    ASKED_LIFE,
    EXPORT_EDGES,
    LINK_LIFE,
    ROWS_ALONE,
    ExportAct,
    ExportPurpose,
    ExportState,
    link_ends,
    needs_second,
)
from linli.doors.sheets.sweeping import sweep
from linli.doors.sheets.taking_out import Part, count, rows
from linli.kernel.clock import now
from linli.kernel.errors import Forbidden, InvalidInput, NotFound, WrongState
from linli.register.people.models import Person
from linli.register.places.models import Place
from linli.territory.api import area_by_code

Acting = Callable[[str], Principal]
FULL_NUMBER = re.compile(r"(?<![0-9*])(?:[0-9]{17}[0-9X]|1[3-9][0-9]{9})(?![0-9])")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    """A folder of this test's own."""
    settings.LINLI_FILES_ROOT = tmp_path / "files"
    return tmp_path / "files" / "sheets"


@pytest.fixture
def desk(acting: Acting) -> Desk:
    return Desk(acting("worker"))


def wish(area: str = cast.HOME_AREA, **how: Any) -> Wish:
    given = {"purpose": ExportPurpose.VISITS.value, "reason": "入户走访用"} | how
    return Wish(area=area_by_code(area), **given)


def as_actor(actor: Principal) -> Callable[[], Any]:
    @contextmanager
    def scope() -> Iterator[Principal]:
        yield actor

    return scope


def made(acting: Acting, who: str = "worker", agreed_by: str = "head", **how: Any) -> SheetExport:
    """A table that was asked for, agreed to and written."""
    asked = ask_export(actor=acting(who), wish=wish(**how))
    if asked.needs_second:
        decide_export(actor=acting(agreed_by), export_id=asked.id, agreed=True)
    actor = acting(who)
    make_export(asked.id, as_actor(actor))
    return export_by_id(actor, asked.id)


# --- what is in it


def test_nothing_goes_out_with_a_full_number(desk: Desk, acting: Acting) -> None:
    brought = roll.committee(20, 55)
    desk.bring(brought)
    positive = " ".join(row["id_number"] + " " + row["phone"] for row in brought)
    assert len(FULL_NUMBER.findall(positive)) == 110
    for form in ("xlsx", "csv"):
        found = made(acting, format=form)
        _asked, data = open_export(actor=acting("worker"), export_id=found.id)
        text = "\n".join("\t".join(line) for line in roll.sheet_of(data))
        assert FULL_NUMBER.findall(text.replace(str(found.id), "")) == []
        assert sum(row["name"] in text for row in brought) == 55
        assert text.count("********") == 55
        assert not any(row["id_number"] in text or row["phone"] in text for row in brought)


def test_what_went_out_comes_in_again_as_it_is(desk: Desk, acting: Acting) -> None:
    desk.bring(
        [row | {"tags": "失能、卧床、志愿者"} for row in roll.committee(12, 30)] + [roll.home(40) | {"use": "空置"}]
    )
    for form in ("xlsx", "csv"):
        for language in ("zh-hans", "en"):
            found = made(acting, format=form, language=language, empty_homes=True)
            _asked, data = open_export(actor=acting("worker"), export_id=found.id)
            desk.actor = acting("worker")
            seen = desk.look(roll.read(data, f"out.{form}"))
            assert (seen.in_order(), seen.plan.is_empty) == ([], True), (form, language)
            assert seen.plan.known == 30 + 2, "with the woman of the cast and her son"


def test_the_rows_come_in_the_order_one_walks_and_with_every_column(desk: Desk) -> None:
    desk.bring([roll.home(at) | roll.person(at, tags="志愿者") for at in (13, 2, 11, 0)])
    found = rows(desk.actor, Part(desk.actor.area_path), "zh-hans")
    doors = [row["entrance"] + row["room"] for row in found if row["entrance"]]
    assert doors == ["11号101室", "11号201室", "11号602室", "12号102室"]
    brought = next(row for row in found if row["name"] == roll.person(0)["name"])
    assert set(brought) == {column.key for column in COLUMNS}
    assert [key for key, cell in brought.items() if not cell] == ["compound_kind", "moved_out"]
    english = rows(desk.actor, Part(desk.actor.area_path), "en")
    assert {row["relation"] for row in english} >= {"Head of household"}
    assert {row["tags"] for row in english} >= {"Volunteer"}


def test_one_compound_or_the_whole_area_with_empty_homes_or_without(desk: Desk) -> None:
    other = Place.objects.create(
        code="t.two", kind="compound", area=area_by_code(cast.HOME_AREA), name="二苑", address="二苑"
    )
    desk.bring([roll.home(0, compound="二苑") | roll.person(1), roll.home(1, compound="二苑") | {"use": "空置"}])
    path = desk.actor.area_path
    assert count(desk.actor, Part(path)) == (3, 0), (
        "a person, the woman of the cast and her son who is registered there"
    )
    assert count(desk.actor, Part(path, other.id)) == (1, 0)
    assert count(desk.actor, Part(path, other.id, empty_homes=True)) == (1, 1)
    found = rows(desk.actor, Part(path, other.id, empty_homes=True), "en")
    assert [row.get("name", "") for row in found] == [roll.person(1)["name"], ""]


def test_needs_leave_only_with_those_who_keep_them(desk: Desk, acting: Acting) -> None:
    desk.bring([roll.home(0) | roll.person(1, tags="独居老人")])
    assert any(row["tags"] for row in rows(acting("head"), Part(desk.actor.area_path), "zh-hans"))
    assert not any(row["tags"] for row in rows(acting("dispatcher"), Part(desk.actor.area_path), "zh-hans"))


def test_a_table_is_of_ones_own_area_whatever_is_asked(acting: Acting) -> None:
    actor = acting("worker")
    foreign = area_by_code(cast.SIBLING_AREA)
    assert count(actor, Part(foreign.path, empty_homes=True)) == (0, 0)
    assert rows(actor, Part(foreign.path, empty_homes=True), "en") == []
    with pytest.raises(Forbidden):
        ask_export(actor=actor, wish=wish(cast.SIBLING_AREA))


PAYLOADS = [
    f"{space}{sign}{body}"
    for space in ("", " ", "\t", "\r", "\n", "\u3000", "\u200b", "\ufeff", "'")
    for sign in ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠", "\u2212")
    for body in (
        "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x.example","点")', "IMPORTXML(A1)", 'DDE("x";"y")', "SUM(1)*2",
    )
] + ["\0=1+1", "=\0", "http://x.example", "mailto:a@x.example", "file:///etc/passwd"]  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_no_cell_is_a_formula_or_a_link(form: str) -> None:
    cells = [{"name": payload, "compound": payload} for payload in PAYLOADS]
    data = register_table(cells, language="zh-hans", format_=form, watermark=["=1+1", "@x"])
    if form == "xlsx":
        parts = roll.unzipped(data)
        sheet = parts["xl/worksheets/sheet1.xml"]
        assert b"<f>" not in sheet
        assert b"<hyperlink " not in sheet
        assert roll.formulas(roll.with_formula()) == 1, "the oracle sees a formula where there is one"
        assert roll.formulas(data) == 0
    texts = [cell for line in roll.sheet_of(data) for cell in line if cell]
    dangerous = [one for one in texts if one.lstrip("\t\r\n \u3000\u200b\ufeff")[:1] in set("=+-@|%＝＋－＠\u2212")]
    assert dangerous == []
    assert len(texts) > len(PAYLOADS)


def test_a_formula_in_a_name_leaves_as_text_and_comes_back_as_it_was(desk: Desk, acting: Acting) -> None:
    desk.bring([roll.home(0) | roll.person(1, name="=1+1")])
    found = made(acting)
    _asked, data = open_export(actor=acting("worker"), export_id=found.id)
    assert "'=1+1" in {cell for line in roll.sheet_of(data) for cell in line}
    desk.actor = acting("worker")
    assert desk.look(roll.read(data)).plan.is_empty


def test_the_file_says_whose_it_is_at_the_top_at_the_end_and_on_every_page(acting: Acting) -> None:
    found = made(acting)
    _asked, data = open_export(actor=acting("worker"), export_id=found.id)
    lines = [line[0] for line in roll.sheet_of(data)]
    for part in (lines[:3], lines[-3:]):
        said = "".join(part)
        assert all(one.startswith("※") for one in part)
        assert all(word in said for word in (str(found.id), "worker", "head", "走访与关爱", "向阳"))
    sheet = roll.unzipped(data)["xl/worksheets/sheet1.xml"].decode()
    assert sheet.count(str(found.id)) >= 2, "header and footer of the printed page"


# --- who must agree


@pytest.mark.parametrize(
    ("role", "people", "second"),
    [
        ("worker", 1, True), ("worker", 0, False), ("station_head", ROWS_ALONE, False),
        ("station_head", ROWS_ALONE + 1, True), ("dispatcher", 1, True), ("dispatcher", 0, False),
    ],
)  # fmt: skip
def test_who_needs_a_second_person(role: str, people: int, second: bool) -> None:
    assert needs_second(role, people) is second


def test_a_station_head_takes_out_fifty_alone_and_fifty_one_with_somebody(desk: Desk, acting: Acting) -> None:
    there = count(acting("head"), Part(area_by_code(cast.STATION).path))[0]
    acting("worker")
    desk.bring(roll.committee(20, ROWS_ALONE - there))
    alone = ask_export(actor=acting("head"), wish=wish(cast.STATION))
    assert (alone.people, alone.state, alone.needs_second) == (ROWS_ALONE, "approved", False)
    acting("worker")
    desk.bring([roll.home(40) | roll.person(900)])
    with_somebody = ask_export(actor=acting("head"), wish=wish(cast.STATION))
    assert (with_somebody.people, with_somebody.state) == (ROWS_ALONE + 1, "asked")
    assert [one.id for one in waiting_for(acting("dispatcher"))] == [with_somebody.id]
    decide_export(actor=acting("dispatcher"), export_id=with_somebody.id, agreed=True)
    assert export_by_id(acting("head"), with_somebody.id).state == "approved"


def test_people_who_moved_in_meanwhile_do_not_slip_out_with_one_persons_word(desk: Desk, acting: Acting) -> None:
    asked = ask_export(actor=acting("head"), wish=wish(cast.STATION))
    assert asked.state == "approved"
    acting("worker")
    desk.bring(roll.committee(30, 60))
    head = acting("head")
    make_export(asked.id, as_actor(head))
    found = export_by_id(head, asked.id)
    assert (found.state, found.file_key) == ("failed", "")
    assert found.failure


def test_nobody_agrees_to_his_own_wish_not_even_in_another_post(acting: Acting) -> None:
    actor = acting("dispatcher")
    asked = ask_export(actor=actor, wish=wish())
    assert waiting_for(actor) == []
    with pytest.raises(Forbidden) as own:
        decide_export(actor=actor, export_id=asked.id, agreed=True)
    assert own.value.code == "second_person"
    with pytest.raises(Forbidden):
        decide_export(actor=replace(actor, post_id=actor.post_id + 1), export_id=asked.id, agreed=True)
    acting("district")
    for change in ({"decided_by": asked.asked_by}, {"state": "approved"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SheetExport.objects.filter(id=asked.id).update(**change)


@pytest.mark.parametrize("who", ["worker", "auditor", "responder"])
def test_roles_without_the_right_agree_to_nothing(acting: Acting, who: str) -> None:
    asked = ask_export(actor=acting("dispatcher"), wish=wish())
    with pytest.raises((Forbidden, NotFound)):
        decide_export(actor=acting(who), export_id=asked.id, agreed=True)
    assert waiting_for(acting(who)) == []


@pytest.mark.parametrize("who", ["head_other", "dispatcher_other"])
def test_who_does_not_cover_the_area_neither_sees_nor_agrees(acting: Acting, who: str) -> None:
    asked = ask_export(actor=acting("worker"), wish=wish())
    other = acting(who)
    assert waiting_for(other) == []
    with pytest.raises(NotFound):
        decide_export(actor=other, export_id=asked.id, agreed=True)


def test_the_district_agrees_without_seeing_a_person(acting: Acting) -> None:
    asked = ask_export(actor=acting("dispatcher"), wish=wish(cast.TOWN))
    district = acting("district")
    assert [one.id for one in waiting_for(district)] == [asked.id]
    assert not Person.objects.exists()
    decide_export(actor=district, export_id=asked.id, agreed=True)
    assert export_by_id(district, asked.id).state == "approved"


def test_turning_down_needs_a_word(acting: Acting) -> None:
    asked = ask_export(actor=acting("worker"), wish=wish())
    head = acting("head")
    with pytest.raises(InvalidInput):
        decide_export(actor=head, export_id=asked.id, agreed=False, words=" ")
    decide_export(actor=head, export_id=asked.id, agreed=False, words="走访不需要全部人员")
    found = export_by_id(acting("worker"), asked.id)
    assert (found.state, found.decision, found.decided_name) == ("refused", "走访不需要全部人员", "head")


# --- asking


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"purpose": "curiosity"}, "export_purpose"), ({"purpose": ""}, "export_purpose"),
        ({"reason": "  a "}, "reason_missing"),
        ({"format": "exe"}, "export_purpose"), ({"place_id": 999_999_999}, "export_empty"),
    ],
)  # fmt: skip
def test_a_wish_says_what_for_and_why(acting: Acting, how: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask_export(actor=acting("worker"), wish=wish(**how))
    assert refused.value.code == code
    assert not SheetExport.objects.exists()


def test_a_table_has_an_end(acting: Acting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linli.doors.sheets.exports.MOST_ROWS", 1)
    with pytest.raises(InvalidInput) as refused:
        ask_export(actor=acting("worker"), wish=wish())
    assert refused.value.code == "export_too_many"


# --- states


def _asked_in(acting: Acting, state: ExportState) -> SheetExport:
    """An export that has come so far."""
    asked = ask_export(actor=acting("worker"), wish=wish())
    if state in (ExportState.APPROVED, ExportState.MADE, ExportState.OPENED, ExportState.FAILED, ExportState.REFUSED):
        agreed = state is not ExportState.REFUSED
        decide_export(actor=acting("head"), export_id=asked.id, agreed=agreed, words="不需要这么多")
    if state in (ExportState.MADE, ExportState.OPENED):
        make_export(asked.id, as_actor(acting("worker")))
    if state is ExportState.OPENED:
        open_export(actor=acting("worker"), export_id=asked.id)
    acting("dispatcher")
    if state in (ExportState.WITHDRAWN, ExportState.EXPIRED, ExportState.FAILED):
        SheetExport.objects.filter(id=asked.id).update(state=state)
    return asked


ACTS: dict[ExportAct, Callable[[Acting, SheetExport], object]] = {
    ExportAct.APPROVE: lambda acting, one: decide_export(actor=acting("head"), export_id=one.id, agreed=True),
    ExportAct.REFUSE: lambda acting, one: decide_export(
        actor=acting("head"), export_id=one.id, agreed=False, words="不需要这么多"
    ),
    ExportAct.WITHDRAW: lambda acting, one: withdraw_export(actor=acting("worker"), export_id=one.id),
    ExportAct.OPEN: lambda acting, one: open_export(actor=acting("worker"), export_id=one.id),
}  # fmt: skip


@pytest.mark.parametrize("state", list(ExportState))
@pytest.mark.parametrize("act", list(ACTS))
def test_every_act_of_a_person_in_every_state(acting: Acting, state: ExportState, act: ExportAct) -> None:
    one = _asked_in(acting, state)
    after = EXPORT_EDGES.get((state, act))
    if after is None:
        with pytest.raises(WrongState):
            ACTS[act](acting, one)
    else:
        ACTS[act](acting, one)
    assert export_by_id(acting("worker"), one.id).state == (after or state)


@pytest.mark.parametrize("state", list(ExportState))
def test_making_happens_once_and_only_when_agreed(acting: Acting, state: ExportState, files: Path) -> None:
    one = _asked_in(acting, state)
    before = {path.name: path.read_bytes() for path in files.iterdir()} if files.exists() else {}
    make_export(one.id, as_actor(acting("worker")))
    found = export_by_id(acting("worker"), one.id)
    assert found.state == ("made" if state is ExportState.APPROVED else state)
    after = {path.name: path.read_bytes() for path in files.iterdir()} if files.exists() else {}
    assert (after != before) is (state is ExportState.APPROVED)


@pytest.mark.parametrize("state", list(ExportState))
def test_a_day_later_the_file_is_gone_and_a_week_later_the_wish(
    acting: Acting, state: ExportState, files: Path
) -> None:
    one = _asked_in(acting, state)
    moment = now()
    SheetExport.objects.filter(id=one.id).update(asked_at=moment - ASKED_LIFE - timedelta(minutes=1))
    SheetExport.objects.filter(id=one.id, expires_at__isnull=False).update(expires_at=moment)
    acting("linli")
    expire_exports()
    sweep()
    found = SheetExport.objects.get(id=one.id)
    assert found.state == EXPORT_EDGES.get((state, ExportAct.EXPIRE), state)
    assert found.file_key == ""
    with pytest.raises(vault.FileGone):
        vault.get(f"{one.id}.out", found.file_key)


def test_every_edge_was_walked_here() -> None:
    worker = {ExportAct.MAKE, ExportAct.FAIL, ExportAct.EXPIRE}
    assert {act for _state, act in EXPORT_EDGES} == set(ACTS) | worker
    assert set(EXPORT_EDGES.values()) | {ExportState.ASKED} == set(ExportState)


def test_a_file_that_has_expired_is_not_handed_out_even_before_the_sweep(acting: Acting) -> None:
    found = made(acting)
    assert found.made_at is not None
    assert found.expires_at == link_ends(found.made_at) == found.made_at + LINK_LIFE
    SheetExport.objects.filter(id=found.id).update(expires_at=now())
    with pytest.raises(WrongState) as late:
        open_export(actor=acting("worker"), export_id=found.id)
    assert late.value.code == "export_expired"


@pytest.mark.parametrize("who", ["head", "dispatcher", "worker_sibling"])
def test_only_the_one_who_asked_has_the_file(acting: Acting, who: str) -> None:
    found = made(acting)
    with pytest.raises((Forbidden, NotFound)):
        open_export(actor=acting(who), export_id=found.id)
    assert export_by_id(acting("worker"), found.id).opened == 0


def test_every_step_and_every_fetching_is_in_the_trail_with_the_mark_of_the_file(acting: Acting) -> None:
    found = made(acting)
    for _twice in range(2):
        _asked, data = open_export(actor=acting("worker"), export_id=found.id)
    trail = list(Record.objects.filter(subject_id=str(found.id)).order_by("id").values_list("act", "detail"))
    assert [act for act, _detail in trail] == [
        "sheets.export.ask", "sheets.export.approve", "sheets.export.make", "sheets.export.open", "sheets.export.open"
    ]  # fmt: skip
    mark = blind_index(hashlib.sha256(data).hexdigest(), column="sheet.export").hex()
    assert [detail["mark"] for act, detail in trail[2:]] == [mark] * 3
    assert trail[-1][1]["times"] == export_by_id(acting("worker"), found.id).opened == 2
    assert trail[0][1]["purpose"] == "visits"
    assert "reason" not in trail[0][1], "what somebody wrote may name people"


def test_the_file_lies_sealed(desk: Desk, acting: Acting, files: Path) -> None:
    desk.bring(roll.committee(5, 9))
    found = made(acting, format="csv")
    raw = (files / f"{found.id}.out").read_bytes()
    names = [row["name"].encode() for row in roll.committee(5, 9)]
    assert not any(name in raw for name in names)
    _asked, data = open_export(actor=acting("worker"), export_id=found.id)
    assert all(name in data for name in names)


def test_making_is_asked_of_the_worker_in_the_same_transaction(acting: Acting) -> None:
    asked = ask_export(actor=acting("worker"), wish=wish())
    assert _deferred() == []
    decide_export(actor=acting("head"), export_id=asked.id, agreed=True)
    assert _deferred() == [(MAKE, str(asked.id), asked.asked_by, asked.asked_post)]


def _deferred() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, args->>'export_id', (args->>'user_id')::int, (args->>'post_id')::int"
            " from procrastinate_jobs where queue_name = 'sheets' order by id"
        )
        return cursor.fetchall()


def test_one_sees_ones_own_wishes_alone(acting: Acting) -> None:
    asked = ask_export(actor=acting("worker"), wish=wish())
    assert [one.id for one in exports_of(acting("worker"))] == [asked.id]
    assert exports_of(acting("head")) == []
    with pytest.raises(NotFound):
        export_by_id(acting("worker_sibling"), asked.id)
    with pytest.raises(NotFound):
        export_by_id(acting("worker"), uuid4())


# --- the template


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_empty_table_comes_back_with_nothing_and_filled_in_with_all(desk: Desk, language: str) -> None:
    data = template(language, tags=["独居老人"], compounds=["瑞和苑", "=2+2"])
    sheet = roll.sheet_of(data)
    assert len(sheet[1]) == len(COLUMNS)
    assert sheet[0][0].startswith("※")
    seen = desk.look(roll.read(data))
    assert (seen.weighed.rows, seen.in_order()) == (0, [])
    filled = [*sheet, *roll.cells([roll.home(0) | roll.person(1)])]
    seen = desk.look(roll.read(as_csv(filled), "filled.csv"))
    assert (seen.in_order(), seen.plan.people) == ([], 1)
    parts = roll.unzipped(data)
    assert roll.formulas(data) == 0
    assert parts["xl/worksheets/sheet1.xml"].count(b"<dataValidation ") >= 8
