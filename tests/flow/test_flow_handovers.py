"""Each hand-over does what its file says, once."""

from __future__ import annotations

from typing import Any

import cast
import pytest
from casework.stage import CASE_MOVES, ITEM, OF_SAFETY, REPORT_MOVES, Matter, Stage, unit, user_id

from linli.casework.cases.api import CaseState, merge_report
from linli.casework.dispatch.api import dispatch_case
from linli.casework.intake.api import ReportState
from linli.casework.timeline.api import Act
from linli.flow import report_received
from linli.outbox.api import deliver
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
WAGES = "公司拖欠工资三个月，找谁讨薪"


def told(stage: Stage, template: str) -> list[tuple[int | None, int | None, str]]:
    """To whom a notice went (user of the post, unit), about which matter."""
    rows = stage.ask(
        "select p.user_id, n.unit_id, n.matter_id from notices_notice n left join accounts_post p on p.id = n.post_id"
        " where n.template = %s order by n.id",
        template,
    )
    return [(row["user_id"], row["unit_id"], row["matter_id"]) for row in rows]


def quiet(stage: Stage) -> None:
    stage.deliver_all()
    stage.own("delete from notices_notice")


def fire(stage: Stage, **length: float) -> None:
    stage.pass_time(**length)
    stage.sweep()
    stage.deliver_all()


