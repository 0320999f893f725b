"""What a patrol finds: reported, or settled on the spot; every refusal keeps the form; one form is one report."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from casework.stage import Stage
from django.test import Client
from pages import alerts, main_of, page_of
from pictures import encoded, shot, shots
from pytest_django import Settings
from visitors import SignIn

from linli.register.places.api import Place

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: Settings) -> None:
    """Photos of a test lie in a folder of its own."""
    settings.LINLI_FILES_ROOT = str(tmp_path / "files")


@pytest.fixture
def compound(db: None) -> Place:
    return Place.objects.get(code="cast.310115132001")


@pytest.fixture
def walker(stage: Stage, visitor: SignIn) -> Client:
    """A committee worker on a round, under the stage's clock."""
    return visitor("worker")


def hand_in(client: Client, at: Place | None, **fields: Any) -> Any:
    given: dict[str, Any] = {"key": str(uuid4()), "kind": "C10", "words": "垃圾散落"}
    given |= {"place": str(at.id)} if at else {}
    return client.post("/work/found/", given | fields)


def reports(stage: Stage, words: str = "垃圾散落") -> list[dict[str, Any]]:
    return stage.ask("select * from casework_report where words = %s", words)


def test_a_find_is_reported_and_the_desk_decides(stage: Stage, walker: Client, compound: Place) -> None:
    answer = hand_in(walker, compound, before=shots(2), place_text="3号楼南侧")
    assert answer.headers["Location"] == "/work/today/"
    (row,) = reports(stage)
    assert (row["state"], row["channel"], row["item_code"], row["place_text"]) == (
        "received", "patrol", "C10", "3号楼南侧",
    )  # fmt: skip
    (entry,) = stage.ask("select * from casework_entry where matter_id = %s", row["id"])
    assert len(entry["photos"]) == 2 and entry["actor_name"] == "worker"
    assert row["number"] in main_of(walker.get("/work/today/")).words


def test_found_and_fixed_is_one_form_and_waits_for_the_rating_alone(
    stage: Stage, walker: Client, compound: Place
) -> None:
    answer = hand_in(
        walker, compound, settled="1", before=[shot("b.jpg")], after=[shot("a.jpg", encoded(colour=(9, 90, 9)))]
    )
    (row,) = reports(stage)
    assert answer.headers["Location"] == f"/work/matter/{row['id']}/"
    case = stage.ask("select * from casework_case where id = %s", row["id"])[0]
    assert (case["state"], case["result"], case["item_code"]) == ("verified", "solved", "C10")
    story = stage.ask("select act, photos from casework_entry where matter_id = %s order by at, id", row["id"])
    assert [entry["act"] for entry in story] == ["receive", "open", "self_handle"]
    page = main_of(walker.get(answer.headers["Location"]))
    before, after = page.one("div", class_="l-pair").all("figure")
    assert before.one("a").attrs["href"] == f"/work/photo/{story[2]['photos'][0]}/full/"
    assert after.one("a").attrs["href"] == f"/work/photo/{story[2]['photos'][1]}/full/"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "C05", "after": True}, "这类事项须由他人核查，不能自处置。"),
        ({"kind": "C10"}, "缺少处置前和处置后的照片。"),
    ],
    ids=["safety needs other eyes", "no photos"],
)
def test_what_cannot_be_settled_on_the_spot_is_not_half_reported(
    stage: Stage, walker: Client, compound: Place, fields: dict[str, Any], told: str
) -> None:
    after = [shot()] if fields.pop("after", False) else []
    answer = hand_in(walker, compound, settled="1", after=after, **fields)
    page = main_of(answer)
    assert answer.status_code == 422
    (said,) = alerts(page)
    assert said.startswith(told) and "填写的内容都还在" in said
    assert reports(stage) == []
    assert page.value("words") == "垃圾散落" and page.chosen("settled") == ["1"]
    assert page.value("kind") == fields["kind"] and page.chosen("place") == [str(compound.id)]
    assert len(page.all("input", name="photo_after")) == len(after)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": ""}, "请选择事项。"),
        ({"kind": "Z99"}, "请选择事项。"),
        ({"place": ""}, "请说明在哪里：选一个地点，或在平面图上点一下。"),
        ({"place": "p1"}, "请说明在哪里：选一个地点，或在平面图上点一下。"),
        ({"place": "999999999999999999999999"}, "请说明在哪里：选一个地点，或在平面图上点一下。"),
        ({"place": "", "lat": "39.9", "lng": "116.4"}, "这个位置不在本区范围内。"),
    ],
    ids=["no kind", "an unknown kind", "no place", "a resident's place", "a huge id", "another city"],
)
def test_a_find_without_its_parts_comes_back_whole(
    stage: Stage, walker: Client, compound: Place, fields: dict[str, str], told: str
) -> None:
    answer = hand_in(walker, compound, **fields)
    page = main_of(answer)
    assert answer.status_code == 422
    assert alerts(page)[0].startswith(told)
    assert page.value("words") == "垃圾散落"
    assert reports(stage) == []


