"""To whom each act is told, and that it is told once; a withdrawn matter; what climbs when nobody acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import cast
import pytest
from casework.acts import DEEDS, Deed
from casework.stage import CASE_MOVES, ITEM, OF_SAFETY, REPORT_MOVES, Matter, Stage, unit, user_id, when
from django.utils import translation

from linli.access.api import break_glass
from linli.casework.cases.api import CaseState, merge_report
from linli.casework.intake.api import ReportState
from linli.casework.timeline.api import Act
from linli.notices.api import notices_for, unread_count, words
from linli.notices.phrases import TEMPLATES
from linli.outbox.api import deliver
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db

TOLD: dict[Act, tuple[str, str]] = {
    Act.ROUTE: ("routed", "urban"),
    Act.REFUSE_ASK: ("refusal_asked", "@head"),
    Act.DISPATCH: ("dispatched", "urban"),
    Act.TRANSFER: ("dispatched", "housing"),
    Act.RETURN_ASK: ("return_asked", "@head"),
    Act.RETURN_GRANT: ("return_ruled", "urban"),
    Act.RETURN_DENY: ("return_ruled", "urban"),
    Act.FEED_BACK: ("fed_back", "station"),
    Act.REWORK: ("reworked", "urban"),
    Act.EXTEND_ASK: ("extension_asked", "station"),
    Act.REOPEN: ("reworked", "urban"),
}
"""Act of staff → the template and who gets it: a unit, or `@` a person in his post. Other acts are told to nobody."""


def quiet(stage: Stage) -> None:
    """Deliver what waits and forget what was told."""
    stage.deliver_all()
    stage.own("delete from notices_notice")


def told(stage: Stage) -> list[tuple[str, str, str]]:
    """Every notice as (template, addressee, matter)."""
    rows = stage.ask(
        "select n.template, u.code, us.username, n.matter_id from notices_notice n"
        " left join accounts_unit u on u.id = n.unit_id left join accounts_post p on p.id = n.post_id"
        " left join accounts_user us on us.id = p.user_id order by n.id"
    )
    return [
        (r["template"], r["code"].removeprefix("cast.") if r["code"] else f"@{r['username']}", r["matter_id"])
        for r in rows
    ]


def take(stage: Stage, deed: Deed, matter: Matter) -> None:
    if deed.who == "system":
        stage.system(deed.action, case_id=matter.id, **dict(deed.given(stage, matter)))
    else:
        deed.take(stage, matter)


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_each_act_tells_exactly_those_it_concerns_and_once(stage: Stage, deed: Deed) -> None:
    matter = deed.bring(stage)
    quiet(stage)
    take(stage, deed, matter)
    stage.deliver_all()
    expected = [(*TOLD[deed.act], str(matter.id))] if deed.act in TOLD else []
    assert told(stage) == expected
    delivered = stage.ask("select id from outbox_event where delivered_at is not null")
    assert delivered
    assert not any(deliver(row["id"]) for row in delivered)
    assert told(stage) == expected
    for notice in stage.notices():
        assert notice["params"]["number"] == matter.number
        assert notice["params"]["title"] == stage.report(matter)["title"]
        assert notice["area_id"] == stage.report(matter)["area_id"]


class TestWithdrawn:
    """A reporter takes his matter back: whoever has it need not come."""

    @pytest.mark.parametrize(
        ("acts", "who"),
        [((), "station"), ((Act.DISPATCH,), "urban"), ((Act.DISPATCH, Act.TRANSFER), "housing")],
        ids=["filed", "dispatched", "transferred"],
    )
    def test_the_unit_that_holds_it_is_told_once(self, stage: Stage, acts: tuple[Act, ...], who: str) -> None:
        matter = stage.opened()
        for act in acts:
            CASE_MOVES[act](stage, matter)
        quiet(stage)
        CASE_MOVES[Act.WITHDRAW](stage, matter)
        assert stage.deliver_all() == 2  # that it ended, and that it was withdrawn
        assert told(stage) == [("withdrawn", who, str(matter.id))]
        assert stage.deliver_all() == 0
        assert stage.case(matter)["state"] == CaseState.VOIDED

    @pytest.mark.parametrize(("item", "urgent"), [(ITEM, False), (OF_SAFETY, True)])
    def test_at_once_when_somebody_may_be_running_there(self, stage: Stage, item: str, urgent: bool) -> None:
        matter = stage.opened(item)
        CASE_MOVES[Act.DISPATCH](stage, matter)
        quiet(stage)
        stage.pass_time(hours=13)  # eleven at night
        CASE_MOVES[Act.WITHDRAW](stage, matter)
        stage.deliver_all()
        (notice,) = stage.notices("withdrawn")
        assert notice["urgent"] is urgent
        due = when(notice["not_before"])
        assert due is not None
        assert due - stage.clock.now() == (timedelta() if urgent else timedelta(hours=8))

    def test_its_people_read_it_and_other_units_do_not(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.DISPATCHED)
        quiet(stage)
        CASE_MOVES[Act.WITHDRAW](stage, matter)
        stage.deliver_all()
        assert stage.see("responder_urban", unread_count) == 1
        (notice,) = stage.see("responder_urban", notices_for)
        for language, start in (("zh-hans", "报事人已撤回："), ("en", "The reporter withdrew")):
            with translation.override(language):
                said = words(notice.template, notice.params)
            assert said.startswith(start)
            assert said.endswith(f"{matter.number} {stage.case(matter)['title']}")
        assert stage.see("responder_housing", notices_for) == []

    def test_what_the_desk_voids_is_not_said_to_be_withdrawn(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.DISPATCHED)
        quiet(stage)
        CASE_MOVES[Act.VOID](stage, matter)
        stage.deliver_all()
        assert told(stage) == []

    def test_a_report_withdrawn_in_triage_just_leaves_the_list(self, stage: Stage) -> None:
        matter = stage.receive()
        quiet(stage)
        REPORT_MOVES[Act.WITHDRAW](stage, matter)
        stage.deliver_all()
        assert told(stage) == []


def test_every_template_is_sent_by_some_hand_over(stage: Stage) -> None:
    """What nobody ever sends is a promise in the list of templates that nobody keeps."""
    sent = {template for template, _ in TOLD.values()}
    of_charges = {"charged", "charged_more"}  # tests/flow/test_flow_charges.py
    assert set(TEMPLATES) - sent - of_charges == {
        "withdrawn", "disputed", "warned", "overdue", "review_suspended", "glass_broken",
    }  # fmt: skip
    stage.receive()
    elsewhere = area_by_code(cast.COUSIN_AREA).id
    stage.do("worker", break_glass, area_id=elsewhere, minutes=30, reason="独居老人失联，需立即上门查看")
    for state in (CaseState.FILED, CaseState.SUSPENDED, CaseState.VERIFIED):
        matter = stage.case_in(state)
        if state is CaseState.FILED:
            CASE_MOVES[Act.WITHDRAW](stage, matter)
        if state is CaseState.VERIFIED:
            CASE_MOVES[Act.DISPUTE](stage, matter)
    for _ in range(3):
        stage.pass_time(days=6)
        stage.sweep()
        stage.deliver_all()
    assert sent | {template for template, _, _ in told(stage)} | of_charges == set(TEMPLATES)


class TestTheReporterSaidSo:
    def test_a_dispute_is_told_to_the_unit_and_to_the_level_above(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        quiet(stage)
        CASE_MOVES[Act.DISPUTE](stage, matter)
        stage.deliver_all()
        assert told(stage) == [("reworked", "urban", str(matter.id)), ("disputed", "@head", str(matter.id))]

    def test_of_a_matter_that_was_raised_the_raised_level_hears_it(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        CASE_MOVES[Act.ESCALATE](stage, matter)
        quiet(stage)
        CASE_MOVES[Act.DISPUTE](stage, matter)
        stage.deliver_all()
        assert [who for template, who, _ in told(stage) if template == "disputed"] == ["@dispatcher"]

    @pytest.mark.parametrize("act", [Act.RATE, Act.ADD], ids=str)
    def test_a_rating_or_a_word_disturbs_nobody(self, stage: Stage, act: Act) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        quiet(stage)
        CASE_MOVES[act](stage, matter)
        stage.deliver_all()
        assert told(stage) == []


def climb(stage: Stage, rounds: int, **step: float) -> None:
    for _ in range(rounds):
        stage.pass_time(**step)
        stage.sweep()
        stage.deliver_all()


def escalations(stage: Stage, matter: Matter, clock: str) -> list[dict[str, Any]]:
    return [e["data"] for e in stage.entries(matter) if e["act"] == Act.ESCALATE and e["data"]["clock"] == clock]


class TestNobodyActs:
    """A step that is missed is the next level's, up to the third; each is told once and each has its time."""

    def test_a_refusal_that_nobody_reviews_climbs_to_the_district(self, stage: Stage) -> None:
        matter = stage.report_in(ReportState.REFUSAL_ASKED)
        quiet(stage)
        climb(stage, 6, days=1)
        assert [who for template, who, _ in told(stage) if template == "overdue"] == [
            "@head", "@dispatcher", "@district",
        ]  # fmt: skip
        climbed = escalations(stage, matter, "refusal")
        assert [(one["label"], one["level"]) for one in climbed] == [("", 2), ("L2", 3), ("L3", 3)]
        assert stage.report(matter)["state"] == ReportState.REFUSAL_ASKED
        climb(stage, 6, days=1)
        assert len(escalations(stage, matter, "refusal")) == 3

    def test_a_result_that_nobody_verifies_climbs_too(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.FED_BACK)
        quiet(stage)
        climb(stage, 8, days=1)
        assert [(one["label"], one["level"]) for one in escalations(stage, matter, "verify")] == [
            ("", 2), ("L2", 3), ("L3", 3),
        ]  # fmt: skip
        limits = {
            label: (c["amount"], c["unit"]) for (kind, label), c in stage.clocks(matter).items() if kind == "verify"
        }
        assert limits == {"": (1, "d"), "L2": (1, "d"), "L3": (1, "d")}

    def test_once_somebody_verifies_the_clocks_of_every_level_stop(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.FED_BACK)
        climb(stage, 3, days=1)
        assert [label for (kind, label) in stage.clocks(matter) if kind == "verify"] == ["", "L2"]
        CASE_MOVES[Act.VERIFY](stage, matter)
        assert stage.running(matter) == {"rate"}

    @pytest.mark.parametrize(
        ("state", "prelude", "clock", "warned"),
        [
            (CaseState.FILED, None, "dispatch", "station"),
            (CaseState.DISPATCHED, None, "accept", "urban"),
            (CaseState.RETURN_ASKED, None, "ruling", "station"),
            (CaseState.HANDLING, Act.EXTEND_ASK, "extension", "station"),
            (CaseState.HANDLING, None, "respond", "urban"),
            (CaseState.HANDLING, None, "milestone", "urban"),
            (CaseState.HANDLING, None, "whole", "urban"),
            (CaseState.FED_BACK, None, "verify", "station"),
        ],
    )
    def test_whoever_has_the_step_is_warned_of_its_clock(
        self, stage: Stage, state: CaseState, prelude: Act | None, clock: str, warned: str
    ) -> None:
        matter = stage.case_in(state)
        if prelude:
            CASE_MOVES[prelude](stage, matter)
        quiet(stage)
        climb(stage, 40, days=1)
        first = next(n for n in stage.notices("warned") if n["params"]["clock"] == clock)
        assert first["unit_id"] == unit(warned).id
        assert (first["urgent"], first["params"]["number"]) == (True, matter.number)
        (opening, *_) = escalations(stage, matter, clock)
        assert opening["label"] in ("", "停工", "立案处罚")

    def test_each_warning_comes_once_however_often_the_sweeper_runs(self, stage: Stage) -> None:
        matter = stage.receive()
        quiet(stage)
        climb(stage, 5, minutes=5)
        assert told(stage) == [("warned", "station", str(matter.id))]
        for _ in range(5):
            assert stage.sweep() == 0
        climb(stage, 1, minutes=5)
        assert [template for template, _, _ in told(stage)] == ["warned", "overdue"]

    def test_a_unit_without_people_does_not_keep_a_matter_from_climbing(self, stage: Stage) -> None:
        stage.own(
            "update accounts_post set ends_on = '2025-01-01' where unit_id = %s", unit("urban").id
        )  # fmt: skip
        matter = stage.case_in(CaseState.DISPATCHED)
        quiet(stage)
        climb(stage, 1, hours=2)
        assert escalations(stage, matter, "accept")[0]["level"] >= 2
        assert ("overdue", "@head", str(matter.id)) in told(stage)

    def test_a_merged_report_climbs_no_further_and_its_case_does(self, stage: Stage) -> None:
        case, report = stage.opened(), stage.receive()
        stage.do("worker", merge_report, report_id=report.id, into=case.id)
        climb(stage, 3, hours=2)
        assert [act for act in stage.acts(report) if act == Act.ESCALATE] == []
        assert escalations(stage, case, "dispatch") != []

    def test_the_rating_period_climbs_to_nobody(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        quiet(stage)
        climb(stage, 5, days=1)
        assert (told(stage), escalations(stage, matter, "rate")) == ([], [])
        climb(stage, 5, days=1)
        assert stage.case(matter)["state"] == CaseState.CLOSED
        assert told(stage) == []

    def test_what_linli_does_itself_is_signed_by_linli(self, stage: Stage) -> None:
        matter = stage.receive()
        climb(stage, 1, minutes=31)
        entry = stage.entries(matter)[-1]
        assert (entry["act"], entry["actor_role"], entry["visibility"]) == (Act.ESCALATE, "system", "staff")
        assert entry["actor_id"] not in {user_id(who) for who in ("worker", "head", "dispatcher")}
