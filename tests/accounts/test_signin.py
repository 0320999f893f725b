"""Signing in, acting in a post, and being out again: over HTTP, as a browser does it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta

import cast
import pytest
from casework.stage import TODAY, Stage
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from linli.access.api import change_password, password_fits
from linli.accounts.api import Post, Role, User, create_user, end_post, grant_post, holders
from linli.calendar.api import today
from linli.project.messages import compile_all
from linli.project.sessions import SessionStore
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
LOGIN, ME = "/accounts/login/", "/work/me/"
REFUSED = {
    "zh-hans": "您提供的用户名或密码不正确。",
    "en": "The username and/or password you specified are not correct.",
}
WAIT = {"zh-hans": "登录失败次数过多，请稍后重试。", "en": "Too many failed login attempts. Try again later."}
AGAIN = {"zh-hans": "请重新登录。", "en": "Please sign in again."}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    compile_all()
    cache.clear()
    yield
    cache.clear()


def browser(language: str = "zh-hans") -> Client:
    client = Client()
    client.cookies["django_language"] = language
    return client


def attempt(client: Client, who: str = "worker", password: str = cast.PASSWORD, then: str = ME) -> str:
    """What the page says, or where it leads."""
    answer = client.post(f"{LOGIN}?next={then}", {"login": who, "password": password})
    return answer.headers.get("Location", "") or answer.content.decode()


def is_out(client: Client) -> bool:
    return client.get(ME).headers.get("Location", "").startswith(LOGIN)


def test_the_right_password_leads_where_one_wanted_to_go() -> None:
    client = browser()
    assert is_out(client)
    assert attempt(client) == ME
    assert "worker" in client.get(ME).content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("who", "password"), [
    ("worker", "wrong"), ("nobody-of-this-name", cast.PASSWORD), ("worker", cast.PASSWORD.upper()), ("linli", "!"),
])  # fmt: skip
def test_a_wrong_password_and_an_unknown_name_get_the_same_words(language: str, who: str, password: str) -> None:
    """Nobody learns which names exist."""
    client = browser(language)
    assert REFUSED[language] in attempt(client, who, password)
    assert is_out(client)


@pytest.mark.parametrize(("who", "password"), [("", cast.PASSWORD), ("worker", ""), ("", "")])
def test_an_empty_field_signs_nobody_in(who: str, password: str) -> None:
    client = browser()
    assert "l-field__error" in attempt(client, who, password)
    assert is_out(client)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_after_five_wrong_passwords_the_right_one_has_to_wait_and_others_do_not(language: str) -> None:
    client = browser(language)
    for n in range(5):
        assert REFUSED[language] in attempt(client, password=f"guess {n}")
    assert WAIT[language] in attempt(client)
    assert is_out(client)
    assert attempt(browser(), "head") == ME


def test_guessing_at_many_names_from_one_address_is_stopped_too() -> None:
    client = browser()
    said = [attempt(client, f"name{n}", "guess") for n in range(12)]
    assert REFUSED["zh-hans"] in said[0]
    assert WAIT["zh-hans"] in said[-1]


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(evil: str) -> None:
    assert attempt(browser(), then=evil) == settings.LOGIN_REDIRECT_URL


def test_nobody_signs_himself_up() -> None:
    answer = browser().post(
        "/accounts/signup/", {"username": "me", "password1": cast.PASSWORD, "password2": cast.PASSWORD}
    )
    assert "注册关闭" in answer.content.decode()
    assert not User.objects.filter(username="me").exists()


def test_signing_out_ends_both_sessions_at_once() -> None:
    client = browser()
    attempt(client)
    client.get(ME)
    key, token = client.cookies[settings.SESSION_COOKIE_NAME].value, client.session["linli.token"]
    client.post("/accounts/logout/")
    copied = browser()
    copied.cookies[settings.SESSION_COOKIE_NAME] = key
    assert is_out(copied)
    with connections["gate"].cursor() as gate:
        gate.execute("select 1")
    answer = browser().get("/api/v1/cases", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code in (401, 403)


def test_a_get_does_not_sign_out() -> None:
    client = browser()
    attempt(client)
    client.get("/accounts/logout/")
    assert not is_out(client)


def test_a_session_of_the_browser_that_ran_out_leads_to_sign_in_and_back(stage: Stage) -> None:
    client = browser()
    attempt(client)
    stage.own("update django_session set expire_date = now() - interval '1 second'")
    answer = client.get("/work/notices/?page=2")
    assert answer.headers["Location"] == f"{LOGIN}?next=%2Fwork%2Fnotices%2F%3Fpage%3D2"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_session_of_the_database_that_ran_out_is_said_and_opened_anew(stage: Stage, language: str) -> None:
    client = browser(language)
    attempt(client)
    client.get(ME)
    stage.own(
        "update authz.db_session set expires_at = now() - interval '1 second'"
        " where tok_hash = sha256(convert_to(%s, 'UTF8'))", client.session["linli.token"],
    )  # fmt: skip
    answer = client.get(ME)
    assert answer.status_code == 403
    assert AGAIN[language] in answer.content.decode()
    assert client.get(ME).status_code == 200


def test_the_session_ends_with_the_browser_and_after_twelve_hours() -> None:
    client = browser()
    attempt(client)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    left = client.session.get_expiry_age()
    assert left == 12 * 3600


@pytest.mark.parametrize("who", ["worker", "responder"])
def test_who_leaves_is_out_at_the_next_page(stage: Stage, who: str) -> None:
    client = browser()
    attempt(client, who)
    assert client.get(ME).status_code == 200
    stage.own(f"update accounts_post set ends_on = {TODAY} - 1 where user_id = %s", cast.user_of(who).id)
    assert [client.get(ME).status_code for _ in range(2)] == [403, 403]


def test_an_account_that_was_closed_is_out_at_the_next_page_and_not_let_in_again(stage: Stage) -> None:
    client = browser()
    attempt(client)
    stage.own("update accounts_user set is_active = false where username = 'worker'")
    assert is_out(client)
    assert "/accounts/inactive/" in attempt(browser())


def test_without_a_post_there_is_nothing_to_see(as_owner: None, stage: Stage) -> None:
    stage.own("delete from accounts_post where user_id = %s", cast.user_of("worker_village").id)
    client = browser()
    attempt(client, "worker_village")
    answer = client.get(ME)
    assert answer.status_code == 403
    assert "您今天没有岗位" in answer.content.decode() or "没有" in answer.content.decode()


class TestTwoPosts:
    """People may hold several roles; each session uses one (DOMAIN §4.1)."""

    @pytest.fixture
    def second(self, stage: Stage) -> int:
        """The worker also stands in for the head of the other station."""
        stage.own(
            "insert into accounts_post (user_id, role, area_id, deputy, starts_on)"
            " select %s, 'station_head', id, true, '2024-01-01' from territory_area where code = %s",
            cast.user_of("worker").id, cast.OTHER_STATION,
        )  # fmt: skip
        found: int = stage.one("select max(id) from accounts_post")
        return found

    def acts_in(self, client: Client) -> str:
        page = client.get(ME).content.decode()
        held = [part for part in page.split('<label class="l-choice">') if " checked" in part]
        return held[0].split("</label>")[0] if held else page

    def test_one_begins_in_the_older_post_and_changes_to_the_other(self, second: int) -> None:
        client = browser()
        attempt(client)
        assert f'value="{second}"' not in self.acts_in(client)
        client.post("/work/post/", {"post": second})
        assert f'value="{second}"' in self.acts_in(client)

    def test_the_post_decides_what_one_sees(self, stage: Stage, second: int) -> None:
        matter = stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
        connection.cursor().execute("set local role linli_app")
        client = browser()
        attempt(client)
        assert client.get(f"/desk/{matter.number}").status_code == 404
        client.post("/work/post/", {"post": second})
        assert client.get(f"/desk/{matter.number}").status_code == 200

    def test_a_post_of_somebody_else_is_refused_and_nothing_changes(self, second: int) -> None:
        client = browser()
        attempt(client)
        before = self.acts_in(client)
        for other in (Post.objects.get(user__username="dispatcher").id, 0, -1):
            assert client.post("/work/post/", {"post": other}).status_code == 403
        assert client.post("/work/post/", {"post": "x"}).status_code == 403
        assert self.acts_in(client) == before

    def test_a_post_that_has_ended_can_be_chosen_no_more(self, stage: Stage, second: int) -> None:
        stage.own("update accounts_post set ends_on = '2024-02-01' where id = %s", second)
        client = browser()
        attempt(client)
        assert client.post("/work/post/", {"post": second}).status_code == 403

    def test_the_choice_holds_for_this_browser_alone(self, second: int) -> None:
        mine, other = browser(), browser()
        for client in (mine, other):
            attempt(client)
        mine.post("/work/post/", {"post": second})
        assert f'value="{second}"' in self.acts_in(mine)
        assert f'value="{second}"' not in self.acts_in(other)


def test_a_hand_over_leaves_no_day_without_a_holder_and_none_with_two(as_owner: None) -> None:
    station, day = area_by_code(cast.STATION), date(2026, 3, 31)
    head = Post.objects.get(user__username="head")
    new = create_user(actor=None, username="new", name="新站长", password=None)
    end_post(actor=None, post=head, on=day)
    grant_post(actor=None, user=new, role=Role.STATION_HEAD, area=station, starts_on=day + timedelta(1))
    held = {n: [p.user.username for p in holders(Role.STATION_HEAD, station.id, day + timedelta(n))] for n in (0, 1, 2)}
    assert held == {0: ["head"], 1: ["new"], 2: ["new"]}


class TestPasswords:
    """A password is changed through the gate, which commits by itself: the old one is put back afterwards."""

    NEW = "another-long-password-9"

    @pytest.fixture
    def user(self) -> Iterator[User]:
        user = cast.user_of("responder_housing")
        with connections["gate"].cursor() as gate:
            gate.execute("select authz.password_of(%s)", [user.id])
            (encoded,) = gate.fetchone()
            yield user
            gate.execute("select authz.set_password(%s, %s, %s)", [user.id, encoded, user.password_stamp])

    def by_hand(self, user: User) -> Client:
        """Signed in without the note of the last sign-in, whose lock the gate would wait for."""
        store, client = SessionStore(), browser()
        store["_auth_user_id"], store["_auth_user_hash"] = str(user.id), user.get_session_auth_hash()
        store["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
        store["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        store["account_authentication_methods_user"] = str(user.id)
        store.create()
        client.cookies[settings.SESSION_COOKIE_NAME] = str(store.session_key)
        return client

    def change(self, client: Client, old: str, new: str, again: str | None = None) -> str:
        answer = client.post(
            "/accounts/password/change/", {"oldpassword": old, "password1": new, "password2": again or new}
        )
        return answer.headers.get("Location", "") or answer.content.decode()

    def test_the_new_one_fits_the_old_one_does_not_and_other_browsers_are_out(self, user: User) -> None:
        mine, other = self.by_hand(user), self.by_hand(user)
        assert not is_out(mine) and not is_out(other)
        assert self.change(mine, cast.PASSWORD, self.NEW).startswith("/")
        assert (password_fits(user, self.NEW), password_fits(user, cast.PASSWORD)) == (True, False)
        assert is_out(other)
        assert not is_out(mine)

    @pytest.mark.parametrize(("old", "new", "again", "said"), [
        ("wrong-old-password", NEW, NEW, "请输入您的当前密码。"),
        (cast.PASSWORD, NEW, NEW + "x", "每次输入的密码必须相同。"),
        (cast.PASSWORD, "short-one", "short-one", "10"), (cast.PASSWORD, "password123", "password123", "密码太常见"),
        (cast.PASSWORD, "8462917350264", "8462917350264", "密码只包含数字"),
    ])  # fmt: skip
    def test_a_bad_one_is_refused_with_the_reason_and_the_old_one_stays(
        self, user: User, old: str, new: str, again: str, said: str
    ) -> None:
        page = self.change(self.by_hand(user), old, new, again)
        assert said in page
        assert password_fits(user, cast.PASSWORD)
        assert cast.user_of(user.username).password_stamp == user.password_stamp

    def test_a_link_for_a_new_password_works_once(self, user: User, stage: Stage) -> None:
        mail.outbox.clear()
        stage.own("insert into account_emailaddress (user_id, email, verified, \"primary\")"
                  " values (%s, 'a@example.org', true, true)", user.id)  # fmt: skip
        browser().post("/accounts/password/reset/", {"email": "a@example.org"})
        (letter,) = mail.outbox
        link = next(word for word in str(letter.body).split() if "/password/reset/key/" in word)
        path = "/accounts/" + link.split("/accounts/", 1)[1]
        client = browser()
        form = client.get(path).headers["Location"]
        client.post(form, {"password1": self.NEW, "password2": self.NEW})
        assert password_fits(user, self.NEW)
        assert "l-plain" in browser().get(path).content.decode()
        assert "不正确的 token" in browser().get(path).content.decode()

    def test_asking_for_an_unknown_address_tells_nothing(self) -> None:
        known, unknown = (
            browser().post("/accounts/password/reset/", {"email": at}) for at in ("b@example.org", "c@example.org")
        )
        assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])

    def test_a_new_hash_by_the_same_password_throws_nobody_out(self, user: User) -> None:
        other = self.by_hand(user)
        with connections["gate"].cursor() as gate:
            gate.execute("select authz.set_password(%s, authz.password_of(%s), null)", [user.id, user.id])
        assert not is_out(other)
        change_password(user, cast.PASSWORD)
        assert is_out(other)


def test_today_is_a_day_of_shanghai(stage: Stage) -> None:
    assert today() == date(2026, 3, 2)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_password_is_changed_only_by_who_knows_the_old_one(language: str) -> None:
    client = browser(language)
    client.post(LOGIN, {"login": "worker", "password": cast.PASSWORD})
    page = client.get("/accounts/password/change/")
    assert page.status_code == 200
    assert 'name="oldpassword"' in page.content.decode()
    assert client.get("/accounts/password/set/").headers["Location"] == "/accounts/password/change/"


def test_a_hash_without_a_stamp_is_not_stored(as_owner: None) -> None:
    """Who has no stamp counts as without a password and would be asked for a new one without the old."""
    stored = User.objects.filter(username="worker")
    with pytest.raises(IntegrityError, match="user_password_has_stamp"), transaction.atomic():
        stored.update(password_stamp="")
    assert stored.update(password_stamp="", password="!none") == 1
