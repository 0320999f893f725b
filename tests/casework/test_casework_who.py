"""Who may do what: each act tried by everybody of the cast; whoever may not changes nothing and hears why."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import cast
import pytest
from casework.acts import DEEDS, Deed
from casework.stage import Stage, unit, user_id
from django.db import transaction

from linli.access.api import PERMISSIONS
from linli.accounts.api import Role
from linli.casework.cases.api import CaseState, ask_extension, decide_extension
from linli.casework.dispatch.api import accept_assignment, dispatch_case
from linli.casework.intake.api import Channel, Draft, receive_report
from linli.casework.timeline.api import Act
from linli.kernel.errors import Forbidden, LinliError
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
each_deed = pytest.mark.parametrize("deed", DEEDS, ids=str)
OUT_OF_SIGHT = {"case_unknown", "report_unknown"}


def tried(stage: Stage, deed: Deed, who: str, matter: Any) -> str:
    """The code by which this person is refused, empty when he is not; nothing stays of it."""
    try:
        with transaction.atomic():
            deed.take(stage, matter, who)
            transaction.set_rollback(True)
    except LinliError as refused:
        return refused.code
    return ""


@each_deed
def test_exactly_these_people_may(stage: Stage, deed: Deed) -> None:
    matter = deed.bring(stage)
    before = stage.snapshot(matter)
    answers = {who: tried(stage, deed, who, matter) for who in cast.CAST}
    assert {who for who, code in answers.items() if not code} == deed.may
    assert stage.snapshot(matter) == before
    refused = {code for code in answers.values() if code}
    assert refused <= OUT_OF_SIGHT | {"not_permitted", "other_unit"}
    for who, part in cast.CAST.items():
        if part.role is Role.AUDITOR:
            assert answers[who] == "not_permitted"


@each_deed
def test_one_who_only_reads_is_refused_in_words_even_for_what_does_not_exist(stage: Stage, deed: Deed) -> None:
    """Before the lock: his database role may not even lock, and the database's refusal is nothing to show."""
    matter = stage.receive()
    before = stage.snapshot(matter)
    assert tried(stage, deed, "auditor", matter) == "not_permitted"
    assert {k: v for k, v in stage.snapshot(matter).items() if k != "counts"} == {
        k: v for k, v in before.items() if k != "counts"
    }


def test_an_auditor_does_not_report(stage: Stage) -> None:
    draft = Draft(Channel.DESK, words="楼道里堆满了纸箱", area_id=area_by_code(cast.HOME_AREA).id)
    with pytest.raises(Forbidden) as caught:
        stage.do("auditor", receive_report, draft=draft)
    assert caught.value.code == "not_permitted"
    assert stage.do("district", receive_report, draft=draft).fresh


@each_deed
def test_a_reporter_takes_no_step_of_staff_by_his_link(stage: Stage, deed: Deed) -> None:
    matter = deed.bring(stage)
    given = dict(deed.given(stage, matter)) if deed.act is not Act.MERGE else {"into": matter.id}
    key = "case_id" if deed.on == "case" and deed.act is not Act.MERGE else "report_id"
    before = stage.snapshot(matter)
    with pytest.raises(Forbidden) as caught:
        stage.link(matter, deed.action, **{key: matter.id} | given)
    assert caught.value.code == "not_permitted"
    assert stage.snapshot(matter) == before


NO_ACT = {
    "advance", "advance_report", "after", "acts_from", "assignments", "case_by_id", "case_for", "case_for_hands",
    "case_of_report", "cases", "first_cases", "first_reports",
    "checks_of", "current", "desk_of", "hands_of", "link_of", "lock_case", "lock_report",
    "near", "open_cases", "orders_of", "own_report", "own_story", "photo_in_sight", "propose", "ratings_of",
    "report_by_id", "report_for", "reports", "reports_of", "require_hands", "similar", "spec_of", "triage_inbox",
}  # fmt: skip
"""What the doors offer besides acts: reads, and the steps that acts are made of."""
BY_REPORTER = {"add_by_reporter", "add_to_report", "withdraw_case", "withdraw_report", "rate", "dispute"}
APART = {"receive_report", "take_routed", "escalate_report"}
"""Acts with a test of their own: they take no bare id."""


