"""Each kind of fault, planted by hand, is named with its row, its column and its cure; a sound table has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cast
import pytest
from django.utils import translation
from doors import roll
from doors.looking import Desk

from linli.access.api import Principal
from linli.doors.sheets.problems import SAID, Fault, Problem, cure, heading, why
from linli.register.places.models import Place
from linli.territory.api import area_by_code

Change = dict[str, str]


@dataclass(frozen=True)
class Plant:
    """One fault: what is changed in a row, and what must be said of it."""

    code: Problem
    column: str
    change: Change
    value: str | None = None


WOMAN = roll.person(4)
PLANTS = (
    Plant(Problem.MISSING, "name", {"name": ""}),
    Plant(Problem.MISSING, "compound", {"compound": ""}),
    Plant(Problem.TOO_LONG, "name", {"name": "王" * 61}),
    Plant(Problem.WORD, "relation", {"relation": "邻居"}, "邻居"),
    Plant(Problem.WORD, "tenure", {"tenure": "占用"}, "占用"),
    Plant(Problem.WORD, "use", {"use": "仓库"}, "仓库"),
    Plant(Problem.WORD, "sex", {"sex": "不男不女", "id_number": ""}, "不男不女"),
    Plant(Problem.WORD, "source", {"source": "听说"}, "听说"),
    Plant(Problem.WORD, "id_kind", {"id_kind": "驾照"}, "驾照"),
    Plant(Problem.WORD, "lives_here", {"lives_here": "偶尔"}, "偶尔"),
    Plant(Problem.WORD, "compound_kind", {"compound_kind": "大杂院"}, "大杂院"),
    Plant(Problem.TAG, "tags", {"tags": "独居老人、爱唱歌"}, "爱唱歌"),
    Plant(Problem.DATE, "moved_in", {"moved_in": "前年"}, "前年"),
    Plant(Problem.DATE, "born_on", {"born_on": "1984-02-31", "id_number": ""}, "1984-02-31"),
    Plant(Problem.DATE, "checked_on", {"checked_on": "2026/13/1"}, "2026/13/1"),
    Plant(Problem.DATE_FUTURE, "born_on", {"born_on": "2199-01-01", "id_number": ""}, "2199-01-01"),
    Plant(Problem.DATE_FUTURE, "moved_out", {"moved_out": "2199-01-01"}, "2199-01-01"),
    Plant(Problem.MOVED_BACKWARDS, "moved_out", {"moved_in": "2016-09-01", "moved_out": "2015-01-01"}, "2015-01-01"),
    Plant(Problem.ID_SHAPE, "id_number", {"id_number": "31999919300105"}),
    Plant(Problem.ID_SHAPE, "id_number", {"id_number": "319999199913320047"}),
    Plant(Problem.ID_CHECK, "id_number", {"id_number": WOMAN["id_number"][:-1] + "?"}),
    Plant(Problem.ID_BIRTH, "born_on", {"born_on": "1984-05-17"}, "1984-05-17"),
    Plant(Problem.ID_SEX, "sex", {"sex": "男"}, "男"),
    Plant(Problem.ID_MASKED, "id_number", {"id_number": "319999********0047"}, "319999********0047"),
    Plant(Problem.PHONE, "phone", {"phone": "021-58123456"}),
    Plant(Problem.PHONE, "phone", {"phone": "1601234567"}),
    Plant(Problem.FLOOR, "floor", {"floor": "高"}, "高"),
    Plant(Problem.COMPOUND_UNKNOWN, "compound", {"compound": "瑞和园"}, "瑞和园"),
    Plant(Problem.COMPOUND_ELSEWHERE, "compound", {"compound": "邻家苑"}, "邻家苑"),
    Plant(Problem.COMPOUND_KIND, "compound_kind", {"compound": "标类苑", "compound_kind": "别墅"}, "别墅"),
    Plant(Problem.ADDRESS, "building", {"building": ""}),
    Plant(Problem.ADDRESS, "room", {"building": "", "room": "", "address": "不清楚"}, "不清楚"),
    Plant(Problem.DOORS, "entrance", {"building": "90幢"}),
    Plant(Problem.EMPTY_LIVED_IN, "use", {"use": "空置"}),
)  # fmt: skip


@pytest.fixture
def desk(acting: Callable[[str], Principal]) -> Desk:
    """The committee worker, with a compound elsewhere, one of a stated kind, and a building of two doors."""
    desk = Desk(acting("dispatcher"))
    here = area_by_code(cast.HOME_AREA)
    Place.objects.create(
        code="t.else", kind="compound", area=area_by_code(cast.COUSIN_AREA), name="邻家苑", address="邻家苑"
    )
    Place.objects.create(code="t.kind", kind="compound", area=here, name="标类苑", address="标类苑", subkind="old")
    top = Place.objects.get(code=f"cast.{cast.HOME_AREA}")
    block = Place.objects.create(code="t.90", kind="building", area=here, parent=top, compound=top, name="90幢")
    for door in ("1单元", "2单元"):
        Place.objects.create(code=f"t.90.{door}", kind="entrance", area=here, parent=block, compound=top, name=door)
    desk.actor = acting("worker")
    return desk


def planted(plant: Plant) -> roll.Row:
    """A woman in a home of her own, with one thing wrong."""
    row = roll.home(3) | WOMAN | plant.change
    if row["id_number"].endswith("?"):
        wrong = "X" if WOMAN["id_number"][-1] != "X" else "0"
        row["id_number"] = WOMAN["id_number"][:-1] + wrong
    return row


def test_a_sound_row_has_no_fault(desk: Desk) -> None:
    assert desk.codes([roll.home(3) | WOMAN]) == []


@pytest.mark.parametrize("plant", PLANTS, ids=[f"{plant.code}-{n}" for n, plant in enumerate(PLANTS)])
def test_a_planted_fault_is_named(desk: Desk, plant: Plant) -> None:
    sound = [roll.home(at) | roll.person(at + 20) for at in (0, 1)]
    faults = desk.look([sound[0], planted(plant), sound[1]]).in_order()
    assert [(one.row, one.code, one.column) for one in faults] == [(3, plant.code, plant.column)]
    if plant.value is not None:
        assert faults[0].value == plant.value
    _told(faults[0])


def _told(fault: Fault) -> None:
    """What is said is complete, differs by language, and holds no whole number of a person."""
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            text = f"{heading(fault.column)}: {why(fault)} {cure(fault)}"
        assert "%(" not in text
        assert "“”" not in text
        said.append(text)
    assert said[0] != said[1]
    for secret in (WOMAN["id_number"], WOMAN["id_number"][:-1], WOMAN["phone"]):
        assert secret not in "".join(said) + fault.value + str(fault.told)


def test_faults_between_rows(desk: Desk) -> None:
    head, other = roll.home(0) | roll.person(1), roll.home(0) | roll.person(2)
    twin = roll.home(1) | roll.person(1, name="另一个名字")
    nameless = [roll.home(2) | roll.person(5, id_number="") for _twice in range(2)]
    found = desk.look([head, other, twin, *nameless]).in_order()
    assert {(one.row, one.code, one.told["other"]) for one in found} == {
        (3, Problem.TWO_HEADS, "2"), (4, Problem.TWICE, "2"), (6, Problem.TWICE, "5"), (6, Problem.TWO_HEADS, "5"),
    }  # fmt: skip
    for fault in found:
        _told(fault)


def test_two_heads_are_two_only_in_one_household(desk: Desk) -> None:
    rows = [
        roll.home(0) | roll.person(1), roll.home(0) | roll.person(2, tenure="租赁"), roll.home(1) | roll.person(3),
        roll.home(0) | roll.person(4, moved_out="2020-01-01"),
    ]  # fmt: skip
    assert desk.codes(rows) == []


def test_faults_against_the_register(desk: Desk) -> None:
    desk.bring([roll.home(0) | roll.person(1), roll.home(1) | roll.person(2, moved_out="2020-01-01")])
    rows = [
        roll.home(5) | roll.person(1),
        roll.home(0) | roll.person(30),
        roll.home(1) | roll.person(2),
    ]
    found = desk.look(rows).in_order()
    assert [(one.row, one.code, one.column) for one in found] == [
        (2, Problem.LIVES_ELSEWHERE, "id_number"), (3, Problem.HEAD_THERE, "relation"), (4, Problem.LEFT, "name"),
    ]  # fmt: skip
    assert "101室" in found[0].told["other"]
    assert found[1].told["other"] == roll.person(1)["name"]
    for fault in found:
        _told(fault)


def test_a_masked_number_is_taken_for_the_one_who_has_it(desk: Desk) -> None:
    desk.bring([roll.home(0) | roll.person(1)])
    number = roll.person(1)["id_number"]
    masked = number[:6] + "********" + number[14:]
    same = roll.home(0) | roll.person(1, id_number=masked, phone="160****0001")
    assert desk.look([same]).plan.known == 1
    other = roll.home(0) | roll.person(1, id_number="319999********9999")
    assert [code for _row, code, _column in desk.codes([other])] == ["id_masked", "head_there"]


def test_a_town_with_two_compounds_of_one_name(acting: Callable[[str], Principal]) -> None:
    desk = Desk(acting("dispatcher"), cast.TOWN)
    assert desk.codes([roll.home(0) | roll.person(1)]) == [(2, "compound_twice", "compound")]


def test_all_faults_of_a_row_are_named_at_once(desk: Desk) -> None:
    row = (
        roll.home(0) | roll.person(1) | {"phone": "1", "relation": "邻居", "moved_in": "?", "floor": "高", "tags": "x"}
    )
    assert {code for _row, code, _column in desk.codes([row])} == {"phone", "word", "date", "floor", "tag"}


def test_every_kind_of_fault_was_planted_here() -> None:
    between = {Problem.TWICE, Problem.TWO_HEADS, Problem.HEAD_THERE, Problem.LIVES_ELSEWHERE, Problem.LEFT}
    planted_kinds = {plant.code for plant in PLANTS} | between | {Problem.COMPOUND_TWICE}
    assert planted_kinds == set(Problem) == set(SAID)
    assert len(Problem) >= 14


@pytest.mark.parametrize("kind", list(Problem))
def test_every_fault_survives_being_stored(kind: Problem) -> None:
    fault = Fault(7, kind, "name", "王小明", {"other": "3", "words": "甲、乙"})
    assert Fault.from_stored(fault.stored()) == fault


def test_the_sheet_to_be_mended_has_the_rows_as_sent_and_comes_in_once_mended(desk: Desk) -> None:
    rows = roll.committee(3, 6)
    rows[1]["phone"], rows[4]["relation"], rows[4]["moved_in"] = "123", "邻居", "?"
    with translation.override("zh-hans"):
        sent = desk.look(rows).mending_sheet()
    sheet = roll.sheet_of(sent)
    assert sheet[0] == [*roll.HEADINGS, "请改正"]
    assert [line[8] for line in sheet[1:]] == [rows[1]["name"], rows[4]["name"]]
    assert "原第 3 行" in sheet[1][-1]
    assert "手机" in sheet[1][-1]
    assert all(word in sheet[2][-1] for word in ("原第 6 行", "邻居", "不是日期"))
    again = desk.look(roll.read(sent))
    assert [fault.code for fault in again.in_order()] == [Problem.PHONE, Problem.WORD, Problem.DATE]
