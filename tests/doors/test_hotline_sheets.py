"""What people's spreadsheets look like: an honest one is read as a person reads it, any other is refused in words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from doors.naughty import OWN
from doors.sheets import AT, AT_UTC, COLUMNS, HEADING, NOW, as_csv, as_workbook, rewritten, row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.doors.hotline12345.mapping import MAX_WORDS, Mapped, map_table, read_time
from linli.doors.tables import reader
from linli.doors.tables.faults import MESSAGES, Fault
from linli.doors.tables.reader import FILE_BYTES, MB, ROWS, read_table
from linli.kernel.clock import SHANGHAI
from linli.kernel.errors import InvalidInput

SHEET = "xl/worksheets/sheet1.xml"


def mapped(path: Path, columns: dict[str, str] = COLUMNS) -> Mapped:
    return map_table(read_table(path), columns=columns, profile="letters", now=NOW)


def refused(path: Path, columns: dict[str, str] = COLUMNS) -> InvalidInput:
    with pytest.raises(InvalidInput) as fault:
        mapped(path, columns)
    return fault.value


@pytest.mark.parametrize("claim", [b"A1:A1", b"A1:XFD1048576", b"A1:F2", b"Z9:AA10", b"A1"], ids=bytes.decode)
def test_a_workbook_may_lie_about_its_size_in_either_direction(tmp_path: Path, claim: bytes) -> None:
    rows = [row(n) for n in range(1, 31)]
    path = as_workbook(
        tmp_path / "lie.xlsx", lambda _book, sheet: [sheet.write_row(n, 0, r) for n, r in enumerate(rows, 1)]
    )
    rewritten(path, SHEET, lambda data: data.replace(b'ref="A1:F31"', b'ref="%b"' % claim))
    table = read_table(path)
    assert (table.encoding, list(table.heading)) == ("xlsx", HEADING)
    assert [list(cells) for _number, cells in table.rows] == rows


def test_a_workbook_without_a_word_about_its_size(tmp_path: Path) -> None:
    path = as_workbook(tmp_path / "x.xlsx", lambda _book, sheet: sheet.write_row(1, 0, row(1)))
    rewritten(path, SHEET, lambda data: data.replace(b'<dimension ref="A1:F2"/>', b""))
    assert [message.number for message in mapped(path).messages] == ["1"]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gbk", "GB18030"), ("gb18030", "GB18030"), ("gb2312", "GB18030")],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_encodings_of_offices(tmp_path: Path, encoding: str, named: str, end: str) -> None:
    rows = [row(1, "三楼楼道，堆满“纸箱”"), row(2, "路灯\n不亮")]
    table = read_table(as_csv(tmp_path / "m.csv", rows, encoding=encoding, lineterminator=end))
    assert (table.encoding, [list(cells) for _n, cells in table.rows]) == (named, rows)


def test_characters_beyond_gbk_live_in_gb18030(tmp_path: Path) -> None:
    words = "𠮷野家门口㐂字招牌€"
    path = as_csv(tmp_path / "m.csv", [row(1, words)], encoding="gb18030")
    assert mapped(path).messages[0].words == words


def test_a_heading_in_ascii_and_one_chinese_name_in_gbk_is_not_taken_for_damaged_utf8(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(b"id,at,text\n1,2020/1/6," + "张".encode("gbk") + b"\n")
    got = mapped(path, {"number": "id", "received_at": "at", "words": "text"})
    assert [message.words for message in got.messages] == ["张"]


def test_a_byte_that_no_encoding_knows_is_named_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    whole = as_csv(path, [row(1)]).read_bytes()
    at = whole.index(b"\n") + 1
    path.write_bytes(whole[:at] + b"\xff" + whole[at:])
    with translation.override("zh-hans"):
        fault = refused(path)
        assert fault.code == "import_encoding"
        assert f"第 {at + 1} 个字节" in str(fault)


def test_columns_in_another_order_and_more_of_them(tmp_path: Path) -> None:
    turned = ["备注", *HEADING[::-1], "经办人"]
    path = as_csv(tmp_path / "m.csv", [["看过", *row(7)[::-1], "李"]], heading=turned)
    (message,) = mapped(path).messages
    assert (message.number, message.title, message.words, message.category) == ("7", "第7件", "楼道堆物", "城建")
    assert message.received_at == AT_UTC


@pytest.mark.parametrize("missing", HEADING)
def test_each_column_that_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    heading = [name if name != missing else "别的" for name in HEADING]
    path = as_csv(tmp_path / "出件.csv", [row(1)], heading=heading)
    for language, words in (("zh-hans", "缺少列"), ("en", "lacks the column")):
        with translation.override(language):
            fault = refused(path)
            assert fault.code == "import_column"
            assert f"“{missing}”" in str(fault)
            assert words in str(fault)
            assert "别的" in str(fault)
            assert "出件.csv" in str(fault)
            assert "letters" in str(fault)


def test_a_heading_with_spaces_around_it_is_the_same_heading(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "m.csv", [row(1)], heading=[f" {name} " for name in HEADING])
    assert len(mapped(path).messages) == 1


def test_a_column_that_occurs_twice_is_refused_and_not_guessed(tmp_path: Path) -> None:
    """Two columns of one name: which of them is meant nobody can know, and a guess would mix up messages silently."""
    path = as_csv(tmp_path / "m.csv", [[*row(1), "另一个详情"]], heading=[*HEADING, "留言详情"])
    for language, word in (("zh-hans", "两次"), ("en", "twice")):
        with translation.override(language):
            fault = refused(path)
            assert fault.code == "import_column_twice"
            assert "“留言详情”" in str(fault)
            assert word in str(fault)
    other = as_csv(tmp_path / "o.csv", [[*row(1), "x", "y"]], heading=[*HEADING, "备注", "备注"])
    assert len(mapped(other).messages) == 1  # twice, but nobody asks for it


def test_a_row_shorter_than_the_heading_and_one_that_is_longer(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"{','.join(HEADING)}\n1,甲,题,{AT}\n2,甲,题,{AT},话,类,多,更多\n", encoding="utf-8")
    got = mapped(path)
    assert [(one.number, one.title, one.words) for one in got.messages] == [("1", "题", ""), ("2", "题", "话")]


DATES = [
    ("2020/1/6 12:09:38", AT_UTC),
    ("2020-01-06 12:09:38.500", AT_UTC),
    ("2020.1.6 12:09:38", AT_UTC),
    ("2020年1月6日 12:09:38", AT_UTC),
    ("2020-1-6", datetime(2020, 1, 5, 16, tzinfo=UTC)),
    ("2020/2/29 00:00", datetime(2020, 2, 28, 16, tzinfo=UTC)),
    ("2019/2/29", None),
    ("2020/0/6", None),
    ("2020/1/32", None),
    ("2020/1/6 24:00", None),
    ("2020/1/6 12:60", None),
    ("20200106", None),
    ("06/01/2020", None),
    ("43836.5", None),
    ("2020/1/6 下午3点", None),
    ("0000/1/1", None),
    ("上周一", None),
]


@pytest.mark.parametrize(("text", "at"), DATES)
def test_a_date_is_read_or_its_row_is_told(tmp_path: Path, text: str, at: datetime | None) -> None:
    got = mapped(as_csv(tmp_path / "m.csv", [row(1, at=text), row(2)]))
    assert [message.number for message in got.messages] == (["2"] if at is None else ["1", "2"])
    if at is not None:
        assert got.messages[0].received_at == at == read_time(text)
        assert got.errors == []
    else:
        (note,) = got.errors
        assert (note.row, text in note.what) == (2, True)


def test_a_time_later_than_now_is_refused_and_now_itself_is_taken(tmp_path: Path) -> None:
    got = mapped(as_csv(tmp_path / "m.csv", [row(1, at="2026/11/24 08:00:00"), row(2, at="2026/11/24 08:00:01")]))
    assert [message.number for message in got.messages] == ["1"]
    assert [note.row for note in got.errors] == [3]


def test_cells_of_a_workbook_are_read_as_they_look(tmp_path: Path) -> None:
    """Numbers as text and as numbers, a date as a date, a formula by its result, a truth value, an empty cell."""

    def fill(book: Any, sheet: Any) -> None:
        stamp = book.add_format({"num_format": "yyyy/m/d hh:mm:ss"})
        at = AT_UTC.astimezone(SHANGHAI).replace(tzinfo=None)  # a sheet knows no zone
        sheet.write_number(1, 0, 20200106001)
        sheet.write_row(1, 1, ["甲", "题"])
        sheet.write_datetime(1, 3, at, stamp)
        sheet.write_formula(1, 4, '=CONCATENATE("楼道","堆物")', None, "楼道堆物")
        sheet.write_boolean(1, 5, True)
        sheet.write_string(2, 0, "00042")
        sheet.write_number(2, 2, 3.5)
        sheet.write_string(2, 3, AT)
        sheet.write_blank(2, 5, None, stamp)

    got = mapped(as_workbook(tmp_path / "m.xlsx", fill))
    assert got.errors == []
    first, second = got.messages
    assert (first.number, first.words, first.category) == ("20200106001", "楼道堆物", "TRUE")
    assert (second.number, second.title, second.words, second.category) == ("00042", "3.5", "", "")
    assert first.received_at == second.received_at == AT_UTC


def test_merged_cells_speak_for_their_first_row_only(tmp_path: Path) -> None:
    """A number merged over two rows stands in the first; the second has none, and is told, not guessed."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, row(1))
        sheet.write_row(2, 0, row(2))
        sheet.merge_range(1, 0, 2, 0, "1", book.add_format())

    got = mapped(as_workbook(tmp_path / "m.xlsx", fill))
    assert [message.number for message in got.messages] == ["1"]
    (note,) = got.errors
    assert note.row == 3


