"""From a file of the hotline to matters at a desk: nothing lost or doubled, each with its time and its next step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import cast
import pytest
from django.db import OperationalError, connections, transaction
from django.utils import translation
from doors.sheets import AT_UTC, COLUMNS, as_csv, as_workbook, row

from linli.access.api import Principal, as_system, enter
from linli.calendar.api import current_calendar
from linli.casework.intake.api import receive_report
from linli.casework.intake.models import Report
from linli.casework.timeline.models import Clock, Entry
from linli.doors.hotline12345 import actions
from linli.doors.hotline12345.actions import CHUNK, Outcome, plan_import, run_import
from linli.doors.hotline12345.models import ImportBatch
from linli.doors.hotline12345.queries import batches
from linli.doors.tables.models import ImportProfile
from linli.kernel.clock import now
from linli.kernel.errors import NotFound
from linli.outbox.api import deliver
from linli.outbox.models import Event
from linli.territory.models import Area

Call = Callable[[str], Any]
Profile = Callable[..., str]
CLERK = {"number": "工单号", "received_at": "受理时间", "words": "诉求内容", "area": "所属居村", "place": "地址",
         "phone": "来电号码", "item": "事项代码", "name": "来电人"}  # fmt: skip


@pytest.fixture(autouse=True)
def database(committed: None) -> None:
    """Every test of this file commits in the folder's own database."""


@pytest.fixture
def profile() -> Profile:
    """profile(name, columns, spread): a mapping of a town's own export."""

    def make(name: str, columns: Mapping[str, str] = CLERK, *, spread: bool = False) -> str:
        ImportProfile.objects.using("owner").update_or_create(
            name=name, defaults={"columns": dict(columns), "spread": spread}
        )
        return name

    return make


def imported(prefix: str) -> Any:
    """What came in under numbers that begin so."""
    return Report.objects.using("owner").filter(channel="hotline", idempotency_key__contains=f":{prefix}")


def bring(path: Path, *, area: str = cast.HOME_AREA, profile: str = "letters") -> Outcome:
    return run_import(plan_import(path, profile=profile, area=area))


def test_each_message_keeps_its_own_time_number_and_words(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "m.csv", [row("T1", name="王小明", title="标题", category="城建")])
    bring(path)
    report = imported("T1").get()
    assert (report.received_at, report.title, report.words) == (AT_UTC, "标题", "楼道堆物")
    assert report.number.startswith("2001-")  # year and month of the message, not of the import
    assert report.reporter_name != "王小明"
    assert report.reporter_name.startswith("王")
    entry = Entry.objects.using("owner").get(matter_id=report.id)
    assert (entry.at, entry.act) == (AT_UTC, "receive")
    assert {key: entry.data[key] for key in ("source", "source_number", "category")} == {
        "source": "letters", "source_number": "T1", "category": "城建"
    }  # fmt: skip
    assert now() - report.created_at < timedelta(minutes=5)


def test_its_clock_runs_from_its_own_time_by_the_limit_of_the_hotline(tmp_path: Path) -> None:
    """Eight working hours from when the caller was heard, an evening and a weekend not counted."""
    path = as_csv(tmp_path / "m.csv", [row("C1", at="2026/11/20 16:00:00")])  # a Friday
    bring(path)
    report = imported("C1").get()
    clock = Clock.objects.using("owner").get(matter_id=report.id)
    assert (clock.kind, clock.amount, clock.unit) == ("triage", Decimal(8), "h")
    started = datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert clock.started_at == started
    assert clock.due_at == report.due_at == current_calendar().deadline(started, Decimal(8), "h")
    assert report.due_at is not None
    assert report.due_at.date().isoweekday() == 1


def test_a_message_without_words_is_told_by_its_subject(tmp_path: Path) -> None:
    bring(as_csv(tmp_path / "m.csv", [row("S1", "", title="路灯不亮")]))
    report = imported("S1").get()
    assert (report.title, report.words) == ("路灯不亮", "路灯不亮")


def delivered(reports: Any) -> None:
    ids = {str(report.id) for report in reports}
    waiting = Event.objects.using("owner").filter(name="casework.intake.ReportReceived", delivered_at__isnull=True)
    mine = [event.id for event in waiting if event.payload["report_id"] in ids]
    assert len(mine) == len(ids)
    assert all(deliver(event) for event in mine)


