"""Sealing: every row once, whoever commits late and whenever the sealer dies; one key, one chain, told outside."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from audit.seal_stage import ADD_RECORD, Trail, kinds
from casework.crowd import at_once
from django.conf import settings
from figures import note_figures

from linli.audit import heads, keys, sealing, verifier
from linli.audit.api import SealError, key_file, make_key, newest_seal, read_key
from linli.audit.models import Seal
from linli.audit.queries import said_by
from linli.audit.rules import NO_HEAD, head
from linli.audit.tasks import seal_trail
from linli.kernel.ids import uuid7

ROOT = Path(__file__).resolve().parents[2]


def once_each(trail: Trail) -> None:
    """Every row of the trail is named by exactly one seal; the numbers have no gap; the verifier agrees."""
    for stream in ("record", "opening"):
        there = Counter(one for (one,) in trail.run(f"select id::text from audit_{stream}"))
        assert Counter(trail.covered(stream)) == there
    assert trail.numbers() == list(range(1, len(trail.numbers()) + 1))
    assert trail.count("audit_unsealed") == 0
    assert trail.check() == []


def test_what_was_there_before_and_what_comes_later_is_sealed_once_each(trail: Trail) -> None:
    before = trail.count("audit_record")
    assert before > 0
    assert trail.seal() == before
    assert trail.seal() == 0
    trail.add(records=3, openings=2)
    assert trail.count("audit_unsealed") == 5
    assert trail.seal() == 5
    assert trail.numbers() == [1, 2]
    once_each(trail)


def test_an_old_trail_is_queued_whole_when_seals_come_to_it(trail: Trail) -> None:
    """The migration on a database that has been in use: nothing waits before it, everything after it."""
    trail.add(records=5, openings=4)
    trail.force(
        "delete from audit_unsealed", "drop trigger await_seal on audit_record",
        "drop trigger await_seal on audit_opening", "drop function authz.await_seal()",
    )  # fmt: skip
    trail.add(records=2)
    assert trail.count("audit_unsealed") == 0
    migration = (ROOT / "linli" / "access" / "seals.sql").read_text()
    trail.run(migration.format(authz="authz", schema="public"))
    trail.add(records=1)
    assert trail.seal() == trail.count("audit_record") + 4
    once_each(trail)


def test_a_great_backlog_is_sealed_in_pieces(trail: Trail) -> None:
    trail.seal()
    trail.add(records=20, openings=3)
    assert trail.seal(most=5) == 23
    assert trail.numbers() == [1, 2, 3, 4, 5, 6]
    once_each(trail)


def test_one_run_ends_when_its_time_is_over(trail: Trail) -> None:
    trail.add(records=20)
    assert sealing.seal_waiting(using="owner", seconds=0, most=5) == 5
    assert trail.numbers() == [1]


def test_nothing_to_seal_makes_no_seal(trail: Trail) -> None:
    trail.seal()
    assert (trail.seal(), trail.numbers()) == (0, [1])


def test_what_is_undone_is_never_sealed(trail: Trail) -> None:
    trail.seal()
    with trail.connect() as other:
        other.execute(ADD_RECORD, [uuid7(), 1, "undone", "1", "{}"])
        other.rollback()
    assert trail.seal() == 0
    assert trail.count("audit_unsealed") == 0


def test_whoever_commits_late_is_sealed_by_the_next_batch(trail: Trail) -> None:
    """His row is older by id, time and transaction than all that was sealed before he committed."""
    trail.seal()
    with trail.connect() as late:
        (early,) = late.execute(ADD_RECORD + " returning id::text", [uuid7(), 1, "late", "1", "{}"]).fetchone() or ("",)
        others = [str(one) for one in trail.add(records=5, openings=1)]
        assert trail.seal() == 6
        assert early < min(others)
        assert early not in trail.covered()
        late.commit()
    assert trail.seal() == 1
    assert trail.covered()[-1] == early
    once_each(trail)


def test_a_long_transaction_elsewhere_holds_nothing_up(trail: Trail) -> None:
    """Sealing up to the oldest running transaction would wait for it, and with it every opening of a sealed value."""
    trail.seal()
    with trail.connect() as long:
        long.execute("select pg_current_xact_id()")
        trail.add(records=2)
        assert trail.seal() == 2
    once_each(trail)


def test_several_sealers_at_once_seal_every_row_once(trail: Trail) -> None:
    trail.add(records=60, openings=20)
    counts = at_once(*[lambda: trail.seal(most=7)] * 4)
    assert sum(counts) == trail.count("audit_record") + trail.count("audit_opening")
    once_each(trail)
    told = [json.loads(line)["n"] for line in trail.heads.read_bytes().splitlines()]
    assert told == trail.numbers()


def test_writers_and_a_sealer_at_the_same_time(trail: Trail) -> None:
    def write() -> int:
        with psycopg.connect(trail.url, autocommit=True) as connection:
            for _ in range(60):
                with connection.transaction():
                    for _ in range(3):
                        connection.execute(ADD_RECORD, [uuid7(), 1, "busy", "1", "{}"])
        return 0

    at_once(write, write, write, *[lambda: sum(trail.seal(most=25) for _ in range(12))] * 2)
    trail.seal()
    once_each(trail)


KILL = """
import os, signal, sys
import django
django.setup()
from linli.audit import heads, sealing
module, name = sys.argv[1].split(".")
where = {"sealing": sealing, "heads": heads}[module]
kept = getattr(where, name)
def die(*given, **named):
    if sys.argv[2] == "after":
        kept(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(where, name, die)
sealing.seal_waiting(using="owner", most=6)
"""
MOMENTS = {
    "before hashing": ("sealing._gather", "before", 0),
    "between hash and signature": ("sealing._sign", "before", 0),
    "signed, not stored": ("sealing._sign", "after", 0),
    "stored, still waiting": ("sealing._let_go", "before", 0),
    "all done, not committed": ("sealing._let_go", "after", 0),
    "committed, not told": ("heads.tell", "before", 1),
    "told": ("heads.tell", "after", 1),
}  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_sealer_that_is_killed_leaves_no_gap_and_nothing_twice(trail: Trail, moment: str) -> None:
    where, when, more = MOMENTS[moment]
    trail.seal()
    trail.add(records=9, openings=3)
    environ = os.environ | {
        "DATABASE_URL": trail.url, "DJANGO_SETTINGS_MODULE": "linli.project.settings",
        "LINLI_KEYS": str(settings.LINLI_KEYS), "LINLI_AUDIT_HEADS": str(trail.heads),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", KILL, where, when], cwd=ROOT, env=environ, check=False)
    assert done.returncode == -signal.SIGKILL
    assert trail.numbers() == list(range(1, 2 + more))
    assert trail.count("audit_unsealed") == 12 - 6 * more
    assert trail.seal(most=6) == 12 - 6 * more
    assert trail.numbers() == [1, 2, 3]
    once_each(trail)
    assert len(trail.heads.read_bytes().splitlines()) == 3


def test_ten_thousand_rows_are_sealed_and_checked(trail: Trail) -> None:
    """The figures go to the report; the time is nobody's promise on a shared machine."""
    trail.seal()
    trail.run(
        "insert into audit_record (id, at, actor_id, post_id, act, subject_kind, subject_id, area_id, detail)"
        " select gen_random_uuid(), now(), 1, 2, 'case.open', 'case', gen_random_uuid()::text, 7, '{\"n\": 1}'"
        " from generate_series(1, 10000)"
    )
    started = time.perf_counter()
    assert trail.seal() == 10_000
    sealed = time.perf_counter()
    lines = trail.export()
    exported = time.perf_counter()
    assert trail.check(lines) == []
    note_figures(
        "seals of 10,000 rows", seal_s=round(sealed - started, 3), export_s=round(exported - sealed, 3),
        verify_s=round(time.perf_counter() - exported, 3),
    )  # fmt: skip
    assert trail.numbers() == [1, 2]


def test_a_seal_names_the_one_before_it_and_the_key(trail: Trail) -> None:
    trail.seal()
    trail.add(records=1)
    trail.seal()
    first, second = Seal.objects.using("owner").order_by("n")
    assert first.prev == NO_HEAD
    assert second.prev == head(said_by(first))
    assert {first.key, second.key} == {keys.key_id(read_key().public_key())}
    assert second.coverage["opening"] == {
        "count": 0, "first": None, "last": None,
        "root": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }  # fmt: skip
    assert (second.coverage["record"]["count"], len(second.record_ids)) == (1, 1)


def test_a_row_that_was_taken_away_before_its_seal_stops_no_other_and_is_named(trail: Trail) -> None:
    trail.seal()
    gone, *_rest = trail.add(records=3)
    trail.force(f"delete from audit_record where id = '{gone}'")
    assert trail.seal() == 2
    assert trail.seal() == 0
    assert trail.count("audit_unsealed") == 1
    (fault,) = trail.check()
    assert (fault.kind, fault.row) == ("deleted", str(gone))


def test_the_task_of_the_worker_seals(trail: Trail) -> None:
    seal_trail(timestamp=0)
    once_each(trail)
    assert seal_trail.queueing_lock == "audit.seal"


def test_the_key_is_made_once_and_read_by_its_owner_alone(trail: Trail) -> None:
    assert not key_file().exists()
    trail.seal()
    made = key_file().read_bytes()
    assert stat.S_IMODE(key_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(key_file().parent.stat().st_mode) == 0o700
    assert [file.name for file in key_file().parent.iterdir()] == ["audit-seal.pem"]
    trail.add(records=1)
    trail.seal()
    make_key()
    assert key_file().read_bytes() == made
    assert made not in "".join(str(row) for row in trail.run("select * from audit_seal")).encode()


def test_without_the_key_nothing_more_is_sealed_and_none_is_made_up(trail: Trail) -> None:
    trail.seal()
    kept = key_file().rename(key_file().with_name("elsewhere.pem"))
    trail.add(records=1)
    with pytest.raises(SealError, match="The key of the trail is not there"):
        trail.seal()
    assert not key_file().exists()
    assert trail.numbers() == [1]
    kept.rename(key_file())
    assert trail.seal() == 1


@pytest.mark.parametrize(("content", "words"), [
    (b"", "no private key"), (b"linli", "no private key"),
    (keys.public_pem(keys.Ed25519PrivateKey.generate()).encode(), "no private key"),
])  # fmt: skip
def test_a_file_that_is_no_key_is_refused(trail: Trail, content: bytes, words: str) -> None:
    key_file().parent.mkdir()
    key_file().write_bytes(content)
    with pytest.raises(SealError, match=words):
        trail.seal()
    assert trail.numbers() == []


def test_a_new_key_goes_on_with_the_same_chain(trail: Trail) -> None:
    trail.seal()
    old = trail.key.rename(trail.folder / "old.pem")
    key_file().unlink()
    make_key()
    trail.add(records=1)
    trail.seal()
    assert kinds(trail.check()) == {"wrong key"}
    both = verifier.Check(verifier.read_keys([old, trail.key]), verifier.read_heads(trail.heads)[0])
    both.read(trail.export())
    assert both.faults == []


def test_every_head_is_told_once_in_order(trail: Trail) -> None:
    for _ in range(3):
        trail.add(records=1)
        trail.seal()
    lines = [json.loads(line) for line in trail.heads.read_bytes().splitlines()]
    assert [line["n"] for line in lines] == [1, 2, 3]
    assert lines[-1]["head"] == head(said_by(newest_seal(using="owner")))  # type: ignore[arg-type]
    assert heads.tell(using="owner") == 0


def test_a_lost_file_of_heads_is_written_anew_and_a_torn_line_is_mended(trail: Trail) -> None:
    for _ in range(2):
        trail.add(records=1)
        trail.seal()
    whole = trail.heads.read_bytes()
    trail.heads.unlink()
    trail.seal()
    assert trail.heads.read_bytes() == whole
    trail.heads.write_bytes(whole[:-20])
    trail.seal()
    assert trail.heads.read_bytes() == whole


def test_a_line_that_is_no_head_stops_the_sealer(trail: Trail) -> None:
    trail.heads.write_bytes(b"hello\n")
    with pytest.raises(SealError, match="is no head"):
        trail.seal()
    assert trail.numbers() == []


CUTS = {
    "cut off at its end": "delete from audit_seal where n > 1",
    "renewed at its end": "update audit_seal set coverage = coverage || '{\"x\": 1}' where n = 3",
    "renewed in the middle": "update audit_seal set n = n + 10 where n = 3",
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_chain_that_is_not_the_one_that_was_told_is_not_continued(trail: Trail, cut: str) -> None:
    for _ in range(3):
        trail.add(records=1)
        trail.seal()
    trail.force(CUTS[cut])
    trail.add(records=1)
    with pytest.raises(SealError, match=r"was told in heads\.jsonl"):
        trail.seal()
    assert trail.count("audit_unsealed") == 1
    trail.heads.rename(trail.folder / "evidence.jsonl")
    assert trail.seal() == 1  # once a person has put the file aside


def test_an_emptied_database_is_a_fault_in_production_and_a_new_beginning_elsewhere(trail: Trail) -> None:
    trail.seal()
    told = trail.heads.read_bytes()
    trail.force("delete from audit_seal")
    trail.add(records=1)
    settings.LINLI_PRODUCTION = True
    try:
        with pytest.raises(SealError, match="the last one here is none"):
            trail.seal()
    finally:
        settings.LINLI_PRODUCTION = False
    assert trail.seal() == 1
    (aside,) = trail.folder.glob("heads.*.jsonl")
    assert aside.read_bytes() == told
    assert len(trail.heads.read_bytes().splitlines()) == 1