def test_one_form_sent_twice_is_one_report(stage: Stage, walker: Client, compound: Place) -> None:
    key = str(uuid4())
    for _time in range(3):
        assert hand_in(walker, compound, key=key).status_code == 302
    assert len(reports(stage)) == 1
    assert hand_in(walker, compound).status_code == 302
    assert len(reports(stage)) == 2


def test_the_same_key_for_another_find_is_told_and_nothing_is_lost(
    stage: Stage, walker: Client, compound: Place
) -> None:
    key = str(uuid4())
    hand_in(walker, compound, key=key)
    answer = hand_in(walker, compound, key=key, words="另一件事")
    assert answer.status_code == 422 and main_of(answer).value("words") == "另一件事"
    assert reports(stage, "另一件事") == []


def test_a_position_alone_is_enough(stage: Stage, walker: Client, compound: Place) -> None:
    assert hand_in(walker, None, lat=str(compound.lat), lng=str(compound.lng)).status_code == 302
    (row,) = reports(stage)
    assert (row["place_id"], row["area_id"]) == (None, compound.area_id)
    assert row["lat"] == pytest.approx(compound.lat)


def test_a_search_with_the_button_lists_places_and_keeps_the_rest(walker: Client, compound: Place) -> None:
    answer = hand_in(walker, None, look="1", q="瑞和苑", before=[shot()])
    page = main_of(answer)
    assert answer.status_code == 200
    assert str(compound.id) in page.offered("place")
    assert page.value("words") == "垃圾散落" and len(page.all("input", name="photo_before")) == 1


def test_places_near_the_phone_come_with_their_distance_and_the_nearest_is_chosen(
    walker: Client, compound: Place
) -> None:
    near = page_of(walker.post("/work/found/places/", {"lat": str(compound.lat), "lng": str(compound.lng)}))
    assert near.offered("place")[0] == str(compound.id) and near.chosen("place") == [str(compound.id)]
    assert "0 米" in near.words
    nothing = page_of(walker.get("/work/found/places/", {"q": "没有这个地方"}))
    assert "没有这个地方" in nothing.words and nothing.offered("place") == []


@pytest.mark.parametrize("spot", [("x", "y"), ("91", "0"), ("nan", "nan"), ("", "")])
def test_a_position_that_is_none_lists_nothing(walker: Client, spot: tuple[str, str]) -> None:
    assert page_of(walker.post("/work/found/places/", {"lat": spot[0], "lng": spot[1]})).offered("place") == []


@pytest.mark.parametrize(("who", "may"), [("worker", True), ("head", True), ("responder", False)])
def test_only_the_desks_people_settle_on_the_spot(
    stage: Stage, visitor: SignIn, compound: Place, who: str, may: bool
) -> None:
    client = visitor(who)
    assert bool(main_of(client.get("/work/found/")).all("input", name="settled")) is may
    answer = hand_in(client, compound, settled="1", before=[shot()], after=[shot()])
    assert answer.status_code == (302 if may else 422)
    assert len(reports(stage)) == (1 if may else 0)


def test_the_seventh_photo_is_told_and_six_stay(stage: Stage, walker: Client, compound: Place) -> None:
    answer = hand_in(walker, compound, before=shots(7))
    page = main_of(answer)
    assert answer.status_code == 422 and "最多上传 6 张照片" in alerts(page)[0]
    kept = [one.attrs["value"] for one in page.all("input", name="photo_before")]
    assert len(kept) == 6 and all(UUID(one).version == 7 for one in kept)
    assert hand_in(walker, compound, photo_before=kept).status_code == 302
    assert len(reports(stage)) == 1


@pytest.mark.parametrize(
    ("language", "lists"),
    [("zh-hans", "社区中心联勤联动站"), ("en", "community-centre station")],
)
def test_the_kinds_stand_under_their_lists(visitor: SignIn, language: str, lists: str) -> None:
    page = main_of(visitor("worker", language=language).get("/work/found/"))
    groups = page.one("select", name="kind").all("optgroup")
    assert len(groups) == 3 and lists in groups[0].attrs["label"]
    assert [len(group.all("option")) for group in groups] == [20, 20, 21]
