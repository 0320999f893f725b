"""Frames, preferences, languages and error pages over HTTP."""

from __future__ import annotations

import json
from http import HTTPStatus

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from linli.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, WrongState
from linli.project.messages import compile_all
from linli.web.ui import context, errors
from linli.web.ui.middleware import LanguageMiddleware


@pytest.fixture(autouse=True)
def _demo(settings: LazySettings) -> None:
    compile_all()
    settings.LINLI_DEMO = True
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def rf() -> RequestFactory:
    return RequestFactory()


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_error_page_says_what_was_kept_what_to_do_and_a_number(
    rf: RequestFactory, status: int, language: str
) -> None:
    with translation.override(language):
        response = errors.page(rf.get("/somewhere"), status)
    text = response.content.decode()
    assert response.status_code == status
    assert "12345" in text
    assert all(word in text for word in (("Kept", "To do") if language == "en" else ("已保留", "怎么办")))
    number = text.split('l-error__number">')[1].split("<")[0]
    assert len(number) == 9 and number[4] == "-"
    assert response.headers["Cache-Control"] == "no-store"
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in text


def test_support_can_find_the_number_in_the_log(rf: RequestFactory, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="linli.web.ui.errors"):
        text = errors.page(rf.get("/somewhere"), 500, cause=RuntimeError("pipe")).content.decode()
    number = text.split('l-error__number">')[1].split("<")[0]
    assert number in caplog.text and "pipe" in caplog.text


def test_an_error_page_works_without_any_request() -> None:
    assert errors.unavailable(None).headers["Retry-After"] == "20"


@pytest.mark.parametrize(
    ("kind", "status"), [(InvalidInput, 422), (Forbidden, 403), (NotFound, 404), (Conflict, 409), (WrongState, 409)]
)
def test_an_error_of_a_rule_becomes_a_page_with_its_words(rf: RequestFactory, kind: type, status: int) -> None:
    error = kind("The lane is <blocked>", code="x", kept="Your photo")
    text = errors.linli_error(rf.get("/x"), error)
    assert text.status_code == status
    assert "The lane is &lt;blocked&gt;" in text.content.decode() and "Your photo" in text.content.decode()


def test_htmx_gets_the_notice_alone(rf: RequestFactory) -> None:
    response = errors.page(rf.get("/x", headers={"HX-Request": "true"}), 409, message="changed")
    assert response.headers["HX-Retarget"] == "#messages"
    assert "<html" not in response.content.decode() and "changed" in response.content.decode()


def language_of(rf: RequestFactory, url: str, **cookies: str) -> tuple[str, HttpResponse]:
    seen = {}

    def view(request: object) -> HttpResponse:
        seen["language"] = translation.get_language()
        return HttpResponse()

    request = rf.get(url, headers={"Accept-Language": "en-US"})
    request.COOKIES.update(cookies)
    response = LanguageMiddleware(view)(request)
    assert isinstance(response, HttpResponse)
    return seen["language"], response


def test_language_is_the_parameter_then_the_cookie_then_chinese(rf: RequestFactory) -> None:
    assert language_of(rf, "/")[0] == "zh-hans"
    assert language_of(rf, "/", django_language="en")[0] == "en"
    language, response = language_of(rf, "/?lang=EN", django_language="zh-hans")
    assert language == "en" and response.cookies["django_language"].value == "en"
    assert language_of(rf, "/?lang=xx")[0] == "zh-hans"
    assert "Cookie" in response.headers["Vary"]


def test_switching_the_language_keeps_the_address(rf: RequestFactory) -> None:
    request = rf.get("/desk/?q=%E8%BD%A6&lang=en&page=2")
    assert context.address(request) == "/desk/?q=%E8%BD%A6&page=2"
    with translation.override("zh-hans"):
        assert context.shell(request).other_language == "/desk/?q=%E8%BD%A6&page=2&lang=en"


def test_preferences_are_kept_and_lead_back(client: Client) -> None:
    response = client.post("/ui/preferences", {"elder": "1", "next": "/ui/gallery/phone"})
    assert response.status_code == HTTPStatus.FOUND and response.headers["Location"] == "/ui/gallery/phone"
    assert " data-elder" in client.get("/ui/gallery/phone").content.decode()
    assert client.post("/ui/preferences", {"next": "https://evil.example/"}).headers["Location"] == "/"
    client.post("/ui/preferences", {"theme": "purple"})
    assert "linli_theme" not in client.cookies


def test_the_manifest_speaks_the_readers_language(client: Client) -> None:
    body = json.loads(client.get("/manifest.webmanifest").content)
    assert body["short_name"] == "邻里" and {icon["sizes"] for icon in body["icons"]} == {"192x192", "512x512"}
    assert json.loads(client.get("/manifest.webmanifest?lang=en").content)["short_name"] == "Linli"


@pytest.mark.parametrize("frame", ["desk", "phone", "plain"])
def test_the_gallery_shows_in_each_frame_with_the_ribbon(client: Client, frame: str) -> None:
    text = client.get(f"/ui/gallery/{frame}").content.decode()
    assert "演示环境 · 数据为虚构" in text
    assert "app.css" in text if frame == "desk" else "resident.css" in text and "app.css" not in text


def test_without_demo_there_is_no_gallery_and_no_ribbon(client: Client, settings: LazySettings) -> None:
    settings.LINLI_DEMO = False
    response = client.get("/ui/gallery/phone")
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert "演示环境" not in response.content.decode()
