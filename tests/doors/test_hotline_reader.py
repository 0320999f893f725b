"""Files of the hotline: what is read, and what is refused with a clear word. No database."""

from __future__ import annotations

import io
import random
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import xlsxwriter

from linli.doors.hotline12345.mapping import Mapped, map_table, read_time
from linli.doors.tables.reader import FILE_BYTES, MB, Limits, read_table
from linli.kernel.errors import InvalidInput

HEADING = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "一级分类"]
COLUMNS = {
    "number": "留言编号", "name": "留言用户", "title": "留言主题", "received_at": "留言时间", "words": "留言详情",
    "category": "一级分类",
}  # fmt: skip
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def line(number: int) -> list[str]:
    return [
        str(number),
        f"A{number:08d}",
        f"第{number}件事",
        "2020/1/6 12:09:38",
        f"楼道堆物，第{number}次反映",
        "城乡建设",
    ]


def csv_text(count: int, heading: list[str] = HEADING) -> str:
    return "\n".join(",".join(row) for row in [heading, *(line(n) for n in range(1, count + 1))]) + "\n"


def workbook(path: Path, count: int) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, row in enumerate([HEADING, *(line(n) for n in range(1, count + 1))]):
        sheet.write_row(at, 0, row)
    book.close()
    return path


def rewritten(path: Path, entry: str, old: bytes, new: bytes) -> Path:
    """The workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == entry:
                assert old in data
                data = data.replace(old, new)
            target.writestr(info.filename, data)
    path.write_bytes(out.getvalue())
    return path


def refusal(path: Path) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        map_table(read_table(path), columns=COLUMNS, profile="letters", now=NOW)
    assert refused.value.kept is not None
    assert str(refused.value)
    return refused.value


@pytest.mark.parametrize(
    ("encoding", "named"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("gbk", "GB18030")]
)
def test_a_csv_is_read_in_its_own_encoding(tmp_path: Path, encoding: str, named: str) -> None:
    path = tmp_path / "messages.csv"
    path.write_bytes(csv_text(12).encode(encoding))
    table = read_table(path)
    assert (table.encoding, len(table.rows), list(table.heading)) == (named, 12, HEADING)
    assert list(table.rows[0][1]) == line(1)
    assert table.rows[0][0] == 2


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "messages.txt"
    path.write_text(csv_text(3).replace(",", delimiter), encoding="utf-8")
    assert len(read_table(path).rows) == 3


def test_quotes_newlines_and_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    text = ",".join(HEADING) + '\n\n1,甲,"主题,一",2020/1/6 12:09:38,"第一行\n第二行",城建\n,,,,,\n'
    path.write_text(text, encoding="utf-8")
    table = read_table(path)
    assert [list(cells) for _, cells in table.rows] == [
        ["1", "甲", "主题,一", "2020/1/6 12:09:38", "第一行\n第二行", "城建"]
    ]


def test_a_workbook_that_claims_65203_rows_and_holds_495(tmp_path: Path) -> None:
    path = workbook(tmp_path / "messages.xlsx", 495)
    rewritten(path, "xl/worksheets/sheet1.xml", b'<dimension ref="A1:F496"/>', b'<dimension ref="A1:F65203"/>')
    table = read_table(path)
    assert (table.encoding, len(table.rows)) == ("xlsx", 495)
    assert list(table.rows[494][1]) == line(495)


def test_a_workbook_whose_numbers_and_times_are_cells_of_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "typed.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADING)
    sheet.write_number(1, 0, 37042)
    sheet.write_row(1, 1, ["甲", "主题"])
    stamp = book.add_format({"num_format": "yyyy/m/d hh:mm:ss"})
    sheet.write_datetime(1, 3, datetime.fromisoformat("2020-01-06T12:09:38"), stamp)
    sheet.write_row(1, 4, ["内容", "类"])
    book.close()
    mapped = map_table(read_table(path), columns=COLUMNS, profile="letters", now=NOW)
    assert mapped.errors == []
    (message,) = mapped.messages
    assert (message.number, message.received_at) == ("37042", datetime(2020, 1, 6, 4, 9, 38, tzinfo=UTC))


def test_an_empty_file_a_heading_alone_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    assert refusal(path).code == "import_missing"
    path.write_bytes(b"")
    assert refusal(path).code == "import_empty"
    path.write_text("\n \n", encoding="utf-8")
    assert refusal(path).code == "import_empty"
    path.write_text(",".join(HEADING) + "\n", encoding="utf-8")
    assert refusal(path).code == "import_no_rows"


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(csv_text(3, [*HEADING[:3], "时间", *HEADING[4:]]), encoding="utf-8")
    refused = refusal(path)
    assert refused.code == "import_column"
    assert "留言时间" in str(refused)
    assert "一级分类" in str(refused)


def test_fifty_megabytes_are_the_end(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as out:
        out.write(",".join(HEADING).encode() + b"\n")
        out.truncate(FILE_BYTES + 1)
    began = time.monotonic()
    assert refusal(path).code == "import_too_big"
    assert time.monotonic() - began < 1


def test_more_rows_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linli.doors.tables.reader.USUAL", Limits(rows=100))
    path = tmp_path / "many.csv"
    path.write_text(csv_text(100), encoding="utf-8")
    assert len(read_table(path).rows) == 100
    path.write_text(csv_text(101), encoding="utf-8")
    assert refusal(path).code == "import_too_many_rows"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe" + "留言编号".encode("utf-16-le"), "import_utf16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "import_old_excel"),
        (b"%PDF-1.7\x00\x01", "import_no_spreadsheet"),
        ("留言编号,留言用户\n1,".encode() + b"\xe4\xb8", "import_encoding"),
        (b"PK\x03\x04" + b"rubbish" * 50, "import_damaged"),
        (b'a,b\n1,"open', "import_damaged"),
    ],
)
def test_what_is_no_table_at_all(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    assert refusal(path).code == code


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(path).code == "import_no_spreadsheet"


def bomb(path: Path, megabytes: int) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as out,
    ):
        for _ in range(megabytes):
            out.write(bytes(MB))
    return path


def test_a_bomb_is_refused_within_a_second_and_without_memory(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.xlsx", 600)
    assert path.stat().st_size < MB
    before = psutil.Process().memory_info().rss
    began = time.monotonic()
    assert refusal(path).code == "import_too_big_inside"
    assert time.monotonic() - began < 1
    assert psutil.Process().memory_info().rss - before < 100 * MB


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = bomb(tmp_path / "liar.xlsx", 300)
    data = bytearray(path.read_bytes())
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    assert refusal(path).code in {"import_damaged", "import_too_big_inside"}


def test_a_workbook_with_a_cell_at_the_far_end(tmp_path: Path) -> None:
    """Two cells a million rows and sixteen thousand columns apart must not become a table of that size."""
    path = tmp_path / "far.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADING)
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    began = time.monotonic()
    assert refusal(path).code in {"import_damaged", "import_too_big_inside"}
    assert time.monotonic() - began < 30


def test_mutilated_workbooks_are_refused_or_read_but_never_crash(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", 30).read_bytes()
    dice = random.Random(20261124)
    path = tmp_path / "cut.xlsx"
    refused = 0
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 40)):
            data[dice.randrange(4, len(data))] = dice.randrange(256)
        path.write_bytes(data[: dice.randrange(len(data) // 2, len(data) + 1)])
        try:
            assert len(read_table(path).rows) <= 30
        except InvalidInput as wrong:
            assert wrong.code.startswith("import_")
            refused += 1
    assert refused > 30


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2020/1/6 12:09:38", datetime(2020, 1, 6, 4, 9, 38, tzinfo=UTC)),
        ("2020-01-06T12:09:38", datetime(2020, 1, 6, 4, 9, 38, tzinfo=UTC)),
        ("2020年1月6日 12:09", datetime(2020, 1, 6, 4, 9, tzinfo=UTC)),
        ("2020/1/6", datetime(2020, 1, 5, 16, tzinfo=UTC)),
        ("2020/13/6 12:09", None),
        ("2020/2/30", None),
        ("6/1/2020", None),
        ("", None),
        ("昨天", None),
        ("2020/1/6 25:00", None),
    ],
)
def test_times_as_exports_write_them(text: str, at: datetime | None) -> None:
    assert read_time(text) == at


def mapped(
    tmp_path: Path, rows: list[list[str]], columns: dict[str, str] = COLUMNS, heading: list[str] = HEADING
) -> Mapped:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(",".join(row) for row in [heading, *rows]), encoding="utf-8")
    return map_table(read_table(path), columns=columns, profile="letters", now=NOW)


def test_each_wrong_row_says_where_what_and_how_to_cure_it(tmp_path: Path) -> None:
    rows = [
        line(1),
        ["", *line(2)[1:]],
        [*line(3)[:3], "昨天", *line(3)[4:]],
        [*line(4)[:3], "2030/1/1", *line(4)[4:]],
        ["5", "甲", "", "2020/1/6", "", "类"],
        ["6", "甲", "长", "2020/1/6", "x" * 4001, "类"],
    ]
    got = mapped(tmp_path, rows)
    assert [message.number for message in got.messages] == ["1"]
    assert [note.row for note in got.errors] == [3, 4, 5, 6, 7]
    assert all(note.what and note.cure for note in got.errors)


def test_a_wrong_phone_is_an_error_and_not_repeated(tmp_path: Path) -> None:
    heading = [*HEADING, "电话"]
    columns = COLUMNS | {"phone": "电话"}
    got = mapped(tmp_path, [[*line(1), "13800138000"], [*line(2), "12345678"]], columns, heading)
    assert [message.phone for message in got.messages] == ["13800138000"]
    (note,) = got.errors
    assert note.row == 3
    assert "12345678" not in note.what + note.cure


def test_a_number_that_occurs_twice(tmp_path: Path) -> None:
    """Equal rows are one message; rows that differ are two, known by their contents and not by their order."""
    twin = [*line(7)[:5], "劳动和社会保障"]
    got = mapped(tmp_path, [line(7), twin, line(8), line(8)])
    assert [message.number for message in got.messages] == ["7", "7", "8"]
    keys = {message.category: message.key for message in got.messages if message.number == "7"}
    assert len(set(keys.values())) == 2
    assert [note.row for note in got.remarks] != []
    turned = mapped(tmp_path, [twin, line(8), line(7)])
    assert {message.category: message.key for message in turned.messages if message.number == "7"} == keys
