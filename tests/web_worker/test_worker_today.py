"""The list of today: what is there, in which order, with which next act; and the page of one matter."""

from __future__ import annotations

import re
from typing import Any

import pytest
from casework.stage import BY_FIRM, Matter, Stage, photo, unit
from django.test import Client
from pages import Part, main_of
from visitors import SignIn

from linli.casework.cases.api import CaseState, Result, comment, suspend
from linli.casework.dispatch.api import accept_assignment, dispatch_case, transfer
from linli.casework.verification.api import Method, verify
from linli.casework.works.api import arrive, feed_back
from linli.register.places.api import Place

pytestmark = pytest.mark.django_db


def cards(client: Client, **query: str) -> list[Part]:
    return main_of(client.get("/work/today/", query)).all("li", class_="w-card")


def ids(client: Client) -> list[str]:
    return [card.attrs["data-live"].removeprefix("case:") for card in cards(client)]


def to_firm(stage: Stage, words: str = "乱停车", **draft: object) -> Matter:
    """A matter that waits for the property firm."""
    matter = stage.opened(BY_FIRM, words=words, **draft)
    stage.do("worker", dispatch_case, case_id=matter.id)
    return matter


def accepted(stage: Stage, words: str = "乱停车", **draft: object) -> Matter:
    matter = to_firm(stage, words, **draft)
    stage.do("responder", accept_assignment, case_id=matter.id)
    return matter


def done(stage: Stage, matter: Matter) -> None:
    stage.do(
        "responder", feed_back, case_id=matter.id, result=Result.SOLVED, words="已挪走", photos=[photo()]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "none", "act"),
    [
        ("zh-hans", "没有等您办的事。有新事项会自动出现。", "发现上报"),
        ("en", "Nothing is waiting for you. New matters appear here by themselves.", "Report what you find"),
    ],
)
def test_an_empty_day_says_so_and_what_to_do(visitor: SignIn, language: str, none: str, act: str) -> None:
    page = main_of(visitor("responder_other", language=language).get("/work/today/"))
    assert none in page.words
    assert page.one("a", href="/work/found/").words == act
    assert page.all("li", class_="w-card") == []


def test_red_comes_first_then_what_is_near_then_by_deadline(stage: Stage, visitor: SignIn) -> None:
    late = accepted(stage, "超期的")
    stage.pass_time(days=10)
    first, second = accepted(stage, "先派的"), None
    stage.pass_time(minutes=5)
    second = accepted(stage, "后派的")
    client = visitor("responder")
    assert ids(client) == [str(late.id), str(first.id), str(second.id)]
    assert [card.attrs["data-tone"] for card in cards(client)] == ["danger", "good", "good"]
    head = main_of(client.get("/work/today/")).one("div", class_="w-head").words
    assert "3 件待办" in head and "1 件超期" in head
    assert "3 to do" in main_of(client.get("/work/today/?lang=en")).words


def test_what_is_near_its_limit_stands_before_what_is_far_from_it(stage: Stage, visitor: SignIn) -> None:
    far = accepted(stage, "远的")
    stage.do("responder", arrive, case_id=far.id)
    stage.pass_time(hours=1)
    near = to_firm(stage, "近的")
    due, warn = (stage.case(near)[name] for name in ("due_at", "warn_at"))
    assert warn < due
    accept_by = stage.clocks(near)[("accept", "")]
    length = stage.one("select %s::timestamptz - %s::timestamptz", accept_by["warn_at"], stage.clock.now().isoformat())
    hours, minutes, seconds = (float(part) for part in str(length).split(":"))
    stage.pass_time(hours=hours, minutes=minutes, seconds=seconds + 1)
    client = visitor("responder")
    assert {card.attrs["data-live"]: card.attrs["data-tone"] for card in cards(client)} == {
        f"case:{near.id}": "attention",
        f"case:{far.id}": "good",
    }
    assert ids(client) == [str(near.id), str(far.id)]


def test_each_card_has_the_one_next_act(stage: Stage, visitor: SignIn) -> None:
    matter = to_firm(stage)
    client = visitor("responder")

    def offered() -> tuple[str, list[str]]:
        (card,) = cards(client)
        part = card.one("div", class_="w-next")
        targets = [one.attrs.get("action") or one.attrs.get("href", "") for one in [*part.all("form"), *part.all("a")]]
        return part.words, [target.rsplit("/", 2)[1] for target in targets]

    assert offered() == ("接单", ["accept"])
    stage.do("responder", accept_assignment, case_id=matter.id)
    words, slugs = offered()
    assert slugs == ["arrive", "arrive"] and "到场" in words  # with the camera, and the same without a script
    stage.do("responder", arrive, case_id=matter.id)
    assert offered() == ("反馈结果", ["result"])


