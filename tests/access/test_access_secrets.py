"""What an injected statement must not find: password hashes, session keys, tokens, secrets of second factors."""

from __future__ import annotations

import cast
import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import connection, connections, transaction
from django.db.models import Count
from django.db.utils import ProgrammingError
from django.test import Client
from psycopg import sql

from linli.access.api import APP_ROLES, password_fits, seal_text, unseal_text
from linli.accounts.api import Post, User
from linli.project.sessions import SessionStore

pytestmark = pytest.mark.django_db
OPEN = {
    "id", "username", "name", "email", "language", "is_staff", "is_active", "is_superuser", "date_joined",
    "last_login", "password_stamp",
}  # fmt: skip


def run(statement: str, role: str = "linli_app", *given: str) -> list[tuple[object, ...]]:
    """A statement as one of the application's roles; what it breaks is undone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        cursor.execute(statement, given or None)
        rows = cursor.fetchall() if cursor.description else []
        cursor.execute("set local role linli_app")
    return rows


def as_owner(statement: str) -> list[tuple[object, ...]]:
    return run(statement, str(settings.DATABASES["owner"]["USER"]))


@pytest.mark.parametrize("role", APP_ROLES)
@pytest.mark.parametrize("columns", ["password", "*", "u", "name || password", "count(password)"])
def test_no_role_of_the_application_reads_a_password_hash(role: str, columns: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied for table accounts_user"):
        run(f"select {columns} from accounts_user u", role)


@pytest.mark.parametrize("role", APP_ROLES)
def test_every_role_reads_the_rest_of_a_person(role: str) -> None:
    assert run("select name from accounts_user where username = 'worker'", role) == [("worker",)]


def test_a_new_column_of_a_person_is_decided_about() -> None:
    """The grants name columns; one that nobody decided about would be missing on every page."""
    assert {field.column for field in User._meta.concrete_fields} == OPEN | {"password"}
    seen = run(
        "select column_name from information_schema.column_privileges where grantee = 'linli_app'"
        " and table_name = 'accounts_user' and privilege_type = 'SELECT'",
        str(settings.DATABASES["owner"]["USER"]),
    )
    assert {name for (name,) in seen} == OPEN


@pytest.mark.parametrize("change", [
    "password = 'md5$$x'", "password_stamp = ''", "is_superuser = true", "is_active = true", "is_staff = true",
    "username = 'root'", "name = 'root'",
])  # fmt: skip
def test_an_injected_statement_gives_nobody_a_password_or_a_rank(change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied for table accounts_user"):
        run(f"update accounts_user set {change} where username = 'worker'")


def test_what_signing_in_must_note_may_be_noted() -> None:
    run("update accounts_user set last_login = now(), language = 'en', email = 'a@example.org' where username = 'head'")
    assert run("select language, email from accounts_user where username = 'head'") == [("en", "a@example.org")]


@pytest.mark.parametrize(
    "statement", ["insert into accounts_user (username) values ('x')", "delete from accounts_user"]
)
def test_accounts_are_made_and_taken_away_by_the_owner_alone(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(statement)


@pytest.mark.parametrize("role", APP_ROLES)
@pytest.mark.parametrize("call", ["password_of(1)", "set_password(1, 'x', 'x')"])
def test_the_functions_of_the_gate_are_closed_to_the_application(role: str, call: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied for function"):
        run(f"select authz.{call}", role)


def test_the_gate_gets_one_hash_at_a_time_and_never_the_table() -> None:
    user = User.objects.get(username="worker")
    with connections["gate"].cursor() as gate:
        gate.execute("select authz.password_of(%s)", [user.id])
        (encoded,) = gate.fetchone()
        assert check_password(cast.PASSWORD, encoded)
        gate.execute("select authz.password_of(-1)")
        assert gate.fetchone() == (None,)
        for forbidden in ("password", "name", "*"):
            with pytest.raises(ProgrammingError, match="permission denied for table"):
                gate.execute(f"select {forbidden} from accounts_user")


@pytest.mark.parametrize(("given", "fits"), [
    (cast.PASSWORD, True), (cast.PASSWORD + " ", False), (cast.PASSWORD.upper(), False), ("", False),
    ("' or true --", False), ("\x00", False), ("长" * 500, False),
])  # fmt: skip
def test_only_the_very_password_fits(given: str, fits: bool) -> None:
    assert password_fits(User.objects.get(username="worker"), given) is fits


def test_no_password_fits_an_account_that_has_none() -> None:
    linli = User.objects.get(username="linli")
    assert not linli.has_usable_password()
    assert not any(password_fits(linli, guess) for guess in ("", "!", cast.PASSWORD, "linli"))


def test_an_account_that_is_not_stored_fits_nothing() -> None:
    assert not password_fits(User(id=-1, username="ghost"), cast.PASSWORD)


def test_loading_a_person_by_any_way_asks_for_no_hash() -> None:
    by_post = Post.objects.get(user__username="worker").user
    for found in (User.objects.get(username="worker"), by_post, User._base_manager.get(username="worker")):
        assert found.get_deferred_fields() == {"password"}
        assert found.name == "worker"


def test_asking_a_person_for_his_hash_gives_nothing_that_fits() -> None:
    user = User.objects.get(username="worker")
    joined = Post.objects.select_related("user", "area").get(user__username="worker").user
    counted = User.objects.defer(None).annotate(n=Count("posts")).get(username="worker")
    assert (user.password, joined.password, counted.password, counted.n) == ("", "", "", 1)
    assert not any(one.check_password(given) for one in (user, joined) for given in ("", cast.PASSWORD))


def test_saving_a_person_leaves_the_hash_alone() -> None:
    user = User.objects.get(username="worker")
    before = as_owner("select password from accounts_user where username = 'worker'")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(str(settings.DATABASES["owner"]["USER"]))))
        user.name = "另一个名字"
        user.save()
    assert as_owner("select password from accounts_user where username = 'worker'") == before


def sign_in(username: str = "worker") -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"login": username, "password": cast.PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def stored() -> str:
    return " ".join(str(row) for row in as_owner("select session_key, session_data from django_session"))


def test_the_table_of_sessions_names_neither_key_nor_token_nor_person() -> None:
    client = sign_in()
    assert client.get("/work/me/").status_code == 200
    key, session = client.cookies[settings.SESSION_COOKIE_NAME].value, client.session
    assert session["linli.token"] and session["_auth_user_id"]
    held = stored()
    assert len(held) > 200
    for secret in (key, session["linli.token"], session["_auth_user_hash"], "linli.token", "_auth_user"):
        assert secret not in held


def test_the_hash_of_a_key_opens_no_session() -> None:
    """Whoever read the table puts what he found into his cookie."""
    sign_in()
    ((place,),) = as_owner("select session_key from django_session order by expire_date desc limit 1")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = str(place)
    answer = thief.get("/work/me/")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_the_contents_of_one_session_open_nothing_under_another_key() -> None:
    """Whoever may write the table copies the row of a chief into his own."""
    chief, thief = sign_in("dispatcher"), sign_in("worker")
    keys = [browser.cookies[settings.SESSION_COOKIE_NAME].value for browser in (chief, thief)]
    places = [SessionStore(key).create_model_instance({}).session_key for key in keys]
    run(
        "update django_session set session_data = (select session_data from django_session where session_key = %s)"
        " where session_key = %s", "linli_app", *map(str, places),
    )  # fmt: skip
    assert thief.get("/work/me/").headers["Location"].startswith("/accounts/login/")
    assert chief.get("/work/me/").status_code == 200


@pytest.mark.parametrize("damage", ["''", "'x'", "'不是'", "left(session_data, 20)", "session_data || 'AAAA'"])
def test_a_damaged_session_is_nobody_and_no_fault(damage: str) -> None:
    client = sign_in()
    run(f"update django_session set session_data = {damage}")
    assert client.get("/work/me/").headers["Location"].startswith("/accounts/login/")


def test_a_session_keeps_what_was_put_into_it() -> None:
    store = SessionStore()
    store["words"], store["n"] = "邻里", 7
    store.create()
    again = SessionStore(store.session_key)
    assert (again["words"], again["n"]) == ("邻里", 7)
    again["n"] = 8
    again.save()
    assert SessionStore(store.session_key)["n"] == 8
    assert SessionStore().exists(str(store.session_key))


def test_a_session_that_was_given_a_new_key_is_gone_under_the_old_one() -> None:
    store = SessionStore()
    store["n"] = 7
    store.create()
    old = str(store.session_key)
    store.cycle_key()
    assert store.session_key != old
    assert (SessionStore(old).get("n"), SessionStore(store.session_key).get("n")) == (None, 7)
    assert not SessionStore().exists(old)


def test_deleting_ends_a_session_by_its_key_or_this_one() -> None:
    one, two = SessionStore(), SessionStore()
    for store in (one, two):
        store.create()
    SessionStore().delete(one.session_key)
    two.delete()
    SessionStore().delete()
    assert not any(SessionStore().exists(str(key)) for key in (one.session_key, two.session_key) if key)


def test_an_expired_session_is_empty_and_takes_no_key_from_the_browser() -> None:
    store = SessionStore()
    store["n"] = 7
    store.create()
    run("update django_session set expire_date = now() - interval '1 second'")
    late = SessionStore(store.session_key)
    assert late.get("n") is None
    assert late.session_key is None


def test_a_made_up_key_is_never_taken_over() -> None:
    """Session fixation: the key that a stranger planted in a browser is replaced at sign-in."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted-key-of-a-stranger-0001"
    client.post("/accounts/login/", {"login": "worker", "password": cast.PASSWORD})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "planted-key-of-a-stranger-0001"
    assert client.get("/work/me/").status_code == 200


def test_a_text_is_sealed_differently_each_time_and_opens_again() -> None:
    sealed = {seal_text("JBSWY3DPEHPK3PXP") for _ in range(5)}
    assert len(sealed) == 5
    assert not any("JBSWY3DP" in one for one in sealed)
    assert {unseal_text(one) for one in sealed} == {"JBSWY3DPEHPK3PXP"}
