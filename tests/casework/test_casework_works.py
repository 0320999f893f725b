"""The work itself: arriving, steps, milestones, what must be shown, and the three honest results."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from casework.stage import BY_COMMITTEE, CASE_MOVES, ITEM, MILESTONE, MONDAY, Matter, Stage, photo, unit, user_id, when

from linli.casework.cases.api import CaseState, Result, own_story
from linli.casework.dispatch.api import accept_assignment, dispatch_case
from linli.casework.timeline.api import Act
from linli.casework.works.api import add_step, arrive, feed_back, hands_of, orders_of, reach_milestone, self_handle
from linli.catalogue.api import Evidence, EvidencePart, forget, list_specs, revise_item, spec_for
from linli.kernel.errors import InvalidInput, LinliError, NotFound, WrongState

pytestmark = pytest.mark.django_db
URBAN = "responder_urban"
Parts = tuple[EvidencePart, ...]


def orders(stage: Stage, matter: Matter) -> list[dict[str, Any]]:
    return stage.ask("select * from casework_workorder where case_id = %s order by started_at, id", matter.id)


def shots(stage: Stage, count: int) -> list[UUID]:
    stage._anyone()
    return [photo() for _ in range(count)]


def area_of(stage: Stage, shot: UUID) -> int | None:
    found: int | None = stage.one("select area_id from files_photo where id = %s", shot)
    return found


class TestArriving:
    def test_the_first_contact_is_met_by_arriving_and_by_nothing_less(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        stage.pass_time(minutes=20)
        CASE_MOVES[Act.STEP](stage, matter)
        assert stage.clocks(matter)["respond", ""]["met_at"] is None
        CASE_MOVES[Act.ARRIVE](stage, matter)
        assert when(stage.clocks(matter)["respond", ""]["met_at"]) == stage.clock.now()

    def test_arriving_twice_keeps_the_first_time_and_adds_to_the_photos(self, stage: Stage) -> None:
        matter, (one, other) = stage.case_in(CaseState.HANDLING), shots(stage, 2)
        stage.do(URBAN, arrive, case_id=matter.id, photos=[one])
        stage.pass_time(hours=1)
        stage.do(URBAN, arrive, case_id=matter.id, words="又来一次", photos=[other])
        (order,) = orders(stage, matter)
        assert when(order["arrived_at"]) == MONDAY
        assert order["before"] == [str(one), str(other)]
        assert when(stage.clocks(matter)["respond", ""]["met_at"]) == MONDAY
        assert stage.acts(matter)[-2:] == ["arrive", "arrive"]

    def test_a_photo_of_what_was_found_is_marked_so_and_belongs_to_the_area(self, stage: Stage) -> None:
        matter, (shot,) = stage.case_in(CaseState.HANDLING), shots(stage, 1)
        assert area_of(stage, shot) is None
        stage.do(URBAN, arrive, case_id=matter.id, photos=[shot])
        entry = stage.entries(matter)[-1]
        assert (entry["data"], entry["photos"], entry["visibility"]) == ({"evidence": "before"}, [str(shot)], "public")
        assert area_of(stage, shot) == stage.case(matter)["area_id"]

    @pytest.mark.parametrize("action", [arrive, add_step], ids=["arrive", "step"])
    def test_a_photo_that_is_not_there_undoes_the_step(self, stage: Stage, action: Any) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        before = stage.snapshot(matter)
        with pytest.raises(NotFound) as caught:
            stage.do(URBAN, action, case_id=matter.id, words="到场", photos=[UUID(int=9)])
        assert caught.value.code == "photo_not_found"
        assert stage.snapshot(matter) == before

    def test_seven_photos_are_too_many(self, stage: Stage) -> None:
        matter, many = stage.case_in(CaseState.HANDLING), shots(stage, 7)
        before = stage.snapshot(matter)
        with pytest.raises(InvalidInput):
            stage.do(URBAN, arrive, case_id=matter.id, photos=many)
        assert stage.snapshot(matter) == before
        stage.do(URBAN, arrive, case_id=matter.id, photos=many[:6])


class TestTheOrder:
    def test_one_order_holds_everything_of_one_unit_and_everybody_who_worked(self, stage: Stage) -> None:
        matter = stage.opened(BY_COMMITTEE)
        stage.do("dispatcher", dispatch_case, case_id=matter.id)
        stage.do("head", accept_assignment, case_id=matter.id)
        for who, action, given in (
            ("worker", arrive, {}),
            ("worker", add_step, {"words": "扫了一半"}),
            ("head", add_step, {"words": "扫完了"}),
        ):  # fmt: skip
            stage.do(who, action, case_id=matter.id, **given)
        (order,) = orders(stage, matter)
        assert order["hands"] == [user_id("worker"), user_id("head")]
        assert order["unit_id"] == unit("committee").id
        assert order["assignment_id"] == stage.assignments(matter)[0]["id"]
        assert hands_of(matter.id) == {user_id("worker"), user_id("head")}

    def test_taking_a_case_on_is_not_yet_work(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        assert orders(stage, matter) == []
        stage._acting("worker")
        assert hands_of(matter.id) == frozenset()

    def test_after_a_transfer_the_new_unit_has_an_order_of_its_own(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        CASE_MOVES[Act.ARRIVE](stage, matter)
        for act in (Act.TRANSFER, Act.ACCEPT):
            CASE_MOVES[act](stage, matter)
        stage.pass_time(minutes=1)
        CASE_MOVES[Act.ARRIVE](stage, matter)
        assert [one["unit_id"] for one in orders(stage, matter)] == [unit("urban").id, unit("housing").id]
        assert [one["done_at"] for one in orders(stage, matter)] == [None, None]

    def test_after_rework_a_new_order_begins_and_the_former_one_stays_as_it_was(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.FED_BACK)
        (first,) = orders(stage, matter)
        CASE_MOVES[Act.REWORK](stage, matter)
        stage.pass_time(minutes=30)
        CASE_MOVES[Act.STEP](stage, matter)
        former, running = orders(stage, matter)
        assert former == first
        assert (running["done_at"], running["result"], when(running["started_at"])) == (None, "", stage.clock.now())

    def test_staff_read_the_orders_and_people_of_other_units_do_not(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.FED_BACK)
        for who, seen in (("worker", 1), ("district", 1), (URBAN, 1), ("responder_housing", 0), ("worker_cousin", 0)):
            assert len(stage.see(who, orders_of, matter.id)) == seen, who


class TestResults:
    """实际解决, 解释说明, 无法解决: each is told in words; only the first must be shown."""

    @pytest.mark.usefixtures("fresh_list")
    def test_what_the_item_demands_is_what_it_demanded_when_the_case_was_opened(self, stage: Stage) -> None:
        early = stage.case_in(CaseState.HANDLING)
        stage.pass_time(minutes=5)
        revised = {"code": ITEM, "changes": {"evidence": "处置前照片；处置后文字说明"}, "note": "按新规"}
        stage.do("district", revise_item, **revised)
        forget()
        late = stage.case_in(CaseState.HANDLING)
        given = {"result": Result.SOLVED, "words": "办完了"}
        with pytest.raises(InvalidInput) as caught:
            stage.do(URBAN, feed_back, case_id=early.id, **given)
        assert caught.value.code == "evidence_missing"
        stage.do(URBAN, feed_back, case_id=late.id, **given)

    @pytest.mark.parametrize(
        ("result", "photos", "code"),
        [
            (Result.SOLVED, 0, "evidence_missing"),
            (Result.SOLVED, 1, ""),
            (Result.EXPLAINED, 0, ""),
            (Result.EXPLAINED, 1, ""),
            (Result.UNSOLVABLE, 0, ""),
        ],
    )
    def test_what_each_result_demands(self, stage: Stage, result: Result, photos: int, code: str) -> None:
        matter, shown = stage.case_in(CaseState.HANDLING), shots(stage, photos)
        given = {"case_id": matter.id, "result": result, "words": "办完了", "photos": shown}
        before = stage.snapshot(matter)
        if code:
            with pytest.raises(InvalidInput) as caught:
                stage.do(URBAN, feed_back, **given)
            assert (caught.value.code, caught.value.detail) == (code, {"missing": ["after"]})
            assert stage.snapshot(matter) == before
            return
        stage.do(URBAN, feed_back, **given)
        (order,) = orders(stage, matter)
        assert (order["result"], order["words"], order["after"]) == (result, "办完了", [str(s) for s in shown])
        assert when(order["done_at"]) == MONDAY
        assert (stage.case(matter)["state"], stage.case(matter)["result"]) == (CaseState.FED_BACK, result)
        entry = stage.entries(matter)[-1]
        assert (entry["data"]["result"], entry["data"]["evidence"]) == (result, "after")

    @pytest.mark.parametrize("result", list(Result), ids=str)
    def test_none_goes_without_words(self, stage: Stage, result: Result) -> None:
        matter, shown = stage.case_in(CaseState.HANDLING), shots(stage, 1)
        with pytest.raises(InvalidInput) as caught:
            stage.do(URBAN, feed_back, case_id=matter.id, result=result, words="　", photos=shown)
        assert caught.value.code == "words_missing"
        assert area_of(stage, shown[0]) is None

    def test_the_clocks_of_the_unit_stop_and_that_of_the_verifier_begins(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        assert stage.running(matter) == {"respond", "milestone", "whole"}
        CASE_MOVES[Act.FEED_BACK](stage, matter)
        assert stage.running(matter) == {"verify"}
        assert stage.case(matter)["next_clock"] == "verify"

    def test_the_reporter_reads_the_result_and_its_words(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.FED_BACK)
        last = stage.see_by_link(matter, own_story)[-1]
        assert (last.act, last.words, last.data["result"]) == (Act.FEED_BACK, "已向居民说明", Result.EXPLAINED)

    def test_an_item_without_a_photo_in_its_list_asks_for_none(self, stage: Stage) -> None:
        bare = [spec.code for spec in list_specs() if not spec.evidence.after_photo]
        shown = [spec.code for spec in list_specs() if spec.evidence.after_photo]
        assert bare and ITEM in shown
        matter = stage.opened(bare[0])
        stage.do("worker", dispatch_case, case_id=matter.id)
        stage.own("update casework_case set unit_id = desk_id where id = %s", matter.id)
        stage.do("head", accept_assignment, case_id=matter.id)
        stage.do("head", feed_back, case_id=matter.id, result=Result.SOLVED, words="办完了")
        assert stage.case(matter)["result"] == Result.SOLVED


PICTURE, PAPER = EvidencePart("现场照片", photo=True), EvidencePart("检查单", photo=False)


@pytest.mark.parametrize("before", [(PICTURE,), (PAPER,), ()])
@pytest.mark.parametrize("after", [(PAPER, PICTURE), (PAPER,), ()])
@pytest.mark.parametrize("found", [True, False])
@pytest.mark.parametrize("result", [True, False])
def test_what_is_missing_by_table(before: Parts, after: Parts, found: bool, result: bool) -> None:
    gaps = Evidence(before, after).missing(found=found, result=result)
    assert ("before" in gaps) == (PICTURE in before and not found)
    assert ("after" in gaps) == (PICTURE in after and not result)


class TestMilestones:
    def test_a_milestone_stops_its_own_clock_with_its_photo_in_the_story(self, stage: Stage) -> None:
        matter, (shot,) = stage.case_in(CaseState.HANDLING), shots(stage, 1)
        stage.pass_time(hours=1)
        stage.do(URBAN, reach_milestone, case_id=matter.id, label=MILESTONE, words="已停工", photos=[shot])
        entry = stage.entries(matter)[-1]
        assert (entry["data"], entry["photos"], entry["words"]) == ({"label": MILESTONE}, [str(shot)], "已停工")
        met = {key for key, clock in stage.clocks(matter).items() if clock["met_at"] and key[0] == "milestone"}
        assert met == {("milestone", MILESTONE)}
        assert stage.case(matter)["state"] == CaseState.HANDLING

    def test_each_label_of_the_list_and_no_other_is_a_milestone(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        labels = [limit.label for limit in spec_for(ITEM).resolve if limit != spec_for(ITEM).promise]
        for label in labels:
            stage.do(URBAN, reach_milestone, case_id=matter.id, label=label)
        for label in ("", "拆除", "whole"):
            with pytest.raises(InvalidInput) as caught:
                stage.do(URBAN, reach_milestone, case_id=matter.id, label=label)
            assert caught.value.code == "milestone_unknown"
        assert stage.running(matter) == {"respond", "whole"}

    def test_an_item_with_one_limit_has_no_milestone(self, stage: Stage) -> None:
        matter = stage.opened("C12")
        for act in (Act.DISPATCH, Act.ACCEPT):
            CASE_MOVES[act](stage, matter)
        with pytest.raises(InvalidInput):
            stage.do("responder", reach_milestone, case_id=matter.id, label=MILESTONE)


class TestAtOnce:
    """Found and fixed by the same hands (自处置): one form for six steps."""

    def test_the_matter_waits_for_the_reporter_at_once(self, stage: Stage) -> None:
        matter, (before, after) = stage.opened(), shots(stage, 2)
        stage.do("worker", self_handle, case_id=matter.id, words="当场清走", before=[before], after=[after])
        row = stage.case(matter)
        assert (row["state"], row["result"], row["next_clock"]) == (CaseState.VERIFIED, Result.SOLVED, "rate")
        assert stage.running(matter) == {"rate"}
        (order,) = orders(stage, matter)
        assert (order["hands"], order["before"], order["after"]) == (
            [user_id("worker")], [str(before)], [str(after)],
        )  # fmt: skip
        assert order["started_at"] == order["arrived_at"] == order["done_at"]
        entry = stage.entries(matter)[-1]
        assert (entry["photos"], entry["data"]["before"]) == ([str(before), str(after)], 1)
        assert {area_of(stage, shot) for shot in (before, after)} == {row["area_id"]}

    @pytest.mark.parametrize("shown", [0, 1])
    def test_what_was_found_is_shown_by_the_hands_or_by_a_reporter(self, stage: Stage, shown: int) -> None:
        """Nobody else ever sees it: the two pictures are the proof."""
        matter = stage.opened(photos=shots(stage, shown))
        given = {"case_id": matter.id, "words": "当场清走", "after": shots(stage, 1)}
        if shown:
            stage.do("worker", self_handle, **given)
            return
        with pytest.raises(InvalidInput) as caught:
            stage.do("worker", self_handle, **given)
        assert (caught.value.code, caught.value.detail) == ("evidence_missing", {"missing": ["before"]})

    @pytest.mark.parametrize("state", [s for s in CaseState if s is not CaseState.FILED], ids=str)
    def test_only_before_anybody_was_sent(self, stage: Stage, state: CaseState) -> None:
        matter, shown = stage.case_in(state), shots(stage, 1)
        with pytest.raises(WrongState):
            stage.do("worker", self_handle, case_id=matter.id, words="清了", before=shown, after=shown)
        assert area_of(stage, shown[0]) is None

    def test_the_reporter_may_still_say_that_it_is_not_solved_and_another_one_verifies_then(self, stage: Stage) -> None:
        matter, shown = stage.opened(BY_COMMITTEE), shots(stage, 1)
        stage.do("worker", self_handle, case_id=matter.id, words="清了", before=shown, after=shown)
        CASE_MOVES[Act.DISPUTE](stage, matter)
        assert stage.case(matter)["state"] == CaseState.HANDLING
        stage.do("head", feed_back, case_id=matter.id, result=Result.EXPLAINED, words="再清一次")
        with pytest.raises(LinliError) as caught:
            CASE_MOVES[Act.VERIFY](stage, matter)
        assert caught.value.code == "own_work"
