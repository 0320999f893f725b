"""The rule of X-Road: while the trail is not being sealed, nothing sealed is opened. And who may touch seals at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import cast
import pytest
from casework.stage import Matter, Stage
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import Error
from psycopg import sql
from web_desk.desk import Desk, desk

from linli.access.api import APP_ROLES, open_sealed
from linli.audit.api import openings_of, proof_of, seal_waiting, seals_are_fresh
from linli.audit.models import Seal
from linli.kernel.errors import Forbidden, NotFound
from linli.kernel.identifiers import synthetic_phone
from linli.territory.api import area_by_code

__all__ = ["desk"]
pytestmark = pytest.mark.django_db
PHONE = synthetic_phone(90125)
EVERY_ROLE = (*APP_ROLES, "linli_audit", "linli_gate", "authz_owner")
GOOD = {"purpose": "contact_reporter", "reason": "约定上门时间"}


@pytest.fixture(autouse=True)
def rule(stage: Stage, tmp_path: Path) -> Iterator[None]:
    """As in production; all that other tests left in the queue has only just come."""
    before = settings.LINLI_SEALS_STALE_MINUTES, settings.LINLI_KEYS, settings.LINLI_AUDIT_HEADS
    settings.LINLI_SEALS_STALE_MINUTES = 15
    settings.LINLI_KEYS, settings.LINLI_AUDIT_HEADS = tmp_path, tmp_path / "heads.jsonl"
    stage.own("update audit_unsealed set added_at = now()")
    yield
    settings.LINLI_SEALS_STALE_MINUTES, settings.LINLI_KEYS, settings.LINLI_AUDIT_HEADS = before


@pytest.fixture
def matter(stage: Stage) -> Matter:
    """A filed matter whose reporter left his phone."""
    return stage.opened(phone=PHONE)


def opened(stage: Stage, matter: Matter, who: str = "worker") -> Any:
    area = area_by_code(cast.HOME_AREA)
    return stage.do(
        who, open_sealed, secret_id=UUID(stage.report(matter)["phone_secret_id"]), subject_kind="report",
        subject_id=str(matter.id), area_id=area.id, area_path=area.path, field="phone", **GOOD,
    )  # fmt: skip


def age(stage: Stage, minutes: float) -> None:
    """The oldest row that waits came so long ago."""
    stage.own(
        "update audit_unsealed set added_at = now() - make_interval(secs => %s)"
        " where id = (select min(id) from audit_unsealed)", minutes * 60,
    )  # fmt: skip


@contextmanager
def owner_at_work() -> Iterator[None]:
    """The test's transaction with the rights of the owner, as the worker's own connection has them."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        (role,) = cursor.fetchone()
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(settings.DATABASES["owner"]["USER"])))
        yield
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))


def test_what_waits_a_quarter_of_an_hour_is_fresh_and_a_moment_more_is_not(stage: Stage) -> None:
    stage.receive()
    stage._acting("worker")
    for minutes, fresh in ((0, True), (14.9, True), (15.1, False), (10_000, False)):
        age(stage, minutes)
        assert seals_are_fresh() is fresh, minutes


def test_with_nothing_waiting_seals_are_fresh_however_old_the_last_one_is(stage: Stage) -> None:
    stage.own("delete from audit_unsealed")
    assert seals_are_fresh()


def test_while_nobody_seals_nothing_is_opened_and_no_ticket_is_written(stage: Stage, matter: Matter) -> None:
    assert opened(stage, matter) == PHONE
    age(stage, 16)
    before = stage.ask("select id from audit_opening where subject_id = %s", str(matter.id))
    for who in ("worker", "head", "dispatcher"):
        with pytest.raises(Forbidden) as caught:
            opened(stage, matter, who)
        assert caught.value.code == "seals_stale"
    assert stage.ask("select id from audit_opening where subject_id = %s", str(matter.id)) == before
    assert len(before) == 1


def test_it_works_again_when_the_sealer_does(stage: Stage, matter: Matter) -> None:
    age(stage, 16)
    with pytest.raises(Forbidden):
        opened(stage, matter)
    with owner_at_work():
        assert seal_waiting(using="owner") > 0
    assert opened(stage, matter) == PHONE