def test_after_an_import_the_desk_finds_suggestions_and_what_is_not_for_it_lies_with_its_owner(tmp_path: Path) -> None:
    wages = "公司拖欠工资三个月，找谁讨薪"
    bring(
        as_csv(
            tmp_path / "m.csv",
            [row("R1", "楼道里堆满了纸箱和杂物，挡住了消防通道", title="楼道堆物"), row("R2", wages, title="讨薪")],
        )
    )
    reports = imported("R").filter(idempotency_key__regex=":R[12]$").order_by("idempotency_key")
    assert [report.suggestions for report in reports] == [[], []]
    delivered(reports)
    desk, routed = reports.all()
    assert (desk.state, desk.topic) == ("received", "")
    assert desk.suggestions[0]["code"] == "C04"
    assert desk.unit.code.startswith("cast.station")
    assert (routed.state, bool(routed.topic)) == ("routed", True)
    assert routed.unit_id != desk.unit_id
    acts = [entry.act for entry in Entry.objects.using("owner").filter(matter_id=routed.id).order_by("id")]
    assert acts == ["receive", "route"]


def test_a_profile_of_a_town_is_kept_and_used_again(tmp_path: Path, profile: Profile) -> None:
    name = profile("clerk")
    heading = list(CLERK.values())
    good = ["P1", "2020/1/6 12:09", "路灯不亮", "周浦镇向阳居委", "3号楼", "13800138000", "C04", "李女士"]
    area = next(one for one in plan_leaves() if one.code == cast.HOME_AREA)
    rows = [
        [*good[:3], area.name, *good[4:]],
        ["P2", "2020/1/6 12:09", "路灯又不亮", cast.SIBLING_AREA, "", "", "Z99", ""],
        ["P3", "2020/1/6", "路灯", "没有的居委", "", "", "", ""],
        ["P4", "2020/1/6", "路灯", "", "", "", "", ""],
        ["P5", "2020/1/6", "路灯", cast.FOREIGN_AREA, "", "", "", ""],
        ["P6", "2020/1/6", "路灯", cast.HOME_AREA, "", "12345", "", ""],
    ]
    path = as_csv(tmp_path / "m.csv", rows, heading=heading)
    for turn in range(2):
        plan = plan_import(path, profile=name, area=cast.TOWN)
        assert [message.number for message in plan.mapped.messages] == ["P1", "P2"]
        assert sorted(note.row for note in plan.mapped.errors) == [4, 5, 6, 7]
        outcome = run_import(plan)
        assert (outcome.fresh, outcome.known) == ((2, 0), (0, 2))[turn]
    first, second = imported("P").filter(idempotency_key__startswith="hotline:clerk:").order_by("idempotency_key")
    assert (first.area.code, first.item_code, first.place_text) == (cast.HOME_AREA, "C04", "3号楼")
    assert first.phone_mask == "138****8000"
    assert (second.area.code, second.item_code) == (cast.SIBLING_AREA, "")
    batch = ImportBatch.objects.using("owner").filter(profile__name=name).order_by("-id")[0]
    assert (batch.rows, batch.fresh, batch.known, batch.refused) == (6, 0, 2, 0)


def plan_leaves() -> Any:
    return Area.objects.using("owner").filter(code__startswith=cast.TOWN)


def test_a_profile_nobody_made_is_told_with_those_there_are(tmp_path: Path, profile: Profile) -> None:
    profile("clerk")
    path = as_csv(tmp_path / "m.csv", [row("N1")])
    for language, word in (("zh-hans", "没有名为“clark”的对应方案"), ("en", "There is no profile “clark”")):
        with translation.override(language), pytest.raises(NotFound) as wrong:
            plan_import(path, profile="clark", area=cast.TOWN)
        assert wrong.value.code == "profile_unknown"
        assert word in str(wrong.value)
        assert "clerk, letters" in str(wrong.value)


def test_one_profile_does_not_know_the_numbers_of_another(tmp_path: Path, profile: Profile) -> None:
    """Two hotlines may count from one: the same number under two profiles is two messages."""
    name = profile("second", COLUMNS)
    path = as_csv(tmp_path / "m.csv", [row("X1")])
    assert bring(path).fresh == bring(path, profile=name).fresh == 1
    assert imported("X1").count() == 2


def test_the_same_file_in_another_dress_is_known(tmp_path: Path) -> None:
    rows = [row(f"A{n}") for n in range(1, 6)]
    assert bring(as_csv(tmp_path / "m.csv", rows)).fresh == 5
    for path in (
        as_csv(tmp_path / "g.csv", rows[::-1], encoding="gb18030"),
        as_csv(tmp_path / "t.csv", rows, delimiter="\t"),
        as_csv(tmp_path / "q.csv", rows, quoting=1, lineterminator="\r\n"),
        as_workbook(
            tmp_path / "m.xlsx", lambda _book, sheet: [sheet.write_row(n, 0, r) for n, r in enumerate(rows, 1)]
        ),
    ):
        outcome = bring(path)
        assert (outcome.fresh, outcome.known, outcome.refused) == (0, 5, []), path.name


