"""An import at the desk, step by step: every edge of its states, the worker's jobs, what is kept and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import cast
import pytest
from django.db import DatabaseError, connection, transaction
from doors import roll

from linli.access.api import Principal
from linli.audit.models import Record
from linli.doors.sheets import running, tasks, vault
from linli.doors.sheets.actions import (
    CHECK,
    RUN,
    UNDO,
    ask_undo,
    drop_batch,
    forget_files,
    match_columns,
    mending_sheet,
    peek,
    receive_file,
    start_import,
)
from linli.doors.sheets.models import Made, SheetBatch
from linli.doors.sheets.queries import batch_by_id, batches, came_in_before, profiles
from linli.doors.sheets.rules import BATCH_EDGES, FILE_LIFE, UNDO_WITHIN, BatchAct, BatchState
from linli.doors.sheets.sweeping import STOPPED_AFTER, sweep
from linli.kernel.clock import now
from linli.kernel.errors import Forbidden, InvalidInput, NotFound, WrongState
from linli.register.people.models import Person
from linli.register.places.models import Place
from linli.territory.api import area_by_code

Acting = Callable[[str], Principal]


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    """A folder of this test's own."""
    settings.LINLI_FILES_ROOT = tmp_path / "files"
    return tmp_path / "files" / "sheets"


@pytest.fixture
def actor(acting: Acting) -> Principal:
    return acting("worker")


def received(actor: Principal, rows: list[roll.Row] | None = None, name: str = "名册.xlsx", **how: Any) -> SheetBatch:
    data = roll.workbook(roll.committee(3, 7) if rows is None else rows)
    area = area_by_code(cast.HOME_AREA)
    return receive_file(actor=actor, area=area, name=name, data=data, language="zh-hans", **how)


def matched(actor: Principal, batch: SheetBatch, **how: Any) -> SheetBatch:
    chosen = {"fill_down": False, "update_known": False, "columns": batch.columns} | how
    return match_columns(actor=actor, batch_id=batch.id, **chosen)


def as_actor(actor: Principal) -> running.Scope:
    """The open transaction of the test for the work of a job."""

    @contextmanager
    def scope() -> Iterator[Principal]:
        yield actor

    return scope


def checked(actor: Principal, rows: list[roll.Row] | None = None, **how: Any) -> SheetBatch:
    batch = matched(actor, received(actor, rows), **how)
    running.check_batch(batch.id, as_actor(actor))
    return batch_by_id(actor, batch.id)


def done(actor: Principal, rows: list[roll.Row] | None = None, **how: Any) -> SheetBatch:
    batch = checked(actor, rows, **how)
    start_import(actor=actor, batch_id=batch.id, good_alone=True)
    running.run_batch(batch.id, as_actor(actor))
    return batch_by_id(actor, batch.id)


def deferred() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, args->>'batch_id' from procrastinate_jobs where queue_name = 'sheets' order by id"
        )
        return cursor.fetchall()


# --- the way through


def test_the_whole_way_and_back(actor: Principal) -> None:
    before = roll.snapshot()
    batch = received(actor)
    assert (batch.state, batch.encoding, batch.heading_row) == ("received", "xlsx", 1)
    assert len(batch.columns) == len(roll.HEADINGS)
    assert matched(actor, batch).state == "checking"
    running.check_batch(batch.id, as_actor(actor))
    seen = batch_by_id(actor, batch.id)
    assert (seen.state, seen.found["people"], seen.found["rows"], seen.faults, seen.mended_key) == (
        "checked",
        7,
        7,
        [],
        "",
    )
    assert roll.snapshot() == before
    assert start_import(actor=actor, batch_id=batch.id, good_alone=False).state == "running"
    running.run_batch(batch.id, as_actor(actor))
    seen = batch_by_id(actor, batch.id)
    assert (seen.state, seen.made["people"]) == ("done", 7)
    assert seen.done_at is not None
    assert roll.snapshot() != before
    assert ask_undo(actor=actor, batch_id=batch.id).state == "undoing"
    running.undo_batch(batch.id, as_actor(actor))
    seen = batch_by_id(actor, batch.id)
    assert (seen.state, seen.undone_by) == ("undone", actor.user_id)
    assert roll.snapshot() == before
    assert not Made.objects.filter(batch=batch).exists()
    assert deferred() == [(CHECK, str(batch.id)), (RUN, str(batch.id)), (UNDO, str(batch.id))]
    acts = Record.objects.filter(subject_id=str(batch.id)).order_by("id").values_list("act", flat=True)
    assert list(acts) == [
        "sheets.receive", "sheets.match", "sheets.start", "sheets.import", "sheets.undo.ask", "sheets.undo"
    ]  # fmt: skip