def test_a_title_above_the_table_is_not_its_heading(tmp_path: Path) -> None:
    """Offices like a title in a merged first row: the file is refused with the words that stand there."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(2, 0, row(1))
        sheet.merge_range(0, 0, 0, 5, "2020年1月热线来件", book.add_format())

    fault = refused(as_workbook(tmp_path / "m.xlsx", fill))
    assert fault.code == "import_column"
    assert "2020年1月热线来件" in str(fault)


def test_empty_rows_and_columns_keep_the_numbers_that_a_person_sees(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(3, 0, row(1))
        sheet.write_row(9, 0, row(2, at="nie"))

    got = mapped(as_workbook(tmp_path / "m.xlsx", fill))
    assert [message.row for message in got.messages] == [4]
    assert [note.row for note in got.errors] == [10]


def test_only_the_first_sheet_is_read(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, row(1))
        other = book.add_worksheet("第二张")
        other.write_row(0, 0, HEADING)
        other.write_row(1, 0, row(2))

    assert [message.number for message in mapped(as_workbook(tmp_path / "m.xlsx", fill)).messages] == ["1"]


def test_texts_of_a_workbook_arrive_as_they_stand(tmp_path: Path) -> None:
    texts = [text for text in OWN if text.isprintable() and len(text) < 1000]
    assert len(texts) > 30
    path = as_workbook(
        tmp_path / "m.xlsx",
        lambda _book, sheet: [sheet.write_row(n, 0, row(n, text)) for n, text in enumerate(texts, 1)],
    )
    assert [message.words for message in mapped(path).messages] == [text.strip() for text in texts]


def test_the_longest_cell_is_taken_and_one_more_is_told_with_its_length(tmp_path: Path) -> None:
    rows = [row(1, "堆" * MAX_WORDS), row(2, "堆" * (MAX_WORDS + 1)), row(3, "堆" * 200_000)]
    got = mapped(as_csv(tmp_path / "m.csv", rows))
    assert [message.number for message in got.messages] == ["1"]
    assert [(note.row, str(length) in note.what) for note, length in zip(got.errors, (4001, 200_000), strict=True)] == [
        (3, True), (4, True)
    ]  # fmt: skip


def test_a_number_has_at_most_sixty_characters(tmp_path: Path) -> None:
    got = mapped(as_csv(tmp_path / "m.csv", [row("9" * 60), row("9" * 61)]))
    assert [len(message.number) for message in got.messages] == [60]
    assert [note.row for note in got.errors] == [3]


def test_fifty_megabytes_are_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    """The limit itself, filled with long rows that are told one by one, not with a crash."""
    path = tmp_path / "big.csv"
    line = ",".join(row(1, "x" * 999_000)).encode() + b"\n"
    with path.open("wb") as out:
        out.write(",".join(HEADING).encode() + b"\n")
        while out.tell() + len(line) <= FILE_BYTES:
            out.write(line)
        out.write(b"\n" * (FILE_BYTES - out.tell()))
    assert path.stat().st_size == FILE_BYTES == 50 * MB
    got = mapped(path)
    assert got.messages == []
    assert len(got.errors) > 50
    with path.open("ab") as out:
        out.write(b"\n")
    with translation.override("zh-hans"):
        fault = refused(path)
    assert (fault.code, "50 MB" in str(fault)) == ("import_too_big", True)


SPY = """
import json, os, sys
print(json.dumps(["name", "seen"]))
for name in sorted(os.environ):
    print(json.dumps(["variable", name]))
