"""Photos over HTTP: one file of a form, drawn anew, within its limits, and nobody's until a report names it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from doors.ways import problem
from PIL import Image

from linli.doors.rest import gates
from linli.files.models import Photo
from linli.files.rules import LIMITS

Call = Callable[[str], Any]
Said = dict[str, object]
PATH = "/api/v1/photos"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def hand_in(data: bytes, *, name: str = "a.jpg", media: str = "image/jpeg", field: str = "file", **more: Any) -> Any:
    client = Client(raise_request_exception=False)
    return client.post(PATH, {field: SimpleUploadedFile(name, data, media)}, **more)


def stored() -> int:
    return Photo.objects.using("owner").count()


@pytest.fixture(autouse=True)
def unhurried(committed: None, settings: Any) -> None:
    settings.LINLI_PUBLIC_PER_MINUTE = 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_format_is_taken_whatever_name_and_type_are_written_on_it(kind: str) -> None:
    before = stored()
    for name, media in (("a.jpg", "image/jpeg"), ("bericht.pdf", "application/pdf"), ("x", "")):
        answer = hand_in(picture(kind), name=name, media=media)
        assert (answer.status_code, answer.json()["width"], answer.json()["height"]) == (201, 64, 48)
        assert answer.json()["size_bytes"] > 0
    assert stored() == before + 3


def test_what_a_camera_hides_in_a_photo_is_gone_before_it_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (31.0, 6.0, 40.0)
    data = picture(exif=exif)
    assert b"SecretCamera" in data
    photo = Photo.objects.using("owner").get(id=hand_in(data).json()["id"])
    assert (photo.area_id, photo.link_key) == (None, None)
    assert photo.purpose == Photo.Purpose.REPORT


def test_a_large_picture_is_kept_within_the_side_of_the_product() -> None:
    got = hand_in(picture(size=(4000, 1000))).json()
    assert max(got["width"], got["height"]) <= LIMITS.side
    assert abs(got["width"] / got["height"] - 4) < 0.02


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "photo_empty"),
        (b"no picture", 415, "photo_unknown_format"),
        (b"%PDF-1.7 x", 415, "photo_unknown_format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "photo_unknown_format"),
        (picture()[:120], 422, "photo_damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 40, 422, "photo_damaged"),
    ],
    ids=["empty", "text", "pdf", "svg", "cut", "broken"],
)
def test_what_is_no_picture_is_told_with_its_name_in_both_languages(data: bytes, status: int, code: str) -> None:
    before = stored()
    told = []
    for language in ("zh-CN", "en"):
        answer = hand_in(data, name="现场<b>.jpg", headers={"accept-language": language})
        got = problem(answer, status, code)
        assert "现场" in got["detail"]
        assert got["kept"]
        told.append(got["detail"])
    assert told[0] != told[1]
    assert stored() == before


def test_a_file_above_the_limit_of_one_photo_is_413(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form may be a little longer than a photo: the envelope. What lies between the two is told by the photo."""
    assert LIMITS.file_bytes + 1024 * 1024 == gates.FORM_LIMIT
    data = picture() + b"\x00" * (LIMITS.file_bytes + 1 - len(picture()))
    told = problem(hand_in(data), 413, "photo_too_large")
    assert "20" in told["detail"]
    assert hand_in(data[:-1]).status_code == 201  # the control: exactly 20 MB with rubbish behind the picture


def test_a_form_above_its_limit_is_refused_unread() -> None:
    client = Client(raise_request_exception=False)
    kind = "multipart/form-data; boundary=x"
    heavy = client.generic("POST", PATH, b"", kind, CONTENT_LENGTH=str(gates.FORM_LIMIT + 1))
    assert str(gates.FORM_LIMIT) in problem(heavy, 413, "body_too_large")["detail"]


