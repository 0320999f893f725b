"""Rows and files that nobody expects: each row is in or named, each file is read or refused in words (SECURITY I5)."""

from __future__ import annotations

import io
import os
import random
import re
import time
import zipfile
from collections.abc import Callable
from datetime import date

import psutil
import pytest
from django.utils import translation
from doors import roll
from doors.looking import Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.access.api import Principal
from linli.doors.sheets.checks import Terms
from linli.doors.sheets.columns import COLUMNS
from linli.doors.sheets.ground import Ground, Row
from linli.doors.sheets.plan import number_places, plan_of, residents_of
from linli.doors.sheets.problems import Problem, cure, why
from linli.doors.sheets.reading import DESK, Cells, rows_of, shape_of
from linli.doors.sheets.weighing import Standing, Weighed, Whereabouts, compare, meet, weigh
from linli.doors.tables.reader import Rows, read_rows
from linli.kernel.errors import InvalidInput

SOAK = bool(os.environ.get("LINLI_SOAK"))
FILES = 500 if SOAK else 60
ROWS = 3_000 if SOAK else 300
SEED = int(os.environ.get("LINLI_FUZZ_SEED", "20261128"))
TODAY = date(2026, 11, 28)
FULL = re.compile(r"\d{17}[0-9Xx]|(?<!\d)1[3-9]\d{9}(?!\d)")

WORDS = {
    "compound": ["瑞和苑", " 瑞和苑 ", "二苑", "没有苑", "", "=1+1"],
    "compound_kind": ["", "商品房", "老旧小区", "?"],
    "building": ["3号", "3", "12号楼", "八幢", "", "A座", "-1", "号"],
    "entrance": ["", "1单元", "二单元", "门"],
    "floor": ["", "5", "-1", "高", "99999"],
    "room": ["501", "501室", "", "地下室", "B101", "3-501", "0"],
    "address": ["", "沈梅路123弄4号501室", "不清楚", "4-501"],
    "use": ["", "自住", "空置", "仓库"],
    "name": ["王小明", "", "𠮷野", "'=x", "O'Neil", "x" * 61, "\u202e王"],
    "id_kind": ["", "身份证", "护照", "驾照"],
    "id_number": ["", roll.identity(date(1950, 2, 3), 4), roll.identity(date(1950, 2, 3), 5), "319999********1234",
                  "P1234567", "319999195002300040", "１２３"],
    "sex": ["", "男", "女", "?"],
    "born_on": ["", "1950-02-03", "1950年2月3日", "2199-1-1", "昨天"],
    "phone": ["", "16012345678", "+86 160 1234 5678", "123", "160****5678"],
    "relation": ["", "户主", "配偶", "邻居"],
    "tenure": ["", "自有住房", "租赁", "占"],
    "moved_in": ["", "2016-09-01", "二零一六"],
    "moved_out": ["", "2015-01-01", "2020-01-01"],
    "lives_here": ["", "居住在此", "户籍在此", "是", "偶尔"],
    "tags": ["", "独居老人", "独居老人、爱唱歌", "、、"],
    "source": ["", "上门", "?"],
    "checked_on": ["", "2026-11-01", "2027-01-01", "x"],
}  # fmt: skip


def ground() -> Ground:
    found = Ground()
    found.load([
        Row(1, "compound", "瑞和苑", 9, None, "沈梅路1弄", "old", None, None, ""),
        Row(2, "compound", "二苑", 9, None, "二苑", "", None, None, ""),
        Row(3, "compound", "二苑", 8, None, "二苑", "", None, None, ""),
        Row(4, "building", "3号楼", 9, 1, "", "", None, None, ""),
        Row(5, "entrance", "1单元", 9, 4, "", "", None, None, ""),
        Row(6, "entrance", "2单元", 9, 4, "", "", None, None, ""),
        Row(7, "home", "501室", 9, 5, "", "", 5, 1, "let"),
    ])  # fmt: skip
    return found


