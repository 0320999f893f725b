"""`linli import register FILE`: what it says, what it leaves out, and that a dry run writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import cast
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from doors import roll

from linli.access.api import as_system
from linli.doors.sheets.models import SheetBatch
from linli.doors.sheets.undo import held_by, take_back, trail_of
from linli.doors.tables.models import ImportProfile
from linli.register.people.models import Person


@pytest.fixture
def sent(tmp_path: Path, committed: None) -> Iterator[Callable[..., Path]]:
    """sent(rows): a workbook on the disk; the test runs in the folder's own database, with real commits."""

    def write(rows: list[roll.Row], **how: Any) -> Path:
        path = tmp_path / "名册.xlsx"
        path.write_bytes(roll.workbook(rows, **how))
        return path

    yield write
    connections.close_all()


def run(path: Path, *args: str, **options: Any) -> str:
    out = StringIO()
    call_command("import", "register", str(path), "--area", cast.HOME_AREA, *args, stdout=out, **options)
    return out.getvalue()


def people() -> int:
    return Person.objects.using("owner").count()


def test_a_dry_run_says_all_and_writes_nothing(sent: Callable[..., Path]) -> None:
    rows = roll.committee(8, 20)
    rows[3]["relation"] = "邻居"
    before, batches = people(), SheetBatch.objects.using("owner").count()
    said = run(sent(rows), "--dry-run")
    assert "20" in said
    assert "19" in said
    assert "第 5 行" in said
    assert "邻居" in said
    assert (people(), SheetBatch.objects.using("owner").count()) == (before, batches)


def test_it_brings_in_what_is_good_says_what_it_left_out_and_repeats_nothing(sent: Callable[..., Path]) -> None:
    rows = roll.committee(8, 20, first=3000)
    rows[3]["phone"] = "1"
    before = people()
    path = sent(rows)
    with pytest.raises(CommandError) as left_out:
        run(path, "--yes")
    assert left_out.value.returncode == 2
    assert people() == before + 19
    with pytest.raises(CommandError):
        run(path, "--yes")
    assert people() == before + 19
    rows[3]["phone"] = ""
    assert "1" in run(sent(rows), "--yes")
    assert people() == before + 20


def test_all_or_nothing(sent: Callable[..., Path]) -> None:
    rows = roll.committee(8, 20, first=4000)
    rows[3]["phone"] = "1"
    before = people()
    with pytest.raises(CommandError, match="都不导入"):
        run(sent(rows), "--yes", "--whole")
    assert people() == before


def test_without_yes_it_asks(sent: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = sent([roll.home(30) | roll.person(5000)])
    before = people()
    monkeypatch.setattr("builtins.input", lambda _question: "n")
    with pytest.raises(CommandError):
        run(path)
    assert people() == before
    monkeypatch.setattr("builtins.input", lambda _question: "y")
    run(path)
    assert people() == before + 1


def test_what_the_command_brought_in_is_undone_whole(sent: Callable[..., Path]) -> None:
    before = people()
    said = run(sent([roll.home(31) | roll.person(5001)]), "--yes")
    batch = SheetBatch.objects.using("owner").order_by("-id")[0]
    assert str(batch.id) in said
    with as_system() as system:
        trail = trail_of(batch)
        assert held_by(trail) == []
        take_back(system, trail, progress=lambda _n: None)
    assert people() == before


def test_a_profile_and_the_address_of_the_row_above(sent: Callable[..., Path]) -> None:
    ImportProfile.objects.using("owner").create(
        door="sheets", name="向阳", columns={"compound": "住处", "room": "几零几"}
    )
    rows = [roll.home(32) | roll.person(5002), roll.person(5003, relation="子女")]
    path = sent(rows, headings=["住处", *roll.HEADINGS[1:5], "几零几", *roll.HEADINGS[6:]])
    with pytest.raises(CommandError):
        run(path, "--yes")
    before = people()
    run(path, "--yes", "--profile", "向阳", "--fill-down")
    assert people() == before + 2
    with pytest.raises(CommandError, match="向阳"):
        run(path, "--yes", "--profile", "nobody")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04x", b"a,b\n1,2\n"])
def test_a_file_that_is_none_is_refused_in_words(tmp_path: Path, committed: None, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        run(path, "--yes")
    assert str(refused.value)