def test_one_accepts_from_the_card_without_a_script(stage: Stage, visitor: SignIn) -> None:
    matter = to_firm(stage)
    client = visitor("responder")
    (card,) = cards(client)
    answer = client.post(card.one("form").attrs["action"], follow=True)
    assert "已接单" in main_of(answer).words
    assert stage.case(matter)["state"] == "handling"


def test_after_a_rework_being_on_site_is_asked_for_again(stage: Stage, visitor: SignIn) -> None:
    matter = accepted(stage)
    stage.do("responder", arrive, case_id=matter.id)
    done(stage, matter)
    client = visitor("responder")
    assert cards(client) == []
    stage.do("worker", verify, case_id=matter.id, passed=False, method=Method.ON_SITE, words="车又回来了")
    (card,) = cards(client)
    assert "重办" in card.words
    assert "到场" in card.one("div", class_="w-next").words


def test_what_waits_for_somebody_else_folds_away_with_its_state(stage: Stage, visitor: SignIn) -> None:
    fed_back, paused = accepted(stage, "反馈了的"), accepted(stage, "挂起的")
    done(stage, fed_back)
    stage.do("worker", suspend, case_id=paused.id, reason="等业主大会表决")
    page = main_of(visitor("responder").get("/work/today/"))
    fold = page.one("details")
    assert "2 件等待他人" in fold.words
    rows = {row.attrs["href"]: row.words for row in fold.all("a")}
    assert "待核查" in rows[f"/work/matter/{fed_back.id}/"]
    assert "等业主大会表决" in rows[f"/work/matter/{paused.id}/"]
    assert page.all("li", class_="w-card") == []


def test_only_ones_own_unit_has_it_on_its_list(stage: Stage, visitor: SignIn) -> None:
    matter = accepted(stage)
    for who in ("responder", "responder_mate"):
        assert ids(visitor(who)) == [str(matter.id)]
    for who in ("responder_other", "responder_urban", "responder_housing", "worker_sibling"):
        assert ids(visitor(who)) == []


def test_after_a_transfer_it_stands_on_the_other_units_list(stage: Stage, visitor: SignIn) -> None:
    matter = accepted(stage)
    stage.do("worker", transfer, case_id=matter.id, unit_id=unit("urban").id, words="归城管")
    assert ids(visitor("responder")) == []
    assert ids(visitor("responder_urban")) == [str(matter.id)]


def test_a_committees_own_people_see_what_lies_with_the_committee(stage: Stage, visitor: SignIn) -> None:
    with_firm = accepted(stage)
    own = stage.opened("C18", words="邻里纠纷")
    stage.do("worker", dispatch_case, case_id=own.id)
    listed = ids(visitor("worker"))
    assert str(own.id) in listed and str(with_firm.id) not in listed


def test_a_card_tells_where_and_brings_its_position_for_nearest_first(stage: Stage, visitor: SignIn) -> None:
    place = stage.one("select id from register_place where code = 'cast.310115132001'")
    here, nowhere = accepted(stage, "有位置", place_id=place), accepted(stage, "没位置")
    found = {card.attrs["data-live"].removeprefix("case:"): card for card in cards(visitor("responder"))}
    spot = stage.case(here)
    assert found[str(here.id)].attrs["data-lat"] == f"{spot['lat']:.6f}"
    assert found[str(here.id)].attrs["data-lng"] == f"{spot['lng']:.6f}"
    assert "瑞和苑" in found[str(here.id)].words and here.number in found[str(here.id)].words
    assert "data-lat" not in found[str(nowhere.id)].attrs


def test_the_list_refreshes_itself_by_its_own_address(stage: Stage, visitor: SignIn) -> None:
    accepted(stage)
    answer = visitor("responder").get("/work/today/")
    assert 'data-live-source="/live"' in answer.content.decode()
    assert main_of(answer).one("section", id="today").has(data_live_list="case", data_live_url="/work/today/")


# One matter


def task(client: Client, matter: Matter, **query: str) -> Part:
    answer = client.get(f"/work/matter/{matter.id}/", query)
    assert answer.status_code == 200
    return main_of(answer)


