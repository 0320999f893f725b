"""What every answer carries, what error pages say over HTTP, and who may listen to changes."""

from __future__ import annotations

import re
from collections.abc import Callable

import cast
import pytest
from casework.fixtures import fresh_caches, stage
from casework.stage import TODAY, Stage
from django.conf import settings
from django.core.cache import cache
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.utils import translation

from linli.project.live import scopes_of
from linli.project.messages import compile_all
from linli.territory.api import area_by_code
from linli.web.ui import errors, times
from linli.web.ui.live import Subscriber

pytestmark = pytest.mark.django_db
__all__ = ["fresh_caches", "stage"]
ClientAs = Callable[[str], Client]
PUBLIC = ("/", "/report/", "/accounts/login/", "/accounts/password/reset/", "/manifest.webmanifest", "/no-such-page")
STAFF = ("/work/me/", "/work/today/", "/work/notices/", "/desk/", "/desk/inbox", "/accounts/2fa/", "/accounts/email/")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    compile_all()
    cache.clear()


def guarded(answer: HttpResponseBase) -> None:
    """The headers that every answer must carry."""
    policy = {part.split()[0]: part.split()[1:] for part in answer.headers["Content-Security-Policy"].split("; ")}
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == policy["form-action"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PUBLIC)
def test_public_faces_carry_the_security_headers(path: str) -> None:
    guarded(Client().get(path))


@pytest.mark.parametrize("path", STAFF)
def test_staff_faces_carry_them_too(client_as: ClientAs, path: str) -> None:
    answer = client_as("worker").get(path)
    assert answer.status_code in (200, 301, 302, 404)
    guarded(answer)


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/work/me/", "/desk/", "/accounts/2fa/", "/no-such-page"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_brings_a_script_or_style_that_the_policy_would_drop(
    client_as: ClientAs, path: str, language: str
) -> None:
    client = client_as("worker")
    page = client.get(f"{path}?lang={language}", follow=True).content.decode()
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in page
    assert not re.search(r"<script(?![^>]*(\bsrc=|application/json))", page)
    assert not re.search(r"\son[a-z]+=[\"']|\sstyle=|<style|javascript:", page)
    for source in re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page):
        assert source.startswith(("/", "data:")) and not source.startswith("//"), source