ACTS: dict[BatchAct, Callable[[Principal, UUID], object]] = {
    BatchAct.MATCH: lambda actor, one: match_columns(
        actor=actor, batch_id=one, columns=batch_by_id(actor, one).columns, fill_down=False, update_known=False
    ),
    BatchAct.RUN: lambda actor, one: start_import(actor=actor, batch_id=one, good_alone=True),
    BatchAct.UNDO: lambda actor, one: ask_undo(actor=actor, batch_id=one),
    BatchAct.DROP: lambda actor, one: drop_batch(actor=actor, batch_id=one),
}  # fmt: skip


@pytest.mark.parametrize("state", list(BatchState))
@pytest.mark.parametrize("act", list(ACTS))
def test_every_act_of_a_person_in_every_state(actor: Principal, state: BatchState, act: BatchAct) -> None:
    batch = received(actor)
    SheetBatch.objects.filter(id=batch.id).update(state=state)
    after = BATCH_EDGES.get((state, act))
    if after is None:
        with pytest.raises(WrongState) as refused:
            ACTS[act](actor, batch.id)
        assert refused.value.detail == {"state": state, "act": act}
        assert batch_by_id(actor, batch.id).state == state
    else:
        ACTS[act](actor, batch.id)
        assert batch_by_id(actor, batch.id).state == after


WORK = {
    "check": (running.check_batch, BatchState.CHECKING),
    "run": (running.run_batch, BatchState.RUNNING),
    "undo": (running.undo_batch, BatchState.UNDOING),
}


@pytest.mark.parametrize("state", list(BatchState))
@pytest.mark.parametrize("work", WORK)
def test_a_job_works_only_in_its_own_state_so_that_a_repeat_does_nothing(
    actor: Principal, state: BatchState, work: str
) -> None:
    job, own = WORK[work]
    batch = received(actor)
    SheetBatch.objects.filter(id=batch.id).update(state=state)
    job(batch.id, as_actor(actor))
    after = batch_by_id(actor, batch.id).state
    assert after == (BATCH_EDGES[(own, BatchAct.FINISH)] if state is own else state)


def test_every_state_is_reached_and_every_edge_was_walked_here() -> None:
    assert set(BATCH_EDGES.values()) | {BatchState.RECEIVED} == set(BatchState)
    own = {(state, BatchAct.FINISH) for _job, state in WORK.values()} | {
        (s, BatchAct.FAIL) for _job, s in WORK.values()
    }
    assert {edge for edge in BATCH_EDGES if edge[1] not in ACTS} == own


def test_a_job_that_runs_twice_brings_in_once(actor: Principal) -> None:
    batch = done(actor)
    state = roll.snapshot()
    running.run_batch(batch.id, as_actor(actor))
    assert roll.snapshot() == state


def test_a_job_of_an_import_nobody_knows_does_nothing(actor: Principal) -> None:
    running.run_batch(uuid4(), as_actor(actor))


# --- what goes wrong


def test_a_check_that_fails_goes_back_to_the_columns_with_the_reason(actor: Principal) -> None:
    batch = matched(actor, received(actor))
    forget_files(batch)
    running.check_batch(batch.id, as_actor(actor))
    found = batch_by_id(actor, batch.id)
    assert (found.state, found.failure["code"]) == ("received", "file_gone")
    assert "不再保存" in found.failure["words"]


