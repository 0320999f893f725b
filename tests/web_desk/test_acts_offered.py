"""Who is offered which act in which state, and that an act that is not offered is refused with nothing changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from casework.stage import BY_COMMITTEE, ITEM, OF_SAFETY, Stage, unit
from django.test import Client
from web_desk.desk import Desk, as_a_connection_begins

from linli.casework.cases.api import CaseState
from linli.casework.intake.api import ReportState
from linli.web.desk.acts import DEEDS

pytestmark = pytest.mark.django_db

OUTSIDERS = (
    "worker_sibling", "worker_cousin", "worker_village", "head_other", "dispatcher_other", "responder_other",
    "responder_housing",
)  # fmt: skip
DESK = ("worker", "head", "dispatcher")


def each(people: Sequence[str], acts: Sequence[str]) -> dict[str, Sequence[str]]:
    """The same acts for each of them."""
    return dict.fromkeys(people, acts)


TRIAGE = ["file", "merge", "route", "refuse"]
REPORTS: Mapping[ReportState, Mapping[str, Sequence[str]]] = {
    ReportState.RECEIVED: {**each(DESK, TRIAGE), "district": [], "auditor": []},
    ReportState.ROUTED: {
        **each(DESK, ["file", "merge", "refuse"]),
        "responder_urban": ["file", "merge", "send-back", "refuse"],
        "district": [],
        "auditor": [],
    },
    ReportState.REFUSAL_ASKED: {
        "worker": [], "head": ["review"], "dispatcher": ["review"], "district": ["review"], "auditor": [],
    },
    ReportState.REFUSED: {**each(DESK, []), "district": [], "auditor": []},
    ReportState.WITHDRAWN: {**each(DESK, []), "district": [], "auditor": []},
}  # fmt: skip

LEADS = ("head", "dispatcher")
CASES: Mapping[CaseState, Mapping[str, Sequence[str]]] = {
    CaseState.FILED: {
        "worker": ["dispatch", "self-handle", "comment"],
        **each(LEADS, ["dispatch", "self-handle", "comment", "void"]),
        "district": ["comment", "void"],
        "auditor": [],
    },
    CaseState.DISPATCHED: {
        "worker": ["transfer", "comment"],
        **each(LEADS, ["transfer", "comment", "void"]),
        "district": ["comment", "void"],
        "responder_urban": ["accept", "return", "comment"],
        "auditor": [],
    },
    CaseState.RETURN_ASKED: {
        "worker": ["comment"],
        **each((*LEADS, "district"), ["rule", "comment", "void"]),
        "responder_urban": ["comment"],
        "auditor": [],
    },
    CaseState.HANDLING: {
        "worker": ["transfer", "suspend", "more-time", "comment"],
        **each(LEADS, ["transfer", "suspend", "more-time", "comment", "void"]),
        "district": ["comment", "void"],
        "responder_urban": ["arrive", "milestone", "feed-back", "step", "more-time", "comment"],
        "auditor": [],
    },
    CaseState.SUSPENDED: {
        "worker": ["resume", "remind", "comment"],
        **each(LEADS, ["resume", "remind", "comment", "void"]),
        "district": ["comment", "void"],
        "responder_urban": ["resume", "remind", "comment"],
        "auditor": [],
    },
    CaseState.FED_BACK: {
        **each((*DESK, "district"), ["verify", "comment"]),
        "responder_urban": ["comment"],
        "auditor": [],
    },
    CaseState.VERIFIED: {
        **each((*DESK, "district", "responder_urban"), ["comment"]),
        "auditor": [],
    },
    CaseState.CLOSED: {**each((*DESK, "district"), ["reopen"]), "responder_urban": [], "auditor": []},
    CaseState.VOIDED: {**each((*DESK, "district", "auditor"), [])},
}


@pytest.mark.parametrize("state", REPORTS)
def test_a_report_offers_each_person_his_acts_and_no_other(stage: Stage, desk: Desk, state: ReportState) -> None:
    matter = stage.report_in(state)
    assert {who: desk.page(who, matter).offered for who in REPORTS[state]} == REPORTS[state]


@pytest.mark.parametrize("state", CASES)
def test_a_case_offers_each_person_his_acts_and_no_other(stage: Stage, desk: Desk, state: CaseState) -> None:
    matter = stage.case_in(state)
    assert {who: desk.page(who, matter).offered for who in CASES[state]} == CASES[state]


@pytest.mark.parametrize("who", OUTSIDERS)
def test_to_people_of_other_areas_and_units_the_matter_does_not_exist(stage: Stage, desk: Desk, who: str) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    assert desk.page("worker", matter).status == 200
    assert desk.page(who, matter).status == 404
    assert desk.get(who, f"peek/{matter.id}", part=True).status == 404
    assert desk.get(who, f"rows/{matter.id}", part=True).status == 404


@pytest.mark.parametrize("who", ["worker_sibling", "head_other", "dispatcher_other", "responder"])
def test_nor_do_they_act_on_it(stage: Stage, desk: Desk, who: str) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    assert desk.refused(who, matter, "comment", words="我来", public="inner").status == 404
    assert desk.refused(who, matter, "feed-back", words="我来", result="explained").status == 404


FILLED = {
    "words": "理由充分", "item": "C06", "topic": "X10", "unit": "proposed", "another": "", "decision": "grant",
    "method": "on_site", "amount": "1", "result": "explained", "reason": "not_our_duty", "public": "inner",
    "label": "停工", "title": "", "into": "", "number": "",
}  # fmt: skip
"""Good values for every field of every form: what refuses them is the right to act, never a missing field."""


def _filled(slug: str) -> dict[str, str]:
    given = dict(FILLED)
    if slug == "transfer":
        given["unit"] = str(unit("housing").id)
    if slug in ("more-time", "extension"):
        given["unit"] = "d"
    if slug == "verify":
        given["decision"] = "pass"
    if slug == "review":
        given["decision"] = "agree"
    if slug == "route":
        given["unit"] = ""
    return given


MOVED_ON = "这件事项已进入下一步，现在不能这样操作。"
REPORT_MOVED_ON = "这条上报已进入下一步，现在不能这样操作。"
TOO_EARLY: Mapping[str, tuple[str, CaseState]] = {
    "dispatch": ("worker", CaseState.HANDLING),
    "accept": ("responder_urban", CaseState.HANDLING),
    "rule": ("head", CaseState.DISPATCHED),
    "verify": ("worker", CaseState.HANDLING),
    "arrive": ("responder_urban", CaseState.DISPATCHED),
    "milestone": ("responder_urban", CaseState.FED_BACK),
    "feed-back": ("responder_urban", CaseState.DISPATCHED),
    "step": ("responder_urban", CaseState.SUSPENDED),
    "self-handle": ("worker", CaseState.DISPATCHED),
    "resume": ("worker", CaseState.HANDLING),
    "remind": ("worker", CaseState.HANDLING),
    "reopen": ("worker", CaseState.VERIFIED),
    "transfer": ("worker", CaseState.FED_BACK),
    "suspend": ("worker", CaseState.DISPATCHED),
    "more-time": ("responder_urban", CaseState.DISPATCHED),
    "return": ("responder_urban", CaseState.HANDLING),
    "comment": ("worker", CaseState.CLOSED),
    "void": ("head", CaseState.VERIFIED),
}


@pytest.mark.parametrize("slug", TOO_EARLY)
def test_an_act_out_of_its_turn_is_refused_in_words_and_changes_nothing(stage: Stage, desk: Desk, slug: str) -> None:
    who, state = TOO_EARLY[slug]
    matter = stage.case_in(state, item_code=BY_COMMITTEE if slug == "self-handle" else ITEM)
    assert slug not in desk.page(who, matter).offered
    answer = desk.refused(who, matter, slug, **_filled(slug))
    assert answer.status == 422
    assert MOVED_ON in answer.one("section", id="part-acts").text


@pytest.mark.parametrize("slug", ["route", "refuse", "send-back"])
def test_so_it_is_for_a_report_under_review(stage: Stage, desk: Desk, slug: str) -> None:
    matter = stage.report_in(ReportState.REFUSAL_ASKED)
    answer = desk.refused("worker", matter, slug, **_filled(slug))
    assert answer.status == 422
    assert REPORT_MOVED_ON in answer.one("section", id="part-acts").text


WITHOUT_THE_ROLE: Mapping[str, Sequence[str]] = {
    "auditor": [*DEEDS],
    "district": ["file", "dispatch", "transfer", "accept", "arrive", "feed-back", "suspend", "resume"],
    "worker": ["review", "rule", "void"],
    "responder_urban": ["review", "dispatch", "transfer", "rule", "extension", "verify", "suspend", "reopen", "void"],
}


@pytest.mark.parametrize("who", WITHOUT_THE_ROLE)
def test_a_role_that_may_not_is_refused_before_the_form_is_read(stage: Stage, desk: Desk, who: str) -> None:
    matter = stage.case_in(CaseState.DISPATCHED)
    for slug in WITHOUT_THE_ROLE[who]:
        answer = desk.refused(who, matter, slug)
        assert (answer.status, "您的角色没有这项权限" in answer.text) == (403, True), (slug, answer.text)


@pytest.mark.parametrize("slug", [slug for slug, deed in DEEDS.items() if deed.of_cases])
def test_acts_of_a_case_are_refused_on_a_report_in_words(stage: Stage, desk: Desk, slug: str) -> None:
    matter = stage.report_in(ReportState.RECEIVED)
    answer = desk.refused("head", matter, slug, **_filled(slug))
    assert (answer.status, MOVED_ON in answer.text) == (422, True)


def test_the_form_with_the_same_values_is_taken_from_those_to_whom_it_is_offered(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    assert desk.do("responder_urban", matter, "milestone", **_filled("milestone")).status == 302
    assert desk.do("responder_urban", matter, "feed-back", **_filled("feed-back")).status == 302
    assert desk.do("worker", matter, "verify", **_filled("verify")).status == 302
    assert stage.case(matter)["state"] == CaseState.VERIFIED


def test_a_matter_of_safety_is_never_fixed_without_other_eyes(stage: Stage, desk: Desk) -> None:
    small, unsafe = stage.opened(BY_COMMITTEE), stage.opened(OF_SAFETY)
    assert "self-handle" in desk.page("worker", small).offered
    assert "self-handle" not in desk.page("worker", unsafe).offered
    answer = desk.refused("worker", unsafe, "self-handle", words="当场清走")
    assert answer.status == 422


@pytest.mark.parametrize("slug", DEEDS)
def test_opening_the_address_of_an_act_does_nothing_and_leads_to_its_form(stage: Stage, desk: Desk, slug: str) -> None:
    matter = stage.case_in(CaseState.HANDLING) if DEEDS[slug].of_cases else stage.report_in(ReportState.RECEIVED)
    before = stage.snapshot(matter)
    answer = desk.get("head", f"{matter.number}/{slug}")
    assert (answer.status, answer.headers["Location"]) == (302, f"/desk/{matter.number}?do={slug}#acts")
    assert stage.snapshot(matter) == before


def test_the_address_with_do_opens_that_act_and_no_other(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    shown = desk.get("head", f"{matter.number}?do=suspend")
    assert [fold.attrs["id"] for fold in shown.all("details", _class="d-act") if "open" in fold.attrs] == [
        "act-suspend"
    ]
    assert desk.get("head", f"{matter.number}?do=nothing").offered == shown.offered


def test_an_act_below_more_unfolds_the_fold_around_it(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    more = desk.get("head", f"{matter.number}?do=void").one("details", _class="l-fold d-acts__more")
    assert "open" in more.attrs and more.has("details", id="act-void")
    assert "open" not in desk.page("head", matter).one("details", _class="l-fold d-acts__more").attrs


def test_without_the_token_of_the_page_no_act_is_done(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    kept = desk.client("worker").cookies
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.update(kept)
    before = stage.snapshot(matter)
    as_a_connection_begins()
    assert strict.post(f"/desk/{matter.number}/comment", {"words": "假冒", "public": "inner"}).status_code == 403
    assert stage.snapshot(matter) == before
    as_a_connection_begins()
    page = strict.get(f"/desk/{matter.number}").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    as_a_connection_begins()
    given = {"words": "本人", "public": "inner", "csrfmiddlewaretoken": token}
    assert strict.post(f"/desk/{matter.number}/comment", given).status_code == 302
    assert stage.entries(matter)[-1]["words"] == "本人"


def test_a_stranger_is_sent_to_sign_in_and_back_to_the_act(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    before = stage.snapshot(matter)
    as_a_connection_begins()
    answer = Client().post(f"/desk/{matter.number}/comment", {"words": "路过", "public": "inner"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=")
    assert stage.snapshot(matter) == before


def test_nobody_who_may_do_nothing_is_left_without_a_word(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    assert "这里没有等您办的事。" in desk.page("auditor", matter).one("section", id="part-acts").text
    assert "Nothing waits for you here." in desk.page("auditor", matter, lang="en").text
    assert "这里没有等您办的事。" not in desk.page("worker", matter).text