MISSING = {"zh-hans": "没有这个页面", "en": "There is no such page"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_that_is_not_there_is_said_in_the_readers_language(language: str) -> None:
    answer = Client().get(f"/no-such-page?lang={language}")
    assert answer.status_code == 404
    assert MISSING[language] in answer.content.decode()
    assert MISSING["en" if language != "en" else "zh-hans"] not in answer.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_form_without_its_token_is_refused_with_what_to_do(language: str) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(f"/ui/preferences?lang={language}", {"elder": "1"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert ("open for too long" in page) is (language == "en")
    assert "linli_elder" not in client.cookies


def test_another_method_is_refused_and_changes_nothing() -> None:
    client = Client()
    assert client.get("/ui/preferences?elder=1").status_code == 405
    assert client.put("/ui/preferences").status_code == 405
    assert "linli_elder" not in client.cookies


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 503])
def test_no_error_page_shows_what_went_wrong_inside(language: str, status: int) -> None:
    secret = "relation casework_report does not exist at /srv/linli/models.py line 7"
    try:
        raise RuntimeError(secret)
    except RuntimeError as error:
        with translation.override(language):
            page = errors.page(RequestFactory().get("/x"), status, cause=error)
    text = page.content.decode()
    assert page.status_code == status
    for inside in ("casework_report", "models.py", "RuntimeError", "Traceback"):
        assert inside not in text
    words = re.sub(r"<[^>]+>", " ", text.split("<main")[1].split("</main>", maxsplit=1)[0])
    assert bool(re.search(r"[\u4e00-\u9fff]", words)) is (language != "en")


def test_a_fault_of_ours_is_a_page_with_a_number_and_no_stack(
    client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("worker")
    client.raise_request_exception = False

    def broken(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError("the secret of the house")

    monkeypatch.setattr("linli.web.worker.me.posts_of", broken)
    answer = client.get("/work/me/")
    assert answer.status_code == 500
    assert re.search(r'l-error__number">[2-9A-Z]{4}-[2-9A-Z]{4}<', answer.content.decode())
    assert "secret of the house" not in answer.content.decode()
    assert "ZeroDivisionError" not in answer.content.decode()


def test_the_chosen_language_stays_until_another_is_chosen(client_as: ClientAs) -> None:
    client = client_as("worker")
    assert 'lang="zh-Hans"' in client.get("/work/me/").content.decode()
    client.get("/work/me/?lang=en")
    for path in ("/work/me/", "/accounts/2fa/", "/"):
        assert 'lang="en"' in client.get(path).content.decode(), path
    client.post("/ui/preferences", {"language": "zh-hans", "next": "/"})
    assert 'lang="zh-Hans"' in client.get("/work/me/").content.decode()
    client.get("/work/me/?lang=kl")
    assert 'lang="zh-Hans"' in client.get("/work/me/").content.decode()


@pytest.mark.parametrize("path", ["/", "/work/me/", "/accounts/login/", "/no-such-page"])
def test_large_text_holds_on_every_face_until_it_is_switched_off(client_as: ClientAs, path: str) -> None:
    client = client_as("worker")
    assert " data-elder" not in client.get(path, follow=True).content.decode()
    client.post("/ui/preferences", {"elder": "1"})
    assert " data-elder" in client.get(path, follow=True).content.decode()
    client.post("/ui/preferences", {"elder": "0"})
    assert " data-elder" not in client.get(path, follow=True).content.decode()


@pytest.mark.parametrize("value", ["2", "yes", "", "1; drop", "<b>"])
def test_a_strange_preference_is_not_kept(value: str) -> None:
    client = Client()
    client.post("/ui/preferences", {"elder": value, "theme": value, "contrast": value, "language": value})
    assert not {"linli_elder", "linli_theme", "linli_contrast", settings.LANGUAGE_COOKIE_NAME} & set(client.cookies)


class TestWhoListens:
    def cookies(self, client: Client) -> dict[str, str]:
        client.get("/work/me/")
        return {name: morsel.value for name, morsel in client.cookies.items()}

    @pytest.mark.parametrize("who", ["worker", "head", "dispatcher"])
    def test_one_hears_of_ones_own_area(self, client_as: ClientAs, who: str) -> None:
        scopes = scopes_of(self.cookies(client_as(who)))
        assert scopes == [area_by_code(cast.CAST[who].area).path]

    @pytest.mark.parametrize("who", ["district", "auditor"])
    def test_wide_roles_hear_of_all(self, client_as: ClientAs, who: str) -> None:
        assert scopes_of(self.cookies(client_as(who))) == [""]

    def test_a_building_head_hears_of_no_matter(self, client_as: ClientAs) -> None:
        assert scopes_of(self.cookies(client_as("building_head"))) == []

    @pytest.mark.parametrize("cookies", [{}, {"sessionid": "x"}, {"sessionid": ""}, {"other": "1"}])
    def test_strangers_hear_nothing(self, cookies: dict[str, str]) -> None:
        assert scopes_of(cookies) is None

    def test_nobody_hears_on_after_signing_out(self, client_as: ClientAs) -> None:
        client = client_as("worker_cousin")
        kept = self.cookies(client)
        assert scopes_of(kept) is not None
        client.post("/accounts/logout/")
        assert scopes_of(kept) is None

    def test_nobody_hears_on_when_his_post_has_ended(self, client_as: ClientAs, stage: Stage) -> None:
        kept = self.cookies(client_as("worker"))
        stage.own(f"update accounts_post set ends_on = {TODAY} - 1 where user_id = %s", cast.user_of("worker").id)
        assert scopes_of(kept) is None

    @pytest.mark.parametrize(("scope", "area", "hears"), [
        ("310115.132", "310115.132.S01.001", True), ("310115.132", "310115.132", True), ("", "310115", True),
        ("310115.132.S01", "310115.132.S02.001", False), ("310115.132", "310115", False), ("", "", False),
    ])  # fmt: skip
    def test_a_change_reaches_those_whose_area_it_lies_in(self, scope: str, area: str, hears: bool) -> None:
        assert Subscriber((scope,)).sees(area) is hears
        assert not Subscriber(()).sees(area)


@pytest.mark.parametrize(("seconds", "chinese", "english"), [
    (0, "不到 1 分", "under 1 min"), (59.9, "不到 1 分", "under 1 min"), (60, "1 分", "1 min"),
    (3599, "59 分", "59 min"), (3600, "1 小时", "1 h"), (3660, "1 小时 1 分", "1 h 1 min"),
    (86399, "23 小时 59 分", "23 h 59 min"), (86400, "1 天", "1 d"), (90000, "1 天 1 小时", "1 d 1 h"),
    (-7200, "2 小时", "2 h"), (86400 * 400, "400 天", "400 d"), (86460, "1 天", "1 d"),
])  # fmt: skip
def test_a_length_of_time_over_its_borders(seconds: float, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert times.duration(seconds).replace("钟", "") == chinese
    with translation.override("en"):
        assert times.duration(seconds) == english
