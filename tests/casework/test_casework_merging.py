"""Two reports of one matter: both reporters follow it, each may rate it, neither reads what the other one said."""

from __future__ import annotations

from uuid import UUID

import cast
import pytest
from casework.stage import CASE_MOVES, WAY_TO_CASE, Matter, Stage, photo, unit
from django.db import DatabaseError, connection, transaction
from django.test import Client

from linli.access.api import enter_link
from linli.casework.cases.api import (
    ENDED,
    CaseState,
    add_by_reporter,
    case_of_report,
    merge_report,
    own_story,
    photo_in_sight,
    reports_of,
)
from linli.casework.cases.models import FROM_FIRST_REPORTER, Case
from linli.casework.intake.api import ReportState, own_report
from linli.casework.timeline.api import Act
from linli.casework.verification.api import Satisfaction, dispute, rate
from linli.kernel.errors import LinliError, NotFound, WrongState
from linli.project.roles import CASE_BY_LINK
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
FIRST, SECOND = "张三家三楼在搭阳光房", "我也看到有人在搭房子"
WHERE = "张三家门口"


def merged(stage: Stage, state: CaseState = CaseState.FILED, **said: object) -> tuple[Matter, Matter]:
    """A case of two reports, in this state; the second one was merged in before."""
    first = stage.opened(words=FIRST, title=FIRST, place_text=WHERE, lat=31.12, lng=121.56, area_id=home())
    second = stage.receive(words=SECOND, **said)
    stage.do("worker", merge_report, report_id=second.id, into=first.id)
    for act in WAY_TO_CASE[state]:
        CASE_MOVES[act](stage, first)
    return first, second


def home() -> int:
    return area_by_code(cast.HOME_AREA).id


def refused(stage: Stage, matter: Matter, action: object, **given: object) -> str:
    with pytest.raises(LinliError) as caught:
        stage.link(matter, action, **given)  # type: ignore[arg-type]
    return caught.value.code


class TestFollowing:
    def test_both_follow_one_story_and_one_promise(self, stage: Stage) -> None:
        first, second = merged(stage, CaseState.HANDLING)
        seen = [stage.see_by_link(matter, case_of_report) for matter in (first, second)]
        assert {case.id for case in seen} == {first.id}
        assert seen[0].promised_at == seen[1].promised_at is not None
        stories = [[e.act for e in stage.see_by_link(matter, own_story)] for matter in (first, second)]
        assert stories[0] == ["receive", "open", "dispatch", "accept"]
        # All in the same minute, so that only what followed has an order.
        assert sorted(stories[1][:3]) == ["merge", "open", "receive"] and stories[1][3:] == ["dispatch", "accept"]

    def test_the_second_keeps_his_own_number_link_and_words(self, stage: Stage) -> None:
        first, second = merged(stage)
        mine = stage.see_by_link(second, own_report)
        assert (mine.number, mine.words, mine.state) == (second.number, SECOND, ReportState.MERGED)
        assert second.number != first.number
        told = next(e for e in stage.see_by_link(second, own_story) if e.act == Act.MERGE)
        assert told.data == {"into": first.number}

    def test_what_one_adds_later_only_staff_and_he_himself_read(self, stage: Stage) -> None:
        first, second = merged(stage, CaseState.HANDLING)
        stage.link(second, add_by_reporter, case_id=first.id, words="今天又多了一层")
        mine = {e.words for e in stage.see_by_link(second, own_story)}
        others = {e.words for e in stage.see_by_link(first, own_story)}
        assert "今天又多了一层" in mine and FIRST not in mine
        assert "今天又多了一层" not in others and FIRST in others
        assert "今天又多了一层" in {e["words"] for e in stage.entries(first)}

    def test_a_photo_of_the_first_is_not_the_seconds(self, stage: Stage) -> None:
        first, second = merged(stage, CaseState.HANDLING)
        stage._anyone()
        shot = photo()
        stage.link(first, add_by_reporter, case_id=first.id, words="照片", photos=[shot])
        assert stage.see_by_link(first, photo_in_sight, shot).id == shot
        with pytest.raises(NotFound):
            stage.see_by_link(second, photo_in_sight, shot)

    def test_the_desk_sees_both_reports_the_first_one_first(self, stage: Stage) -> None:
        first, second = merged(stage)
        assert [one.number for one in stage.see("worker", reports_of, first.id)] == [first.number, second.number]
        assert stage.case(first)["reports"] == 2