def test_the_page_tells_where_until_when_with_whom_and_what_happened(stage: Stage, visitor: SignIn) -> None:
    place = stage.one("select id from register_place where code = 'cast.310115132001'")
    matter = accepted(stage, "消防通道停了三辆车", place_id=place)
    stage.do("worker", comment, case_id=matter.id, words="车主电话无人接")
    page = task(visitor("responder"), matter)
    facts = page.one("dl").words
    assert "瑞和苑" in facts and "瑞和物业" in facts
    assert "处置中" in page.words and "C12" in page.words
    story = page.one("section", aria_labelledby="story-h").words
    steps = ["上报", "消防通道停了三辆车", "立案", "派遣 → 瑞和物业", "接单", "备注", "车主电话无人接"]
    at = [story.index(step) for step in steps]
    assert at == sorted(at)


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("zh-hans", ("经过", "派遣 → 瑞和物业", "在哪里")), ("en", ("The story", "Dispatched to 瑞和物业", "Where"))],
)
def test_the_page_speaks_both_languages(stage: Stage, visitor: SignIn, language: str, wanted: tuple[str, ...]) -> None:
    matter = to_firm(stage)
    words = task(visitor("responder", language=language), matter).words
    assert [word for word in wanted if word not in words] == []


OFFERED = [
    (CaseState.DISPATCHED, ["accept", "return", "remark"]),
    (CaseState.HANDLING, ["arrive", "result", "step", "milestone", "extend", "wait", "remark"]),
    (CaseState.RETURN_ASKED, ["remark"]),
    (CaseState.SUSPENDED, ["remark"]),
    (CaseState.FED_BACK, ["remark"]),
    (CaseState.VERIFIED, ["remark"]),
    (CaseState.CLOSED, []),
]


@pytest.mark.parametrize(("state", "slugs"), OFFERED, ids=[state.value for state, _ in OFFERED])
def test_the_acts_that_are_offered_follow_the_state(
    stage: Stage, visitor: SignIn, state: CaseState, slugs: list[str]
) -> None:
    matter = stage.case_in(state)
    page = task(visitor("responder_urban"), matter)
    at = f"/work/matter/{matter.id}/"
    links = [a.attrs["href"] for a in page.all("a")] + [f.attrs["action"] for f in page.all("form")]
    offered = {link.removeprefix(at).strip("/") for link in links if link.startswith(at) and link != at}
    assert offered == set(slugs)


@pytest.mark.parametrize("slug", ["accept", "arrive", "result", "step", "milestone", "extend", "return", "wait"])
def test_the_form_of_an_act_that_is_not_possible_is_a_conflict(stage: Stage, visitor: SignIn, slug: str) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    answer = visitor("responder_urban").get(f"/work/matter/{matter.id}/{slug}/")
    assert answer.status_code == 409 and "这件事项已进入下一步，现在不能这样操作" in main_of(answer).words


STRANGERS = ["responder_other", "responder", "responder_housing", "worker_sibling", "worker_cousin", "head_other"]


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("way", ["page", "form", "act"])
def test_another_units_matter_looks_like_none_at_all(stage: Stage, visitor: SignIn, who: str, way: str) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    before = stage.snapshot(matter)
    client = visitor(who)
    at = f"/work/matter/{matter.id}/"
    nothing = f"/work/matter/{matter.id}".replace(str(matter.id)[:8], "00000000") + "/"
    ask: dict[str, Any] = {
        "page": client.get,
        "form": lambda path: client.get(path + "step/"),
        "act": lambda path: client.post(path + "step/", {"words": "我来了"}),
    }
    answer, unknown = ask[way](at), ask[way](nothing)
    assert answer.status_code == unknown.status_code == 404

    def told(got: Any) -> str:
        return re.sub(r"[2-9A-Z]{4}-[2-9A-Z]{4}", "", main_of(got).words)  # the number for support differs

    assert told(answer) == told(unknown)
    assert stage.snapshot(matter) == before


def test_an_unknown_act_is_no_page(stage: Stage, visitor: SignIn) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    for answer in (
        visitor("responder_urban").get(f"/work/matter/{matter.id}/close/"),
        visitor("responder_urban").post(f"/work/matter/{matter.id}/close/"),
    ):
        assert answer.status_code == 404


def test_a_sketch_shows_the_surroundings_only_where_the_position_is_known(stage: Stage, visitor: SignIn) -> None:
    compound = Place.objects.get(code="cast.310115132001")
    known, unknown = accepted(stage, "有位置", place_id=compound.id), accepted(stage, "没位置")
    sketch = task(visitor("responder"), known).one("section", aria_labelledby="plan-h")
    assert sketch.one("a").attrs["href"] == f"geo:{compound.lat:.6f},{compound.lng:.6f}"
    names = [text.words for text in sketch.one("svg").all("text")]
    assert "3号楼" in names or "瑞和苑" in names
    assert task(visitor("responder"), unknown).all("section", aria_labelledby="plan-h") == []


def test_an_earlier_phone_of_the_reporter_is_nowhere_on_the_page(stage: Stage, visitor: SignIn) -> None:
    matter = accepted(stage, "有电话的", phone="13900000001", reporter_name="王建国")
    html = visitor("responder").get(f"/work/matter/{matter.id}/").content.decode()
    assert "13900000001" not in html and "王建国" not in html