def test_columns_that_tell_no_home_are_refused_at_once(actor: Principal) -> None:
    batch = received(actor)
    for columns in ({"name": 8}, {"compound": 0, "name": 8}, {"room": 5, "name": 8}):
        with pytest.raises(InvalidInput, match="小区") as refused:
            matched(actor, batch, columns=columns)
        assert refused.value.code == "import_no_home_column"
    with pytest.raises(InvalidInput) as twice:
        matched(actor, batch, columns={"compound": 0, "room": 5, "name": 5})
    assert twice.value.code == "import_column_twice"
    assert batch_by_id(actor, batch.id).state == "received"


def test_rows_that_cannot_come_in_stop_all_or_nothing(actor: Principal) -> None:
    rows = roll.committee(3, 7)
    rows[2]["phone"] = "1"
    batch = checked(actor, rows)
    assert (batch.found["refused"], len(batch.faults)) == (1, 1)
    with pytest.raises(InvalidInput) as refused:
        start_import(actor=actor, batch_id=batch.id, good_alone=False)
    assert refused.value.code == "import_rows_refused"
    assert mending_sheet(actor=actor, batch_id=batch.id).startswith(b"PK")


def test_what_changed_since_the_check_stops_all_or_nothing(actor: Principal) -> None:
    batch = checked(actor)
    start_import(actor=actor, batch_id=batch.id, good_alone=False)
    Place.objects.filter(code=f"cast.{cast.HOME_AREA}").update(name="改名苑")
    before = roll.snapshot()
    running.run_batch(batch.id, as_actor(actor))
    found = batch_by_id(actor, batch.id)
    assert (found.state, found.failure["code"]) == ("checked", "import_changed")
    assert roll.snapshot() == before


def test_an_undo_that_is_held_goes_back_and_says_by_what(actor: Principal) -> None:
    batch = done(actor)
    someone = Person.objects.filter(source="door").order_by("-id")[0]
    Person.objects.filter(id=someone.id).update(name="改了名")
    changed = roll.snapshot()
    ask_undo(actor=actor, batch_id=batch.id)
    running.undo_batch(batch.id, as_actor(actor))
    found = batch_by_id(actor, batch.id)
    assert (found.state, found.failure["code"]) == ("done", "import_held")
    assert [one["why"] for one in found.failure["held"]] == ["was changed since"]
    assert "改了名" in found.failure["held"][0]["name"]
    assert roll.snapshot() == changed


def test_after_thirty_days_there_is_no_way_back(actor: Principal) -> None:
    batch = done(actor)
    SheetBatch.objects.filter(id=batch.id).update(done_at=now() - UNDO_WITHIN - timedelta(minutes=1))
    with pytest.raises(WrongState) as late:
        ask_undo(actor=actor, batch_id=batch.id)
    assert late.value.code == "import_too_old"


def test_a_post_that_ended_meanwhile_brings_nothing_in(actor: Principal, as_owner: None) -> None:
    """The job enters as the person who asked: without a post there is no identity to do it under."""
    batch_id = uuid4()
    SheetBatch.objects.create(
        id=batch_id, area=area_by_code(cast.HOME_AREA), file_name="x", file_hash="x", encoding="xlsx", state="running",
        started_by=actor.user_id, started_post=actor.post_id,
    )  # fmt: skip
    running.run_batch(batch_id, running.in_post(actor.user_id, 999_999))
    found = SheetBatch.objects.get(id=batch_id)
    assert (found.state, found.failure["code"]) == ("checked", "session_over")


def test_the_tasks_work_as_the_person_who_asked(actor: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, Any]] = []
    for name in ("check_batch", "run_batch", "undo_batch"):
        monkeypatch.setattr(tasks, name, lambda one, scope, name=name: seen.append((name, (one, scope))))
    monkeypatch.setattr(tasks, "make_export", lambda one, scope: seen.append(("make_export", (one, scope))))
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)
    monkeypatch.setattr(tasks, "in_post", lambda user, post: (user, post))
    one = uuid4()
    for task in (tasks.check, tasks.run, tasks.undo, tasks.make):
        task(str(one), 3, 4)
    assert seen == [(name, (one, (3, 4))) for name in ("check_batch", "run_batch", "undo_batch", "make_export")]