TERMS = Terms(TODAY, {"独居老人": "living_alone"}, {"words": "独居老人", "words_en": "Living alone"})


def weighed(rows: list[dict[str, str]]) -> Weighed:
    found = weigh([Cells(at, row) for at, row in enumerate(rows, 2)], TERMS, Whereabouts("向阳", ground()))
    compare(found)
    meet(found, Standing(), {})
    return found


def told(found: Weighed) -> str:
    said = []
    for fault in found.faults:
        for language in ("zh-hans", "en"):
            with translation.override(language):
                said.append(f"{fault.value} {why(fault)} {cure(fault)} {fault.told}")
    return "\n".join(said)


def sound(found: Weighed, rows: list[dict[str, str]]) -> None:
    """Every row that says something is in or named, never both; nothing that is said holds a whole number."""
    speaking = {at for at, _row in enumerate(rows, 2)}
    good, bad = {line.row for line in found.lines}, found.refused
    assert good | bad == speaking
    assert not good & bad
    assert {fault.code for fault in found.faults} <= set(Problem)
    text = told(found)
    assert "%(" not in text
    assert FULL.findall(text) == []
    plan = plan_of(found, update_known=True)
    number_places(plan, list(range(100, 100 + len(plan.places))))
    residents = residents_of(plan, TODAY)
    assert len(residents.people) == len(residents.members) == plan.people
    assert len(residents.households) == plan.households
    assert len({node.id for node in plan.places}) == len(plan.places)
    cells = [(id(node.parent), node.floor, node.slot) for node in plan.places if node.kind == "home" and node.slot]
    assert len(set(cells)) == len(cells), "two homes in one cell of the grid"


