"""kill -9 between the ticket and the value: whatever came out is on record (SECURITY A6, issue 3).

A process opens sealed values without pause and tells each through a pipe the moment it has it. It is killed at random
moments; then every value that came out must have its own committed opening.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import cast
import house_db as house
import pytest
from child_processes import start
from django.db import transaction
from figures import note_figures
from pytest_django.plugin import DjangoDbBlocker
from sealed_people import PHONE

from linli.access.api import enter, seal_many
from linli.territory.api import area_by_code

SOAK = os.environ.get("LINLI_SOAK") == "1"
KILLS = 500 if SOAK else 20
SEED = int(os.environ.get("LINLI_SEED", "20261124"))
LONGEST_LIFE_SECONDS = 0.1


@dataclass
class Heard:
    """What the children said. `out`: child and turn of every value that came out."""

    out: list[tuple[str, str]] = field(default_factory=list)
    values: set[str] = field(default_factory=set)
    kills: int = 0


class Teller:
    """The process that makes the children; reads what they say without waiting for more."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self.stdin, self.pipe = process, process.stdin, process.stdout
        self.rest = b""
        self.wait_for("ready")

    def lines(self, timeout: float) -> Iterator[str]:
        if not select.select([self.pipe], [], [], timeout)[0]:
            return
        data = self.rest + os.read(self.pipe.fileno(), 1 << 16)
        whole, _newline, self.rest = data.rpartition(b"\n")
        yield from whole.decode().splitlines()

    def wait_for(self, start: str, heard: Heard | None = None) -> str:
        """The first line that starts so; every value told meanwhile is heard. Fails after a minute of silence."""
        found = ""
        while not found:
            said = list(self.lines(60.0))
            assert said, "the child process said nothing"
            for line in said:
                if line.startswith(start) and not found:
                    found = line
                if heard is not None and line[0].isdigit():
                    child, turn, _secret, value = line.split()
                    heard.out.append((child, turn))
                    heard.values.add(value)
        return found

    def kill_one(self, heard: Heard, rng: random.Random) -> None:
        """A child is born, opens for a while, and is killed; every other one has told a value by then."""
        self.stdin.write(b"\n")
        self.stdin.flush()
        child = int(self.wait_for("child", heard).split()[1])
        if heard.kills % 2:
            self.wait_for(f"{child} ", heard)
        threading.Event().wait(rng.random() * LONGEST_LIFE_SECONDS)
        os.kill(child, signal.SIGKILL)
        self.wait_for("dead", heard)
        heard.kills += 1


@dataclass
class Values:
    """Sealed values of people of the home area in a database of their own."""

    database: str
    keys: Path
    file: Path
    phones: set[str]

    @classmethod
    def sealed(cls, database: str, keys: Path, folder: Path) -> Values:
        area = area_by_code(cast.HOME_AREA)
        people = [(uuid4(), {PHONE: f"138{n:08d}"}) for n in range(50)]
        with transaction.atomic():
            enter(house.token_for("worker"))
            ids = seal_many(people)
        listed = [[str(p), str(of[PHONE]), str(area.id), area.path] for (p, _v), of in zip(people, ids, strict=True)]
        file = folder / "secrets.json"
        file.write_text(json.dumps(listed))
        return cls(database, keys, file, {values[PHONE] for _person, values in people})

    def tellers(self, mutant: str = "") -> Iterator[Teller]:
        process = start("reveal_child.py", self.database, house.token_for("worker"), self.keys, self.file, mutant)
        try:
            yield Teller(process)
        finally:
            process.kill()
            process.wait()

    def on_record(self) -> set[tuple[str, str]]:
        with house.admin(self.database) as owner:
            rows = owner.execute("select reason from audit_opening where reason like 'turn %'").fetchall()
        return {(child, turn) for (reason,) in rows for _word, child, turn in [str(reason).split()]}


@pytest.fixture
def values(real_database: str, tmp_path: Path, settings: Any, django_db_blocker: DjangoDbBlocker) -> Iterator[Values]:
    settings.LINLI_KEYS = tmp_path / "keys"
    with django_db_blocker.unblock():
        house._house._tokens.clear()
        yield Values.sealed(real_database, settings.LINLI_KEYS, tmp_path)
        with house.admin(real_database) as owner:
            owner.execute("update authz.key_epoch set retired_at = now()")  # its file goes with this test's folder


def unrecorded(heard: Heard, recorded: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Values that came out without a committed opening of their own."""
    return [one for one in heard.out if one not in recorded]


@pytest.mark.slow
def test_no_value_comes_out_without_its_committed_opening(values: Values) -> None:
    rng, heard = random.Random(SEED), Heard()
    for teller in values.tellers():
        for _ in range(KILLS):
            teller.kill_one(heard, rng)
    recorded = values.on_record()
    note_figures(
        "reveals", seed=SEED, kills=heard.kills, values_out=len(heard.out), on_record=len(recorded),
        recorded_and_not_out=len(recorded - set(heard.out)), without_a_record=len(unrecorded(heard, recorded)),
    )  # fmt: skip
    assert heard.kills == KILLS
    assert unrecorded(heard, recorded) == []
    assert heard.values <= values.phones
    assert len(heard.out) >= KILLS // 2
    assert max(Counter(heard.out).values()) == 1
    # Some were killed after the ticket and before the value: the very moment this is about.
    assert len(recorded - set(heard.out)) > 0


@pytest.mark.slow
def test_a_mutant_that_reads_before_its_ticket_is_caught(values: Values) -> None:
    """The right that the application does not have, given to it; then the same kills and the same question."""
    with house.admin(values.database) as owner:
        owner.execute(
            "create function authz.peek(of uuid) returns bytea language sql security definer set search_path ="
            " pg_catalog, pg_temp as $$ select s.ciphertext from authz.secret s where s.id = of $$"
        )
        owner.execute("grant execute on function authz.peek(uuid) to linli_app")
    rng, heard = random.Random(SEED), Heard()
    for teller in values.tellers("mutant"):
        while heard.kills < 20 * KILLS and not unrecorded(heard, values.on_record()):
            teller.kill_one(heard, rng)
    found = unrecorded(heard, values.on_record())
    note_figures("reveals, mutant", kills_until_caught=heard.kills, without_a_record=len(found))
    assert found != []
