"""What the shared reader takes from a hostile or an odd file: limits, joined cells, other kinds of workbook."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from doors import roll

from linli.doors.sheets.reading import DESK, HOUSE, Cells, rows_of, shape_of
from linli.doors.tables.reader import FILE_BYTES, MB, UNPACKED_BYTES, USUAL, Limits, first_rows, read_file, read_rows
from linli.kernel.errors import InvalidInput


def refused(data: bytes, limits: Limits = DESK) -> str:
    with pytest.raises(InvalidInput) as found:
        read_rows("x.xlsx", data, limits=limits)
    assert found.value.kept is not None
    return found.value.code


def test_the_limits_are_those_that_are_documented() -> None:
    assert (DESK.file_bytes, DESK.unpacked_bytes, DESK.rows) == (FILE_BYTES, UNPACKED_BYTES, 300_000)
    assert (USUAL.rows, USUAL.other_books) == (200_000, False)
    assert (HOUSE.file_bytes, HOUSE.unpacked_bytes, HOUSE.rows) == (200 * MB, 500 * MB, 300_000)


@pytest.mark.parametrize(
    "least", [replace(DESK, file_bytes=100), replace(DESK, unpacked_bytes=1000), replace(DESK, rows=3)]
)
def test_a_file_beyond_a_limit_is_refused_by_its_name(least: Limits) -> None:
    data = roll.workbook(roll.committee(5, 9))
    assert read_rows("x.xlsx", data, limits=DESK).rows
    assert refused(data, least) in {"import_too_big", "import_too_big_inside", "import_too_many_rows"}


def bomb(megabytes: int) -> bytes:
    """A workbook that says so many megabytes of nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (megabytes * MB))
    return out.getvalue()


def lying(data: bytes) -> bytes:
    """The same, with a header that claims to be small."""
    out = bytearray(data)
    at = data.rindex(b"PK\x01\x02")
    out[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(out)


def test_bombs_are_refused_before_anything_is_read() -> None:
    assert refused(bomb(101)) == "import_too_big_inside"
    assert refused(lying(bomb(150))) in {"import_damaged", "import_too_big_inside"}
    assert len(bomb(101)) < MB


def test_a_process_that_may_not_grow_dies_on_what_it_cannot_hold() -> None:
    data = roll.workbook(roll.committee(3000, 9000))
    assert refused(data, replace(DESK, memory_bytes=32 * MB)) in {"import_damaged", "import_too_big_inside"}
    assert len(read_rows("x.xlsx", data, limits=DESK).rows) == 9001


def ods(rows: list[list[str]]) -> bytes:
    """An OpenDocument table of texts."""
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    spaces = 'xmlns:{0}="urn:oasis:names:tc:opendocument:xmlns:{0}:1.0"'
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces.format("office")} {spaces.format("table")}'
        f' {spaces.format("text")}><office:body><office:spreadsheet><table:table table:name="t">{cells}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()


def test_an_opendocument_table_is_read_where_it_is_taken() -> None:
    data = ods([["小区", "室号", "姓名"], ["瑞和苑", "501", "王小明"]])
    found = read_rows("x.ods", data, limits=DESK)
    assert (found.encoding, [cells for _n, cells in found.rows][1]) == ("ods", ["瑞和苑", "501", "王小明"])
    assert refused(data, USUAL) == "import_no_spreadsheet"


def test_an_old_workbook_that_is_damaged_is_refused_in_words() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert refused(data, DESK) == "import_damaged"
    assert refused(data, USUAL) == "import_old_excel"


def test_an_archive_of_something_else_is_no_table() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert refused(out.getvalue()) == "import_no_spreadsheet"


def test_the_first_rows_are_enough_to_find_the_heading() -> None:
    data = roll.workbook(roll.committee(50, 120), titles=[["底册"]])
    found = first_rows("x.xlsx", data, count=5, limits=DESK)
    assert [number for number, _cells in found.rows] == [1, 2, 3, 4, 5]
    assert shape_of(found).heading_row == 2


def test_joined_cells_are_told_with_the_numbers_a_spreadsheet_shows() -> None:
    rows = [roll.home(0) | roll.person(1), roll.person(2), roll.person(3), roll.home(1) | roll.person(4)]
    data = roll.workbook(rows, titles=[["底册"]], merge=[(0, 2, 0), (0, 2, 5)])
    found = read_rows("x.xlsx", data, limits=DESK)
    assert sorted(found.merged) == [(3, 5, 0, 0), (3, 5, 5, 5)]
    filled = [row.row for row in rows_of(found, shape_of(found)) if row.filled]
    assert filled == [4, 5]


def test_only_columns_of_the_home_are_filled_down() -> None:
    """A joined cell of names would give several people one name: such a cell stays empty and is a fault."""
    rows = [roll.home(0) | roll.person(number, name="") for number in (1, 2)]
    rows[0]["name"] = "王小明"
    data = roll.workbook(rows, merge=[(0, 1, 8)])
    found = read_rows("x.xlsx", data, limits=DESK)
    names = [row.cells["name"] for row in rows_of(found, shape_of(found))]
    assert names == ["王小明", ""]


def test_a_file_is_read_from_the_disk_only_when_it_may_be(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a" * 101)
    assert len(read_file(path, limits=replace(DESK, file_bytes=101))) == 101
    for missing in (path.with_name("none.csv"), tmp_path):
        with pytest.raises(InvalidInput) as gone:
            read_file(missing)
        assert gone.value.code == "import_missing"
    with pytest.raises(InvalidInput) as big:
        read_file(path, limits=replace(DESK, file_bytes=100))
    assert big.value.code == "import_too_big"


def test_cells_know_their_row() -> None:
    assert Cells(7, {}).row == 7
