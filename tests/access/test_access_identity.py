"""Identities: sessions, links, nobody and Linli itself, and what each transaction is put under."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import cast
import pytest
from casework.fixtures import fresh_caches, stage
from casework.stage import TODAY, Stage
from django.db import connection, transaction
from django.db.utils import InternalError, ProgrammingError

from linli.access.api import (
    Principal,
    as_system,
    close_session,
    close_sessions_of,
    enter,
    enter_link,
    enter_public,
    open_session,
    under_identity,
)
from linli.accounts.api import Post, Role
from linli.casework.intake.api import reports
from linli.kernel.errors import Forbidden

pytestmark = pytest.mark.django_db
__all__ = ["fresh_caches", "stage"]


def role_now() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        return str(cursor.fetchone()[0])


def token(who: str, *, ttl: timedelta = timedelta(hours=1), mfa_at: datetime | None = None) -> str:
    post = Post.objects.filter(user__username=who).order_by("id")[0]
    return open_session(user_id=post.user_id, post_id=post.id, kind="web", ttl=ttl, mfa_at=mfa_at)


@pytest.mark.parametrize(("who", "role"), [
    ("worker", "linli_app"), ("head", "linli_app"), ("dispatcher", "linli_app"), ("responder", "linli_unit"),
    ("building_head", "linli_head"),
    ("district", "linli_wide"), ("auditor", "linli_reader"),
])  # fmt: skip
def test_each_kind_of_person_works_under_a_database_role_of_its_own(who: str, role: str) -> None:
    enter(token(who))
    assert role_now() == role


def test_nobody_and_links_have_roles_of_their_own(stage: Stage) -> None:
    matter = stage.receive()
    enter_public()
    assert role_now() == "linli_public"
    enter_link(matter.link)
    assert role_now() == "linli_link"


@pytest.mark.parametrize("wrong", ["", "nothing", "' or true --", "\\x00", "长" * 300])
def test_a_token_that_nobody_was_given_is_refused_and_leaves_nobody_behind(wrong: str, stage: Stage) -> None:
    stage.receive()
    me = stage._acting("worker")
    assert reports(me).count() == 1
    with pytest.raises(Forbidden) as caught:
        enter(wrong)
    assert caught.value.code == "session_over"
    assert role_now() == "linli_public"
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        reports(me).count()


@pytest.mark.parametrize(("ttl", "good"), [(timedelta(hours=1), True), (timedelta(hours=-1), False)])
def test_a_session_ends_when_its_time_is_over(ttl: timedelta, good: bool) -> None:
    given = token("worker", ttl=ttl)
    if good:
        assert enter(given).name == "worker"
        return
    with pytest.raises(Forbidden):
        enter(given)


def test_a_closed_session_is_over_and_the_others_of_the_person_go_on() -> None:
    first, second = token("worker_cousin"), token("worker_cousin")
    close_session(first)
    with pytest.raises(Forbidden):
        enter(first)
    assert enter(second).name == "worker cousin"
    close_session("never opened")


def test_all_sessions_of_a_person_end_at_once_and_nobody_elses_do() -> None:
    mine, other = [token("worker_village") for _ in range(3)], token("worker_sibling")
    close_sessions_of(cast.user_of("worker_village").id)
    for one in mine:
        with pytest.raises(Forbidden):
            enter(one)
    assert enter(other).name == "worker sibling"


def test_the_second_factor_is_remembered_with_the_session() -> None:
    at = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    assert enter(token("worker", mfa_at=at)).mfa_at == at
    assert enter(token("worker")).mfa_at is None


@pytest.mark.parametrize("change", [
    f"update accounts_post set ends_on = {TODAY} - 1 where user_id = %s",
    f"update accounts_post set starts_on = {TODAY} + 1, ends_on = null where user_id = %s",
    "update accounts_user set is_active = false where id = %s",
])  # fmt: skip
def test_who_left_is_refused_at_the_next_request(stage: Stage, change: str) -> None:
    given = token("worker")
    assert enter(given).name == "worker"
    stage.own(change, cast.user_of("worker").id)
    with pytest.raises(Forbidden) as caught:
        enter(given)
    assert caught.value.code == "session_over"


def test_a_session_is_tied_to_the_post_it_was_opened_for(stage: Stage) -> None:
    """A post given to somebody else does not take his predecessor's session along."""
    given = token("worker")
    stage.own(
        "update accounts_post set user_id = %s where user_id = %s", cast.user_of("head").id, cast.user_of("worker").id
    )
    with pytest.raises(Forbidden):
        enter(given)