# --- who


@pytest.mark.parametrize("who", ["worker_sibling", "head_other", "dispatcher_other"])
def test_nobody_of_another_area_sees_or_touches_an_import(actor: Principal, acting: Acting, who: str) -> None:
    batch = received(actor)
    other = acting(who)
    assert batches(other) == []
    for act in ACTS.values():
        with pytest.raises(NotFound):
            act(other, batch.id)


@pytest.mark.parametrize("who", ["district", "auditor", "responder"])
def test_roles_that_import_nothing_see_no_import(actor: Principal, acting: Acting, who: str) -> None:
    batch = received(actor)
    other = acting(who)
    for attempt in (lambda: batches(other), lambda: batch_by_id(other, batch.id), lambda: received(other)):
        with pytest.raises(Forbidden):
            attempt()
    if who == "district":
        assert not SheetBatch.objects.filter(id=batch.id).exists()
    else:
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            SheetBatch.objects.filter(id=batch.id).exists()


def test_the_station_and_the_town_see_what_their_committees_import(actor: Principal, acting: Acting) -> None:
    batch = received(actor)
    for who in ("head", "dispatcher"):
        assert [one.id for one in batches(acting(who))] == [batch.id]


def test_an_area_outside_is_refused_before_the_file_is_kept(actor: Principal, files: Path) -> None:
    with pytest.raises(Forbidden):
        receive_file(actor=actor, area=area_by_code(cast.SIBLING_AREA), name="x", data=roll.workbook([]), language="en")
    assert not files.exists()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04rubbish", b"\x00\x01", b"%PDF-1.7\x00"])
