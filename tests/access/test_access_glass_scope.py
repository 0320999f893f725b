"""Row scope with a broken glass: the probes of the oracle, the second it is over, and every entering on record."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import cast
import house_db as house
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from figures import note_figures
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker
from scope_oracle import TABLES, World
from scope_people import Identity, come_in
from scope_probes import Prober
from scope_stage import Stage, sign_in
from scope_world import clone_world, drop_database, open_token

from linli.access.api import break_glass, enter, enter_public
from linli.casework.intake.api import Channel, Draft, receive_report
from linli.territory.api import area_by_code

SOAK = os.environ.get("LINLI_SOAK") == "1"
PROBES = 6_000 if SOAK else 800
SEED = int(os.environ.get("LINLI_SEED", "20261124"))
WHY = "独居老人失联，需立即上门查看"

BROKEN = {
    "worker": cast.COUSIN_AREA, "worker_cousin": cast.STATION, "head": cast.FOREIGN_AREA,
    "dispatcher_other": cast.VILLAGE_AREA,
}  # fmt: skip
"""Who breaks a glass over what: a leaf beside, a station, a leaf of another town."""


def break_in(database: str, who: str, code: str, length: timedelta = timedelta(hours=1)) -> None:
    """Put a glass in force, as the database's owner would see it done."""
    with house.admin(database) as owner:
        owner.execute(
            "insert into access_glass (id, user_id, post_id, home_id, area_id, subject_kind, subject_id, reason,"
            " broken_at, expires_at) select gen_random_uuid(), u.id, p.id, p.area_id, a.id, '', '', %s,"
            " clock_timestamp(), clock_timestamp() + %s"
            " from accounts_user u join accounts_post p on p.user_id = u.id, territory_area a"
            " where u.username = %s and a.code = %s", [WHY, length, who, code],
        )  # fmt: skip