def test_a_moved_post_is_seen_from_the_next_request_on(stage: Stage) -> None:
    given = token("worker")
    before = enter(given)
    stage.own(
        "update accounts_post set area_id = (select id from territory_area where code = %s) where user_id = %s",
        cast.COUSIN_AREA, before.user_id,
    )  # fmt: skip
    after = enter(given)
    assert after.area_path != before.area_path
    assert after.area_path.endswith(".005")


def test_a_page_that_reads_cannot_write(stage: Stage) -> None:
    given = token("worker")
    for come_in in (lambda: enter(given, read_only=True), lambda: enter_public(read_only=True)):
        with pytest.raises(InternalError, match="read-only"), transaction.atomic():
            come_in()
            with connection.cursor() as cursor:
                cursor.execute("insert into audit_record (id, at, act, subject_kind, subject_id, detail)"
                               " values (gen_random_uuid(), now(), 'x', 'x', 'x', '{}')")  # fmt: skip


def test_a_link_opens_its_own_report_and_no_other(stage: Stage) -> None:
    mine, other = stage.receive(), stage.receive(words="另一件事")
    assert enter_link(mine.link).report_id == mine.id
    with connection.cursor() as cursor:
        cursor.execute("select id from casework_report")
        assert [row[0] for row in cursor.fetchall()] == [mine.id]
    assert enter_link(other.link).report_id == other.id


@pytest.mark.parametrize("damage", [
    lambda link: "", lambda link: link[:-1], lambda link: link + "A", lambda link: link.swapcase(),
    lambda link: f" {link}", lambda link: "A" * len(link),
])  # fmt: skip
def test_a_link_that_is_not_exactly_right_opens_nothing(stage: Stage, damage: Callable[[str], str]) -> None:
    matter = stage.receive()
    assert damage(matter.link) != matter.link
    with pytest.raises(Forbidden) as caught:
        enter_link(damage(matter.link))
    assert caught.value.code == "link_unknown"
    assert role_now() == "linli_public"


def test_coming_in_by_link_forgets_who_was_signed_in(stage: Stage) -> None:
    matter, other = stage.receive(), stage.receive()
    stage._acting("worker")
    enter_link(matter.link)
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('app.sess', true), count(*) from casework_report where id = %s",
                       [other.id])  # fmt: skip
        assert cursor.fetchone() == ("", 0)


def test_linli_itself_acts_in_the_one_post_of_its_role_and_puts_back_who_was_there(stage: Stage) -> None:
    me = stage._acting("worker")
    assert role_now() == "linli_app"
    with as_system() as system:
        assert (system.role, role_now()) == (Role.SYSTEM, "linli_wide")
        assert system.user_id != me.user_id
    assert role_now() == "linli_app"


def test_who_was_there_is_put_back_after_a_failure_too(acting: Callable[[str], Principal]) -> None:
    acting("responder")
    with pytest.raises(KeyError), under_identity():
        enter(token("worker"))
        raise KeyError
    assert role_now() == "linli_unit"


def test_a_token_is_stored_as_a_hash_alone(stage: Stage) -> None:
    given = token("worker")
    kept = stage.ask("select encode(tok_hash, 'escape') as h, label, kind from authz.db_session")
    assert kept
    assert not any(given in str(row) for row in kept)
    hashed = stage.one("select count(*) from authz.db_session where tok_hash = sha256(convert_to(%s, 'UTF8'))", given)
    assert hashed == 1