print(json.dumps(["path", "first-party" if any("linli" in name for name in sys.modules) else "alone"]))
print(json.dumps({"end": 2}))
"""


def test_the_process_that_reads_a_workbook_gets_none_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile sheet meets a process that knows no key, no address of a database and nothing of the project."""
    path = as_workbook(tmp_path / "m.xlsx", lambda _book, sheet: sheet.write_row(1, 0, row(1)))
    spy = tmp_path / "spy.py"
    spy.write_text(SPY, encoding="utf-8")
    monkeypatch.setattr(reader, "SHEET", spy)
    monkeypatch.setenv("SECRET_KEY", "x")
    seen = {tuple(cells) for _number, cells in read_table(path).rows}
    assert ("path", "alone") in seen
    assert not {name for kind, name in seen if kind == "variable"} & {"SECRET_KEY", "DATABASE_URL", "HOME", "PATH"}


DYING = {
    "silent": "",
    "killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "half a row": 'print("[\\"留言编号\\"]", flush=True)\nraise SystemExit(1)',
    "a fault it names": 'print("{\\"fault\\": \\"damaged\\"}")',
}


@pytest.mark.parametrize("script", DYING.values(), ids=DYING)
def test_a_reading_process_that_dies_is_a_damaged_file_and_no_half_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    path = as_workbook(tmp_path / "m.xlsx", lambda _book, sheet: sheet.write_row(1, 0, row(1)))
    dying = tmp_path / "dying.py"
    dying.write_text(script, encoding="utf-8")
    monkeypatch.setattr(reader, "SHEET", dying)
    assert refused(path).code == "import_damaged"


