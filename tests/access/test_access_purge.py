"""The purge proof (SECURITY E4): after shredding and rotation nothing opens, neither here nor in an old backup.

Marked values are sealed, a base backup and a dump are taken, then the subjects are shredded and the keys rotated.
Searched: every byte of the server's folder (tables, indexes, WAL), of the backup and of the dump. Tried: every key that
is still on disk, on the rows of the running server, of the restored backup and of the dump.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import cast
import house_db as house
import pytest
import thief
from django.db import transaction
from figures import note_figures
from own_cluster import DATABASE, ROOT, fresh_folder, program, running, set_up, spoken_to
from pytest_django.plugin import DjangoDbBlocker
from sealed_people import NUMBER, PHONE, opened

from linli.access import keyring
from linli.access.api import as_system, enter, rotate, seal_many, shred, shreddings_of
from linli.kernel.errors import NotFound
from linli.project import postgres

SOAK = os.environ.get("LINLI_SOAK") == "1"
VALUES = 10_000 if SOAK else 1_000
SURVIVORS = VALUES // 20
PLANTED = VALUES // 10
SEED = int(os.environ.get("LINLI_SEED", "20261124"))

SEALED = re.compile(rb"ZQSEALED\d{6}")
AS_HEX = re.compile(b"ZQSEALED".hex().encode(), re.IGNORECASE)
PLAIN = re.compile(rb"ZQPLAIN\d{6}")


@dataclass
class Found:
    """What the searches and the tries found, by what was searched."""

    figures: dict[str, Any] = field(default_factory=dict)
    gone: dict[UUID, dict[str, UUID]] = field(default_factory=dict)
    stay: dict[UUID, dict[str, UUID]] = field(default_factory=dict)

    @property
    def secrets(self) -> int:
        return 2 * len(self.gone)


@pytest.fixture
def proof(tmp_path: Path, settings: Any, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """A folder for a server of our own; small epochs, so that several have to be rotated."""
    settings.LINLI_KEYS, settings.LINLI_KEYS_PER_EPOCH = tmp_path / "keys", VALUES // 4
    with fresh_folder("purge") as folder, django_db_blocker.unblock():
        house._house._tokens.clear()
        yield folder
        house._house._tokens.clear()


def seal_people(rng: random.Random, found: Found) -> None:
    """Two marked values each; who goes and who stays lie mixed in the same epochs."""
    people = [
        (uuid4(), {PHONE: f"ZQSEALED{n:06d}{rng.randrange(16**8):08x}", NUMBER: f"ZQSEALED{n + 500_000:06d}"})
        for n in range(VALUES // 2 + SURVIVORS)
    ]
    for at in range(0, len(people), 1000):
        with transaction.atomic():
            enter(house.token_for("worker"))
            some = seal_many(people[at : at + 1000])
        for (person, _values), ids in zip(people[at : at + 1000], some, strict=True):
            (found.stay if len(found.stay) < SURVIVORS and rng.random() < 0.3 else found.gone)[person] = ids


def plant() -> None:
    """The control: the same sort of marks in an ordinary column, deleted and vacuumed as a careful person would."""
    with house.admin(DATABASE) as owner:
        owner.execute("create table planted (marker text)")
        owner.execute("insert into planted select 'ZQPLAIN' || lpad(n::text, 6, '0') from generate_series(1, %s) n",
                      [PLANTED])  # fmt: skip
        owner.execute("checkpoint")


def copied() -> list[thief.Copied]:
    with house.admin(DATABASE) as owner:
        return list(owner.execute(thief.ROWS).fetchall())


def tries(rows: list[thief.Copied], found: Found) -> int:
    """How many values of the shredded open with what is on disk."""
    secrets = {secret for ids in found.gone.values() for secret in ids.values()}
    return len(secrets & set(thief.opened(rows, (PHONE, NUMBER))))


def restored(backup: Path) -> list[thief.Copied]:
    """The rows of the old backup, asked of a server that was started on it."""
    with running(backup) as cluster, spoken_to(cluster):
        return copied()


def of_relation(folder: Path, path: str, rows: list[thief.Copied]) -> int:
    """How many of the sealed values lie byte by byte in the file of their table."""
    data = (folder / path).read_bytes()
    return sum(bytes(row[2]) in data for row in rows)


@pytest.mark.slow
def test_what_was_shredded_opens_nowhere_and_was_never_written_in_the_clear(proof: Path) -> None:
    rng, found, live, backup = random.Random(SEED), Found(), proof / "live", proof / "backup"
    dump = proof / "dump.sql"
    with running(live, durable=False) as cluster:
        set_up(cluster)
    with running(live) as cluster:
        with spoken_to(cluster):
            cast.build()
            seal_people(rng, found)
            plant()
            heap = _path_of("authz.secret")
        program(cluster, "pg_basebackup", "--pgdata", backup, "--wal-method=stream", "--checkpoint=fast")
        program(cluster, "pg_dump", "--dbname", DATABASE, "--file", dump)
        with spoken_to(cluster):
            shredded = shred_all(found)
        old = [restored(backup), thief.rows_of_dump(dump)]
        before = [tries(rows, found) for rows in old]
        keks = _keks()
        with spoken_to(cluster):
            rotated = rotate(using="owner")
            after = [tries(rows, found) for rows in old]
            now_live = tries(copied(), found)
            _at_the_door(found)
            survivors = _survivors(found, old[0])
            with house.admin(DATABASE) as owner:
                owner.execute("delete from planted")
                owner.execute("vacuum full planted")
                owner.execute("checkpoint")
        folders = {"live": live, "backup": backup}
        clear = {name: _in_the_clear(folder) for name, folder in folders.items()} | {"dump": _in_text(dump)}
        planted = {name: len(thief.found_in_files(folder, PLAIN)) for name, folder in folders.items()}
        kept = sum(len(thief.found_in_files(folder, keks)) for folder in folders.values())
        in_heap = of_relation(backup, heap, old[0])
        drill = restored_with_newest_keys(cluster, backup, found)
    note_figures(
        "purge", seed=SEED, values=found.secrets, shredded_subjects=shredded, epochs_destroyed=len(rotated.destroyed),
        old_backup_opened_before=before[0], old_dump_opened_before=before[1], old_backup_opened_after=after[0],
        old_dump_opened_after=after[1], live_opened_after=now_live, plaintext_in_files=clear,
        ciphertexts_found_in_backup=in_heap, planted=PLANTED, planted_found_after_delete_and_vacuum=planted,
        keys_found_in_files=kept, survivors=survivors, survivors_opened_in_restored_backup=drill,
    )  # fmt: skip
    assert (shredded, found.secrets >= VALUES - 2 * SURVIVORS) == (len(found.gone), True)
    # Before the rotation everything opened: deleting is not erasing, and these tries do find what can be found.
    assert before == [found.secrets, found.secrets]
    assert in_heap == found.secrets + 2 * len(found.stay)
    # After it nothing does.
    assert (after, now_live, kept) == ([0, 0], 0, 0)
    assert clear == {"live": 0, "backup": 0, "dump": 0}
    # The search does find what was written in the clear, even after it was deleted and vacuumed.
    assert planted == {"live": PLANTED, "backup": PLANTED}
    assert survivors == 2 * len(found.stay) > 0
    assert drill == len(found.stay)


def shred_all(found: Found) -> int:
    with as_system() as system:
        return shred(actor=system, subject_ids=list(found.gone), why="retention")


def restored_with_newest_keys(cluster: postgres.Cluster, backup: Path, found: Found) -> int:
    """The drill of docs/operations.md: the old backup with the newest table of keys; how many survivors open there."""
    asked = re.search(r"```sh\n(pg_dump --data-only.*?)```", (ROOT / "docs" / "operations.md").read_text(), re.DOTALL)
    assert asked is not None
    tables = re.findall(r"-t (\S+)", asked[1])
    commands = re.findall(r'-c "(.*?)"', asked[1], re.DOTALL)
    keys = backup.with_name("keys.sql")
    options = [option for table in tables for option in ("--table", table)]
    program(cluster, "pg_dump", "--dbname", DATABASE, "--data-only", "--file", keys, *options)
    before = [option for command in commands[:-1] for option in ("--command", command)]
    with running(backup) as old, spoken_to(old):
        program(
            old, "psql", "--dbname", DATABASE, "--set", "ON_ERROR_STOP=1", "--single-transaction", *before,
            "--file", keys, "--command", commands[-1],
        )  # fmt: skip
        with transaction.atomic():
            me = enter(house.token_for("worker"))
            opens = sum(opened(me, person, ids[PHONE]).startswith("ZQSEALED") for person, ids in found.stay.items())
        with house.admin(DATABASE) as owner:
            assert owner.execute("select count(*) from authz.secret").fetchone() == (2 * len(found.stay),)
        with transaction.atomic():
            enter(house.token_for("worker"))
            seal_many([(uuid4(), {PHONE: "1"})])
    return opens


def _keks() -> re.Pattern[bytes]:
    """The keys themselves and as their files hold them: neither may be in a file of the database."""
    held = [file.read_bytes().strip() for file in keyring.folder().glob("*.kek")]
    raw = [keyring.load_key(bytes.fromhex(file.stem)) for file in keyring.folder().glob("*.kek")]
    return re.compile(b"|".join(re.escape(one) for one in (*held, *raw)))


def _at_the_door(found: Found) -> None:
    """The ways of the application: nothing to open, a tombstone for everybody."""
    for person, ids in list(found.gone.items())[:20]:
        with pytest.raises(NotFound), transaction.atomic():
            opened(enter(house.token_for("worker")), person, ids[PHONE])
    with transaction.atomic():
        enter(house.token_for("district"))
        stones = [shreddings_of(person) for person in found.gone]
    assert all(len(one) == 1 and one[0].key_destroyed_at is not None for one in stones)


def _survivors(found: Found, old: list[thief.Copied]) -> int:
    """They open here, and in the old backup with the newest table of keys, as docs/operations.md says."""
    newest = {row[1]: (row[3], row[4]) for row in copied()}
    assert set(newest) == set(found.stay)
    joined = [(row[0], row[1], row[2], *newest[row[1]]) for row in old if row[1] in newest]
    here, there = thief.opened(copied(), (PHONE, NUMBER)), thief.opened(joined, (PHONE, NUMBER))
    assert here == there
    assert all(value.startswith("ZQSEALED") for value in here.values())
    return len(here)


def _path_of(table: str) -> str:
    with house.admin(DATABASE) as owner:
        return str(owner.execute("select pg_relation_filepath(%s)", [table]).fetchone()[0])


def _in_the_clear(folder: Path) -> int:
    return len(thief.found_in_files(folder, SEALED)) + len(thief.found_in_files(folder, AS_HEX))


def _in_text(dump: Path) -> int:
    text = dump.read_bytes()
    return len(set(SEALED.findall(text))) + len(set(AS_HEX.findall(text)))
