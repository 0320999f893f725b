"""The hotline's file travels by the front door: all in, none doubled, each with a time, an owner and a next step."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import cast
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from linli.access.api import Principal, enter
from linli.casework.intake.models import Report
from linli.doors.hotline12345.actions import plan_import, run_import
from linli.doors.hotline12345.models import ImportBatch
from linli.kernel.clock import shanghai
from linli.kernel.errors import Forbidden, InvalidInput, NotFound
from linli.outbox.api import deliver
from linli.outbox.models import Event

FILE = Path("data/complaints/taidi2020_C_csv/fujian2.csv")


@pytest.fixture
def letters(shared: Path, committed: None) -> Path:
    path = shared / FILE
    if not path.exists():
        pytest.skip("the citizens' messages are not in the folder of shared inputs")
    return path


@pytest.fixture
def small(tmp_path: Path, committed: None) -> Iterator[Callable[..., Path]]:
    """small(count, first): a file of invented messages."""

    def write(count: int, first: int = 1, words: str = "楼道堆物") -> Path:
        heading = "留言编号,留言用户,留言主题,留言时间,留言详情,一级分类"
        rows = [f"{n},A{n},第{n}件,2020/1/6 12:09:38,{words}{n},城建" for n in range(first, first + count)]
        path = tmp_path / "small.csv"
        path.write_text("\n".join([heading, *rows]), encoding="utf-8")
        return path

    yield write
    connections.close_all()


def imported() -> Any:
    return Report.objects.using("owner").filter(channel="hotline")


def run(*args: object, **options: object) -> str:
    out = StringIO()
    call_command("import", "hotline", *map(str, args), stdout=out, **options)
    return out.getvalue()


def test_all_letters_come_in_once_and_each_has_an_owner_and_a_next_step(letters: Path) -> None:
    before = set(imported().values_list("id", flat=True))
    dry = run(letters, "--dry-run")
    assert "495" in dry
    assert set(imported().values_list("id", flat=True)) == before
    run(letters, "--yes")
    fresh = imported().exclude(id__in=before)
    assert fresh.count() == 495
    assert fresh.values("idempotency_key").distinct().count() == 495
    years = Counter(shanghai(at).year for at in fresh.values_list("received_at", flat=True))
    assert (years[2019], years[2020]) == (131, 4)
    assert set(fresh.values_list("area__path", flat=True)) <= {
        path for path in fresh.values_list("area__path", flat=True) if path.startswith("310115.132.")
    }
    assert fresh.values("area").distinct().count() > 20

    second = plan_import(letters, profile="letters", area=cast.TOWN)
    outcome = run_import(second)
    assert (outcome.fresh, outcome.known, outcome.refused) == (0, 495, [])
    assert imported().exclude(id__in=before).count() == 495

    _deliver(set(map(str, fresh.values_list("id", flat=True))))
    states = Counter(fresh.values_list("state", flat=True))
    assert set(states) <= {"received", "routed"}
    assert states["routed"] > 50
    for report in fresh.select_related("unit"):
        assert report.unit.is_active
        assert report.due_at is not None
        if report.state == "routed":
            assert report.topic
            assert report.unit.kind not in {"station", "committee", "village_committee"}
    waiting = [report.suggestions for report in fresh if report.state == "received"]
    assert len(waiting) == states["received"] > 30
    for three in waiting:
        assert len({one["code"] for one in three}) == len(three) == 3
        assert [one["score"] for one in three] == sorted((one["score"] for one in three), reverse=True)
        assert [one["weak"] for one in three] == sorted(one["weak"] for one in three)
    assert any(three[0]["weak"] for three in waiting)
    assert any(not three[-1]["weak"] for three in waiting)


def _deliver(report_ids: set[str]) -> None:
    waiting = Event.objects.using("owner").filter(name="casework.intake.ReportReceived", delivered_at__isnull=True)
    events = [event.id for event in waiting if event.payload["report_id"] in report_ids]
    assert len(events) == len(report_ids)
    assert all(deliver(event) for event in events)
    assert not any(deliver(event) for event in events[:5])


def test_one_committee_gets_everything_when_it_is_named(small: Callable[..., Path]) -> None:
    run(small(7, 9001), "--area", cast.HOME_AREA, "--yes")
    mine = imported().filter(idempotency_key__startswith="hotline:letters:900")
    assert set(mine.values_list("area__code", flat=True)) == {cast.HOME_AREA}
    assert mine.count() == 7


def test_a_batch_says_who_what_and_how_much(small: Callable[..., Path]) -> None:
    run(small(5, 9101), "--yes")
    run(small(8, 9101), "--yes")
    last = ImportBatch.objects.using("owner").order_by("-id").first()
    assert last is not None
    assert (last.rows, last.fresh, last.known, last.refused) == (8, 3, 5, 0)
    assert last.finished_at is not None
    assert len(last.file_hash) == 64


def test_a_known_number_with_other_words_is_left_alone_and_told(small: Callable[..., Path]) -> None:
    run(small(3, 9201), "--yes")
    with pytest.raises(CommandError) as left_out:
        run(small(3, 9201, words="另一件事"), "--yes")
    assert left_out.value.returncode == 2
    words = imported().filter(idempotency_key__startswith="hotline:letters:920").values_list("words", flat=True)
    assert all(text.startswith("楼道堆物") for text in words)


def test_a_faulty_file_leaves_nothing_behind(small: Callable[..., Path], tmp_path: Path) -> None:
    reports, batches = imported().count(), ImportBatch.objects.using("owner").count()
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    for path in (wrong, tmp_path / "absent.csv"):
        with pytest.raises(CommandError):
            run(path, "--yes")
    with pytest.raises(NotFound):
        plan_import(small(1), profile="no-such", area=cast.TOWN)
    with pytest.raises(NotFound):
        plan_import(small(1), profile="letters", area="999")
    assert (imported().count(), ImportBatch.objects.using("owner").count()) == (reports, batches)


def test_without_yes_it_asks(small: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before = imported().count()
    monkeypatch.setattr("builtins.input", lambda _question: "n")
    with pytest.raises(CommandError):
        run(small(2, 9301))
    assert imported().count() == before
    monkeypatch.setattr("builtins.input", lambda _question: "y")
    run(small(2, 9301))
    assert imported().count() == before + 2


def test_only_those_who_may_import_do(small: Callable[..., Path], caller: Callable[[str], Any]) -> None:
    @contextmanager
    def as_worker() -> Iterator[Principal]:
        with transaction.atomic():
            yield enter(caller("worker").token)

    with pytest.raises(Forbidden):
        plan_import(small(1), profile="letters", area=cast.TOWN, scope=as_worker)


def test_killed_in_the_middle_and_repeated_it_is_complete(small: Callable[..., Path], real_database: str) -> None:
    path = small(1500, 7_000_001)
    mine = imported().filter(idempotency_key__regex=r"^hotline:letters:700[0-9]{4}$")
    owner = settings.DATABASES["owner"]
    url = f"postgresql://{owner['USER']}@/{real_database}?host={owner['HOST']}&port={owner['PORT']}"
    command = [sys.executable, "-m", "linli.project.cli", "import", "hotline", str(path), "--yes"]
    with subprocess.Popen(
        command, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while process.poll() is None and not 200 <= mine.count() < 1500:
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
    half = mine.count()
    assert 200 <= half < 1500
    assert half % 100 == 0  # whole chunks only
    outcome = run_import(plan_import(path, profile="letters", area=cast.TOWN))
    assert (outcome.fresh, outcome.known) == (1500 - half, half)
    assert mine.count() == 1500


def test_a_future_message_is_refused_by_row(committed: None, tmp_path: Path) -> None:
    path = tmp_path / "future.csv"
    path.write_text("留言编号,留言用户,留言主题,留言时间,留言详情,一级分类\n1,a,b,2199/1/1,c,d\n", encoding="utf-8")
    plan = plan_import(path, profile="letters", area=cast.TOWN)
    assert plan.mapped.messages == []
    assert [note.row for note in plan.mapped.errors] == [2]
    with pytest.raises(InvalidInput):
        plan_import(tmp_path / "none.csv", profile="letters", area=cast.TOWN)
