"""The front door over HTTP: receipts, retries, refusals, photos, and what a link opens."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import cast
import orjson
import pytest
from django.db import connections
from PIL import Image

from linli.casework.intake.models import Report

Call = Callable[[str], Any]
Said = dict[str, object]


def stored() -> int:
    return Report.objects.using("owner").count()


def test_a_report_without_account_gets_number_link_and_promise(anyone: Any, said: Said) -> None:
    answer = anyone.post("/reports", said)
    got = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/reports/{got['id']}"
    assert answer["Cache-Control"] == "no-store"
    assert len(got["link"]) == 24
    assert got["received_at"].endswith("Z")
    assert got["promise"] == {"step": "triage", "amount": "0.50", "unit": "e", "due_at": got["promise"]["due_at"]}
    report = Report.objects.using("owner").get(id=got["id"])
    assert (report.channel, report.number, report.area.code) == ("resident", got["number"], cast.HOME_AREA)
    assert report.due_at is not None
    assert got["promise"]["due_at"] == report.due_at.isoformat().replace("+00:00", "Z")


def test_with_a_token_the_person_has_reported_it(caller: Call, said: Said) -> None:
    got = caller("worker").post("/reports", said | {"channel": "desk"}).json()
    assert Report.objects.using("owner").get(id=got["id"]).channel == "desk"
    story = caller("worker").get(f"/reports/{got['id']}").json()["story"]
    assert [(one["act"], one["by"]) for one in story] == [("receive", "worker")]


def test_the_same_key_and_body_get_the_same_bytes_and_store_nothing(anyone: Any, said: Said) -> None:
    key = str(uuid4())
    first = anyone.post("/reports", said, key=key)
    before = stored()
    again = [anyone.post("/reports", said, key=key) for _ in range(5)]
    assert {one.content for one in again} == {first.content}
    assert {one.status_code for one in again} == {201}
    assert stored() == before


def test_the_clients_own_id_does_the_same(anyone: Any, said: Said) -> None:
    given = said | {"id": str(uuid4())}
    first, second = anyone.post("/reports", given), anyone.post("/reports", given)
    assert second.content == first.content


def test_whoever_knows_the_id_of_a_report_does_not_get_its_link(anyone: Any, said: Said) -> None:
    first = anyone.post("/reports", said | {"id": str(uuid4())}).json()
    guess = anyone.post("/reports", said | {"id": first["id"]}).json()
    assert guess["link"] != first["link"]
    assert guess["id"] != first["id"]


def test_the_same_key_with_another_body_is_refused_and_stores_nothing(anyone: Any, said: Said) -> None:
    key = str(uuid4())
    anyone.post("/reports", said, key=key)
    before = stored()
    other = anyone.post("/reports", said | {"words": "另一件事"}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert other["Content-Type"] == "application/problem+json"
    assert stored() == before


def test_one_persons_key_is_nobody_elses(caller: Call, anyone: Any, said: Said) -> None:
    key = str(uuid4())
    ids = {who.post("/reports", said, key=key).json()["id"] for who in (anyone, caller("worker"), caller("head"))}
    assert len(ids) == 3


def test_fifty_simultaneous_retries_are_one_report(anyone: Any, said: Said) -> None:
    key, answers, together = str(uuid4()), [], threading.Barrier(50)
    before = stored()

    def send() -> None:
        together.wait()
        answer = type(anyone)().post("/reports", said, key=key)
        answers.append((answer.status_code, answer.content))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 50
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert stored() == before + 1


def test_without_a_key_two_sendings_are_two_reports(anyone: Any, said: Said) -> None:
    """The control of the tests above: it is the key that holds them together."""
    assert anyone.post("/reports", said).json()["id"] != anyone.post("/reports", said).json()["id"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"words": " ", "item_code": None}, "report_empty"),
        ({"item_code": "Z99"}, "item_unknown"),
        ({"item_code": "x" * 11}, "invalid"),
        ({"area_code": "999999"}, "area_unknown"),
        ({"area_code": cast.TOWN}, "area_not_leaf"),
        ({"area_code": None}, "report_without_place"),
        ({"area_code": None, "lat": 31.1}, "half_a_point"),
        ({"area_code": None, "lat": 48.85, "lng": 2.35}, "point_outside"),
        ({"lat": 91.0, "lng": 2.0}, "invalid"),
        ({"phone": "12"}, "bad_mobile"),
        ({"words": "x" * 4001}, "invalid"),
        ({"place_id": 2**63}, "invalid"),
        ({"place_id": -1}, "invalid"),
        ({"id": "not-a-uuid"}, "invalid"),
        ({"photos": [str(uuid4()) for _ in range(7)]}, "invalid"),
        ({"misspelt": 1}, "invalid"),
        ({"language": "zh\x00"}, "invalid"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name_and_stores_nothing(
    anyone: Any, said: Said, change: Said, code: str
) -> None:
    before = stored()
    body = {name: value for name, value in (said | change).items() if value is not None}
    answer = anyone.post("/reports", body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert set(problem) == {"type", "title", "status", "detail", "code", "kept", "errors"}
    assert stored() == before


@pytest.mark.parametrize("unknown", [{"place_id": 10**12}, {"photos": [str(uuid4())]}])
def test_a_place_or_photo_that_is_not_there(anyone: Any, said: Said, unknown: Said) -> None:
    before = stored()
    answer = anyone.post("/reports", said | unknown)
    assert answer.status_code == 404
    assert stored() == before


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"words": "\\ud800"}', "application/json", 400),
        (b'{"lat": NaN}', "application/json", 400),
        (b"", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"words=a", "application/x-www-form-urlencoded", 415),
        (b"<words/>", "application/xml", 415),
        (b"\x00\xff", "application/octet-stream", 415),
        (b'{"words": "' + b"x" * 140_000 + b'"}', "application/json", 413),
    ],
)
def test_bodies_that_are_not_ours(anyone: Any, body: bytes, content_type: str, status: int) -> None:
    answer = anyone.post("/reports", body, content_type=content_type)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_nul_and_controls_in_words_are_taken_out(anyone: Any, caller: Call, said: Said) -> None:
    got = anyone.post("/reports", said | {"words": "楼道\x00里\u202e堆满", "reporter_name": "王\x00五"}).json()
    assert caller("worker").get(f"/reports/{got['id']}").json()["words"] == "楼道里堆满"


def test_a_key_must_be_visible_ascii(anyone: Any, said: Said) -> None:
    for key in ("", " ", "钥", "x" * 101):
        assert anyone.post("/reports", said, key=key.encode().decode("latin-1")).status_code == 422


def test_a_point_of_a_chinese_map_is_turned_into_degrees_of_the_globe(anyone: Any, said: Said) -> None:
    del said["area_code"]
    got = anyone.post("/reports", said | {"lat": 31.1117, "lng": 121.5762, "datum": "gcj02"}).json()
    report = Report.objects.using("owner").get(id=got["id"])
    assert report.lng is not None
    assert 0.003 < 121.5762 - report.lng < 0.007


@pytest.mark.parametrize("token", ["", "x", "Basic abc", "Bearer", "Bearer \x00", "Bearer " + "x" * 43, "Bearer 钥匙"])
def test_a_bad_token_is_refused_even_where_none_is_needed(anyone: Any, said: Said, token: str) -> None:
    answer = anyone.client.post("/api/v1/reports", said, "application/json", headers={"authorization": token})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_link_opens_its_report_and_no_other(anyone: Any, said: Said) -> None:
    mine, other = anyone.post("/reports", said).json(), anyone.post("/reports", said).json()
    anyone.link = mine["link"]
    seen = anyone.get(f"/reports/{mine['id']}")
    assert seen.status_code == 200
    assert seen.json()["number"] == mine["number"]
    assert anyone.get(f"/reports/{other['id']}").status_code == 404
    assert anyone.get("/reports/not-a-uuid").status_code == 422
    for wrong in ("x" * 24, "x", "x\x00" * 12):
        anyone.link = wrong
        assert anyone.get(f"/reports/{mine['id']}").status_code == 401
    anyone.link = None
    assert anyone.get(f"/reports/{mine['id']}").status_code == 401


def test_the_reporter_reads_no_name_and_no_word_that_staff_wrote_among_themselves(
    anyone: Any, caller: Call, said: Said
) -> None:
    got = anyone.post("/reports", said | {"phone": "13800138000", "reporter_name": "王小明"}).json()
    caller("worker").post(f"/reports/{got['id']}/acts/open", {"item_code": "C04"})
    caller("worker").act(got["number"], "comment", words="内部意见")
    caller("worker").act(got["number"], "comment", words="已经安排", public=True)
    anyone.link = got["link"]
    seen = anyone.get(f"/reports/{got['id']}")
    assert [one["act"] for one in seen.json()["story"]] == ["receive", "open", "comment"]
    assert seen.json()["case_state"] == "filed"
    assert seen.json()["promised_at"]
    for secret in ("内部意见", "13800138000", "138****8000", "王小明"):
        assert secret not in seen.content.decode()
    assert "内部意见" in caller("worker").get(f"/reports/{got['id']}").content.decode()


def test_a_photo_is_handed_in_first_and_belongs_to_its_report_afterwards(anyone: Any, said: Said) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(picture, "JPEG")
    picture.seek(0)
    picture.name = "现场.jpg"
    photo = anyone.client.post("/api/v1/photos", {"file": picture})
    assert photo.status_code == 201
    assert photo.json()["width"] == 64
    taken = anyone.post("/reports", said | {"photos": [photo.json()["id"]]})
    assert taken.status_code == 201
    assert anyone.post("/reports", said | {"photos": [photo.json()["id"]]}).status_code == 404  # it has its owner


@pytest.mark.parametrize(("data", "status"), [(b"", 422), (b"no picture", 415), (b"\xff\xd8\xff\xe0broken", 422)])
def test_a_file_that_is_no_photo(anyone: Any, data: bytes, status: int) -> None:
    answer = anyone.client.post("/api/v1/photos", {"file": io.BytesIO(data)})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_a_photo_form_without_a_file_or_of_another_type(anyone: Any) -> None:
    assert anyone.client.post("/api/v1/photos", {"other": "x"}).status_code == 422
    assert anyone.client.post("/api/v1/photos", b"{}", "application/json").status_code == 415
    heavy = anyone.client.generic(
        "POST", "/api/v1/photos", b"", "multipart/form-data; boundary=x", CONTENT_LENGTH=10**9
    )
    assert heavy.status_code == 413


def test_cookies_count_for_nothing(anyone: Any, said: Said) -> None:
    """Nobody's browser can be made to act: a signed-in session is not an identity here, so no CSRF token is needed."""
    anyone.client.force_login(cast.user_of("worker"))
    got = anyone.post("/reports", said).json()
    assert Report.objects.using("owner").get(id=got["id"]).channel == "resident"
    assert anyone.get("/me").status_code == 401


def test_too_many_in_a_minute_from_one_address_are_asked_to_wait(anyone: Any, said: Said, settings: Any) -> None:
    settings.LINLI_PUBLIC_PER_MINUTE = 5
    address = {"REMOTE_ADDR": "192.0.2.7"}
    statuses = [anyone.post("/reports", said, **address).status_code for _ in range(7)]
    assert statuses == [201] * 5 + [429] * 2
    assert anyone.post("/reports", said, **address)["Retry-After"] == "5"
    assert anyone.post("/reports", said, REMOTE_ADDR="192.0.2.8").status_code == 201


def test_answers_are_plain_json_with_problems_in_the_readers_language(anyone: Any) -> None:
    chinese = anyone.client.post("/api/v1/reports", b"{}", "application/json", headers={"accept-language": "zh-CN"})
    english = anyone.client.post("/api/v1/reports", b"{}", "application/json", headers={"accept-language": "en"})
    assert orjson.loads(chinese.content)["code"] == orjson.loads(english.content)["code"] == "report_empty"
    assert chinese.json()["detail"] != english.json()["detail"]