class TestOutOfTheSecondsSight:
    """The case carries the first one's title and whereabouts: a link reads no such column, whoever wrote the query."""

    @pytest.mark.parametrize("column", ["title", "place_id", "place_text", "lat", "lng"])
    @pytest.mark.parametrize("which", [0, 1], ids=["the first", "the second"])
    def test_the_database_gives_no_such_column_to_a_link(self, stage: Stage, column: str, which: int) -> None:
        matter = merged(stage)[which]
        enter_link(matter.link)
        with connection.cursor() as cursor:
            cursor.execute("select number from casework_case")
            assert len(cursor.fetchall()) == 1
        refusing = pytest.raises(DatabaseError, match="permission denied")
        with refusing, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"select {column} from casework_case")

    def test_staff_read_them_as_before(self, stage: Stage) -> None:
        first, _ = merged(stage)
        stage._acting("worker")
        case = Case.objects.get(id=first.id)
        assert (case.title, case.place_text, case.lat) == (FIRST, WHERE, 31.12)

    def test_the_case_a_reporter_gets_holds_none_of_it(self, stage: Stage) -> None:
        _, second = merged(stage)
        case = stage.see_by_link(second, case_of_report)
        assert case.get_deferred_fields() == {"title", "place_id", "place_text", "lat", "lng"}
        assert FIRST not in str(vars(case))

    def test_every_other_column_of_a_case_is_given_and_no_more_columns_are_named_than_there_are(self) -> None:
        columns = {field.column for field in Case._meta.concrete_fields}
        hidden = {Case._meta.get_field(name).column for name in FROM_FIRST_REPORTER}
        named = set(CASE_BY_LINK.removeprefix("select (").removesuffix(")").split(", "))
        assert named == columns - hidden

    def test_the_page_of_the_second_shows_his_own_words_and_not_the_first_ones(self, stage: Stage) -> None:
        first, second = merged(stage, CaseState.HANDLING)
        pages = [Client().get(f"/r/{matter.link}/").content.decode() for matter in (first, second)]
        assert FIRST in pages[0] and WHERE in pages[0]
        assert FIRST not in pages[1] and WHERE not in pages[1]
        assert SECOND in pages[1] and first.number in pages[1]

    def test_a_reporters_step_leaves_these_columns_as_they_were(self, stage: Stage) -> None:
        first, second = merged(stage, CaseState.VERIFIED)
        before = stage.case(first)
        stage.link(second, dispute, words="还在")
        after = stage.case(first)
        hidden = ("title", "place_id", "place_text", "lat", "lng")
        assert [after[name] for name in hidden] == [before[name] for name in hidden]
        assert (after["state"], after["reworks"]) == (CaseState.HANDLING, 1)

    def test_a_link_opens_no_case(self, stage: Stage) -> None:
        matter = stage.receive()
        enter_link(matter.link)
        with connection.cursor() as cursor:
            cursor.execute("select has_table_privilege('casework_case', 'insert')")
            assert cursor.fetchone() == (False,)


class TestRating:
    @pytest.mark.parametrize("which", [0, 1], ids=["the first", "the second"])
    def test_either_may_close_it_and_then_it_is_closed_for_both(self, stage: Stage, which: int) -> None:
        both = merged(stage, CaseState.VERIFIED)
        stage.link(both[which], rate, satisfaction=Satisfaction.MOSTLY, words="谢谢")
        assert stage.case(both[0])["state"] == CaseState.CLOSED
        rows = stage.ask("select report_id, satisfaction, solved from casework_rating where case_id = %s", both[0].id)
        assert rows == [{"report_id": str(both[which].id), "satisfaction": "mostly", "solved": True}]
        assert refused(stage, both[1 - which], rate, satisfaction=Satisfaction.FAIR) == "case_wrong_state"
        assert refused(stage, both[which], rate, satisfaction=Satisfaction.FAIR) == "rated_already"

    def test_the_second_disputes_and_in_the_next_round_both_may_speak_again(self, stage: Stage) -> None:
        first, second = merged(stage, CaseState.VERIFIED)
        stage.link(second, dispute, words="还在")
        assert refused(stage, first, rate, satisfaction=Satisfaction.FAIR) == "case_wrong_state"
        for act in (Act.FEED_BACK, Act.VERIFY):
            CASE_MOVES[act](stage, first)
        stage.link(second, rate, satisfaction=Satisfaction.SATISFIED)
        rows = stage.ask("select round, solved from casework_rating where case_id = %s order by round", first.id)
        assert rows == [{"round": 0, "solved": False}, {"round": 1, "solved": True}]

    def test_what_one_says_of_the_end_the_other_does_not_read(self, stage: Stage) -> None:
        first, second = merged(stage, CaseState.VERIFIED)
        stage.link(second, rate, satisfaction=Satisfaction.DISSATISFIED, words="态度不好")
        assert "态度不好" not in {e.words for e in stage.see_by_link(first, own_story)}
        assert "态度不好" in {e.words for e in stage.see_by_link(second, own_story)}


