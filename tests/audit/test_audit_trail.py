"""The trail only grows, holds ids and no words, and is read within one's area."""

from __future__ import annotations

from collections.abc import Mapping

import cast
import pytest
from casework.stage import CASE_MOVES, PRELUDE, REPORT_MOVES, WAY_TO_CASE, WAY_TO_REPORT, Matter, Stage, user_id
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import Error
from psycopg import sql

from linli.access.api import APP_ROLES
from linli.audit.api import record, trail_of
from linli.audit.models import Record
from linli.casework.cases.api import CaseState, open_case
from linli.casework.intake.api import ReportState, ask_refusal
from linli.casework.timeline.api import Act
from linli.kernel.errors import NotFound
from linli.kernel.identifiers import synthetic_phone
from linli.kernel.ids import uuid7
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
PHONE, NAME, WORDS = synthetic_phone(815), "欧阳测试", "我家楼下的下水道又堵了"


def statement(text: str, role: str) -> int:
    """Run it as this database role; the number of rows it touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        cursor.execute(text)
        touched: int = cursor.rowcount
        cursor.execute("set local role linli_app")
    return touched


OWNER = "the owner"


@pytest.mark.parametrize("role", [*APP_ROLES, "linli_audit", "linli_gate", "authz_owner", OWNER])
@pytest.mark.parametrize("table", ["audit_record", "audit_opening"])
@pytest.mark.parametrize("text", ["update {} set area_id = 0", "delete from {}"])
def test_no_role_changes_or_deletes_a_line(stage: Stage, role: str, table: str, text: str) -> None:
    """Not the owner either: there the trigger stands in the way."""
    stage.receive()
    before = stage.one(f"select count(*) from {table}")
    as_role = str(settings.DATABASES["owner"]["USER"]) if role == OWNER else role
    if table == "audit_opening" and role == OWNER:
        stage.own(
            "insert into audit_opening (id, actor_id, post_id, secret_id, subject_kind, subject_id, area_id, field,"
            " purpose, reason) values (gen_random_uuid(), 1, 1, gen_random_uuid(), 'r', 'x', 1, 'phone', 'p', 'r')"
        )
        before += 1
    with pytest.raises(Error, match=r"permission denied|Cannot update or delete"):
        statement(text.format(table), as_role)
    assert stage.one(f"select count(*) from {table}") == before


@pytest.mark.parametrize("role", [*APP_ROLES, "linli_audit", "linli_gate", "authz_owner"])
@pytest.mark.parametrize("table", ["audit_record", "audit_opening"])
def test_no_role_but_the_owner_empties_a_table_at_once(role: str, table: str) -> None:
    with pytest.raises(Error, match="permission denied"):
        statement(f"truncate {table}", role)


@pytest.mark.parametrize("role", APP_ROLES)
def test_every_role_that_acts_may_add(role: str) -> None:
    added = statement(
        "insert into audit_record (id, at, act, subject_kind, subject_id, detail)"
        " values (gen_random_uuid(), now(), 'probe', 'probe', '1', '{}')", role,
    )  # fmt: skip
    assert added == 1


def test_a_line_says_who_in_which_post_did_what_to_which_thing_where_and_when(stage: Stage) -> None:
    me = stage._acting("worker")
    record(actor=me, act="probe", subject_kind="report", subject_id="7", area_id=me.area_id, detail={"n": 1})
    (row,) = stage.ask("select * from audit_record where act = 'probe'")
    assert (row["actor_id"], row["post_id"], row["area_id"]) == (me.user_id, me.post_id, me.area_id)
    assert (row["subject_kind"], row["subject_id"], row["detail"]) == ("report", "7", {"n": 1})
    assert row["at"].startswith("2026-03-02T02:00:00")


def test_what_is_undone_leaves_no_line_and_what_is_kept_leaves_one(stage: Stage) -> None:
    me = stage._acting("worker")
    for keep in (True, False):
        with transaction.atomic():
            record(actor=me, act=f"probe {keep}", subject_kind="x", subject_id="1", area_id=me.area_id)
            transaction.set_rollback(not keep)
    assert [row["act"] for row in stage.ask("select act from audit_record where subject_kind = 'x'")] == ["probe True"]


def test_an_act_that_is_refused_leaves_no_line_of_having_been_done(stage: Stage) -> None:
    matter = stage.receive()
    before = stage.ask("select id from audit_record order by id")
    with pytest.raises(NotFound):
        stage.do("worker_cousin", ask_refusal, report_id=matter.id, reason="不在清单")
    assert stage.ask("select id from audit_record order by id") == before


def lines(stage: Stage, matter: Matter) -> int:
    found: int = stage.one("select count(*) from audit_record where subject_id = %s", str(matter.id))
    return found


def state_for(act: Act, ways: Mapping[CaseState, object]) -> CaseState:
    """A state in which the act is possible: the first where doing it works."""
    known = {
        Act.DISPATCH: CaseState.FILED, Act.SELF_HANDLE: CaseState.FILED, Act.VOID: CaseState.FILED,
        Act.WITHDRAW: CaseState.FILED, Act.ACCEPT: CaseState.DISPATCHED, Act.RETURN_ASK: CaseState.DISPATCHED,
        Act.RETURN_GRANT: CaseState.RETURN_ASKED, Act.RETURN_DENY: CaseState.RETURN_ASKED,
        Act.RESUME: CaseState.SUSPENDED, Act.VERIFY: CaseState.FED_BACK, Act.REWORK: CaseState.FED_BACK,
        Act.RATE: CaseState.VERIFIED, Act.DISPUTE: CaseState.VERIFIED, Act.REOPEN: CaseState.CLOSED,
        Act.TRANSFER: CaseState.DISPATCHED,
    }  # fmt: skip
    assert set(known.values()) <= set(ways)
    return known.get(act, CaseState.HANDLING)


TOLD = sorted(set(CASE_MOVES) - {Act.CLOSE, Act.REMIND, Act.ESCALATE, Act.MERGE})


@pytest.mark.parametrize("act", TOLD)
def test_every_act_on_a_case_leaves_a_line(stage: Stage, act: Act) -> None:
    matter = stage.case_in(state_for(act, WAY_TO_CASE))
    for first in PRELUDE.get(act, ()):
        CASE_MOVES[first](stage, matter)
    before = lines(stage, matter)
    CASE_MOVES[act](stage, matter)
    assert lines(stage, matter) > before


@pytest.mark.parametrize(("act", "state"), [
    (Act.ROUTE, ReportState.RECEIVED), (Act.REFUSE_ASK, ReportState.RECEIVED), (Act.OPEN, ReportState.RECEIVED),
    (Act.REFUSE, ReportState.REFUSAL_ASKED), (Act.REFUSE_DENY, ReportState.REFUSAL_ASKED),
    (Act.SEND_BACK, ReportState.ROUTED), (Act.WITHDRAW, ReportState.RECEIVED), (Act.ADD, ReportState.RECEIVED),
])  # fmt: skip
def test_every_act_on_a_report_leaves_a_line(stage: Stage, act: Act, state: ReportState) -> None:
    assert state in WAY_TO_REPORT
    matter = stage.report_in(state)
    before = lines(stage, matter)
    REPORT_MOVES[act](stage, matter)
    assert lines(stage, matter) > before


def test_the_trail_of_one_thing_is_told_oldest_first_and_holds_no_other(stage: Stage) -> None:
    mine, other = stage.receive(), stage.receive()
    for matter in (mine, other):
        stage.do("worker", open_case, report_id=matter.id, item_code="C06")
    stage._acting("auditor")
    told = trail_of("report", str(mine.id)) + trail_of("case", str(mine.id))
    assert told
    assert {line.subject_id for line in told} == {str(mine.id)}
    assert [line.id for line in told] == sorted(line.id for line in told)
    assert trail_of("report", str(uuid7())) == trail_of("", "") == []


@pytest.mark.parametrize(("who", "sees"), [
    ("worker", True), ("head", True), ("dispatcher", True), ("district", True), ("auditor", True),
    ("worker_sibling", False), ("worker_cousin", False), ("head_other", False), ("dispatcher_other", False),
])  # fmt: skip
def test_the_trail_is_read_within_ones_area(stage: Stage, who: str, sees: bool) -> None:
    me = stage._acting("worker")
    record(actor=me, act="probe", subject_kind="x", subject_id="7", area_id=area_by_code(cast.HOME_AREA).id)
    stage._acting(who)
    assert bool(trail_of("x", "7")) is sees


@pytest.mark.parametrize("nobody", ["anyone", "reporter"])
def test_strangers_may_not_even_ask(stage: Stage, nobody: str) -> None:
    matter = stage.receive()
    stage._anyone() if nobody == "anyone" else stage._by_link(matter.link)
    with pytest.raises(Error, match="permission denied"), transaction.atomic():
        trail_of("report", str(matter.id))


def test_no_words_no_name_and_no_phone_get_into_the_trail(stage: Stage) -> None:
    """It survives erasure, so it may hold nothing that would have to be erased."""
    matter = stage.receive(words=WORDS, phone=PHONE, reporter_name=NAME)
    stage.do("worker", open_case, report_id=matter.id, item_code="C06")
    for act in (Act.DISPATCH, Act.ACCEPT, Act.FEED_BACK, Act.VERIFY, Act.DISPUTE):
        CASE_MOVES[act](stage, matter)
    trail = " ".join(str(row) for row in stage.ask("select * from audit_record"))
    assert str(matter.id) in trail
    for private in (WORDS, PHONE, PHONE[-4:] + "'", NAME, "还是老样子", matter.link):
        assert private not in trail, private
    assert WORDS in str(stage.report(matter))


def test_who_acted_is_the_account_and_not_its_name(stage: Stage) -> None:
    matter = stage.receive()
    stage.do("worker", open_case, report_id=matter.id, item_code="C06")
    actors = {row["actor_id"] for row in stage.ask("select actor_id from audit_record where subject_id = %s",
                                                   str(matter.id))}  # fmt: skip
    assert user_id("worker") in actors
    assert {field.name for field in Record._meta.fields} == {
        "id", "at", "actor_id", "post_id", "act", "subject_kind", "subject_id", "area_id", "detail",
    }  # fmt: skip
