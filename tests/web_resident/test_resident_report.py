"""Photo, place, kind, send: the report of somebody without an account, and every way it can go wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from casework.stage import Stage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pages import Part, alerts, main_of, page_of
from pictures import bomb, encoded, shot, shots
from pytest_django import Settings
from visitors import SignIn

from linli.register.places.api import Place

pytestmark = pytest.mark.django_db
HOME = "cast.310115132001"
KEPT = "填写的内容都还在"


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: Settings) -> None:
    """Photos of a test lie in a folder of its own."""
    settings.LINLI_FILES_ROOT = str(tmp_path / "files")


@pytest.fixture
def compound(db: None) -> Place:
    return Place.objects.get(code=HOME)


@pytest.fixture
def phone(stage: Stage, visitor: SignIn) -> Client:
    """A resident's phone, under the stage's clock."""
    return visitor()


def send(client: Client, at: Place | None, **fields: Any) -> Any:
    given: dict[str, Any] = {"key": str(uuid4()), "kind": "C10", "words": "垃圾桶满了"}
    given |= {"place": f"p{at.id}"} if at else {}
    return client.post("/report/", given | fields)


def reports(stage: Stage, words: str = "垃圾桶满了") -> list[dict[str, Any]]:
    return stage.ask("select * from casework_report where words = %s", words)


def refused(answer: Any) -> Part:
    """The form as it came back."""
    assert answer.status_code == 422
    return main_of(answer)


def test_sent_it_has_a_number_a_promise_and_a_link_that_only_its_reporter_has(
    stage: Stage, phone: Client, compound: Place
) -> None:
    answer = send(phone, compound)
    (row,) = reports(stage)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/r/")
    page = main_of(phone.get(answer.headers["Location"]))
    receipt = page.one("section", id="receipt")
    assert receipt.one("dd", class_="p-number").words == row["number"]
    assert "已经收到" in receipt.words and "前" in receipt.words
    link = answer.headers["Location"].split("?")[0]
    assert receipt.one("button", data_copy=True).attrs["data-copy"] == f"http://testserver{link}"
    assert receipt.one("img").attrs["src"].startswith("data:image/svg+xml")
    assert (row["state"], row["channel"], row["place_id"], row["item_code"]) == (
        "received", "resident", compound.id, "C10",
    )  # fmt: skip


def test_in_english_too(stage: Stage, visitor: SignIn, compound: Place) -> None:
    client = visitor(language="en")
    form = main_of(client.get("/report/"))
    assert [heading.words for heading in form.all("h2")] == [
        "1 Photo", "2 Where is it?", "3 What is it?", "Shall somebody call you?",
    ]  # fmt: skip
    page = main_of(client.get(send(client, compound).headers["Location"]))
    assert "It has reached us." in page.words and "somebody decides what is done" in page.words
    assert reports(stage)[0]["language"] == "en"


WAYS = {
    "a compound": lambda place: {"place": f"p{place.id}"},
    "a point": lambda place: {"lat": f"{place.lat:.6f}", "lng": f"{place.lng:.6f}"},
    "the committee and words": lambda place: {"place": f"a{place.area_id}", "place_text": "东门外的人行道"},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_place_is_told_in_three_ways(stage: Stage, phone: Client, compound: Place, way: str) -> None:
    assert send(phone, None, **WAYS[way](compound)).status_code == 302
    (row,) = reports(stage)
    assert row["area_id"] == compound.area_id
    assert (row["place_id"], row["lat"] is not None, row["place_text"]) == {
        "a compound": (compound.id, True, compound.address),
        "a point": (None, True, ""),
        "the committee and words": (None, False, "东门外的人行道"),
    }[way]


def test_a_position_far_from_the_chosen_place_is_where_the_reporter_sits(
    stage: Stage, phone: Client, compound: Place
) -> None:
    assert compound.lat is not None and compound.lng is not None
    send(phone, compound, lat=f"{compound.lat + 0.001:.6f}", lng=f"{compound.lng:.6f}", words="站在旁边")
    send(phone, compound, lat=f"{compound.lat + 0.01:.6f}", lng=f"{compound.lng:.6f}", words="坐在办公室", same="other")
    (beside,), (away,) = reports(stage, "站在旁边"), reports(stage, "坐在办公室")
    assert beside["lat"] == pytest.approx(compound.lat + 0.001)
    assert away["lat"] == pytest.approx(compound.lat)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"place": ""}, "请说明在哪里"),
        ({"place": "p0"}, "请说明在哪里"),
        ({"place": "p99999999999999999999"}, "请说明在哪里"),
        ({"place": "p²"}, "请说明在哪里"),
        ({"place": "a1"}, "请说明在哪里"),
        ({"place": "", "lat": "91", "lng": "1"}, "请说明在哪里"),
        ({"place": "", "lat": "48.85", "lng": "2.35"}, "这个位置不在本区范围内"),
        ({"words": "", "kind": "other"}, "请说明情况，或者拍一张照片"),
        ({"words": " \n ", "kind": ""}, "请说明情况，或者拍一张照片"),
        ({"phone": "12345"}, "手机号"),
    ],
    ids=[
        "no place", "no such place", "a huge id", "a strange digit", "a district as area", "no such degree", "Paris",
        "nothing said", "blanks", "no mobile number",
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_everything_typed_is_still_there(
    stage: Stage, phone: Client, compound: Place, fields: dict[str, str], told: str
) -> None:
    before = stage.one("select count(*) from casework_report")
    given = {"name": "王建国", "place_text": "南侧", "phone": ""} | fields
    form = refused(send(phone, compound, **given))
    (said,) = alerts(form)
    assert told in said and KEPT in said
    for name, typed in ({"words": "垃圾桶满了", "name": "王建国", "place_text": "南侧"} | fields).items():
        if name not in ("place", "kind", "lat", "lng"):
            assert form.value(name) == typed
    assert stage.one("select count(*) from casework_report") == before


def test_the_key_of_the_form_stays_when_it_comes_back(phone: Client, compound: Place) -> None:
    key = str(uuid4())
    assert refused(send(phone, None, key=key)).value("key") == key
    assert refused(send(phone, None, key="nonsense")).value("key") != "nonsense"


def test_the_same_form_twice_is_one_report_with_one_link(stage: Stage, phone: Client, compound: Place) -> None:
    key = str(uuid4())
    first, second = (send(phone, compound, key=key).headers["Location"] for _n in "ab")
    assert first == second
    assert len(reports(stage)) == 1
    send(phone, compound, same="other")
    assert len(reports(stage)) == 2


def test_the_same_form_with_other_words_leads_to_what_arrived(stage: Stage, phone: Client, compound: Place) -> None:
    key = str(uuid4())
    link = send(phone, compound, key=key).headers["Location"].split("?")[0]
    again = send(phone, compound, key=key, words="垃圾桶满了，而且很臭", same="other")
    assert again.headers["Location"] == f"{link}?again=1"
    page = main_of(phone.get(again.headers["Location"]))
    assert "这件上报先前已收到" in page.words
    assert reports(stage, "垃圾桶满了，而且很臭") == []


# Photos


@pytest.mark.parametrize("number", [0, 1, 6])
def test_up_to_six_photos(stage: Stage, phone: Client, compound: Place, number: int) -> None:
    answer = send(phone, compound, photos=shots(number))
    (row,) = reports(stage)
    (entry,) = stage.ask("select photos from casework_entry where matter_id = %s", row["id"])
    assert len(entry["photos"]) == number
    page = main_of(phone.get(answer.headers["Location"]))
    assert len(page.one("section", aria_labelledby="story-h").all("img")) == number


def test_photos_alone_are_a_report(stage: Stage, phone: Client, compound: Place) -> None:
    before = stage.one("select count(*) from casework_report")
    assert send(phone, compound, words="", kind="", photos=shots(1)).status_code == 302
    assert stage.one("select count(*) from casework_report") == before + 1


def test_the_seventh_is_refused_and_the_six_stay_with_the_words(stage: Stage, phone: Client, compound: Place) -> None:
    form = refused(send(phone, compound, photos=shots(7)))
    (said,) = alerts(form)
    assert "最多上传 6 张照片" in said and KEPT in said
    kept = form.chosen("photo")
    assert len(kept) == 6 and form.value("words") == "垃圾桶满了" and form.chosen("place") == [f"p{compound.id}"]
    assert send(phone, compound, photo=kept[:2]).status_code == 302
    (entry,) = stage.ask("select photos from casework_entry where matter_id = %s", reports(stage)[0]["id"])
    assert entry["photos"] == kept[:2]  # the four that were unticked stay behind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_every_format_of_a_phone_is_taken_and_kept_as_jpeg(
    stage: Stage, phone: Client, compound: Place, kind: str
) -> None:
    answer = send(phone, compound, photos=[shot(f"IMG.{kind.lower()}", encoded(kind))])
    assert answer.status_code == 302
    image = main_of(phone.get(answer.headers["Location"])).one("section", aria_labelledby="story-h").one("img")
    got = phone.get(image.attrs["src"])
    assert got.headers["Content-Type"] == "image/jpeg" and got.content[:2] == b"\xff\xd8"


BAD: dict[str, Any] = {
    "truncated": lambda: encoded(side=400)[:900],
    "a bomb": bomb,
    "a page": lambda: b"<html><script>alert(1)</script></html>",
    "a drawing with a script": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a program": lambda: b"MZ" + b"\0" * 200,
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_photo_is_named_and_the_words_are_kept(
    stage: Stage, phone: Client, compound: Place, what: str
) -> None:
    form = refused(send(phone, compound, photos=[shot("IMG_0007.jpg", BAD[what]()), shot("good.jpg")]))
    (said,) = alerts(form)
    assert "IMG_0007.jpg" in said and KEPT in said
    assert form.value("words") == "垃圾桶满了" and len(form.chosen("photo")) == 1
    assert reports(stage) == []
    assert send(phone, compound, photo=form.chosen("photo")).status_code == 302


def test_a_photo_travels_ahead_and_its_id_goes_along(stage: Stage, phone: Client, compound: Place) -> None:
    ahead = phone.post("/report/photo/", {"photos": shot()})
    assert ahead.status_code == 200
    photo = ahead.json()["id"]
    assert phone.get(f"/report/photo/{photo}/").headers["Content-Type"] == "image/jpeg"
    send(phone, compound, photo=[photo])
    (entry,) = stage.ask("select photos from casework_entry where matter_id = %s", reports(stage)[0]["id"])
    assert entry["photos"] == [photo]


@pytest.mark.parametrize("data", [None, b"no photo"], ids=["nothing", "no photo"])
def test_a_bad_photo_ahead_is_told_in_words(phone: Client, data: bytes | None) -> None:
    files = {"photos": SimpleUploadedFile("x.jpg", data)} if data else {}
    answer = phone.post("/report/photo/", files)
    assert answer.status_code == 422 and answer.json()["error"]


def test_somebody_elses_photo_cannot_be_taken_into_ones_own_report(
    stage: Stage, phone: Client, visitor: SignIn, compound: Place
) -> None:
    send(phone, compound, photos=shots(1))
    (entry,) = stage.ask("select photos from casework_entry where matter_id = %s", reports(stage)[0]["id"])
    thief = visitor()
    assert thief.get(f"/report/photo/{entry['photos'][0]}/").status_code == 404
    form = refused(send(thief, compound, words="借来的照片", photo=entry["photos"], same="other"))
    assert form.chosen("photo") == [] and form.value("words") == "借来的照片"
    assert reports(stage, "借来的照片") == []


# Kinds, near matters, places


def kinds(client: Client, **fields: str) -> Part:
    answer = client.post("/report/kinds/", fields)
    assert answer.status_code == 200
    return page_of(answer)


def test_words_lead_to_a_kind(phone: Client, compound: Place) -> None:
    part = kinds(phone, place=f"p{compound.id}", words="电瓶车在楼道里充电")
    suggested = [label.one("input").attrs["value"] for label in part.all("label") if label.all("small")]
    assert "C05" in suggested
    assert part.offered("kind")[-1] == "other"


def test_each_list_offers_its_own_kinds(phone: Client) -> None:
    village = Place.objects.get(code="cast.310115132201")
    assert {kind[0] for kind in kinds(phone, place=f"p{village.id}").offered("kind")[:-1]} == {"V"}
    home = Place.objects.get(code=HOME)
    assert {kind[0] for kind in kinds(phone, place=f"p{home.id}").offered("kind")[:-1]} == {"C"}


def test_what_lies_outside_the_list_names_who_answers_by_law(phone: Client, compound: Place) -> None:
    part = kinds(phone, place=f"p{compound.id}", words="单位拖欠工资三个月不给")
    assert "依法" in part.words
    assert "依法" not in kinds(phone, place=f"p{compound.id}", words="垃圾桶满了").words


def test_a_usual_time_is_told_for_a_chosen_kind(phone: Client, compound: Place) -> None:
    assert "一般" in kinds(phone, place=f"p{compound.id}", kind="C10").words
    assert "一般" not in kinds(phone, place=f"p{compound.id}", kind="other").words


def test_a_near_matter_is_shown_before_sending_with_both_answers(
    stage: Stage, phone: Client, visitor: SignIn, compound: Place
) -> None:
    first = stage.opened("C10", place_id=compound.id, area_id=None, words="别人已经报了")
    form = refused(send(phone, compound))
    assert form.offered("same") == ["mine", "other"] and form.chosen("same") == []
    assert "别人已经报了" not in form.words and first.number not in form.words
    assert reports(stage) == []
    assert send(phone, compound, same="mine").status_code == 302
    (row,) = reports(stage)
    (entry,) = stage.ask("select data from casework_entry where matter_id = %s", row["id"])
    assert entry["data"]["same_as_near"] == "mine"
    assert send(visitor(), compound, words="真的是另一处", same="other").status_code == 302


def test_another_kind_or_a_far_place_is_not_called_similar(stage: Stage, phone: Client, compound: Place) -> None:
    stage.opened("C10", place_id=compound.id, area_id=None)
    assert send(phone, compound, kind="C12").status_code == 302
    far = Place.objects.get(code="cast.310115132005")
    assert send(phone, far, words="远处的").status_code == 302


def test_a_search_finds_compounds_and_says_when_there_is_none(phone: Client, compound: Place) -> None:
    found = page_of(phone.get("/report/places/", {"q": "瑞和苑"}))
    assert f"p{compound.id}" in found.offered("place")
    assert "501室" not in found.words  # homes are nobody's business
    nothing = page_of(phone.get("/report/places/", {"q": "没有这个小区"}))
    assert "没有这个小区" in nothing.words and nothing.offered("place") == []


def test_a_committee_is_found_by_its_name(phone: Client, compound: Place) -> None:
    assert f"a{compound.area_id}" in page_of(phone.get("/report/places/", {"q": compound.area.name})).offered("place")


def test_near_the_phone_the_nearest_is_chosen_beforehand(phone: Client, compound: Place) -> None:
    part = page_of(phone.post("/report/places/", {"lat": str(compound.lat), "lng": str(compound.lng)}))
    assert part.offered("place")[0] == f"p{compound.id}" and part.chosen("place") == [f"p{compound.id}"]
    assert part.offered("place")[-1] == ""  # none of these: just where I stand
    abroad = page_of(phone.post("/report/places/", {"lat": "48.85", "lng": "2.35"}))
    assert abroad.offered("place") == []


def test_a_scanned_code_brings_its_place_but_never_a_home(phone: Client, compound: Place) -> None:
    assert main_of(phone.get("/report/", {"p": HOME})).chosen("place") == [f"p{compound.id}"]
    assert main_of(phone.get("/report/", {"p": f"{HOME}.3.501"})).chosen("place") == []
    assert main_of(phone.get("/report/", {"p": "'; drop"})).chosen("place") == []


def test_the_plan_of_a_committee_holds_open_places_only(phone: Client, compound: Place) -> None:
    plan = phone.get(f"/report/plan/{compound.area_id}.json").json()
    names = {feature["properties"]["id"]: feature["properties"]["name"] for feature in plan["features"]}
    assert names[f"p{compound.id}"] == "瑞和苑" and "501室" not in names.values()
    part = page_of(phone.post("/report/plan/", {"place": f"p{compound.id}"}))
    assert f"/report/plan/{compound.area_id}.json" in json.dumps([one.attrs for one in part.all("div")])
    assert (
        "先搜索小区" in page_of(phone.post("/report/plan/", {})).words or page_of(phone.post("/report/plan/", {})).words
    )
    assert phone.get("/report/plan/999999.json").status_code == 404


@pytest.mark.parametrize("address", ["/report/kinds/", "/report/plan/", "/report/photo/"])
def test_what_carries_words_or_photos_is_never_a_get(phone: Client, address: str) -> None:
    assert phone.get(address).status_code == 405


@pytest.fixture
def strict(visitor: SignIn) -> Iterator[Client]:
    client = visitor()
    client.handler.enforce_csrf_checks = True
    yield client


def test_a_form_of_another_site_is_refused(stage: Stage, strict: Client, compound: Place) -> None:
    answer = send(strict, compound)
    assert answer.status_code == 403 and reports(stage) == []
    token = main_of(strict.get("/report/")).one("input", name="csrfmiddlewaretoken").attrs["value"]
    assert send(strict, compound, csrfmiddlewaretoken=token).status_code == 302
