"""Files of the hotline, written for a test."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

HEADING = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "一级分类"]
COLUMNS = {
    "number": "留言编号", "name": "留言用户", "title": "留言主题", "received_at": "留言时间", "words": "留言详情",
    "category": "一级分类",
}  # fmt: skip
NOW = datetime(2026, 11, 24, tzinfo=UTC)
AT = "2020/1/6 12:09:38"
AT_UTC = datetime(2020, 1, 6, 4, 9, 38, tzinfo=UTC)


def row(number: object, words: str = "楼道堆物", **other: str) -> list[str]:
    """One message. other: title, at, name, category."""
    return [
        str(number), other.get("name", "王小明"), other.get("title", f"第{number}件"), other.get("at", AT), words,
        other.get("category", "城建"),
    ]  # fmt: skip


def as_csv(
    path: Path, rows: Sequence[Sequence[str]], *, heading: Sequence[str] = HEADING, encoding: str = "utf-8", **how: Any
) -> Path:
    out = io.StringIO(newline="")
    lines = csv.writer(out, **how)
    lines.writerow(heading)
    lines.writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def as_workbook(path: Path, fill: Callable[[Any, Any], object], **options: object) -> Path:
    """fill(book, sheet): what stands below or beside the heading."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, **options})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADING)
    fill(book, sheet)
    book.close()
    return path


def rewritten(path: Path, entry: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == entry:
                changed = change(data)
                assert changed != data
                data = changed
            target.writestr(info.filename, data)
    path.write_bytes(out.getvalue())
    return path