def test_with_the_rule_switched_off_nobody_asks(stage: Stage, matter: Matter) -> None:
    age(stage, 16)
    settings.LINLI_SEALS_STALE_MINUTES = 0
    assert opened(stage, matter) == PHONE


@pytest.mark.parametrize(("lang", "words"), [
    ("zh-hans", "暂时不能查看加密信息：查阅留痕未能按时存证。"), ("en", "has not been sealed in time"),
])  # fmt: skip
def test_the_desk_says_why_and_keeps_what_was_written(
    stage: Stage, desk: Desk, matter: Matter, lang: str, words: str
) -> None:
    age(stage, 16)
    shown = desk.post("worker", f"{matter.number}/phone/{matter.id}", GOOD, lang=lang)
    assert shown.status == 422
    assert words in shown.text
    assert PHONE not in shown.text
    assert GOOD["reason"] in shown.raw.decode()


def test_every_row_of_the_trail_waits_for_its_seal_whoever_adds_it(stage: Stage) -> None:
    """Even the roles that may read nothing; and none of them could put a row into the queue itself."""
    for role in APP_ROLES:
        before = stage.one("select count(*) from audit_unsealed where stream = 'record'")
        as_role(role, "insert into audit_record (id, at, act, subject_kind, subject_id, detail)"
                      " values (gen_random_uuid(), now(), 'probe', 'probe', '1', '{}')")  # fmt: skip
        assert stage.one("select count(*) from audit_unsealed where stream = 'record'") == before + 1, role


def as_role(role: str, statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        cursor.execute(statement)
        cursor.execute("set local role linli_app")


TOUCHES = (
    "insert into audit_unsealed (stream, row_id) values ('record', gen_random_uuid())",
    "update audit_unsealed set added_at = now()", "delete from audit_unsealed", "truncate audit_unsealed",
    "insert into audit_seal select * from audit_seal", "update audit_seal set n = n + 1", "delete from audit_seal",
    "truncate audit_seal", "select row_id from audit_unsealed",
)  # fmt: skip


@pytest.mark.parametrize("role", EVERY_ROLE)
@pytest.mark.parametrize("statement", TOUCHES)
def test_no_role_adds_or_changes_a_seal_or_touches_the_queue(stage: Stage, role: str, statement: str) -> None:
    if (role, statement) == ("authz_owner", TOUCHES[0]):
        return  # the trigger's own right; nobody can sign in with this role or take it
    with pytest.raises(Error, match="permission denied"):
        as_role(role, statement)


@pytest.mark.parametrize("statement", ["update audit_seal set n = n + 1", "delete from audit_seal"])
def test_not_even_the_owner_changes_a_seal_by_accident(stage: Stage, statement: str) -> None:
    with owner_at_work():
        seal_waiting(using="owner")
        with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize(("who", "sees"), [
    ("worker", True), ("dispatcher_other", True), ("district", True), ("auditor", True), ("responder", False),
])  # fmt: skip
def test_seals_are_read_by_those_who_read_the_trail(stage: Stage, who: str, sees: bool) -> None:
    with owner_at_work():
        seal_waiting(using="owner")
    stage._acting(who)
    try:
        with transaction.atomic():
            seen = Seal.objects.exists()
    except Error:
        seen = False
    assert seen is sees


@pytest.mark.parametrize(("who", "proves"), [
    ("worker", True), ("head", True), ("auditor", True), ("worker_cousin", False), ("dispatcher_other", False),
])  # fmt: skip
def test_an_opening_is_proved_to_those_who_may_read_it(stage: Stage, matter: Matter, who: str, proves: bool) -> None:
    opened(stage, matter)
    with owner_at_work():
        seal_waiting(using="owner")
    stage._acting("auditor")
    (opening,) = openings_of("report", str(matter.id))
    stage._acting(who)
    if proves:
        assert proof_of(opening.id)["row"]["id"] == str(opening.id)  # type: ignore[index]
    else:
        with pytest.raises(NotFound):
            proof_of(opening.id)
