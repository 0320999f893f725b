"""Each act over HTTP: done by whom it is for, told in the story, and refused to everybody else without a trace."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import cast
import pytest
from doors.ways import Body, act, case_in, everything, filed, problem
from PIL import Image

from linli.accounts.models import Unit
from linli.doors.rest.operations import GATES
from linli.files.models import Photo
from linli.territory.models import Area

Call = Callable[[str], Any]


@dataclass(frozen=True)
class Turn:
    """One act: from which state, by whom, with what, to which state; a role that may not, a state that does not let."""

    name: str
    state: str
    who: str
    body: Body
    after: str
    role_without: str
    wrong_state: str
    told: str = ""


WORDS = {"words": "按规定办理"}
TURNS = [
    Turn("dispatch", "filed", "worker", {}, "dispatched", "responder", "handling"),
    Turn("accept", "dispatched", "head", None, "handling", "district", "filed"),
    Turn("return", "dispatched", "worker", WORDS | {"reason": "not_our_duty"}, "return_asked", "district", "handling",
         "return_ask"),
    Turn("rule_return", "return_asked", "dispatcher", WORDS | {"grant": True}, "filed", "worker", "dispatched",
         "return_grant"),
    Turn("arrive", "handling", "head", WORDS, "handling", "district", "fed_back"),
    Turn("step", "handling", "head", WORDS, "handling", "auditor", "dispatched"),
    Turn("feed_back", "handling", "head", WORDS | {"result": "explained"}, "fed_back", "district", "verified"),
    Turn("extension", "handling", "head", WORDS | {"amount": "1", "unit": "d"}, "handling", "district", "suspended",
         "extend_ask"),
    Turn("suspend", "handling", "worker", WORDS, "suspended", "responder", "suspended"),
    Turn("resume", "suspended", "worker", WORDS, "handling", "district", "handling"),
    Turn("verify", "fed_back", "worker", {"passed": True, "method": "photos"}, "verified", "responder", "handling"),
    Turn("comment", "filed", "worker", WORDS, "filed", "auditor", "voided"),
    Turn("reopen", "closed", "dispatcher", WORDS, "handling", "responder", "verified"),
    Turn("void", "filed", "head", WORDS, "voided", "worker", "verified"),
]  # fmt: skip
OTHERS = {"transfer", "milestone", "self_handle", "rule_extension"}
"""Acts with tests of their own below: they need a unit, a milestone or photos."""
turns = pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.name)


def test_every_act_of_a_case_is_tried_here(anyone: Any) -> None:
    paths = {path for path in anyone.get("/openapi.json").json()["paths"] if "/cases/{case}/acts/" in path}
    assert {path.rpartition("/")[2] for path in paths} == {turn.name for turn in TURNS} | OTHERS
    assert len(paths) == 18 < len(GATES)


@turns
def test_an_act_moves_the_case_and_is_told_with_its_words(anyone: Any, caller: Call, turn: Turn) -> None:
    got = case_in(anyone, caller, turn.state)
    done = act(caller, got["number"], turn.who, turn.name, turn.body)
    told = turn.told or turn.name
    assert (done.status_code, done.json()) == (200, {"id": got["id"], "act": told, "state": turn.after}), done.content
    seen = everything(caller, got["id"])
    assert seen["state"] == turn.after
    last = seen["story"][-1]
    assert (last["act"], last["by"]) == (told, turn.who)
    assert last["words"] == str((turn.body or {}).get("words", ""))
    assert told not in seen["acts"] or turn.after == turn.state


@turns
def test_who_may_not_or_is_not_near_is_refused_and_nothing_changes(anyone: Any, caller: Call, turn: Turn) -> None:
    got = case_in(anyone, caller, turn.state)
    before = everything(caller, got["id"])
    problem(act(caller, got["number"], turn.role_without, turn.name, turn.body), 403, "not_permitted")
    problem(act(caller, got["number"], "dispatcher_other", turn.name, turn.body), 404, "case_unknown")
    problem(anyone.act(got["number"], turn.name, **(turn.body or {})), 401, "token_missing")
    if turn.body is not None:
        problem(act(caller, got["number"], turn.who, turn.name, dict(turn.body) | {"misspelt": 1}), 422, "invalid")
        malformed = caller(turn.who).post(f"/cases/{got['id']}/acts/{turn.name}", b"{", key=None)
        problem(malformed, 400, "unreadable")
    assert everything(caller, got["id"]) == before


@turns
def test_in_the_wrong_state_it_is_a_conflict(anyone: Any, caller: Call, turn: Turn) -> None:
    got = case_in(anyone, caller, turn.wrong_state)
    before = everything(caller, got["id"])
    refused = problem(act(caller, got["number"], turn.who, turn.name, turn.body), 409, "case_wrong_state")
    assert refused["title"] == "Conflict"
    assert everything(caller, got["id"]) == before


MUST_SPEAK = {
    "return": "reason_missing", "rule_return": "reason_missing", "step": "step_empty", "feed_back": "words_missing",
    "extension": "reason_missing", "suspend": "reason_missing", "comment": "reason_missing", "reopen": "reason_missing",
    "void": "reason_missing",
}  # fmt: skip
"""Act → the code with which it refuses to be done without a word."""


@pytest.mark.parametrize("turn", [turn for turn in TURNS if turn.name in MUST_SPEAK], ids=lambda turn: turn.name)
def test_words_that_are_needed_must_be_more_than_space(anyone: Any, caller: Call, turn: Turn) -> None:
    got = case_in(anyone, caller, turn.state)
    before = everything(caller, got["id"])
    empty = act(caller, got["number"], turn.who, turn.name, dict(turn.body or {}) | {"words": " \n\t "})
    problem(empty, 422, MUST_SPEAK[turn.name])
    assert everything(caller, got["id"]) == before


def test_a_transfer_goes_to_the_named_unit_and_to_no_unit_elsewhere(anyone: Any, caller: Call) -> None:
    got = case_in(anyone, caller, "dispatched")
    units = Unit.objects.using("owner")
    here, now = units.get(code="cast.property"), everything(caller, got["id"])["unit"]["id"]
    elsewhere = units.get(code="cast.property_other")
    worker = caller("worker")
    problem(worker.act(got["number"], "transfer", unit_id=elsewhere.id, words="转"), 422, "unit_elsewhere")
    problem(worker.act(got["number"], "transfer", unit_id=now, words="转"), 422, "same_unit")
    problem(worker.act(got["number"], "transfer", unit_id=here.id, words=" "), 422, "reason_missing")
    for wrong in (0, -1, 2**31, "1", None, 1.5, True):
        problem(worker.act(got["number"], "transfer", unit_id=wrong, words="转"), 422, "invalid")
    problem(caller("responder").act(got["number"], "transfer", unit_id=here.id, words="转"), 403, "not_permitted")
    problem(caller("dispatcher_other").act(got["number"], "transfer", unit_id=here.id, words="转"), 404, "case_unknown")
    assert everything(caller, got["id"])["unit"]["id"] == now
    problem(caller("responder").get(f"/cases/{got['id']}"), 404, "case_unknown")
    assert worker.act(got["number"], "transfer", unit_id=here.id, words="由物业办理").json()["state"] == "dispatched"
    assert everything(caller, got["id"])["unit"]["id"] == here.id
    assert caller("responder").get(f"/cases/{got['id']}").status_code == 200
    assert caller("responder").post(f"/cases/{got['id']}/acts/accept").json()["state"] == "handling"


def test_an_extension_is_ruled_on_once_it_was_asked(anyone: Any, caller: Call) -> None:
    got = case_in(anyone, caller, "handling")
    more = {"amount": "2", "unit": "d", "words": "等配件"}
    problem(caller("worker").act(got["number"], "rule_extension", grant=True, **more), 409, "extension_not_asked")
    assert caller("head").act(got["number"], "extension", **more).status_code == 200
    problem(caller("head").act(got["number"], "extension", **more), 409, "extension_used")
    problem(caller("responder").act(got["number"], "rule_extension", grant=True, **more), 403, "not_permitted")
    problem(caller("dispatcher_other").act(got["id"], "rule_extension", grant=True, **more), 404, "case_unknown")
    before = next(one for one in everything(caller, got["id"])["clocks"] if one["kind"] == "whole")["due_at"]
    done = caller("worker").act(got["number"], "rule_extension", grant=True, **more)
    assert done.json() == {"id": got["id"], "act": "extend_grant", "state": "handling"}
    after = next(one for one in everything(caller, got["id"])["clocks"] if one["kind"] == "whole")["due_at"]
    assert after > before


@pytest.mark.parametrize("amount", ["0", "-1", "1000.01", "1.005", "NaN", "Infinity", "viel", ""])
def test_an_amount_of_time_is_a_positive_number_with_two_places(anyone: Any, caller: Call, amount: str) -> None:
    got = case_in(anyone, caller, "handling")
    given = {"amount": amount, "unit": "d", "words": "等配件"}
    problem(caller("head").act(got["number"], "extension", **given), 422, "invalid")
    problem(caller("head").act(got["number"], "extension", **given | {"amount": "1", "unit": "w"}), 422, "invalid")
    assert "extend_ask" not in [one["act"] for one in everything(caller, got["id"])["story"]]


def photo_of(who: Any) -> str:
    picture = io.BytesIO()
    Image.new("RGB", (32, 24), (20, 120, 60)).save(picture, "PNG")
    picture.seek(0)
    picture.name = "x.png"
    got = who.client.post("/api/v1/photos", {"file": picture}, headers=who.headers())
    assert got.status_code == 201, got.content
    return str(got.json()["id"])


def test_a_milestone_has_the_name_its_clock_has(anyone: Any, caller: Call) -> None:
    got = filed(anyone, caller, item="C06")
    assert caller("worker").act(got["number"], "dispatch").json()["state"] == "dispatched"
    problem(
        caller("responder_urban").act(got["number"], "milestone", label="停工", words="已停工"), 409, "case_wrong_state"
    )
    assert caller("responder_urban").post(f"/cases/{got['id']}/acts/accept").json()["state"] == "handling"
    urban = caller("responder_urban")
    problem(urban.act(got["number"], "milestone", label="没有的", words="x"), 422, "milestone_unknown")
    problem(urban.act(got["number"], "milestone", label="停\x00工", words="x"), 422, "invalid")
    problem(urban.act(got["number"], "milestone", label="停" * 61, words="x"), 422, "invalid")
    problem(caller("district").act(got["number"], "milestone", label="停工", words="x"), 403, "not_permitted")
    problem(caller("responder").act(got["number"], "milestone", label="停工", words="x"), 404, "case_unknown")
    done = urban.act(got["number"], "milestone", label="停工", words="已停工", photos=[photo_of(urban)])
    assert done.json() == {"id": got["id"], "act": "milestone", "state": "handling"}
    clocks = {one["label"]: one for one in everything(caller, got["id"])["clocks"] if one["kind"] == "milestone"}
    assert clocks["停工"]["met_at"] is not None
    assert [label for label, one in clocks.items() if one["met_at"] is None] != []


def test_photos_of_a_step_are_kept_with_it_and_belong_to_its_area_alone(anyone: Any, caller: Call) -> None:
    first = case_in(anyone, caller, "handling")
    second = filed(anyone, caller, area=cast.FOREIGN_AREA, worker="dispatcher_other")
    assert caller("dispatcher_other").act(second["number"], "dispatch").status_code == 200
    assert caller("dispatcher_other").post(f"/cases/{second['id']}/acts/accept").status_code == 200
    head = caller("head")
    mine = photo_of(head)
    assert head.act(first["number"], "step", photos=[mine]).status_code == 200
    assert everything(caller, first["id"])["story"][-1]["photos"] == [mine]
    kept = Photo.objects.using("owner").get(id=mine)
    assert kept.area_id == Area.objects.using("owner").get(code=cast.HOME_AREA).id
    problem(caller("dispatcher_other").act(second["number"], "step", photos=[mine]), 404, "photo_not_found")
    problem(head.act(first["number"], "step", photos=[str(uuid4())]), 404, "photo_not_found")
    problem(head.act(first["number"], "step", photos=["x"]), 422, "invalid")
    problem(head.act(first["number"], "step", photos=[str(uuid4())] * 7), 422, "invalid")
    assert [one["act"] for one in everything(caller, first["id"])["story"]].count("step") == 1
    told = caller("dispatcher_other").get(f"/cases/{second['id']}").json()["story"]
    assert [one["act"] for one in told] == ["receive", "open", "dispatch", "accept"]


def test_found_and_fixed_at_once_asks_for_the_photos_of_the_item(anyone: Any, caller: Call) -> None:
    got = filed(anyone, caller, item="C18")
    worker = caller("worker")
    problem(caller("responder").act(got["number"], "self_handle", words="已清"), 403, "not_permitted")
    problem(caller("dispatcher_other").act(got["number"], "self_handle", words="已清"), 404, "case_unknown")
    told = everything(caller, got["id"])
    item = next(one for one in anyone.get("/items").json() if one["code"] == "C18")
    photos = {
        "before": [photo_of(worker)] if item["photo_before"] else [],
        "after": [photo_of(worker)] if item["photo_after"] else [],
    }
    if item["photo_before"] or item["photo_after"]:
        problem(worker.act(got["number"], "self_handle", words="已清"), 422, "evidence_missing")
        assert everything(caller, got["id"]) == told
    done = worker.act(got["number"], "self_handle", words="已清", **photos)
    assert (done.status_code, done.json()["state"]) == (200, "verified"), done.content
    problem(worker.act(got["number"], "self_handle", words="再清", **photos), 409, "case_wrong_state")


REPORT_ACTS: list[tuple[str, str, Body, str, str]] = [
    ("open", "worker", {"item_code": "C04"}, "accepted", "auditor"),
    ("ask_refusal", "worker", {"words": "不属实"}, "refusal_asked", "district"),
]


@pytest.mark.parametrize(("name", "who", "body", "after", "role_without"), REPORT_ACTS, ids=lambda one: str(one)[:12])
def test_an_act_on_a_waiting_report(
    anyone: Any, caller: Call, said: dict[str, object], name: str, who: str, body: Body, after: str, role_without: str
) -> None:
    got = anyone.post("/reports", said).json()
    path = f"/reports/{got['id']}/acts/{name}"
    problem(caller(role_without).post(path, body), 403, "not_permitted")
    problem(caller("dispatcher_other").post(path, body), 404, "report_unknown")
    problem(caller("worker_sibling").post(path, body), 404, "report_unknown")
    problem(anyone.post(path, body), 401, "token_missing")
    problem(caller(who).post(path, {"misspelt": 1}), 422, "invalid")
    problem(caller(who).post(f"/reports/{uuid4()}/acts/{name}", body), 404, "report_unknown")
    assert caller("worker").get(f"/reports/{got['id']}").json()["state"] == "received"
    assert caller(who).post(path, body).json()["state"] == after
    problem(caller(who).post(path, body), 409, "report_wrong_state")


def test_a_refusal_needs_words_and_can_be_turned_down(anyone: Any, caller: Call, said: dict[str, object]) -> None:
    got = anyone.post("/reports", said).json()
    acts = f"/reports/{got['id']}/acts"
    review = {"agree": False, "words": "要受理"}
    problem(caller("dispatcher").post(f"{acts}/review_refusal", review), 409, "report_wrong_state")
    problem(caller("worker").post(f"{acts}/ask_refusal", {"words": "  "}), 422, "reason_missing")
    assert caller("worker").post(f"{acts}/ask_refusal", {"words": "不属实"}).status_code == 200
    problem(caller("worker").post(f"{acts}/review_refusal", review), 403, "not_permitted")
    problem(caller("dispatcher").post(f"{acts}/review_refusal", review | {"words": ""}), 422, "reason_missing")
    done = caller("dispatcher").post(f"{acts}/review_refusal", review)
    assert done.json() == {"id": got["id"], "act": "refuse_deny", "state": "received"}


def test_merging_into_nothing_elsewhere_or_itself_changes_nothing(
    anyone: Any, caller: Call, said: dict[str, object]
) -> None:
    got, elsewhere = anyone.post("/reports", said).json(), filed(anyone, caller, area=cast.FOREIGN_AREA,
                                                                 worker="dispatcher_other")  # fmt: skip
    path = f"/reports/{got['id']}/acts/merge"
    for into in (str(uuid4()), elsewhere["id"], got["id"]):
        problem(caller("worker").post(path, {"into": into}), 404, "case_unknown")
    problem(caller("worker").post(path, {"into": "x"}), 422, "invalid")
    assert caller("worker").get(f"/reports/{got['id']}").json()["state"] == "received"
    done = case_in(anyone, caller, "handling")
    assert caller("worker").post(path, {"into": done["id"]}).json() == {
        "id": got["id"], "act": "merge", "state": "merged"
    }  # fmt: skip


def test_a_report_that_nobody_routed_cannot_be_sent_back(anyone: Any, caller: Call, said: dict[str, object]) -> None:
    got = anyone.post("/reports", said).json()
    path = f"/reports/{got['id']}/acts/send_back"
    problem(caller("worker").post(path, {"words": "不归我"}), 409, "report_wrong_state")
    problem(caller("auditor").post(path, {"words": "不归我"}), 403, "not_permitted")
    problem(caller("worker_cousin").post(path, {"words": "不归我"}), 404, "report_unknown")