def test_rows_out_of_every_mixture_of_odd_cells() -> None:
    dice = random.Random(SEED)
    seen: set[str] = set()
    for _round in range(ROWS // 30):
        rows = [{key: dice.choice(words) for key, words in WORDS.items()} for _row in range(30)]
        found = weighed(rows)
        sound(found, rows)
        seen |= {fault.code for fault in found.faults}
    assert len(seen) >= 15, "the mixture meets most kinds of fault"


def test_mostly_sound_rows_with_one_odd_cell() -> None:
    """Most rows come in: the check is no wall against everything."""
    dice = random.Random(SEED + 1)
    rows = []
    for number in range(ROWS):
        row = roll.home(number % 200) | roll.person(number, relation="其他")
        row["compound"] = "瑞和苑"
        key = dice.choice(sorted(WORDS))
        rows.append(row | {key: dice.choice(WORDS[key])})
    found = weighed(rows)
    sound(found, rows)
    assert len(found.lines) > ROWS // 3
    assert found.faults


@settings(max_examples=400 if SOAK else 60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.fixed_dictionaries({key: st.text(max_size=30) | st.sampled_from(words) for key, words in WORDS.items()}),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_any_text_in_any_cell(rows: list[dict[str, str]]) -> None:
    keys = [column.key for column in COLUMNS]
    raw = Rows("x", "", "", [(1, [column.zh for column in COLUMNS])])
    raw.rows += [(at, [row[key] for key in keys]) for at, row in enumerate(rows, 2)]
    read = list(rows_of(raw, shape_of(raw)))
    found = weigh(read, TERMS, Whereabouts("向阳", ground()))
    compare(found)
    meet(found, Standing(), {})
    assert {line.row for line in found.lines} | found.refused == {row.row for row in read}
    assert "%(" not in told(found).replace("%(", "", sum(text.count("%(") for row in rows for text in row.values()) * 9)


def broken(data: bytes, dice: random.Random) -> bytes:
    """A workbook with something wrong in it: bytes turned, cut, doubled, or a part of it changed or left out."""
    how = dice.randrange(6)
    if how == 0:
        out = bytearray(data)
        for _hit in range(dice.randrange(1, 40)):
            out[dice.randrange(len(out))] = dice.randrange(256)
        return bytes(out)
    if how == 1:
        return data[: dice.randrange(1, len(data))]
    if how == 2:
        return data + data[dice.randrange(len(data)) :]
    parts = roll.unzipped(data)
    name = dice.choice(sorted(parts))
    if how == 3:
        del parts[name]
    elif how == 4:
        at = dice.randrange(len(parts[name]) or 1)
        parts[name] = parts[name][:at] + dice.choice(HOSTILE) + parts[name][at:]
    else:
        parts[name] = dice.choice(HOSTILE) * dice.randrange(1, 2000)
    return zipped(parts)


HOSTILE = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>&b;',
    b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><t>&f;</t>',
    b"<row r='1048576'/>", b"<c r='XFD1048576' t='s'><v>99999999</v></c>", b"<mergeCell ref='A1:XFD1048576'/>",
    b"<dimension ref='A1:XFD1048576'/>", b"\x00\xff\xfe", b"<externalLink r:id='rId1'/>", b"<v>1e308</v>",
)  # fmt: skip


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_broken_workbooks_are_read_or_refused_in_words_and_cost_little() -> None:
    dice = random.Random(SEED)
    whole = roll.workbook(roll.committee(20, 50), merge=[(0, 1, 0)])
    read = refused = 0
    memory, began = psutil.Process().memory_info().rss, time.monotonic()
    for _file in range(FILES):
        try:
            found = read_rows("x.xlsx", broken(whole, dice), limits=DESK)
        except InvalidInput as error:
            assert error.code.startswith("import_")
            assert str(error)
            refused += 1
        else:
            assert not any("root:" in cell for _n, cells in found.rows for cell in cells), "a file of the machine"
            read += 1
    assert (read > 0, refused > 0, read + refused) == (True, True, FILES)
    assert psutil.Process().memory_info().rss - memory < 150_000_000
    assert time.monotonic() > began


@pytest.mark.parametrize(
    "sheet",
    [
        (
            b"<dimension ref='A1:XFD1048576'/><sheetData><row r='1048576'><c r='XFD1048576' t='str'><v>x</v></c></row>"
            b"</sheetData>"
        ),
        b"<sheetData>" + b"<row>" * 50_000 + b"</sheetData>",
        b"<sheetData>" + b"<row><c t='str'><v>a</v></c></row>" * 310_000 + b"</sheetData>",
    ],
    ids=["a cell at the far end", "rows without an end", "more rows than are taken"],
)
def test_sheets_made_to_be_too_large(sheet: bytes) -> None:
    parts = roll.unzipped(roll.workbook([roll.home(0)]))
    name = "xl/worksheets/sheet1.xml"
    head = parts[name][: parts[name].index(b"<dimension")]
    parts[name] = head + sheet + b"</worksheet>"
    with pytest.raises(InvalidInput) as refused:
        found = read_rows("x.xlsx", zipped(parts), limits=DESK)
        raise InvalidInput(f"it has {len(found.rows)} rows", code="import_taken")
    assert refused.value.code in {
        "import_damaged",
        "import_too_many_rows",
        "import_too_big_inside",
        "import_taken",
        "import_empty",
    }


def test_a_table_of_odd_rows_can_be_looked_at_and_what_is_good_comes_in(acting: Callable[[str], Principal]) -> None:
    """The same mixture against the real register, from the file to the rows."""
    dice = random.Random(SEED + 2)
    desk = Desk(acting("worker"))
    rows = [{key: dice.choice(words) for key, words in WORDS.items()} for _row in range(120)]
    for number, row in enumerate(rows):
        if number % 2:
            rows[number] = row | roll.home(number) | roll.person(number, relation="其他")
    seen = desk.look(rows)
    batch = desk.bring(rows)
    assert batch.made == seen.plan.counts()
    assert batch.made["people"] > 20
    assert batch.found["refused"] > 20
    assert desk.look(rows).plan.people == 0
