"""Problem documents: one shape, a stable code, a sentence in the reader's language, and the headers it needs."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import cast
import pytest
from django.db import InterfaceError, OperationalError
from doors.ways import case_in, filed, problem

from linli.doors.rest import reference

Call = Callable[[str], Any]


@dataclass
class Scene:
    """Who can ask, and one case that was just filed."""

    anyone: Any
    caller: Call
    number: str
    report: dict[str, object]

    def report_with(self, **change: object) -> Any:
        body = {name: value for name, value in (self.report | change).items() if value is not None}
        return self.anyone.post("/reports", body)

    def photo(self, data: bytes) -> Any:
        file = io.BytesIO(data)
        file.name = "现场.jpg"
        return self.anyone.client.post("/api/v1/photos", {"file": file}, headers=self.anyone.headers())


@pytest.fixture(scope="module")
def number(real_database: str) -> str:
    from doors.conftest import Caller, token_of

    return str(filed(Caller(), lambda username: Caller(token=token_of(username)))["number"])


@pytest.fixture
def scene(anyone: Any, caller: Call, number: str, said: dict[str, object]) -> Scene:
    return Scene(anyone, caller, number, said)


def again(scene: Scene) -> Any:
    key = str(uuid4())
    scene.anyone.post("/reports", scene.report, key=key)
    return scene.anyone.post("/reports", scene.report | {"words": "另一件"}, key=key)


Ask = Callable[[Scene], Any]
ROWS: list[tuple[str, int, Ask, str, str]] = [
    ("token_missing", 401, lambda s: s.anyone.get("/me"), "请提供令牌。", "Send a token."),
    ("token_malformed", 401, lambda s: s.anyone.client.get("/api/v1/me", headers={"authorization": "x"}),
     "令牌无法识别。", "This is not a token of ours."),
    ("session_over", 401, lambda s: s.anyone.client.get("/api/v1/me", headers={"authorization": "Bearer " + "a" * 43}),
     "登录已过期，请重新登录。", "Please sign in again."),
    ("link_unknown", 401,
     lambda s: s.anyone.client.get(f"/api/v1/reports/{uuid4()}", headers={"x-report-link": "a" * 24}),
     "没有这条链接，请核对后再打开。", "This link is not known."),
    ("not_permitted", 403, lambda s: s.caller("worker").act(s.number, "void", words="x"),
     "您的角色没有这项权限。", "Your role may not do that."),
    ("case_unknown", 404, lambda s: s.caller("worker_sibling").get(f"/cases/{s.number}"),
     "没有这件事项。", "There is no such matter."),
    ("report_unknown", 404, lambda s: s.caller("worker").get(f"/reports/{uuid4()}"),
     "没有这条上报。", "There is no such report."),
    ("no_such_path", 404, lambda s: s.anyone.get("/nothing"),
     "接口没有这个地址，请查阅 openapi.json。", "The interface has no such path; see openapi.json."),
    ("method_not_allowed", 405, lambda s: s.anyone.client.delete("/api/v1/reports"),
     "此地址只接受 POST 请求。", "This path answers POST only."),
    ("case_wrong_state", 409, lambda s: s.caller("worker").post(f"/cases/{s.number}/acts/accept"),
     "这件事项已进入下一步，现在不能这样操作。", "This matter has moved on; that step is not possible now."),
    ("body_too_large", 413, lambda s: s.report_with(words="x" * 140_000),
     "请求内容最多 131072 字节。", "The body may have 131072 bytes at most."),
    ("media_type", 415, lambda s: s.anyone.post("/reports", b"<a/>", content_type="application/xml"),
     "请以 application/json 格式提交。", "Send the body as application/json."),
    ("unreadable", 400, lambda s: s.anyone.post("/reports", b"{"),
     "请求内容不是有效的 JSON。", "The body could not be read as JSON."),
    ("invalid", 422, lambda s: s.report_with(words=1),
     "有些内容缺失或不符合要求。", "Some values are missing or not acceptable."),
    ("report_empty", 422, lambda s: s.report_with(words=" ", item_code=None),
     "请说明情况，或者拍一张照片。", "Say what is wrong, or send a photo."),
    ("item_unknown", 422, lambda s: s.report_with(item_code="Z99"), "清单中没有该事项。", "The list has no such item."),
    ("area_unknown", 422, lambda s: s.report_with(area_code="999999"),
     "没有这个代码的区域。", "There is no area with this code."),
    ("area_not_leaf", 422, lambda s: s.report_with(area_code=cast.TOWN),
     "请选到居委或村委，不要选更大的区域。", "Choose the committee or village, not a larger area."),
    ("report_without_place", 422, lambda s: s.report_with(area_code=None),
     "请说明在哪里：选一个地点，或在平面图上点一下。", "Say where it is: choose a place or a point on the plan."),
    ("half_a_point", 422, lambda s: s.report_with(area_code=None, lng=121.5),
     "位置需要同时提供纬度和经度。", "A point needs both latitude and longitude."),
    ("point_outside", 422, lambda s: s.report_with(area_code=None, lat=0.0, lng=0.0),
     "这个位置不在本区范围内。", "This point lies outside the district."),
    ("bad_mobile", 422, lambda s: s.report_with(phone="1"),
     "手机号应为 11 位，以 1 开头。", "A mobile number has 11 digits and begins with 1."),
    ("photo_not_found", 404, lambda s: s.report_with(photos=[str(uuid4())]),
     "这件上报的一张照片已不在了。", "A photo of this report is not there any more."),
    ("idempotency_key_reused", 422, again, "这个幂等键已用于另一条上报。", "This key was used for a different report."),
    ("photo_unknown_format", 415, lambda s: s.photo(b"no picture"),
     "“现场.jpg”不是可识别的照片，请上传 JPEG、PNG、WebP、HEIC 或 GIF 格式的照片。",
     "“现场.jpg” is not a photo we can read. Please send JPEG, PNG, WebP, HEIC or GIF."),
    ("cursor_unknown", 422, lambda s: s.caller("worker").get("/cases", cursor="x"),
     "翻页标记与此列表不符。", "This cursor does not belong to this list."),
    ("reason_missing", 422, lambda s: s.caller("head").act(s.number, "void", words=""),
     "请写明理由。", "A reason is needed."),
]  # fmt: skip
TITLES = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    409: "Conflict", 413: "Request Entity Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Entity",
}  # fmt: skip


def speaking(scene: Scene, language: str) -> Scene:
    """The same scene, in which every program says that its reader speaks this language."""
    for who in (scene.anyone, *(scene.caller(name) for name in ("worker", "worker_sibling", "head"))):
        who.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    def called(username: str) -> Any:
        who = scene.caller(username)
        who.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        return who

    return Scene(scene.anyone, called, scene.number, scene.report)


@pytest.mark.parametrize(("code", "status", "ask", "chinese", "english"), ROWS, ids=[row[0] for row in ROWS])
def test_each_problem_says_what_happened_in_the_readers_language(
    scene: Scene, code: str, status: int, ask: Ask, chinese: str, english: str
) -> None:
    for language, sentence, content_language in (
        ("zh-CN,zh;q=0.9", chinese, "zh-hans"),
        ("en-GB,en;q=0.8", english, "en"),
        ("fr", chinese, "zh-hans"),  # neither: the language of the installation
    ):
        answer = ask(speaking(scene, language))
        told = problem(answer, status, code)
        # Where no gate stands the page's own choice of language holds.
        said = (chinese, "zh-hans") if code == "no_such_path" else (sentence, content_language)
        assert (told["detail"], answer["Content-Language"]) == said
        assert told["title"] == TITLES[status]
        assert answer["Cache-Control"] == "no-store"
        assert answer.has_header("WWW-Authenticate") is (status == 401)
        assert answer.has_header("Allow") is (status == 405)
        assert (told["errors"] != []) is (code == "invalid")
        assert (told["kept"] is not None) is code.startswith("photo_unknown")


def test_without_a_word_about_language_it_is_chinese(scene: Scene) -> None:
    assert scene.anyone.get("/me").json()["detail"] == "请提供令牌。"


def test_codes_are_told_apart() -> None:
    assert len({row[0] for row in ROWS}) == len(ROWS)
    assert len({row[3] for row in ROWS}) == len({row[4] for row in ROWS}) == len(ROWS)


def test_a_refused_value_is_named_and_not_repeated(anyone: Any, said: dict[str, object]) -> None:
    told = problem(
        anyone.post("/reports", said | {"phone": "1" * 40, "lat": "31.1", "misspelt": "geheim"}), 422, "invalid"
    )
    assert [one["where"][-1] for one in told["errors"]] == ["lat", "phone", "misspelt"]
    assert all(one["message"] for one in told["errors"])
    assert "1" * 40 not in str(told)
    assert "geheim" not in str(told)


def test_several_faults_of_one_query_are_all_named(caller: Call) -> None:
    told = problem(caller("worker").get("/cases", limit=0, state="x", unit="a", updated_since="x"), 422, "invalid")
    named = {one["where"][-1] for one in told["errors"]} | {one["where"][-2] for one in told["errors"]}
    assert {"limit", "unit", "updated_since"} <= named
    assert len(told["errors"]) >= 4


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_503_with_a_time_to_come_back(
    anyone: Any, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    def gone(**_given: object) -> None:
        raise kind("password=secret host=10.0.0.1")

    monkeypatch.setattr(reference, "list_specs", gone)
    for language, sentence in (("zh-CN", "请稍后再试。"), ("en", "Please try again in a moment.")):
        answer = anyone.client.get("/api/v1/items", headers={"accept-language": language})
        told = problem(answer, 503, "database_unavailable")
        assert (told["detail"], answer["Retry-After"]) == (sentence, "5")
        assert "secret" not in answer.content.decode()


def test_a_fault_of_ours_is_not_dressed_up_as_the_senders(anyone: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_given: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(reference, "list_specs", broken)
    answer = anyone.get("/items")
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()


def test_wrong_states_of_every_kind_are_conflicts(anyone: Any, caller: Call) -> None:
    got = case_in(anyone, caller, "verified")
    for who, name, body in (
        ("worker", "dispatch", {}), ("head", "feed_back", {"result": "solved", "words": "x"}),
        ("worker", "suspend", {"words": "x"}), ("worker", "resume", {}), ("head", "void", {"words": "x"}),
    ):  # fmt: skip
        problem(caller(who).act(got["number"], name, **body), 409, "case_wrong_state")