def test_a_file_that_is_none_is_refused_in_words_and_not_kept(actor: Principal, files: Path, data: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        receive_file(actor=actor, area=area_by_code(cast.HOME_AREA), name="x.xlsx", data=data, language="en")
    assert refused.value.code.startswith("import_")
    assert refused.value.kept
    assert not files.exists()


# --- what is kept


def test_a_file_lies_sealed_and_is_read_only_with_the_key_of_its_row(actor: Principal, files: Path) -> None:
    rows = roll.committee(3, 7)
    batch = received(actor, rows)
    (path,) = files.iterdir()
    raw = path.read_bytes()
    assert not raw.startswith(b"PK")
    for row in rows:
        assert row["id_number"].encode() not in raw
        assert row["name"].encode() not in raw
    assert path.stat().st_mode & 0o077 == 0
    assert len(peek(batch).rows) == 8
    with pytest.raises(vault.FileGone):
        vault.get(path.name, "")
    with pytest.raises(vault.FileGone):
        vault.get(path.name, vault.put("another", b"x"))
    forget_files(batch)
    assert not path.exists()
    with pytest.raises(vault.FileGone):
        peek(batch)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden"])
def test_the_vault_keeps_to_its_folder(name: str) -> None:
    with pytest.raises(ValueError):
        vault.put(name, b"x")


def test_a_file_that_was_changed_on_the_disk_does_not_open(files: Path) -> None:
    key = vault.put("one", b"content")
    assert vault.get("one", key) == b"content"
    path = files / "one"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(vault.FileGone):
        vault.get("one", key)


def test_progress_is_told_beside_the_transaction(actor: Principal) -> None:
    one = uuid4()
    assert vault.progress_of(one) == (0, 0)
    vault.progress(one, 300, 1000)
    assert vault.progress_of(one) == (300, 1000)
    batch = done(actor)
    finished, total = vault.progress_of(batch.id)
    assert finished == total > 7


def test_what_nobody_goes_on_with_is_let_go_and_what_is_done_keeps_no_file(
    actor: Principal, acting: Acting, files: Path
) -> None:
    forgotten, waiting, came = received(actor), received(actor), done(actor)
    fresh = received(actor)
    late = now() - FILE_LIFE - timedelta(minutes=1)
    for batch in (forgotten, came):
        SheetBatch.objects.filter(id=batch.id).update(changed_at=late)
    system = _as_system(acting)
    sweep()
    states = {batch.id: SheetBatch.objects.get(id=batch.id) for batch in (forgotten, waiting, came, fresh)}
    assert [states[one.id].state for one in (forgotten, waiting, came, fresh)] == [
        "dropped",
        "received",
        "done",
        "received",
    ]
    assert [bool(states[one.id].file_key) for one in (forgotten, waiting, came, fresh)] == [False, True, False, True]
    left = {path.name for path in files.iterdir() if not path.name.endswith(".progress")}
    assert left == {f"{waiting.id}.in", f"{fresh.id}.in"}
    assert system.role == "system"


def _as_system(acting: Acting) -> Principal:
    """Linli itself, in the transaction of the test."""
    return acting("linli")


def test_a_job_that_stopped_without_a_word_is_given_back(actor: Principal, acting: Acting) -> None:
    batch = matched(actor, received(actor))
    _as_system(acting)
    sweep()
    assert SheetBatch.objects.get(id=batch.id).state == "checking"
    SheetBatch.objects.filter(id=batch.id).update(changed_at=now() - STOPPED_AFTER - timedelta(minutes=1))
    sweep()
    found = SheetBatch.objects.get(id=batch.id)
    assert (found.state, found.failure["code"]) == ("received", "stopped")


def test_the_list_of_what_was_made_goes_after_thirty_days(actor: Principal, acting: Acting) -> None:
    old, fresh = done(actor), done(actor, [roll.home(9) | roll.person(99)])
    SheetBatch.objects.filter(id=old.id).update(done_at=now() - UNDO_WITHIN - timedelta(minutes=1))
    _as_system(acting)
    sweep()
    assert set(Made.objects.values_list("batch_id", flat=True)) == {fresh.id}


def test_files_without_a_row_go_after_a_day(files: Path) -> None:
    vault.put("kept", b"1")
    vault.put("orphan", b"2")
    assert vault.sweep({"kept"}, older_than_seconds=3600) == 0
    assert vault.sweep({"kept"}, older_than_seconds=-1) == 1
    assert [path.name for path in files.iterdir()] == ["kept"]


# --- profiles and repeats


def test_a_way_of_reading_is_remembered_and_used_again(actor: Principal) -> None:
    rows = roll.committee(2, 3)
    odd = roll.workbook(rows, headings=["住处", *roll.HEADINGS[1:5], "几零几", *roll.HEADINGS[6:]])
    area = area_by_code(cast.HOME_AREA)
    first = receive_file(actor=actor, area=area, name="a.xlsx", data=odd, language="zh-hans")
    assert "compound" not in first.columns
    matched(actor, first, columns=first.columns | {"compound": 0, "room": 5}, remember_as="向阳的表")
    (kept,) = profiles()
    assert (kept.name, kept.columns["compound"], kept.columns["room"]) == ("向阳的表", "住处", "几零几")
    again = receive_file(actor=actor, area=area, name="b.xlsx", data=odd, language="zh-hans", profile=kept)
    assert (again.columns["compound"], again.columns["room"], again.profile_id) == (0, 5, kept.id)


def test_the_same_file_is_recognised_until_it_is_undone(actor: Principal) -> None:
    first = done(actor)
    second = checked(actor)
    assert came_in_before(second) == first
    assert (second.found["people"], second.found["known"]) == (0, 7)
    other = checked(actor, [roll.home(50) | roll.person(500)])
    assert came_in_before(other) is None
    ask_undo(actor=actor, batch_id=first.id)
    running.undo_batch(first.id, as_actor(actor))
    assert came_in_before(second) is None


def test_names_of_files_are_plain(actor: Principal) -> None:
    batch = received(actor, name="\u202egnp.名册" + "长" * 200)
    assert len(batch.file_name) <= 120
    assert "\u202e" not in batch.file_name
    assert batch.file_name.startswith("gnp.名册")