@pytest.mark.parametrize("kind", list(Fault))
def test_each_fault_of_a_file_has_a_sentence_in_both_languages(kind: Fault) -> None:
    values = {
        "name": "a.csv",
        "most": 50,
        "byte": 7,
        "missing": "“x”",
        "twice": "“x”",
        "found": "y",
        "profile": "letters",
    }
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said.append(str(MESSAGES[kind]).format(**values))
    assert said[0] != said[1]
    assert all("a.csv" in one for one in said)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), min_size=6, max_size=6),
                min_size=1, max_size=6))  # fmt: skip
def test_what_a_spreadsheet_wrote_is_what_is_read(tmp_path: Path, rows: list[list[str]]) -> None:
    """Any cells, in either encoding: the same cells come back, trimmed, and wholly empty rows are left out."""
    filled = [cells for one in rows if any(cells := [cell.strip() for cell in one])]
    for encoding in ("utf-8-sig", "gb18030"):
        path = as_csv(tmp_path / "m.csv", rows, encoding=encoding)
        if filled:
            assert [list(cells) for _n, cells in read_table(path).rows] == filled
        else:
            assert refused(path).code == "import_no_rows"


def test_limits_are_those_that_are_documented() -> None:
    assert (FILE_BYTES, ROWS, reader.UNPACKED_BYTES) == (50 * MB, 200_000, 100 * MB)
