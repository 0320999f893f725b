"""Sealed fields: no value without purpose, reason, right and a committed ticket; one ticket opens once."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import cast
import pytest
from casework.fixtures import fresh_caches, stage
from casework.stage import Matter, Stage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from linli.access import sealed
from linli.access.api import REPORTER_PURPOSES, blind_index, open_sealed, seal, seal_text, unseal_text
from linli.audit.api import openings_of, ticket
from linli.kernel.errors import Forbidden, InvalidInput, NotFound
from linli.kernel.identifiers import synthetic_phone
from linli.kernel.ids import uuid7
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
__all__ = ["fresh_caches", "stage"]
PHONE = synthetic_phone(4711)


@pytest.fixture
def matter(stage: Stage) -> Iterator[Matter]:
    """A report whose reporter left a phone number."""
    yield stage.receive(phone=PHONE)


def secret_of(stage: Stage, matter: Matter) -> UUID:
    return UUID(stage.report(matter)["phone_secret_id"])


def opening(stage: Stage, matter: Matter, who: str = "worker", **changed: object) -> str:
    """Open the phone of the matter as one of the cast."""
    area = area_by_code(cast.HOME_AREA)
    asked: dict[str, object] = {
        "secret_id": secret_of(stage, matter), "subject_kind": "report", "subject_id": str(matter.id),
        "area_id": area.id, "area_path": area.path, "field": "phone", "purpose": "contact_reporter",
        "reason": "约时间上门", **changed,
    }  # fmt: skip
    found: str = stage.do(who, open_sealed, **asked)
    return found


def test_a_worker_of_the_place_reads_the_number_that_was_left(stage: Stage, matter: Matter) -> None:
    assert opening(stage, matter) == PHONE


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher"])
@pytest.mark.parametrize("purpose", REPORTER_PURPOSES)
def test_every_look_is_on_record_with_who_why_and_what_for(
    stage: Stage, matter: Matter, who: str, purpose: str
) -> None:
    opening(stage, matter, who, purpose=purpose)
    (row,) = stage.ask("select * from audit_opening where subject_id = %s", str(matter.id))
    assert (row["actor_id"], row["purpose"], row["reason"], row["field"]) == (
        cast.user_of(who).id, purpose, "约时间上门", "phone",
    )  # fmt: skip
    assert PHONE not in str(row)
    acts = stage.ask("select act, actor_id from audit_record where subject_id = %s and act = 'sealed.open'",
                     str(matter.id))  # fmt: skip
    assert [act["actor_id"] for act in acts] == [cast.user_of(who).id]


@pytest.mark.parametrize("who", ["responder", "district", "auditor", "worker_sibling", "worker_cousin", "head_other"])
def test_others_are_refused_before_a_ticket_is_written(stage: Stage, matter: Matter, who: str) -> None:
    with pytest.raises(Forbidden):
        opening(stage, matter, who)
    assert stage.ask("select 1 from audit_opening where subject_id = %s", str(matter.id)) == []


@pytest.mark.parametrize(("changed", "code"), [
    ({"purpose": ""}, "purpose_unknown"), ({"purpose": "curious"}, "purpose_unknown"),
    ({"purpose": "CONTACT_REPORTER"}, "purpose_unknown"),
    ({"purpose": "home_visit"}, "purpose_unknown"), ({"reason": ""}, "reason_missing"),
    ({"reason": "   好   "}, "reason_missing"), ({"reason": "约时间"}, "reason_missing"),
])  # fmt: skip
def test_a_purpose_from_the_list_and_a_few_words_are_asked_for(
    stage: Stage, matter: Matter, changed: dict[str, str], code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        opening(stage, matter, **changed)
    assert caught.value.code == code
    assert stage.ask("select 1 from audit_opening where subject_id = %s", str(matter.id)) == []


def test_a_long_reason_is_kept_as_far_as_there_is_room(stage: Stage, matter: Matter) -> None:
    opening(stage, matter, reason=f"  {'因' * 300}  ")
    assert stage.one("select reason from audit_opening where subject_id = %s", str(matter.id)) == "因" * 200


def test_what_does_not_exist_cannot_be_opened_but_the_try_is_on_record(stage: Stage, matter: Matter) -> None:
    with pytest.raises(NotFound) as caught:
        opening(stage, matter, secret_id=uuid4())
    assert caught.value.code == "secret_unknown"
    assert len(stage.ask("select 1 from audit_opening where subject_id = %s", str(matter.id))) == 1


def test_the_look_stays_on_record_when_the_page_fails_afterwards(stage: Stage, matter: Matter) -> None:
    with pytest.raises(KeyError), transaction.atomic():
        assert opening(stage, matter) == PHONE
        raise KeyError
    assert len(stage.ask("select 1 from audit_opening where subject_id = %s", str(matter.id))) == 1


def reveal(opening_id: UUID) -> bytes | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select sealed from authz.reveal(%s)", [opening_id])
        found = cursor.fetchone()[0]
    return None if found is None else bytes(found)


def a_ticket(stage: Stage, matter: Matter, who: str) -> UUID:
    return ticket(
        actor=stage._acting(who), secret_id=secret_of(stage, matter), subject_kind="report",
        subject_id=str(matter.id), area_id=area_by_code(cast.HOME_AREA).id, field="phone",
        purpose="contact_reporter", reason="约时间上门",
    )  # fmt: skip


def test_a_ticket_opens_once(stage: Stage, matter: Matter) -> None:
    mine = a_ticket(stage, matter, "worker")
    assert reveal(mine) is not None
    with pytest.raises(IntegrityError):
        reveal(mine)


def test_a_ticket_of_somebody_else_opens_nothing(stage: Stage, matter: Matter) -> None:
    his = a_ticket(stage, matter, "head")
    stage._acting("worker")
    assert reveal(his) is None
    stage._acting("head")
    assert reveal(his) is not None


@pytest.mark.parametrize("who", ["nobody", "reporter"])
def test_without_an_account_there_is_no_way_to_ask(stage: Stage, matter: Matter, who: str) -> None:
    his = a_ticket(stage, matter, "worker")
    stage._anyone() if who == "nobody" else stage._by_link(matter.link)
    with pytest.raises(ProgrammingError, match="permission denied for function"):
        reveal(his)


def test_an_invented_ticket_opens_nothing(stage: Stage, matter: Matter) -> None:
    stage._acting("worker")
    assert reveal(uuid7()) is None
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as c:
        c.execute("insert into audit_opening select * from audit_opening limit 0")


def test_a_person_sees_who_looked_within_his_area_and_nobody_else_does(stage: Stage, matter: Matter) -> None:
    opening(stage, matter)
    for who, count in (("head", 1), ("auditor", 1), ("district", 1), ("worker_cousin", 0), ("dispatcher_other", 0)):
        stage._acting(who)
        assert len(openings_of("report", str(matter.id))) == count, who


def test_the_number_lies_nowhere_in_the_database(stage: Stage, matter: Matter) -> None:
    tables = [row["t"] for row in stage.ask(
        "select format('%I.%I', table_schema, table_name) as t from information_schema.tables"
        " where table_schema in ('public', 'authz') and table_type = 'BASE TABLE'".replace("%", "%%")
    )]  # fmt: skip
    assert len(tables) > 30
    for table in tables:
        found = stage.one(f"select count(*) from {table} x where x::text like %s", f"%{PHONE}%")
        assert found == 0, table
    assert stage.report(matter)["phone_mask"].endswith(PHONE[-4:])


@given(value=st.text(max_size=40))
@bounded(max_examples=50, deadline=None)
def test_what_was_sealed_opens_only_for_its_own_id(value: str) -> None:
    mine, other = uuid4(), uuid4()
    stored = seal(value, secret_id=mine)
    key = AESGCM(sealed._key("seal"))
    assert key.decrypt(stored[:12], stored[12:], mine.bytes).decode() == value
    with pytest.raises(InvalidTag):
        key.decrypt(stored[:12], stored[12:], other.bytes)
    assert seal(value, secret_id=mine) != stored


@given(value=st.text(max_size=40))
@bounded(max_examples=50, deadline=None)
def test_a_text_comes_back_and_a_damaged_one_does_not(value: str) -> None:
    assert unseal_text(seal_text(value)) == value
    stored = seal_text(value)
    with pytest.raises(InvalidTag):
        unseal_text(("B" if stored[20] != "B" else "C").join((stored[:20], stored[21:])))


def test_equal_values_are_found_within_a_column_and_never_across_columns() -> None:
    assert blind_index(PHONE, column="phone") == blind_index(PHONE, column="phone")
    assert blind_index(PHONE, column="phone") != blind_index(PHONE, column="id")
    assert blind_index(PHONE, column="phone") != blind_index(synthetic_phone(4712), column="phone")
