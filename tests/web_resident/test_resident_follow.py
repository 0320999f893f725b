"""Following by the link: how it stands, what happened, the reporter's own acts, and who may not look."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from casework.stage import Matter, Stage
from django.test import Client
from pages import Part, alerts, main_of, page_of
from pictures import shot, shots
from pytest_django import Settings
from visitors import SignIn

from linli.casework.cases.api import CaseState, comment, merge_report, open_case, suspend
from linli.casework.intake.api import ReportState
from linli.kernel.ids import hash_secret
from linli.project.live import matters_of

pytestmark = pytest.mark.django_db
NOBODY = "x" * 24


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: Settings) -> None:
    """Photos of a test lie in a folder of its own."""
    settings.LINLI_FILES_ROOT = str(tmp_path / "files")


@pytest.fixture
def phone(stage: Stage, visitor: SignIn) -> Client:
    return visitor()


def page(client: Client, matter: Matter, **query: str) -> Part:
    answer = client.get(f"/r/{matter.link}/", query)
    assert answer.status_code == 200
    return main_of(answer)


def act(client: Client, matter: Matter, name: str, **fields: Any) -> Any:
    return client.post(f"/r/{matter.link}/{name}/", fields)


def offered(part: Part, matter: Matter) -> set[str]:
    forms = [form.attrs["action"] for form in part.one("section", id="acts").all("form")]
    return {action.removeprefix(f"/r/{matter.link}/").strip("/") for action in forms}


REPORTS = [
    (ReportState.RECEIVED, "收到了，正在看", {"add", "withdraw"}),
    (ReportState.ROUTED, "周浦镇城管中队", {"add", "withdraw"}),
    (ReportState.REFUSAL_ASKED, "收到了，正在看", {"add", "withdraw"}),
    (ReportState.REFUSED, "理由见下", set()),
    (ReportState.WITHDRAWN, "撤回", set()),
]
CASES = [
    (CaseState.FILED, 1, {"add", "withdraw"}),
    (CaseState.DISPATCHED, 1, {"add", "withdraw"}),
    (CaseState.RETURN_ASKED, 1, {"add"}),
    (CaseState.HANDLING, 2, {"add"}),
    (CaseState.SUSPENDED, 2, {"add"}),
    (CaseState.FED_BACK, 3, {"add"}),
    (CaseState.VERIFIED, 4, {"rate", "dispute"}),
    (CaseState.CLOSED, 5, set()),
    (CaseState.VOIDED, None, set()),
]


@pytest.mark.parametrize(("state", "words", "acts"), REPORTS, ids=[state.value for state, *_ in REPORTS])
def test_how_a_report_stands_and_what_one_may_do(
    stage: Stage, phone: Client, state: ReportState, words: str, acts: set[str]
) -> None:
    matter = stage.report_in(state)
    part = page(phone, matter)
    assert words in part.one("div", id="standing").words
    assert offered(part, matter) == acts


@pytest.mark.parametrize(("state", "step", "acts"), CASES, ids=[state.value for state, *_ in CASES])
def test_how_a_matter_stands_and_what_one_may_do(
    stage: Stage, phone: Client, state: CaseState, step: int | None, acts: set[str]
) -> None:
    matter = stage.case_in(state)
    part = page(phone, matter)
    steps = part.one("div", id="standing").all("li")
    assert len(steps) == (0 if step is None else 5)
    assert sum("done" in str(one.attrs) for one in steps) == (step or 0)
    assert offered(part, matter) == acts


@pytest.mark.parametrize("state", [ReportState.ACCEPTED, ReportState.MERGED])
def test_a_report_that_went_into_a_case_shows_the_case(stage: Stage, phone: Client, state: ReportState) -> None:
    part = page(phone, stage.report_in(state))
    assert len(part.one("div", id="standing").all("li")) == 5


def test_a_merged_report_names_the_number_it_goes_with(stage: Stage, phone: Client) -> None:
    first, second = stage.opened(), stage.receive(words="我也看到了")
    stage.do("worker", merge_report, report_id=second.id, into=first.id)
    part = page(phone, second)
    assert first.number in part.one("div", id="standing").words
    assert "我也看到了" in part.words and "楼道里堆满了纸箱" not in part.words  # the other's words are his own
    assert offered(part, second) == {"add"}  # nobody takes back what others wait for
    assert offered(page(phone, first), first) == {"add"}


def test_the_promise_and_who_answers_are_told(stage: Stage, phone: Client) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    standing = page(phone, matter).one("div", id="standing").words
    assert "周浦镇城管中队" in standing and "答应" in standing
    english = page(phone, matter, lang="en").one("div", id="standing").words
    assert "is working on it" in english and "Promised by" in english
    stage.pass_time(days=60)
    late = page(phone, matter, lang="en").one("div", id="standing").words
    assert "That time has passed; the next level has been told." in late


def test_the_number_stands_on_the_page_once(stage: Stage, phone: Client) -> None:
    matter = stage.receive()
    for query in ({}, {"new": "1"}):
        assert [one.words for one in page(phone, matter, **query).all("dd", class_="p-number")] == [matter.number]


def test_waiting_says_for_what(stage: Stage, phone: Client) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    stage.do("worker", suspend, case_id=matter.id, reason="等雨季过去")
    assert "等雨季过去" in page(phone, matter).one("div", id="standing").words


def test_the_story_names_units_and_never_persons(stage: Stage, phone: Client) -> None:
    matter = stage.case_in(CaseState.CLOSED)
    stage_two = stage.case_in(CaseState.HANDLING)
    stage.do("worker", comment, case_id=stage_two.id, words="内部的话")
    stage.do("worker", comment, case_id=stage_two.id, words="给您的话", public=True)
    story = page(phone, matter).one("section", aria_labelledby="story-h").words
    assert "周浦镇城管中队" in story
    for name in ("responder urban", "responder_urban", "worker", "居村工作人员"):
        assert name not in story
    other = page(phone, stage_two).words
    assert "给您的话" in other and "内部的话" not in other


# The reporter's acts


@pytest.mark.parametrize("as_case", [False, True], ids=["report", "case"])
def test_adding_words_and_photos(stage: Stage, phone: Client, as_case: bool) -> None:
    matter = stage.opened() if as_case else stage.receive()
    answer = act(phone, matter, "add", words="今天又多了一堆", photos=shots(2))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/r/{matter.link}/")
    entry = stage.entries(matter)[-1]
    assert (entry["act"], entry["words"], len(entry["photos"])) == ("add", "今天又多了一堆", 2)
    part = page(phone, matter)
    assert "今天又多了一堆" in part.words and len(part.one("section", aria_labelledby="story-h").all("img")) == 2


@pytest.mark.parametrize("as_case", [False, True], ids=["report", "case"])
def test_adding_nothing_is_refused(stage: Stage, phone: Client, as_case: bool) -> None:
    matter = stage.opened() if as_case else stage.receive()
    before = stage.snapshot(matter)
    answer = act(phone, matter, "add", words="  ")
    assert answer.status_code == 422 and alerts(main_of(answer)) == ["请说明情况，或者拍一张照片。"]
    assert stage.snapshot(matter) == before


@pytest.mark.parametrize("as_case", [False, True], ids=["report", "case"])
def test_taking_it_back_before_anybody_began(stage: Stage, phone: Client, as_case: bool) -> None:
    matter = stage.opened() if as_case else stage.receive()
    assert act(phone, matter, "withdraw", words="已经有人清走了").status_code == 302
    state = stage.case(matter)["state"] if as_case else stage.report(matter)["state"]
    assert state == ("voided" if as_case else "withdrawn")
    assert "已经有人清走了" in page(phone, matter).words
    again = act(phone, matter, "withdraw")
    assert again.status_code == 422 and stage.acts(matter).count("withdraw") == 1


def test_once_work_began_it_cannot_be_taken_back(stage: Stage, phone: Client) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    before = stage.snapshot(matter)
    assert act(phone, matter, "withdraw").status_code == 422
    assert stage.snapshot(matter) == before


@pytest.mark.parametrize("satisfaction", ["satisfied", "mostly", "fair", "dissatisfied"])
def test_rating_ends_it(stage: Stage, phone: Client, satisfaction: str) -> None:
    matter = stage.case_in(CaseState.VERIFIED)
    assert act(phone, matter, "rate", satisfaction=satisfaction, words="谢谢").status_code == 302
    assert stage.case(matter)["state"] == "closed"
    (row,) = stage.ask("select satisfaction, words from casework_rating where case_id = %s", matter.id)
    assert row == {"satisfaction": satisfaction, "words": "谢谢"}
    assert act(phone, matter, "rate", satisfaction=satisfaction).status_code == 422


@pytest.mark.parametrize("satisfaction", ["", "great", "SATISFIED"])
def test_a_rating_that_is_none_is_refused_and_the_words_stay(stage: Stage, phone: Client, satisfaction: str) -> None:
    matter = stage.case_in(CaseState.VERIFIED)
    before = stage.snapshot(matter)
    answer = act(phone, matter, "rate", satisfaction=satisfaction, words="做得不错")
    form = main_of(answer).one("form", action=f"/r/{matter.link}/rate/")
    assert answer.status_code == 422 and len(alerts(form)) == 1 and form.value("words") == "做得不错"
    assert stage.snapshot(matter) == before


def test_not_solved_sends_it_back_to_work(stage: Stage, phone: Client) -> None:
    matter = stage.case_in(CaseState.VERIFIED)
    assert act(phone, matter, "dispute", words="还是堵着", photos=[shot()]).status_code == 302
    case = stage.case(matter)
    assert (case["state"], case["reworks"]) == ("handling", 1)
    assert len(stage.entries(matter)[-1]["photos"]) == 1
    refused = act(phone, matter, "dispute", words="还是堵着")
    assert refused.status_code == 422


def test_not_solved_needs_words(stage: Stage, phone: Client) -> None:
    matter = stage.case_in(CaseState.VERIFIED)
    before = stage.snapshot(matter)
    assert act(phone, matter, "dispute", words=" ").status_code == 422
    assert stage.snapshot(matter) == before


def test_a_bad_photo_keeps_the_words_and_the_good_photo(stage: Stage, phone: Client) -> None:
    matter = stage.receive()
    answer = act(phone, matter, "add", words="看这两张", photos=[shot("坏.jpg", b"junk"), shot("好.jpg")])
    form = main_of(answer).one("form", action=f"/r/{matter.link}/add/")
    assert answer.status_code == 422 and "坏.jpg" in alerts(form)[0]
    assert form.value("words") == "看这两张" and len(form.all("input", name="photo")) == 1
    assert stage.acts(matter).count("add") == 0


@pytest.mark.parametrize("name", ["close", "verify", "void", "x"])
def test_what_is_no_act_of_a_reporter_is_no_page(stage: Stage, phone: Client, name: str) -> None:
    matter = stage.case_in(CaseState.VERIFIED)
    before = stage.snapshot(matter)
    assert act(phone, matter, name, words="x").status_code == 404
    assert stage.snapshot(matter) == before


# Who may not look


@pytest.mark.parametrize("way", ["", "row/", "add/", "rate/"])
def test_a_wrong_link_is_no_page(stage: Stage, phone: Client, way: str) -> None:
    address = f"/r/{NOBODY}/{way}"
    answer = phone.post(address) if way in ("add/", "rate/") else phone.get(address)
    assert answer.status_code == 404


@pytest.mark.parametrize("secret", ["short", "x" * 23, "x" * 25, "../../etc/passwd", "%00" * 8])
def test_what_cannot_be_a_link_is_no_page(phone: Client, secret: str) -> None:
    assert phone.get(f"/r/{secret}/").status_code == 404


def test_a_link_opens_its_own_report_and_no_photo_of_another(stage: Stage, phone: Client) -> None:
    mine, other = stage.receive(words="我的"), stage.receive(words="别人的")
    act(phone, other, "add", photos=[shot()])
    (photo,) = stage.entries(other)[-1]["photos"]
    assert phone.get(f"/r/{other.link}/photo/{photo}/full/").status_code == 200
    assert phone.get(f"/r/{mine.link}/photo/{photo}/full/").status_code == 404
    assert "别人的" not in page(phone, mine).words
    assert main_of(phone.get(f"/r/{mine.link}/")).words != page(phone, other).words


def test_the_phone_and_the_name_are_on_no_page_but_sealed(stage: Stage, phone: Client, visitor: SignIn) -> None:
    matter = stage.opened(phone="13900000001", reporter_name="王建国")
    assert stage.report(matter)["phone_mask"] == "139****0001"
    pages = [
        phone.get(f"/r/{matter.link}/"), phone.get(f"/r/{matter.link}/row/"),
        visitor("worker").get(f"/work/matter/{matter.id}/"), visitor("worker").get("/work/today/"),
    ]  # fmt: skip
    for answer in pages:
        assert answer.status_code == 200
        assert "13900000001" not in answer.content.decode() and "王建国" not in answer.content.decode()
    rows = json.dumps(stage.snapshot(matter), default=str)
    assert "13900000001" not in rows and "王建国" not in rows


def test_search_engines_and_other_sites_learn_nothing(stage: Stage, phone: Client) -> None:
    matter = stage.receive()
    answer = phone.get(f"/r/{matter.link}/")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    assert page_of(answer).one("meta", name="robots").attrs["content"] == "noindex"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    foreign = [one.attrs["href"] for one in page_of(answer).all("a") if one.attrs["href"].startswith("http")]
    assert foreign == []


def test_a_get_changes_nothing_and_an_act_is_never_a_get(stage: Stage, phone: Client) -> None:
    matter = stage.case_in(CaseState.VERIFIED)
    before = stage.snapshot(matter)
    page(phone, matter)
    phone.get(f"/r/{matter.link}/row/")
    assert phone.get(f"/r/{matter.link}/rate/").status_code == 405
    assert stage.snapshot(matter) == before


def test_only_the_hash_of_a_link_is_stored(stage: Stage) -> None:
    matter = stage.receive()
    assert matter.link not in json.dumps(
        stage.ask("select * from casework_report where id = %s", matter.id), default=str
    )
    assert re.fullmatch(r"[0-9a-f]{64}", hash_secret(matter.link))


# What a link may hear of


def test_a_link_hears_of_its_report_then_of_the_case_it_went_into(stage: Stage) -> None:
    first, second = stage.receive(), stage.receive(words="同一件")
    assert matters_of(second.link) == frozenset({str(second.id)})
    stage.do("worker", open_case, report_id=first.id, item_code="C06")
    assert matters_of(first.link) == frozenset({str(first.id)})
    stage.do("worker", merge_report, report_id=second.id, into=first.id)
    assert matters_of(second.link) == frozenset({str(second.id), str(first.id)})
    assert matters_of(NOBODY) is None
    assert matters_of("") is None


def test_the_page_listens_by_its_own_link(stage: Stage, phone: Client) -> None:
    matter = stage.receive()
    body = page_of(phone.get(f"/r/{matter.link}/")).one("body")
    assert body.attrs["data-follow-live"] == f"/live/r/{matter.link}"
    assert "data-live-source" not in body.attrs