def test_no_act_of_a_door_is_missing_above() -> None:
    offered = set()
    for room in ("cases", "dispatch", "intake", "verification", "works"):
        door = import_module(f"linli.casework.{room}.api")
        offered |= {name for name in door.__all__ if inspect.isfunction(getattr(door, name))}
    assert offered - NO_ACT - BY_REPORTER - APART == {deed.action.__name__ for deed in DEEDS}


class TestMoreTime:
    """Whoever asks for more time does not decide on it, and somebody else always may."""

    def asked(self, stage: Stage, who: str) -> Any:
        matter = stage.opened("C18")
        stage.do("dispatcher", dispatch_case, case_id=matter.id)
        stage.do("head", accept_assignment, case_id=matter.id)
        stage.do(who, ask_extension, case_id=matter.id, amount=2, unit="d", words="要等材料")
        return matter

    @pytest.mark.parametrize("who", ["worker", "head", "dispatcher"])
    @pytest.mark.parametrize("grant", [True, False])
    def test_the_one_who_asked_is_refused_and_everybody_else_of_the_desk_may(
        self, stage: Stage, who: str, grant: bool
    ) -> None:
        matter = self.asked(stage, who)
        given = {"case_id": matter.id, "grant": grant, "amount": 1, "unit": "d", "words": "看过了"}
        for person in ("worker", "head", "dispatcher", "district"):
            try:
                with transaction.atomic():
                    stage.do(person, decide_extension, **given)
                    transaction.set_rollback(True)
                refused = ""
            except Forbidden as error:
                refused = error.code
            assert refused == ("own_extension" if person == who else ""), person
        assert stage.case(matter)["extension_asked"] is True

    def test_where_every_other_chair_is_empty_the_district_decides(self, stage: Stage) -> None:
        matter = self.asked(stage, "worker")
        chairs = ("station_head", "dispatcher")
        stage.own("update accounts_post set ends_on = '2025-01-01' where role = any(%s)", list(chairs))
        stage.do("district", decide_extension, case_id=matter.id, grant=True, amount=1, unit="d", words="同意")
        assert stage.case(matter)["extensions"] == 1

    def test_it_is_the_last_request_that_counts(self, stage: Stage) -> None:
        matter = self.asked(stage, "worker")
        given = {"case_id": matter.id, "amount": 1, "unit": "d", "words": "看过了"}
        stage.do("head", decide_extension, grant=False, **given)
        stage.do("head", ask_extension, **given)
        with pytest.raises(Forbidden):
            stage.do("head", decide_extension, grant=True, **given)
        stage.do("worker", decide_extension, grant=True, **given)
        assert stage.case(matter)["extensions"] == 1

    def test_somebody_may_in_every_town_of_the_cast(self) -> None:
        """Of the roles that may decide, one reaches every area whoever asked: the district asks for no more time."""
        assert Role.DISTRICT in PERMISSIONS["case.extend.decide"]
        assert Role.DISTRICT not in PERMISSIONS["case.extend.ask"]


def test_people_of_the_unit_reach_a_case_only_as_long_as_it_lies_with_them(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    seen = next(deed for deed in DEEDS if deed.act is Act.COMMENT)
    assert tried(stage, seen, "responder_urban", matter) == ""
    assert tried(stage, seen, "responder_housing", matter) == "case_unknown"
    next(deed for deed in DEEDS if deed.act is Act.TRANSFER).take(stage, matter)
    assert stage.case(matter)["unit_id"] == unit("housing").id
    assert tried(stage, seen, "responder_urban", matter) == "case_unknown"
    assert tried(stage, seen, "responder_housing", matter) == ""


@pytest.mark.parametrize("state", list(CaseState), ids=str)
def test_a_desk_far_away_sees_a_case_in_no_state(stage: Stage, state: CaseState) -> None:
    matter = stage.case_in(state)
    comment = next(deed for deed in DEEDS if deed.act is Act.COMMENT)
    for who in ("worker_sibling", "worker_cousin", "worker_village", "head_other", "dispatcher_other"):
        assert tried(stage, comment, who, matter) == "case_unknown"
        assert user_id(who) not in {entry["actor_id"] for entry in stage.entries(matter)}
