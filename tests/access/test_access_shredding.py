"""Crypto-shredding and rotation: what was shredded is gone at once, and after the rotation from every copy too."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import house_db as house
import pytest
from child_processes import start
from cryptography.exceptions import InvalidTag
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.db.utils import InternalError, ProgrammingError
from figures import note_figures
from pytest_django.plugin import DjangoDbBlocker
from sealed_people import NUMBER, PHONE, opened

from linli.access import keyring, rotation
from linli.access.api import (
    SHREDDING_REASONS,
    KeyMissing,
    Principal,
    Rotated,
    RotationRuns,
    as_system,
    copy_in,
    enter,
    epochs,
    erase_subject,
    rotate,
    seal_for,
    seal_many,
    shred,
    shreddings_of,
)
from linli.access.envelope import open_value, unwrap
from linli.kernel.errors import Forbidden, InvalidInput, NotFound
from linli.project.tasks import rotate_keys

SEED = int(os.environ.get("LINLI_SEED", "20261124"))
ROOM = 16


@dataclass
class Place:
    """A database whose rows are committed, and its folder of keys."""

    name: str
    keys: Path

    @contextmanager
    def acting(self, who: str) -> Iterator[Principal]:
        with transaction.atomic():
            yield enter(house.token_for(who))

    def people(self, count: int) -> dict[UUID, UUID]:
        """Sealed by a worker: person → id of the secret of his phone."""
        some = [(uuid4(), {PHONE: f"138{n:08d}"}) for n in range(count)]
        with self.acting("worker"):
            ids = seal_many(some)
        return {person: of[PHONE] for (person, _values), of in zip(some, ids, strict=True)}

    def phone(self, person: UUID, secret: UUID) -> str:
        with self.acting("worker") as me:
            return opened(me, person, secret)

    def shred(self, *people: UUID, why: str = "retention") -> int:
        with as_system() as system:
            return shred(actor=system, subject_ids=people, why=why)

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with house.admin(self.name) as owner:
            return list(owner.execute(statement, values or None).fetchall())

    def copied(self) -> list[tuple[UUID, UUID, bytes, int, bytes, bytes]]:
        """All an old backup holds: secret, subject, sealed value, epoch, fingerprint, wrapped key."""
        return self.ask(
            "select s.id, s.subject_id, s.ciphertext, k.epoch, e.fingerprint, k.wrapped from authz.secret s"
            " join authz.subject_key k using (subject_id) join authz.key_epoch e using (epoch)"
        )  # type: ignore[return-value]


def readable(copied: list[tuple[UUID, UUID, bytes, int, bytes, bytes]]) -> set[UUID]:
    """The subjects whose values in a copy open with any key that is still on disk, as a thief would try."""
    keys = [keyring.load_key(bytes.fromhex(file.stem)) for file in keyring.folder().glob("*.kek")]
    found = set()
    for secret, subject, sealed, epoch, _fingerprint, wrapped in copied:
        for kek in keys:
            try:
                key = unwrap(wrapped, kek=kek, subject_id=subject, epoch=epoch)
                open_value(sealed, key=key, secret_id=secret, subject_id=subject, name=PHONE)
            except InvalidTag:
                continue
            found.add(subject)
    return found


@pytest.fixture
def place(real_database: str, tmp_path: Path, settings: Any, django_db_blocker: DjangoDbBlocker) -> Iterator[Place]:
    settings.LINLI_KEYS, settings.LINLI_KEYS_PER_EPOCH = tmp_path / "keys", ROOM
    with django_db_blocker.unblock():
        house._house._tokens.clear()
        yield Place(real_database, settings.LINLI_KEYS)
        with house.admin(real_database) as owner:
            owner.execute("set session_replication_role = replica")
            owner.execute("truncate authz.secret, authz.subject_key, authz.key_epoch, access_shredding")


def test_what_is_shredded_is_gone_at_once_and_leaves_a_tombstone(place: Place) -> None:
    people = place.people(3)
    gone, *others = people
    assert place.phone(gone, people[gone]).startswith("138")
    assert place.shred(gone, why="own_request") == 1
    with pytest.raises(NotFound) as caught:
        place.phone(gone, people[gone])
    assert caught.value.code == "secret_unknown"
    assert place.ask("select 1 from authz.secret where subject_id = %s", gone) == []
    assert place.ask("select 1 from authz.subject_key where subject_id = %s", gone) == []
    with place.acting("district"):
        (stone,) = shreddings_of(gone)
    assert (stone.why, stone.epoch, stone.key_destroyed_at) == ("own_request", 1 + _before(place), None)
    assert all(place.phone(other, people[other]) for other in others)


def _before(place: Place) -> int:
    return int(place.ask("select min(epoch) - 1 from authz.key_epoch")[0][0])


def test_shredding_again_does_nothing_and_the_same_id_may_be_sealed_afresh(place: Place) -> None:
    people = place.people(1)
    (person,) = people
    assert [place.shred(person), place.shred(person), place.shred(), place.shred(uuid4())] == [1, 0, 0, 0]
    assert place.ask("select count(*) from access_shredding") == [(1,)]
    with place.acting("worker") as me:
        assert opened(me, person, seal_for(person, {PHONE: "2"})[PHONE]) == "2"


def test_many_are_shredded_in_one_batch_with_one_line_in_the_trail(place: Place) -> None:
    people = place.people(30)
    batch = uuid4()
    with as_system() as system:
        assert shred(actor=system, subject_ids=list(people), why="emergency_over", batch=batch) == 30
    assert place.ask("select count(*), count(distinct subject_id) from access_shredding where batch = %s", batch) == [
        (30, 30)
    ]
    ((detail,),) = place.ask("select detail from audit_record where subject_id = %s", str(batch))
    assert detail == {"why": "emergency_over", "subjects": 30}
    assert place.ask("select count(*) from authz.secret") == [(0,)]


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "responder", "auditor"])
def test_others_than_the_district_and_linli_itself_shred_nothing(place: Place, who: str) -> None:
    (person,) = place.people(1)
    with pytest.raises(Forbidden), place.acting(who) as me:
        erase_subject(actor=me, subject_id=person, why="own_request")
    assert place.ask("select count(*) from authz.subject_key") == [(1,)]
    with place.acting("district") as me:
        assert erase_subject(actor=me, subject_id=person, why="own_request")
        assert not erase_subject(actor=me, subject_id=person, why="own_request")


@pytest.mark.parametrize("role", ["linli_wide", "linli_reader", "linli_app"])
def test_a_taken_role_without_its_identity_shreds_nothing(place: Place, role: str) -> None:
    (person,) = place.people(1)
    with pytest.raises(ProgrammingError), place.acting("worker"), connections["default"].cursor() as cursor:
        cursor.execute(f"set local role {role}")
        cursor.execute("select authz.shred(array[%s::uuid], gen_random_uuid(), 'x')", [person])
    assert place.ask("select count(*) from authz.subject_key") == [(1,)]


@pytest.mark.parametrize("why", ["", "because", "RETENTION"])
def test_a_reason_that_is_not_on_the_list_is_refused(place: Place, why: str) -> None:
    (person,) = place.people(1)
    with pytest.raises(InvalidInput) as caught:
        place.shred(person, why=why)
    assert (caught.value.code, why in SHREDDING_REASONS) == ("reason_unknown", False)
    assert place.ask("select count(*) from authz.subject_key") == [(1,)]


@pytest.mark.parametrize("statement", [
    "delete from access_shredding", "update access_shredding set subject_id = gen_random_uuid()",
    "update access_shredding set at = now() - interval '1 year'", "update access_shredding set why = 'x'",
])  # fmt: skip
def test_a_tombstone_stays_as_it_was_laid(place: Place, statement: str) -> None:
    place.shred(*place.people(1))
    with pytest.raises((InternalError, Exception), match="pgtrigger: Cannot"), house.admin(place.name) as owner:
        owner.execute(statement)


def test_until_the_rotation_an_old_copy_opens_and_after_it_never_again(place: Place) -> None:
    people = place.people(40)
    old = place.copied()
    gone, stay = list(people)[:10], list(people)[10:]
    place.shred(*gone)
    assert readable(old) == set(people)
    done = rotate(using="owner")
    assert (len(done.destroyed), done.rewrapped) == (1, ROOM - 10)
    assert readable(old) & set(gone) == set()
    assert {person for person in stay if place.phone(person, people[person])} == set(stay)
    assert readable(place.copied()) == set(stay)


def test_the_newest_keys_open_what_survived_in_an_old_copy(place: Place) -> None:
    """After a restore of a backup from before a rotation: the table of keys of the newest one goes with it."""
    people = place.people(5)
    old, (gone, *stay) = place.copied(), people
    place.shred(gone)
    rotate(using="owner")
    newest = {row[1]: row[3:] for row in place.copied()}
    restored = [(secret, subject, sealed, *newest[subject]) for secret, subject, sealed, *_ in old if subject in newest]
    assert readable(old) == set()
    assert readable(restored) == set(stay)


def test_only_epochs_with_something_shredded_are_rotated(place: Place) -> None:
    people = list(place.people(3 * ROOM))
    files = {file.name for file in place.keys.iterdir()}
    place.shred(people[ROOM + 1])
    done = rotate(using="owner")
    assert done == Rotated((done.destroyed[0],), ROOM - 1)
    assert len(files & {file.name for file in place.keys.iterdir()}) == 2
    assert rotate(using="owner") == Rotated((), 0)
    state = {one.epoch: one for one in epochs(using="owner")}
    assert [(one.destroyed, one.has_file, one.keys) for one in state.values()] == [
        (False, True, ROOM), (True, False, 0), (False, True, ROOM), (False, True, ROOM - 1),
    ]  # fmt: skip
    stones = place.ask("select key_destroyed_at is not null from access_shredding")
    assert stones == [(True,)]


def test_every_epoch_is_rotated_when_a_key_may_have_leaked(place: Place) -> None:
    people = place.people(ROOM + 3)
    before = {file.name for file in place.keys.iterdir()}
    old = place.copied()
    done = rotate(using="owner", everything=True)
    assert (len(done.destroyed), done.rewrapped) == (2, ROOM + 3)
    assert before & {file.name for file in place.keys.iterdir()} == set()
    assert readable(old) == set()
    assert all(place.phone(person, secret) for person, secret in people.items())


def test_a_rotation_that_is_killed_anywhere_is_taken_up_again(place: Place, settings: Any) -> None:
    """kill -9 at random moments; at the end every survivor opens, no copy opens what was shredded."""
    settings.LINLI_KEYS_PER_EPOCH = 400
    people = place.people(1200)
    old, rng = place.copied(), random.Random(SEED)
    gone = set(list(people)[::7])
    place.shred(*gone)
    killed, pause = 0, threading.Event()
    while killed < 6:
        child = start("rotate_child.py", place.name, place.keys, 400, 3)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        pause.wait(rng.random() * 0.25)
        child.send_signal(signal.SIGKILL)
        if child.wait() != -signal.SIGKILL:
            break
        child.stdout.close()
        killed += 1
    left = place.ask("select count(*) from authz.subject_key k join authz.key_epoch e using (epoch)"
                     " where e.retired_at is not null")[0][0]  # fmt: skip
    done = rotate(using="owner")
    note_figures("rotation killed", seed=SEED, kills=killed, left_for_the_last=left, rewrapped=done.rewrapped)
    assert killed >= 3
    assert readable(old) == set()
    assert readable(place.copied()) == set(people) - gone
    assert place.ask("select count(*) from access_shredding where key_destroyed_at is null") == [(0,)]


@pytest.mark.parametrize("step", ["destroy_key", "load_key", "wrap", "grants"])
def test_a_failure_in_any_step_loses_nothing(place: Place, step: str, monkeypatch: Any) -> None:
    people = place.people(8)
    gone, *stay = people
    place.shred(gone)

    def fails(*_given: object, **_named: object) -> None:
        raise OSError(step)

    with monkeypatch.context() as broken:
        broken.setattr(rotation, step, fails)
        with pytest.raises(OSError, match=step):
            rotate(using="owner")
    assert place.ask("select count(*) from access_shredding where key_destroyed_at is not null") == [(0,)]
    assert all(place.phone(person, people[person]) for person in stay)
    assert len(rotate(using="owner").destroyed) == 1
    assert all(place.phone(person, people[person]) for person in stay)


def test_killed_between_destroying_and_noting_it_is_noted_at_the_next_turn(place: Place, monkeypatch: Any) -> None:
    people = place.people(4)
    gone, *stay = people
    place.shred(gone)

    def destroy_and_die(fingerprint: bytes) -> bool:
        keyring.destroy_key(fingerprint)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(rotation, "destroy_key", destroy_and_die)
        with pytest.raises(KeyboardInterrupt):
            rotate(using="owner")
    assert [one.destroyed for one in epochs(using="owner")] == [False, False]
    assert len(rotate(using="owner").destroyed) == 1
    assert place.ask("select count(*) from access_shredding where key_destroyed_at is null") == [(0,)]
    assert all(place.phone(person, people[person]) for person in stay)


def test_another_folder_is_not_taken_for_a_destroyed_key(place: Place, settings: Any, monkeypatch: Any) -> None:
    """A worker without the right mount must not note as destroyed what lies in another place."""
    people = place.people(4)
    gone, *stay = people
    place.shred(gone)
    settings.LINLI_KEYS = place.keys.with_name("elsewhere")
    with pytest.raises(KeyMissing):
        rotate(using="owner")
    settings.LINLI_KEYS = place.keys
    with monkeypatch.context() as broken:
        broken.setattr(rotation, "destroy_key", lambda _fingerprint: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OSError, match="killed"):
            rotate(using="owner")
    settings.LINLI_KEYS = place.keys.with_name("elsewhere")
    with pytest.raises(KeyMissing, match="nothing was noted as destroyed"):
        rotate(using="owner")
    assert place.ask("select count(*) from access_shredding where key_destroyed_at is not null") == [(0,)]
    settings.LINLI_KEYS = place.keys
    assert len(rotate(using="owner").destroyed) == 1
    assert all(place.phone(person, people[person]) for person in stay)


def test_two_do_not_rotate_at_once(place: Place) -> None:
    place.shred(*place.people(2))
    with house.admin(place.name) as other:
        other.execute("select pg_advisory_lock(hashtext('authz.rotation'))")
        with pytest.raises(RotationRuns):
            rotate(using="owner")
        other.execute("select pg_advisory_unlock(hashtext('authz.rotation'))")
    assert len(rotate(using="owner").destroyed) == 1


def test_nothing_is_put_under_an_epoch_that_is_being_closed(place: Place) -> None:
    """Who sealed in an open transaction is waited for; who comes after finds another epoch."""
    (gone,) = place.people(1)
    place.shred(gone)
    late = uuid4()
    closed = threading.Event()

    def close() -> None:
        rotate(using="owner")
        closed.set()
        connections["owner"].close()

    with place.acting("worker"):
        secret = seal_for(late, {PHONE: "139"})[PHONE]
        turning = threading.Thread(target=close)
        turning.start()
        assert not closed.wait(0.3)
    turning.join(30)
    assert closed.is_set()
    assert place.phone(late, secret) == "139"
    assert [one.keys for one in epochs(using="owner") if not one.destroyed] == [1]


def test_a_loader_copies_people_in_as_the_owner(place: Place) -> None:
    some = [(uuid4(), {PHONE: f"137{n:08d}", NUMBER: str(n)}) for n in range(40)]
    ids = copy_in(some, using="owner")
    for n in (0, ROOM, 39):
        assert place.phone(some[n][0], ids[n][PHONE]) == f"137{n:08d}"
    assert place.ask("select count(*), count(distinct subject_id) from authz.secret") == [(80, 40)]
    with pytest.raises(NotFound):
        copy_in([(uuid4(), {"tested.unknown": "1"})], using="owner")


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("keys", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_shows_and_rotates(place: Place) -> None:
    people = list(place.people(ROOM + 2))
    assert told("status").count("in use, file there") == 2
    place.shred(people[0])
    assert f"{ROOM - 1} keys, 1 shredded" in told("status")
    assert f"Keys wrapped anew: {ROOM - 1}." in told("rotate")
    assert "destroyed, no file, 0 keys, 0 shredded" in told("status")
    assert "destroyed: none" in told("rotate")
    assert "destroyed: none" not in told("rotate", "--all")


def test_the_command_says_that_a_file_is_missing(place: Place) -> None:
    place.shred(next(iter(place.people(2))))
    for file in place.keys.iterdir():
        file.unlink()
    with pytest.raises(CommandError, match="files of these epochs are missing"):
        told("status")
    with pytest.raises(CommandError, match="is not in"):
        told("rotate")


def test_the_night_rotates_by_itself(place: Place) -> None:
    people = place.people(3)
    old = place.copied()
    place.shred(*people)
    rotate_keys(timestamp=0)
    assert readable(old) == set()
    assert place.ask("select count(*) from access_shredding where key_destroyed_at is null") == [(0,)]