@pytest.fixture(scope="module")
def broken(world: Stage, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """The world with four glasses in force, and what the oracle must think of it."""
    name = f"linli_g_{os.getpid()}"
    clone_world(world.database, name)
    with house.admin(name) as owner:
        paths = dict(owner.execute("select code, path from territory_area").fetchall())
    for who, code in BROKEN.items():
        break_in(name, who, code)
    break_in(name, "worker_sibling", cast.FOREIGN_AREA, timedelta(milliseconds=1))
    with house.admin(name) as owner:
        rows = World.read(owner)
    people = [_with_glass(one, paths) for one in world.people]
    yield Stage(name, rows, people, world.links, world.phones)
    drop_database(name)


def _with_glass(one: Identity, paths: dict[str, str]) -> Identity:
    code = BROKEN.get(one.me.name)
    return one if code is None else replace(one, me=replace(one.me, glass=(paths[code],)))


def test_random_probes_leak_nothing_and_hide_nothing_under_a_glass(broken: Stage) -> None:
    with sign_in(broken.database, "linli_app") as connection:
        probing = Prober(connection, broken.world, broken.people)
        probing.random(PROBES, random.Random(SEED))
        probing.sets([broken.person(who) for who in (*BROKEN, "worker_sibling", "dispatcher", "responder", "unset")])
    found = probing.outcome
    note_figures(
        "sql probes under a glass", seed=SEED, probes=found.probes, leaks=len(found.leaks),
        wrongly_hidden=len(found.hidden),
    )  # fmt: skip
    assert found.leaks == []
    assert found.hidden == []
    assert found.probes > PROBES


def test_the_glass_shows_rows_that_were_not_seen_before(world: Stage, broken: Stage) -> None:
    """Else the test above could pass with a glass that does nothing."""
    for who, code in BROKEN.items():
        with sign_in(world.database, "linli_app") as before, sign_in(broken.database, "linli_app") as after:
            seen = [
                Prober(connection, broken.world, [])._keys(broken.person(who), "casework_report", "id")
                for connection in (before, after)
            ]
        assert seen[0] < seen[1], (who, code)


def test_an_oracle_without_glasses_calls_them_leaks(broken: Stage) -> None:
    blind = [replace(one, me=replace(one.me, glass=())) for one in broken.people]
    with sign_in(broken.database, "linli_app") as connection:
        probing = Prober(connection, broken.world, blind)
        probing.sets([one for one in blind if one.me.name in BROKEN])
    assert probing.outcome.leaks != []
    assert probing.outcome.hidden == []


MUTANTS = {
    "never over": ("g.expires_at > statement_timestamp()", "true"),
    "of anybody": ("g.post_id = m.post_id and g.user_id = m.user_id", "true"),
    "given back and still there": ("g.ended_at is null", "true"),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_scope_function_that_forgets_a_condition_is_noticed(broken: Stage, mutant: str) -> None:
    old, new = MUTANTS[mutant]
    with house.admin(broken.database) as owner:
        ((before,),) = owner.execute("select pg_get_functiondef('authz.area_ids'::regproc)").fetchall()
        text = " ".join(str(before).split())
        assert old in text
        owner.execute(text.replace(old, new))
    try:
        with sign_in(broken.database, "linli_app") as connection:
            probing = Prober(connection, broken.world, broken.people)
            probing.sets([one for one in broken.people if one.me.kind == "area"])
        assert probing.outcome.leaks != []
    finally:
        with house.admin(broken.database) as owner:
            owner.execute(str(before))


def test_one_second_after_its_end_not_a_row_is_seen(world: Stage) -> None:
    """No job has to run: the same statement, asked again, counts nothing any more."""
    name = f"linli_e_{os.getpid()}"
    clone_world(world.database, name)
    try:
        break_in(name, "worker", cast.FOREIGN_AREA, timedelta(seconds=2))
        with house.admin(name) as owner, sign_in(name, "linli_app") as connection:
            expires = owner.execute("select max(expires_at) from access_glass where ended_at is null").fetchone()[0]
            foreign = owner.execute(
                "select id from territory_area where code = %s", [cast.FOREIGN_AREA]
            ).fetchone()[0]  # fmt: skip
            before = _rows_there(connection, world, foreign)
            owner.execute(
                "select pg_sleep(extract(epoch from %s + interval '1 second' - clock_timestamp()))", [expires]
            )
            after = _rows_there(connection, world, foreign)
        note_figures("glass", seen_in_force=sum(before.values()), seen_one_second_after=sum(after.values()))
        assert before["casework_report"] > 0
        assert sum(after.values()) == 0
    finally:
        drop_database(name)


def _rows_there(connection: Any, world: Stage, area: int) -> dict[str, int]:
    """How many rows of an area the worker sees in every table that lies in areas; open places are for everybody."""
    seen = {}
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        come_in(cursor, world.person("worker"))
        for table in TABLES:
            rows = world.world.rows[table].values()
            if table == "access_glass" or table.startswith("register_") or "area_id" not in next(iter(rows)):
                continue  # his own glass is his to see wherever it was
            cursor.execute(sql.SQL("select count(*) from {} where area_id = %s").format(sql.Identifier(table)), [area])
            seen[table] = cursor.fetchone()[0]
    assert len(seen) > 10
    return seen


class TestEveryEnteringIsOnRecord:
    """Over HTTP, with real logins and real transactions: the line is there before the page is."""

    @pytest.fixture
    def database(self, real_database: str) -> str:
        return real_database

    @pytest.fixture(autouse=True)
    def _unblocked(self, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
        with django_db_blocker.unblock():
            yield

    def uses(self, database: str) -> list[tuple[Any, ...]]:
        with house.admin(database) as owner:
            return list(owner.execute(
                "select detail->>'what', actor_id from audit_record where act = 'glass.use' order by at"
            ).fetchall())  # fmt: skip

    def ask(self, token: str, path: str) -> int:
        return Client().get(path, headers={"Authorization": f"Bearer {token}"}).status_code

    def test_a_page_a_post_and_a_program_each_leave_a_line(self, database: str) -> None:
        token, area = open_token("worker"), area_by_code(cast.COUSIN_AREA)
        with transaction.atomic():
            got = receive_report(
                actor=enter_public(), draft=Draft(channel=Channel.RESIDENT, words="楼道堆物", area_id=area.id)
            )
        page = reverse("desk:matter", args=[got.number])
        assert (self.ask(token, "/work/me/"), self.ask(token, page)) == (200, 404)
        assert self.uses(database) == []
        with transaction.atomic():
            break_glass(actor=enter(token), area_id=area.id, minutes=30, reason=WHY)
        me = cast.user_of("worker").id
        assert self.ask(token, "/work/me/") == 200
        assert self.uses(database) == [("GET /work/me/", me)]
        self.ask(token, "/api/v1/cases")
        assert self.ask(token, page) == 200
        assert [what for what, _who in self.uses(database)] == ["GET /work/me/", "GET /api/v1/cases", f"GET {page}"]

    def test_when_it_cannot_be_noted_nothing_is_shown(self, database: str) -> None:
        token = open_token("worker_sibling")
        break_in(database, "worker_sibling", cast.FOREIGN_AREA)
        with house.admin(database) as owner:
            owner.execute("revoke execute on function authz.note_glass(text, uuid, text) from linli_gate")
        try:
            answer = Client(raise_request_exception=False).get(
                "/work/me/", headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.status_code == 500
        finally:
            with house.admin(database) as owner:
                owner.execute("grant execute on function authz.note_glass(text, uuid, text) to linli_gate")

    def test_the_line_stays_when_the_page_fails(self, database: str) -> None:
        token = open_token("worker_village")
        break_in(database, "worker_village", cast.HOME_AREA)
        before = len(self.uses(database))
        with pytest.raises(KeyError), transaction.atomic():
            enter(token, what="GET /somewhere")
            raise KeyError
        assert [what for what, _who in self.uses(database)[before:]] == ["GET /somewhere"]

    def test_a_made_up_token_notes_nothing(self, database: str) -> None:
        before = self.uses(database)
        with sign_in(database, "linli_gate") as gate:
            for token in ("", "x", "' or true --"):
                gate.execute("select authz.note_glass(%s, gen_random_uuid(), 'x')", [token])
        assert self.uses(database) == before