class TestJoining:
    @pytest.mark.parametrize("state", sorted(ENDED), ids=str)
    def test_an_ended_case_takes_no_report_and_the_report_waits_on(self, stage: Stage, state: CaseState) -> None:
        case, report = stage.case_in(state), stage.receive()
        before = stage.snapshot(case), stage.report(report), stage.clocks(report)
        with pytest.raises(WrongState) as caught:
            stage.do("worker", merge_report, report_id=report.id, into=case.id)
        assert caught.value.code == "case_wrong_state"
        assert (stage.snapshot(case), stage.report(report), stage.clocks(report)) == before

    @pytest.mark.parametrize("state", [s for s in CaseState if s not in ENDED], ids=str)
    def test_an_open_case_takes_it_in_every_state_and_stays_where_it_is(self, stage: Stage, state: CaseState) -> None:
        case, report = stage.case_in(state), stage.receive()
        clocks = stage.clocks(case)
        stage.do("worker", merge_report, report_id=report.id, into=case.id)
        assert (stage.case(case)["state"], stage.case(case)["reports"]) == (state, 2)
        assert stage.clocks(case) == clocks
        assert stage.running(report) == set()

    def test_once_merged_a_report_is_never_split_off_or_merged_again(self, stage: Stage) -> None:
        _first, second = merged(stage)
        third = stage.opened()
        with pytest.raises(WrongState) as caught:
            stage.do("worker", merge_report, report_id=second.id, into=third.id)
        assert caught.value.code == "report_wrong_state"
        with pytest.raises(DatabaseError), transaction.atomic():
            stage.own(
                "insert into casework_casereport (report_id, case_id, area_id, joined_at) values (%s, %s, %s, now())",
                second.id, third.id, home(),
            )  # fmt: skip

    def test_a_case_is_not_merged_into_itself(self, stage: Stage) -> None:
        matter = stage.opened()
        with pytest.raises(WrongState):
            stage.do("worker", merge_report, report_id=matter.id, into=matter.id)
        assert stage.case(matter)["reports"] == 1

    def test_a_case_that_does_not_exist_takes_nothing(self, stage: Stage) -> None:
        report = stage.receive()
        with pytest.raises(NotFound):
            stage.do("worker", merge_report, report_id=report.id, into=UUID(int=7))
        assert stage.report(report)["state"] == ReportState.RECEIVED

    def test_a_legal_owner_merges_what_was_routed_to_him_into_a_case_of_his(self, stage: Stage) -> None:
        case, report = stage.case_in(CaseState.HANDLING), stage.report_in(ReportState.ROUTED)
        assert stage.report(report)["unit_id"] == stage.case(case)["unit_id"] == unit("urban").id
        stage.do("responder_urban", merge_report, report_id=report.id, into=case.id)
        assert stage.case(case)["reports"] == 2

    def test_a_worker_merges_nothing_from_or_into_another_committee(self, stage: Stage) -> None:
        away = stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
        case = stage.opened()
        with pytest.raises(NotFound) as caught:
            stage.do("worker", merge_report, report_id=away.id, into=case.id)
        assert caught.value.code == "report_unknown"
        stage.do("dispatcher", merge_report, report_id=away.id, into=case.id)
        assert [one.number for one in stage.see("worker", reports_of, case.id)] == [case.number]
        assert len(stage.see("dispatcher", reports_of, case.id)) == 2