def test_a_file_that_grew_brings_in_only_what_is_new(tmp_path: Path) -> None:
    rows = [row(f"G{n}") for n in range(1, 8)]
    bring(as_csv(tmp_path / "m.csv", rows[:4]))
    outcome = bring(as_csv(tmp_path / "m.csv", rows))
    assert (outcome.fresh, outcome.known) == (3, 4)
    assert imported("G").filter(idempotency_key__regex=":G[1-7]$").count() == 7


def test_what_was_corrected_after_it_came_in_is_refused_by_row_and_the_first_is_kept(tmp_path: Path) -> None:
    bring(as_csv(tmp_path / "m.csv", [row("K1"), row("K2")]))
    path = as_csv(tmp_path / "m.csv", [row("K1"), row("K2", "改过的话"), row("K3")])
    for language, what in (
        ("zh-hans", "编号 K2 以前已导入过，内容或所属区域与这次不同。"),
        ("en", "Number K2 came in before with other words or for another area."),
    ):
        with translation.override(language):
            outcome = bring(path)
        assert [(note.row, note.what) for note in outcome.refused] == [(3, what)]
    assert imported("K2").get().words == "楼道堆物"
    assert imported("K3").count() == 1


@pytest.mark.parametrize("falls", [0, 1, 2])
def test_broken_off_in_any_chunk_and_repeated_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, falls: int
) -> None:
    """The database goes away in the middle of a chunk: whole chunks stay, the broken one leaves nothing."""
    prefix = f"B{falls}x"
    path = as_csv(tmp_path / "m.csv", [row(f"{prefix}{n}") for n in range(CHUNK * 3)])
    plain, calls = receive_report, []

    def falling(**given: Any) -> Any:
        calls.append(1)
        if len(calls) == CHUNK * falls + 51:
            raise OperationalError("the connection was lost")
        return plain(**given)

    monkeypatch.setattr(actions, "receive_report", falling)
    with pytest.raises(OperationalError):
        bring(path)
    assert imported(prefix).count() == CHUNK * falls
    broken = ImportBatch.objects.using("owner").order_by("-id")[0]
    assert (broken.fresh, broken.finished_at) == (CHUNK * falls, None)
    monkeypatch.setattr(actions, "receive_report", plain)
    outcome = bring(path)
    assert (outcome.fresh, outcome.known) == (CHUNK * (3 - falls), CHUNK * falls)
    assert imported(prefix).count() == CHUNK * 3
    assert ImportBatch.objects.using("owner").order_by("-id")[0].finished_at is not None


def test_two_imports_of_one_file_at_once_bring_everything_in_once(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "m.csv", [row(f"M{n}x") for n in range(CHUNK * 2)])
    together, outcomes = threading.Barrier(2), []

    def go() -> None:
        plan = plan_import(path, profile="letters", area=cast.HOME_AREA)
        together.wait()
        outcomes.append(run_import(plan))
        connections.close_all()

    both = [threading.Thread(target=go) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(outcomes) == 2
    assert sum(one.fresh for one in outcomes) == CHUNK * 2
    assert sum(one.known for one in outcomes) == CHUNK * 2
    assert [one.refused for one in outcomes] == [[], []]
    assert imported("M").filter(idempotency_key__endswith="x").count() == CHUNK * 2


def test_progress_is_told_chunk_by_chunk(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "m.csv", [row(f"Q{n}x") for n in range(CHUNK * 2 + 7)])
    steps: list[int] = []
    run_import(plan_import(path, profile="letters", area=cast.HOME_AREA), progress=steps.append)
    assert steps == [CHUNK, CHUNK, 7]


@pytest.fixture
def scope_of(caller: Call) -> Callable[[str], Any]:
    """scope_of(name): transactions under one of the cast."""

    def of(username: str) -> Any:
        token = caller(username).token

        @contextmanager
        def scope() -> Iterator[Principal]:
            with transaction.atomic():
                yield enter(token)

        return scope

    return of


def test_a_dispatcher_imports_in_his_town_and_reads_his_batches(tmp_path: Path, scope_of: Callable[[str], Any]) -> None:
    mine, theirs = scope_of("dispatcher"), scope_of("dispatcher_other")
    plan = plan_import(as_csv(tmp_path / "m.csv", [row("H1")]), profile="letters", area=cast.HOME_AREA, scope=mine)
    outcome = run_import(plan, scope=mine)
    assert outcome.fresh == 1
    with mine() as actor:
        assert outcome.batch_id in {batch.id for batch in batches(actor)}
    with theirs() as actor:
        assert outcome.batch_id not in {batch.id for batch in batches(actor)}
    with as_system() as actor:
        assert actor.name