@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        (b"", "multipart/form-data; boundary=x", 422, "invalid"),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 422, "invalid"),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n',
         "multipart/form-data; boundary=x", 422, "invalid"),
        (b'--y\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--y--\r\n',
         "multipart/form-data; boundary=x", 422, "invalid"),
        (picture(), "image/jpeg", 415, "media_type"),
        (b"{}", "application/json", 415, "media_type"),
        (b"file=x", "application/x-www-form-urlencoded", 415, "media_type"),
    ],
    ids=["empty", "closed", "a text field", "another boundary", "the picture alone", "json", "a plain form"],
)  # fmt: skip
def test_a_form_that_holds_no_file(body: bytes, media: str, status: int, code: str) -> None:
    before = stored()
    answer = Client(raise_request_exception=False).generic("POST", PATH, body, media)
    problem(answer, status, code)
    assert answer.has_header("Accept") is (status == 415)
    assert stored() == before


@pytest.mark.parametrize(
    "media", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 300]
)
def test_a_form_without_a_good_boundary_is_the_senders_fault(media: str) -> None:
    answer = Client(raise_request_exception=False).generic("POST", PATH, b"--x--", media)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_too_many_files_in_a_form_are_the_senders_fault() -> None:
    files = {f"f{n}": SimpleUploadedFile("a.jpg", b"x") for n in range(30)}
    answer = Client(raise_request_exception=False).post(PATH, files)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_two_files_of_one_name_are_one_photo() -> None:
    before = stored()
    client = Client(raise_request_exception=False)
    two = [SimpleUploadedFile("a.jpg", picture()), SimpleUploadedFile("b.jpg", picture("PNG", (30, 20)))]
    answer = client.post(PATH, {"file": two})
    assert (answer.status_code, stored()) == (201, before + 1)


def test_a_photo_is_named_by_one_report_and_by_no_second(anyone: Any, caller: Call, said: Said) -> None:
    photo, other = hand_in(picture()).json()["id"], hand_in(picture()).json()["id"]
    key = str(uuid4())
    first = anyone.post("/reports", said | {"photos": [photo]}, key=key)
    got = first.json()
    assert caller("worker").get(f"/reports/{got['id']}").json()["story"][0]["photos"] == [photo]
    kept = Photo.objects.using("owner").get(id=photo)
    assert kept.area_id is not None
    assert kept.link_key
    assert got["link"] not in kept.link_key
    problem(anyone.post("/reports", said | {"photos": [photo]}), 404, "photo_not_found")
    problem(anyone.post("/reports", said | {"photos": [other, photo]}), 404, "photo_not_found")
    assert Photo.objects.using("owner").get(id=other).area_id is None
    assert anyone.post("/reports", said | {"photos": [photo]}, key=key).content == first.content


def test_six_photos_are_taken_and_a_photo_that_is_named_twice_is_not(anyone: Any, caller: Call, said: Said) -> None:
    photos = [hand_in(picture()).json()["id"] for _ in range(6)]
    problem(anyone.post("/reports", said | {"photos": [photos[0]] * 2}), 404, "photo_not_found")
    got = anyone.post("/reports", said | {"photos": photos}).json()
    assert caller("worker").get(f"/reports/{got['id']}").json()["story"][0]["photos"] == photos


def test_photos_alone_are_a_report(anyone: Any, caller: Call, said: Said) -> None:
    photo = hand_in(picture()).json()["id"]
    got = anyone.post("/reports", {"photos": [photo], "area_code": said["area_code"]})
    assert got.status_code == 201, got.content
    assert caller("worker").get(f"/reports/{got.json()['id']}").json()["words"] == ""


def test_a_role_that_may_not_report_may_not_hand_in_photos_either(caller: Call) -> None:
    auditor = caller("auditor")
    answer = auditor.client.post(PATH, {"file": SimpleUploadedFile("a.jpg", picture())}, headers=auditor.headers())
    problem(answer, 403, "not_permitted")
    worker = caller("worker")
    answer = worker.client.post(PATH, {"file": SimpleUploadedFile("a.jpg", picture())}, headers=worker.headers())
    assert answer.status_code == 201
