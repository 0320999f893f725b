"""A key for each subject: sealing one field or thousands, who may put and get what, epochs and their room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import cast
import pytest
from cryptography.exceptions import InvalidTag
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from psycopg import sql
from sealed_people import BY_LEVEL, NUMBER, PHONE, opened

from linli.access import subjects
from linli.access.api import (
    PERMISSIONS,
    PERSON_PURPOSES,
    PURPOSES,
    REPORTER_PURPOSES,
    Disclosure,
    KeyMissing,
    Level,
    Principal,
    declare_sealed,
    disclosure_of,
    grants,
    purposes_of,
    seal_for,
    seal_many,
    sealed_field,
)
from linli.access.authz import call
from linli.access.envelope import wrap
from linli.accounts.api import Role
from linli.kernel.clock import now
from linli.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound

pytestmark = pytest.mark.django_db
Acting = Callable[[str], Principal]
VALUE = "13800138000"


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A folder of keys of this test's own, and small epochs."""
    settings.LINLI_KEYS, settings.LINLI_KEYS_PER_EPOCH = tmp_path / "keys", 8
    yield settings.LINLI_KEYS


def ask(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """As the owner, past every right."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        role = cursor.fetchone()[0]
        cursor.execute("set local role none")
        cursor.execute(statement, values or None)
        rows = cursor.fetchall() if cursor.description else []
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
    return rows


def test_a_sealed_value_is_opened_by_whoever_may_and_lies_nowhere_in_the_clear(acting: Acting) -> None:
    me, person = acting("worker"), uuid4()
    ids = seal_for(person, {PHONE: VALUE, NUMBER: "11010519491231002X"})
    assert set(ids) == {PHONE, NUMBER}
    assert opened(me, person, ids[PHONE]) == VALUE
    assert opened(me, person, ids[NUMBER], NUMBER) == "11010519491231002X"
    stored = ask("select ciphertext from authz.secret where subject_id = %s", person)
    assert len(stored) == 2
    assert not any(VALUE.encode() in bytes(data) for (data,) in stored)


def test_another_field_of_the_same_person_goes_under_the_same_key(acting: Acting) -> None:
    me, person = acting("worker"), uuid4()
    first = seal_for(person, {PHONE: VALUE})
    before = ask("select wrapped from authz.subject_key where subject_id = %s", person)
    second = seal_for(person, {NUMBER: "1", PHONE: "13900139000"})
    assert ask("select wrapped from authz.subject_key where subject_id = %s", person) == before
    assert [opened(me, person, ids[PHONE]) for ids in (first, second)] == [VALUE, "13900139000"]


def test_the_opening_names_the_person_the_field_and_the_purpose(acting: Acting) -> None:
    me, person = acting("worker"), uuid4()
    secret = seal_for(person, {PHONE: VALUE})[PHONE]
    opened(me, person, secret, purpose="give_care", reason="助餐服务对接")
    rows = ask("select subject_kind, field, purpose, actor_id from audit_opening where subject_id = %s", str(person))
    assert rows == [("tested", "phone", "give_care", cast.user_of("worker").id)]


def test_a_value_does_not_open_as_another_field_or_for_another_person(acting: Acting) -> None:
    """Whoever could write the table could not show one person's number as another's."""
    me, person, other = acting("worker"), uuid4(), uuid4()
    mine, his = seal_for(person, {PHONE: VALUE})[PHONE], seal_for(other, {PHONE: "13900139000"})[PHONE]
    with pytest.raises(InvalidTag):
        opened(me, person, mine, NUMBER)
    ask("update authz.secret set ciphertext = (select ciphertext from authz.secret where id = %s) where id = %s",
        his, mine)  # fmt: skip
    with pytest.raises(InvalidTag):
        opened(me, person, mine)


def test_thousands_are_sealed_at_once_and_each_opens(acting: Acting, settings: Any) -> None:
    settings.LINLI_KEYS_PER_EPOCH = 1000
    me = acting("worker")
    people = [(uuid4(), {PHONE: f"139{n:08d}"}) for n in range(2500)]
    ids = seal_many(people)
    for n in (0, 999, 1000, 2499):
        assert opened(me, people[n][0], ids[n][PHONE]) == f"139{n:08d}"
    counts = ask("select epoch, count(*) from authz.subject_key group by 1 order by 1")
    assert [count for _epoch, count in counts] == [1000, 1000, 500]
    assert seal_many([]) == []


def test_people_sealed_at_once_that_have_a_key_already_are_refused_whole(acting: Acting) -> None:
    acting("worker")
    known, fresh = uuid4(), uuid4()
    seal_for(known, {PHONE: VALUE})
    for people in ([(fresh, {PHONE: "1"}), (known, {PHONE: "2"})], [(fresh, {PHONE: "1"}), (fresh, {PHONE: "2"})]):
        with pytest.raises(Conflict) as caught:
            seal_many(people)
        assert caught.value.code == "key_there"
        assert ask("select 1 from authz.subject_key where subject_id = %s", fresh) == []
        assert len(ask("select 1 from authz.secret where subject_id = %s", known)) == 1


def test_no_epoch_takes_more_than_its_room_and_the_next_one_opens_by_itself(acting: Acting, keys: Path) -> None:
    acting("worker")
    for _ in range(20):
        seal_for(uuid4(), {PHONE: VALUE})
    counts = ask("select epoch, count(*) from authz.subject_key group by 1 order by 1")
    assert [count for _epoch, count in counts] == [8, 8, 4]
    assert len(list(keys.iterdir())) == 3
    assert [grant.count for grant in grants(17)] == [4, 8, 5]


def test_room_that_was_taken_and_not_used_is_lost_and_does_no_harm(acting: Acting) -> None:
    me, person = acting("worker"), uuid4()
    with pytest.raises(KeyError), transaction.atomic():
        seal_for(uuid4(), {PHONE: VALUE})
        raise KeyError
    assert opened(me, person, seal_for(person, {PHONE: VALUE})[PHONE]) == VALUE
    assert ask("select count(*) from authz.subject_key") == [(1,)]


def test_an_epoch_that_has_ended_takes_no_key_and_the_next_try_finds_another(acting: Acting) -> None:
    acting("worker")
    (grant,) = grants(1)
    ask("update authz.key_epoch set retired_at = now()")
    assert call("put_keys", [uuid4()], grant.epoch, [b"x" * 60]) == (None,)
    assert call("put_keys", [uuid4()], 4711, [b"x" * 60]) == (None,)
    seal_for(uuid4(), {PHONE: VALUE})
    (row,) = ask("select epoch from authz.subject_key")
    assert row[0] > grant.epoch


def test_somebody_who_makes_the_same_key_first_gives_it_to_both(acting: Acting, monkeypatch: Any) -> None:
    me, person = acting("worker"), uuid4()
    asked = subjects.key_of
    answers = iter([None])

    def late(subject: UUID) -> object:
        """The other one's transaction commits between our question and our answer."""
        for answer in answers:
            his.update(seal_for(person, {NUMBER: "7"}))
            return answer
        return asked(subject)

    his: dict[str, UUID] = {}
    monkeypatch.setattr(subjects, "key_of", late)
    mine = seal_for(person, {PHONE: VALUE})
    assert opened(me, person, mine[PHONE]) == VALUE
    assert opened(me, person, his[NUMBER], NUMBER) == "7"
    assert len(ask("select 1 from authz.subject_key where subject_id = %s", person)) == 1


def test_a_key_that_is_taken_again_and_again_is_told(acting: Acting, monkeypatch: Any) -> None:
    acting("worker")
    monkeypatch.setattr(subjects, "key_of", lambda _subject: None)
    person = uuid4()
    with pytest.raises(Conflict):
        seal_for(person, {PHONE: VALUE})


def test_two_that_open_an_epoch_at_once_end_with_one(acting: Acting, keys: Path) -> None:
    acting("worker")
    assert call("open_epoch", b"a" * 16, 8) == (True,)
    assert call("open_epoch", b"b" * 16, 8) == (False,)
    subjects._open_epoch("default")
    assert list(keys.iterdir()) == []
    assert len(ask("select 1 from authz.key_epoch")) == 1


def test_a_lost_key_file_is_no_riddle(acting: Acting, keys: Path) -> None:
    me, person = acting("worker"), uuid4()
    secret = seal_for(person, {PHONE: VALUE})[PHONE]
    for file in keys.iterdir():
        file.unlink()
    for act in (
        lambda: opened(me, person, secret), lambda: seal_for(person, {NUMBER: "1"}), lambda: seal_for(uuid4(), {}),
    ):  # fmt: skip
        with pytest.raises(KeyMissing, match="LINLI_KEYS"):
            act()


def test_a_key_wrapped_anew_while_a_page_is_open_is_fetched_again(acting: Acting, keys: Path) -> None:
    me, person = acting("worker"), uuid4()
    secret = seal_for(person, {PHONE: VALUE})[PHONE]
    stale = subjects.key_of(person)
    assert stale is not None
    plain = stale.unwrapped()
    ask("update authz.key_epoch set retired_at = now()")
    (grant,) = grants(1)
    ask("update authz.subject_key set epoch = %s, wrapped = %s where subject_id = %s", grant.epoch,
        wrap(plain, kek=grant.kek, subject_id=person, epoch=grant.epoch), person)  # fmt: skip
    (keys / f"{stale.fingerprint.hex()}.kek").unlink()
    assert subjects.key_itself(stale) == plain
    assert opened(me, person, secret) == VALUE


PUTS = {
    "take_slots(1)", "open_epoch('\\x00', 8)", "put_keys('{}', 1, '{}')", "put_secrets('{}', '{}', '{}')",
    "key_of(gen_random_uuid())",
}  # fmt: skip


@pytest.mark.parametrize("function", sorted(PUTS))
@pytest.mark.parametrize(
    "role", ["linli_unit", "linli_reader", "linli_link", "linli_public", "linli_intake", "linli_gate", "linli_audit"]
)
def test_only_staff_of_areas_and_wide_roles_put_and_get_keys(acting: Acting, role: str, function: str) -> None:
    acting("worker")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as c:
        c.execute("set local role none")
        c.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        c.execute(f"select authz.{function}")


def test_without_a_session_nobody_puts_or_gets_a_key(acting: Acting) -> None:
    acting("worker")
    person = uuid4()
    seal_for(person, {PHONE: VALUE})
    assert call("key_of", person)[0] is not None
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.sess', '', true)")
    assert call("key_of", person) == (None, None, None)
    for put in (lambda: call("put_keys", [uuid4()], 1, [b""]), lambda: call("put_secrets", [uuid4()], [person], [b""])):
        with pytest.raises(ProgrammingError, match="nobody is signed in"), transaction.atomic():
            put()


def test_what_is_there_is_not_written_over(acting: Acting) -> None:
    acting("worker")
    person = uuid4()
    secret = seal_for(person, {PHONE: VALUE})[PHONE]
    (epoch,) = ask("select epoch from authz.subject_key")[0]
    assert call("put_keys", [person], epoch, [b"mine"]) == (0,)
    with pytest.raises(IntegrityError), transaction.atomic():
        call("put_secrets", [secret], [person], [b"mine"])
    with pytest.raises(DatabaseError), transaction.atomic():
        call("put_secrets", [uuid4()], [uuid4()], [b"of nobody"])


class TestWhoOpens:
    """Permission, place, purpose, reason, second factor: each asked before a ticket is written."""

    @pytest.mark.parametrize("who", ["dispatcher", "district", "auditor", "responder"])
    @pytest.mark.parametrize("level", list(Level))
    def test_a_role_without_the_permission_opens_at_no_level(self, acting: Acting, who: str, level: Level) -> None:
        acting("worker")
        person = uuid4()
        secret = seal_for(person, {BY_LEVEL[level]: VALUE})[BY_LEVEL[level]]
        with pytest.raises(Forbidden):
            opened(acting(who), person, secret, BY_LEVEL[level])
        assert ask("select 1 from audit_opening where subject_id = %s", str(person)) == []

    @pytest.mark.parametrize(("level", "own", "beyond", "under_glass", "without_words"), [
        (Level.OPEN, True, True, True, True), (Level.AUDITED, True, True, True, False),
        (Level.PROTECTED, True, False, True, False), (Level.CLOSED, True, False, False, False),
    ])  # fmt: skip
    def test_the_levels(
        self, acting: Acting, level: Level, own: bool, beyond: bool, under_glass: bool, without_words: bool
    ) -> None:
        acting("worker")
        person, name = uuid4(), BY_LEVEL[level]
        secret = seal_for(person, {name: VALUE})[name]
        home = acting("worker").area_path

        def opens(me: Principal, reason: str = "约时间上门走访") -> bool:
            try:
                return opened(me, person, secret, name, reason=reason) == VALUE
            except (Forbidden, InvalidInput):
                return False

        assert opens(acting("worker")) is own
        assert opens(acting("worker_cousin")) is beyond
        assert opens(replace(acting("worker_cousin"), glass=(home,))) is under_glass
        assert opens(acting("worker"), reason="") is without_words

    @pytest.mark.parametrize("purpose", ["", "curious", "contact_reporter", "verify_on_site"])
    def test_a_purpose_of_another_field_is_refused(self, acting: Acting, purpose: str) -> None:
        me, person = acting("worker"), uuid4()
        secret = seal_for(person, {PHONE: VALUE})[PHONE]
        with pytest.raises(InvalidInput) as caught:
            opened(me, person, secret, purpose=purpose)
        assert caught.value.code == "purpose_unknown"

    @pytest.mark.parametrize(("minutes", "age", "opens"), [
        (0, None, True), (0, 1000, True), (10, None, False), (10, 9, True), (10, 11, False), (10, 1000, False),
    ])  # fmt: skip
    def test_a_fresh_second_factor_is_asked_for_where_the_installation_says_so(
        self, acting: Acting, settings: Any, minutes: int, age: int | None, opens: bool
    ) -> None:
        settings.LINLI_STEP_UP_MINUTES = minutes
        me, person = acting("worker"), uuid4()
        secret = seal_for(person, {PHONE: VALUE})[PHONE]
        with_factor = replace(me, mfa_at=None if age is None else now() - timedelta(minutes=age))
        if opens:
            assert opened(with_factor, person, secret) == VALUE
            return
        with pytest.raises(Forbidden) as caught:
            opened(with_factor, person, secret)
        assert caught.value.code == "step_up_needed"
        assert ask("select 1 from audit_opening where subject_id = %s", str(person)) == []


class TestTheListOfFields:
    def test_every_purpose_says_when_the_person_is_told(self) -> None:
        assert set(PURPOSES.values()) == set(Disclosure)
        assert {*REPORTER_PURPOSES, *PERSON_PURPOSES} == set(PURPOSES)
        assert disclosure_of("home_visit") is Disclosure.NOW
        assert disclosure_of("handle_matter") is Disclosure.AFTER_CASE
        assert disclosure_of("protect_person") is Disclosure.SEALED_UNTIL_REVIEW
        with pytest.raises(KeyError):
            disclosure_of("curious")

    def test_the_phone_of_a_reporter_is_declared_as_it_always_was(self) -> None:
        phone = sealed_field("report.phone")
        assert (phone.permission, phone.level) == ("reporter.open", Level.PROTECTED)
        assert purposes_of("report.phone") == REPORTER_PURPOSES

    def test_people_are_opened_by_who_works_with_them(self) -> None:
        assert PERMISSIONS["person.open"] == {Role.WORKER, Role.STATION_HEAD}

    @pytest.mark.parametrize(("name", "changed"), [
        ("tested.new", {"permission": "person.see"}), ("tested.new", {"purposes": ()}),
        ("tested.new", {"purposes": ("curious",)}), ("tested", {}), ("tested.new.one", {}), ("tested." + "x" * 24, {}),
        (PHONE, {"level": Level.OPEN}), (PHONE, {"permission": "reporter.open"}),
        (PHONE, {"purposes": ("home_visit",)}),
    ])  # fmt: skip
    def test_a_field_that_cannot_be_or_is_otherwise_is_refused(self, name: str, changed: dict[str, Any]) -> None:
        given: dict[str, Any] = {"permission": "person.open", "purposes": PERSON_PURPOSES, **changed}
        with pytest.raises(ValueError, match="declared"):
            declare_sealed(name, **given)

    def test_what_is_not_declared_is_neither_sealed_nor_opened(self, acting: Acting) -> None:
        me, person = acting("worker"), uuid4()
        for act in (
            lambda: seal_for(person, {"tested.unknown": "1"}), lambda: seal_many([(person, {"tested.unknown": "1"})]),
            lambda: opened(me, person, uuid4(), "tested.unknown"), lambda: purposes_of("phone"),
        ):  # fmt: skip
            with pytest.raises(NotFound) as caught:
                act()
            assert caught.value.code == "field_unknown"
        assert ask("select 1 from authz.subject_key") == []