class TestAReportCameIn:
    def test_the_desk_gets_the_three_likeliest_items(self, stage: Stage) -> None:
        matter = stage.receive(words="楼道里堆满了杂物和纸箱，怕着火")
        stage.deliver_all()
        row = stage.report(matter)
        assert row["state"] == ReportState.RECEIVED
        codes = [one["code"] for one in row["suggestions"]]
        assert len(codes) == len(set(codes)) == 3
        assert codes[0] == "C04"
        assert row["suggestions"][0]["weak"] is False

    def test_a_kind_that_the_reporter_chose_himself_is_respected(self, stage: Stage) -> None:
        matter = stage.receive(words=WAGES, item_code="C04")
        stage.deliver_all()
        row = stage.report(matter)
        assert (row["state"], row["suggestions"]) == (ReportState.RECEIVED, [])

    def test_open_pages_hear_of_it_also_when_its_kind_was_chosen(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heard: list[dict[str, str]] = []
        monkeypatch.setattr(report_received, "announce", lambda **said: heard.append(said))
        matter = stage.receive(words=WAGES, item_code="C04")
        stage.deliver_all()
        path = area_by_code(cast.HOME_AREA).path
        assert heard == [{"area_path": path, "kind": "report", "thing_id": str(matter.id)}]
        REPORT_MOVES[Act.WITHDRAW](stage, gone := stage.receive(words=WAGES, item_code="C04"))
        stage.deliver_all()
        assert len(heard) == 1, gone

    def test_what_lies_outside_the_list_goes_to_the_legal_owner_and_never_to_a_station(self, stage: Stage) -> None:
        stage.own("update accounts_unit set kind = 'labour' where code = 'cast.housing'")
        matter = stage.receive(words=WAGES)
        stage.deliver_all()
        row = stage.report(matter)
        assert (row["state"], row["topic"], row["unit_id"]) == (ReportState.ROUTED, "X03", unit("housing").id)
        clock = stage.clocks(matter)["triage", ""]
        assert (clock["amount"], clock["unit"]) == (1, "d")
        assert told(stage, "routed") == [(None, unit("housing").id, str(matter.id))]

    def test_without_that_department_the_towns_centre_has_it(self, stage: Stage) -> None:
        matter = stage.receive(words=WAGES)
        stage.deliver_all()
        assert stage.report(matter)["unit_id"] == unit("centre").id

    def test_a_report_that_was_withdrawn_meanwhile_is_left_alone(self, stage: Stage) -> None:
        matter = stage.receive(words=WAGES)
        REPORT_MOVES[Act.WITHDRAW](stage, matter)
        stage.deliver_all()
        assert stage.report(matter)["state"] == ReportState.WITHDRAWN


@pytest.mark.parametrize(("item", "urgent"), [(ITEM, False), (OF_SAFETY, True)])
def test_a_unit_hears_of_a_case_and_at_once_when_it_is_of_safety(stage: Stage, item: str, urgent: bool) -> None:
    matter = stage.opened(item)
    quiet(stage)
    stage.do("worker", dispatch_case, case_id=matter.id)
    stage.deliver_all()
    (notice,) = stage.notices("dispatched")
    assert notice["unit_id"] == stage.case(matter)["unit_id"]
    assert notice["urgent"] is urgent
    assert notice["params"]["number"] == matter.number


def test_a_case_that_was_suspended_before_the_delivery_is_told_without_a_date(stage: Stage) -> None:
    matter = stage.case_in(CaseState.SUSPENDED)
    stage.deliver_all()
    (notice,) = stage.notices("dispatched")
    assert (notice["params"]["due"], notice["matter_id"]) == ("–", str(matter.id))


def test_the_station_head_is_asked_to_review_a_refusal(stage: Stage) -> None:
    matter = stage.report_in(ReportState.REFUSAL_ASKED)
    stage.deliver_all()
    assert told(stage, "refusal_asked") == [(user_id("head"), None, str(matter.id))]


def test_the_next_level_hears_of_a_return_and_the_unit_of_the_ruling(stage: Stage) -> None:
    matter = stage.case_in(CaseState.RETURN_ASKED)
    stage.deliver_all()
    assert told(stage, "return_asked") == [(user_id("head"), None, str(matter.id))]
    CASE_MOVES[Act.RETURN_GRANT](stage, matter)
    stage.deliver_all()
    assert told(stage, "return_ruled") == [(None, unit("urban").id, str(matter.id))]


def test_the_desk_hears_that_a_result_can_be_verified_and_that_more_time_is_asked(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    CASE_MOVES[Act.EXTEND_ASK](stage, matter)
    CASE_MOVES[Act.FEED_BACK](stage, matter)
    stage.deliver_all()
    desk = (None, unit("station").id, str(matter.id))
    assert told(stage, "extension_asked") == [desk]
    assert told(stage, "fed_back") == [desk]


def test_the_unit_hears_of_rework_and_the_head_too_when_the_reporter_said_so(stage: Stage) -> None:
    checked, said = stage.case_in(CaseState.FED_BACK), stage.case_in(CaseState.VERIFIED)
    CASE_MOVES[Act.REWORK](stage, checked)
    CASE_MOVES[Act.DISPUTE](stage, said)
    stage.deliver_all()
    urban = unit("urban").id
    assert told(stage, "reworked") == [(None, urban, str(checked.id)), (None, urban, str(said.id))]
    assert told(stage, "disputed") == [(user_id("head"), None, str(said.id))]


def test_a_reopened_case_is_told_to_its_unit(stage: Stage) -> None:
    matter = stage.case_in(CaseState.CLOSED)
    quiet(stage)
    CASE_MOVES[Act.REOPEN](stage, matter)
    stage.deliver_all()
    assert told(stage, "reworked") == [(None, unit("urban").id, str(matter.id))]


class TestAClockFired:
    def test_at_four_fifths_the_owner_hears_it_also_of_what_nobody_picked_up(self, stage: Stage) -> None:
        matter = stage.receive()
        fire(stage, minutes=25)
        assert told(stage, "warned") == [(None, unit("station").id, str(matter.id))]
        assert stage.report(matter)["level"] == 1

    def test_a_report_that_nobody_picks_up_climbs_from_head_to_town_to_district(self, stage: Stage) -> None:
        matter = stage.receive()
        climbed: list[tuple[Any, Any]] = []
        for _ in range(5):
            fire(stage, minutes=31)
            climbed.append((len(told(stage, "overdue")), stage.report(matter)["level"]))
        assert climbed == [(1, 2), (2, 3), (3, 3), (3, 3), (3, 3)]
        assert [user for user, _, _ in told(stage, "overdue")] == [
            user_id(w) for w in ("head", "dispatcher", "district")
        ]
        assert stage.acts(matter) == ["receive", "escalate", "escalate", "escalate"]

    def test_climbing_does_not_hide_how_late_the_report_is(self, stage: Stage) -> None:
        matter = stage.receive()
        due = stage.report(matter)["due_at"]
        fire(stage, minutes=31)
        assert stage.report(matter)["due_at"] == due

    def test_once_it_is_opened_a_report_climbs_no_further(self, stage: Stage) -> None:
        matter = stage.receive()
        fire(stage, minutes=31)
        REPORT_MOVES[Act.OPEN](stage, matter)
        assert "triage" not in stage.running(matter)
        assert stage.case(matter)["level"] == 2

    def test_an_overdue_case_is_raised_and_its_promise_stays(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        promised = stage.case(matter)["promised_at"]
        quiet(stage)
        fire(stage, days=45)
        row = stage.case(matter)
        assert row["level"] == 3
        assert row["promised_at"] == promised
        assert {user for user, _, _ in told(stage, "overdue")} >= {user_id("head"), user_id("dispatcher")}

    def test_an_empty_chair_passes_the_matter_on(self, stage: Stage) -> None:
        stage.own("update accounts_post set ends_on = '2025-01-01' where role = 'station_head'")
        stage.receive()
        fire(stage, minutes=31)
        assert [user for user, _, _ in told(stage, "overdue")] == [user_id("dispatcher")]

    def test_what_nobody_rates_in_time_is_closed(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        fire(stage, days=3)
        assert stage.case(matter)["state"] == CaseState.VERIFIED
        fire(stage, days=9)
        assert (stage.case(matter)["state"], stage.acts(matter)[-1]) == (CaseState.CLOSED, Act.CLOSE)

    def test_what_waits_is_looked_at_again_every_week(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.SUSPENDED)
        quiet(stage)
        for week in (1, 2, 3):
            fire(stage, days=9)
            assert stage.acts(matter).count("remind") == week
            assert len(told(stage, "review_suspended")) == week
        assert stage.case(matter)["state"] == CaseState.SUSPENDED
        assert stage.case(matter)["level"] == 1

    def test_a_clock_of_a_matter_that_has_ended_meanwhile_does_nothing(self, stage: Stage) -> None:
        matter = stage.receive()
        stage.pass_time(minutes=31)
        stage.sweep()
        REPORT_MOVES[Act.WITHDRAW](stage, matter)
        stage.deliver_all()
        assert stage.acts(matter) == ["receive", "withdraw"]
        assert stage.notices() == []


def test_delivering_twice_tells_once(stage: Stage) -> None:
    matter: Matter = stage.case_in(CaseState.FED_BACK)
    stage.deliver_all()
    before = len(stage.notices())
    delivered = stage.ask("select id from outbox_event where delivered_at is not null")
    assert [deliver(row["id"]) for row in delivered] == [False] * len(delivered)
    assert len(stage.notices()) == before
    assert len(told(stage, "fed_back")) == 1
    assert stage.case(matter)["state"] == CaseState.FED_BACK


def test_a_merge_disturbs_nobody(stage: Stage) -> None:
    matter, other = stage.opened(), stage.receive()
    quiet(stage)
    stage.do("worker", merge_report, report_id=other.id, into=matter.id)
    stage.deliver_all()
    assert stage.notices() == []
