"""What a person reads about his file: each row by its number, each fault in his language, and what was kept."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import cast
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from doors.sheets import HEADING, as_csv, row

from linli.casework.intake.models import Report
from linli.casework.timeline.models import Clock, Entry
from linli.doors.hotline12345 import actions
from linli.doors.hotline12345.actions import plan_import, run_import
from linli.doors.hotline12345.models import ImportBatch
from linli.doors.tables.models import ImportProfile
from linli.kernel.errors import InvalidInput
from linli.outbox.models import Event


@pytest.fixture(autouse=True)
def database(committed: None) -> None:
    """Every test of this file commits in the folder's own database."""


def told(notes: Any) -> list[tuple[int, str, str]]:
    return [(note.row, note.what, note.cure) for note in notes]


ROWS = [
    (row("", "没有编号"), "没有编号。", "It has no number."),
    (row("W2", at="昨天"), "“昨天”不是日期时间。", "“昨天” is not a date and time."),
    (row("W3", at="2199/1/1"), "受理时间晚于现在。", "It came in later than now."),
    (row("W4", "", title=""), "没有内容。", "It says nothing."),
    (row("W5", "堆" * 4001), "内容有 4001 个字，最多 4000 个字。", "The message has 4001 characters; 4000 fit."),
    (row("W6", " \u200b ", title=" \ufeff "), "没有内容。", "It says nothing."),
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_is_wrong_with_a_row_is_told_by_its_number_in_the_readers_words(tmp_path: Path, language: str) -> None:
    good = row("W0")
    path = as_csv(tmp_path / "m.csv", [good, *(wrong for wrong, _zh, _en in ROWS)])
    with translation.override(language):
        plan = plan_import(path, profile="letters", area=cast.HOME_AREA)
        expected = [(at, zh if language == "zh-hans" else en) for at, (_row, zh, en) in enumerate(ROWS, 3)]
        assert [(number, what) for number, what, _cure in told(plan.mapped.errors)] == expected
        assert all(cure for _number, _what, cure in told(plan.mapped.errors))
    assert [message.number for message in plan.mapped.messages] == ["W0"]


def run(*args: object, language: str = "zh-hans") -> tuple[str, CommandError | None]:
    """What the command printed, and how it ended."""
    out = StringIO()
    with translation.override(language):
        try:
            call_command("import", "hotline", *map(str, args), stdout=out)
        except CommandError as wrong:
            return out.getvalue(), wrong
    return out.getvalue(), None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["共 3 行，可导入 1 条，不能导入 2 行",
                     "第 3 行：“nie”不是日期时间。请写成 2020/1/6 12:09:38 的样式。",
                     "第 4 行：没有编号。请填写热线工单编号。", "这是试运行，未写入任何内容。"]),
        ("en", ["3 rows, 1 can come in, 2 cannot",
                "row 3: “nie” is not a date and time. Write it like 2020/1/6 12:09:38.",
                "row 4: It has no number. Fill in the number the hotline gave it.",
                "Nothing was written: this was a dry run."]),
    ],
)  # fmt: skip
def test_a_dry_run_says_it_all_and_writes_nothing(tmp_path: Path, language: str, words: list[str]) -> None:
    number = f"D1{language}"
    path = as_csv(tmp_path / "m.csv", [row(number), row("D2", at="nie"), row("")])
    before = _rows()
    out, ended = run(path, "--area", cast.HOME_AREA, "--dry-run", language=language)
    assert ended is None
    for line in words:
        assert line in out
    assert _rows() == before
    out, ended = run(path, "--area", cast.HOME_AREA, "--yes", language=language)
    assert ended is not None
    assert ended.returncode == 2
    assert Report.objects.using("owner").filter(idempotency_key=f"hotline:letters:{number}").count() == 1
    assert _rows() == [before[0] + 1, before[1] + 1, before[2] + 1, before[3] + 1, before[4] + 1, before[5]]


def _rows() -> list[int]:
    """How much of everything there is that an import could write."""
    return [model.objects.using("owner").count() for model in (Report, Entry, Clock, Event, ImportBatch, ImportProfile)]


def test_a_file_that_is_refused_whole_is_told_with_what_was_kept(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "出件.csv", [row("F1")], heading=[*HEADING[:-1], "类别"])
    before = _rows()
    for language, ends in (("zh-hans", "未导入任何内容。"), ("en", "Nothing was imported.")):
        _out, ended = run(path, "--yes", language=language)
        assert ended is not None
        assert str(ended).endswith(ends)
        assert "一级分类" in str(ended)
    assert _rows() == before


def test_more_errors_than_a_screen_holds_are_counted(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "m.csv", [row(f"E{n}", at="nie") for n in range(31)])
    out, ended = run(path, "--dry-run", language="en")
    assert ended is None
    assert out.count("is not a date and time") == 20
    assert "… and 11 more" in out


def test_lazy_messages_of_the_kernel_are_told_in_the_readers_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the intake refuses stands beside its row in the language of the reader too."""
    path = as_csv(tmp_path / "m.csv", [row("L1")])

    def refusing(**_given: Any) -> Any:
        raise InvalidInput("A mobile number has 11 digits and begins with 1.", code="bad_mobile")

    monkeypatch.setattr(actions, "receive_report", refusing)
    plan = plan_import(path, profile="letters", area=cast.HOME_AREA)
    for language, what in (
        ("zh-hans", "手机号应为 11 位，以 1 开头。"), ("en", "A mobile number has 11 digits and begins with 1."),
    ):  # fmt: skip
        with translation.override(language):
            assert [(note.row, note.what) for note in run_import(plan).refused] == [(2, what)]
