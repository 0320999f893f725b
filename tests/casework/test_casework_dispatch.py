"""Which unit answers, and why: the rule of choice by table, and what it comes to in the town."""

from __future__ import annotations

from datetime import time, timedelta

import cast
import pytest
from casework.stage import BY_COMMITTEE, BY_FIRM, CASE_MOVES, ITEM, MONDAY, Stage, unit
from hypothesis import given
from hypothesis import strategies as st

from linli.casework.cases.api import CaseState, case_by_id, open_case
from linli.casework.cases.limits import limits_of
from linli.casework.dispatch.api import Proposal, dispatch_case, propose, take_routed
from linli.casework.dispatch.rules import RuleSpec, Situation, choose
from linli.casework.intake.api import route_report
from linli.casework.timeline.api import Act, ClockKind
from linli.catalogue.api import list_specs, promise_under, spec_for
from linli.kernel.clock import now
from linli.register.places.api import Place
from linli.territory.api import area_by_code

HERE = Situation("C06", "O", "community", "310115.132.S01.001", "compound", time(10, 0))


def rule(id_: int, **fields: object) -> RuleSpec:
    return RuleSpec(id=id_, unit_kind="x", **fields)


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        ({"item_code": "C06"}, {"area_path": "310115.132.S01.001", "place_kind": "compound", "cls": "O"}),
        ({"area_path": "310115.132.S01"}, {"area_path": "310115.132"}),
        ({"area_path": "310115"}, {"place_kind": "compound", "cls": "O", "list_kind": "community"}),
        ({"place_kind": "compound"}, {"from_time": time(8), "to_time": time(18), "cls": "O"}),
        ({"from_time": time(8), "to_time": time(18)}, {"cls": "O", "list_kind": "community"}),
        ({"cls": "O"}, {"list_kind": "community"}),
        ({"list_kind": "community"}, {}),
    ],
)
def test_the_more_specific_rule_wins_whichever_is_newer(winner: dict[str, object], loser: dict[str, object]) -> None:
    for w, l in ((1, 2), (2, 1)):
        chosen = choose([rule(w, **winner), rule(l, **loser)], HERE)
        assert chosen is not None and chosen.id == w


def test_of_two_equally_specific_rules_the_newer_wins() -> None:
    chosen = choose([rule(5, cls="O"), rule(9, cls="O"), rule(7, cls="O")], HERE)
    assert chosen is not None and chosen.id == 9


@pytest.mark.parametrize(
    "fields",
    [
        {"item_code": "C07"}, {"cls": "S"}, {"list_kind": "village"}, {"place_kind": "home"},
        {"area_path": "310115.132.S02"}, {"area_path": "310115.132.S01.0"},
        {"from_time": time(11), "to_time": time(12)},
    ],
)  # fmt: skip
def test_a_rule_that_disagrees_in_one_field_does_not_apply(fields: dict[str, object]) -> None:
    assert choose([rule(1, **fields)], HERE) is None


@pytest.mark.parametrize(
    ("at", "applies"),
    [
        ("21:59", False),
        ("22:00", True),
        ("23:59", True),
        ("00:00", True),
        ("05:59", True),
        ("06:00", False),
        ("12:00", False),
    ],
)
def test_hours_may_run_over_midnight(at: str, applies: bool) -> None:
    night = rule(1, from_time=time(22), to_time=time(6))
    moment = Situation("C06", "O", "community", "310115", "", time.fromisoformat(at))
    assert (choose([night], moment) is not None) == applies


@given(st.times(), st.times(), st.times())
def test_the_hours_of_a_rule_and_the_hours_between_them_share_the_day(begin: time, end: time, at: time) -> None:
    if begin == end:
        return
    moment = Situation("", "", "", "", "", at)
    day = choose([rule(1, from_time=begin, to_time=end)], moment)
    rest = choose([rule(2, from_time=end, to_time=begin)], moment)
    assert (day is None) != (rest is None)


@pytest.mark.django_db
class TestInTown:
    """With the cast's units and duties."""

    def proposal(self, stage: Stage, item: str, **where: object) -> Proposal:
        matter = stage.opened(item, **where)
        case = stage.see("worker", case_by_id, matter.id)
        found = propose(case, at=now())
        assert isinstance(found, Proposal)
        return found

    def test_an_item_goes_to_its_legal_owner_of_the_area(self, stage: Stage) -> None:
        found = self.proposal(stage, ITEM)
        assert (found.unit.code, found.rule_id) == ("cast.urban", None)
        assert found.why == (("item_owner", "urban_management"), ("duty_area", "周浦镇"))

    def test_a_duty_laid_on_the_compound_holds_for_the_home_in_it_and_is_named(self, stage: Stage) -> None:
        home = stage.one("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}.3")
        found = self.proposal(stage, BY_FIRM, place_id=home)
        assert found.unit.code == "cast.property"
        assert found.why == (("item_owner", "property_firm"), ("duty_place", "瑞和苑"))

    def test_duty_by_place_beats_the_unit_of_the_area(self, stage: Stage) -> None:
        place = Place.objects.get(code=f"cast.{cast.HOME_AREA}")
        stage.own("update register_duty set unit_id = %s where place_id = %s", unit("property_other").id, place.id)
        assert self.proposal(stage, BY_FIRM, place_id=place.id).unit.code == "cast.property_other"
        assert self.proposal(stage, BY_FIRM).unit.code == "cast.property"

    def test_where_no_such_unit_exists_the_desk_itself_has_it_and_says_so(self, stage: Stage) -> None:
        found = self.proposal(stage, "C16")
        assert found.unit.code == "cast.station"
        assert found.why == (("no_unit", "maintenance_firm"), ("last_resort", ""))

    def test_a_unit_that_is_no_longer_active_is_not_proposed(self, stage: Stage) -> None:
        stage.own("update accounts_unit set is_active = false where code = 'cast.urban'")
        assert self.proposal(stage, ITEM).unit.code == "cast.station"

    def test_a_rule_of_the_town_beats_the_list_and_is_named(self, stage: Stage) -> None:
        self.lay(stage, "C06", unit_kind="housing_office")
        found = self.proposal(stage, ITEM)
        assert found.unit.code == "cast.housing"
        assert found.why[0] == ("rule", str(found.rule_id))

    def test_a_rule_may_name_the_unit_itself(self, stage: Stage) -> None:
        self.lay(stage, "C06", unit_id=unit("committee").id)
        assert self.proposal(stage, ITEM).unit.code == "cast.committee"

    def test_a_rule_of_the_night_holds_at_night_only(self, stage: Stage) -> None:
        self.lay(stage, "C06", unit_kind="housing_office", hours=("22:00", "06:00"))
        assert self.proposal(stage, ITEM).unit.code == "cast.urban"
        stage.pass_time(hours=13)
        assert self.proposal(stage, ITEM).unit.code == "cast.housing"

    def test_a_rule_holds_from_its_first_to_its_last_moment(self, stage: Stage) -> None:
        self.lay(stage, "C06", unit_kind="housing_office", days=2)
        assert self.proposal(stage, ITEM).unit.code == "cast.housing"
        stage.pass_time(days=2)
        assert self.proposal(stage, ITEM).unit.code == "cast.urban"

    def lay(
        self, stage: Stage, item: str, *, unit_kind: str = "", unit_id: int | None = None,
        hours: tuple[str, str] | None = None, days: int | None = None,
    ) -> None:  # fmt: skip
        begin, end = hours or (None, None)
        until = MONDAY + timedelta(days=days) if days else None
        stage.own(
            "insert into casework_rule (item_code, cls, list_kind, place_kind, from_time, to_time, unit_id, unit_kind,"
            " note, valid_from, valid_to) values (%s, '', '', '', %s, %s, %s, %s, '', %s, %s)",
            item, begin, end, unit_id, unit_kind, MONDAY, until,
        )  # fmt: skip

    def test_why_stays_with_the_assignment(self, stage: Stage) -> None:
        matter = stage.opened(BY_COMMITTEE)
        CASE_MOVES[Act.DISPATCH](stage, matter)
        (assigned,) = stage.assignments(matter)
        assert assigned["why"] == [["item_owner", "committee"], ["duty_area", area_by_code(cast.HOME_AREA).name]]

    def test_a_transfer_keeps_the_promise_and_gives_the_new_unit_its_time(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        promised = stage.case(matter)["promised_at"]
        stage.pass_time(hours=2)
        CASE_MOVES[Act.TRANSFER](stage, matter)
        row = stage.case(matter)
        assert (row["promised_at"], row["unit_id"]) == (promised, unit("housing").id)
        assert "accept" in stage.running(matter)
        assert [one["state"] for one in stage.assignments(matter)] == ["ended", "offered"]

    def test_a_matter_outside_the_list_that_comes_back_goes_to_the_centre_and_never_to_the_station(
        self, stage: Stage
    ) -> None:
        matter = stage.receive()
        stage.do("worker", route_report, report_id=matter.id, topic="X11", unit=unit("urban"))
        case = stage.do("responder_urban", open_case, report_id=matter.id)
        stage.do("responder_urban", take_routed, case=case)
        assert stage.case(matter)["state"] == CaseState.HANDLING
        row = stage.case(matter)
        assert (row["item_code"], row["topic"], row["desk_id"]) == ("", "X11", unit("centre").id)
        second = stage.receive()
        stage.do("worker", route_report, report_id=second.id, topic="X11", unit=unit("urban"))
        stage.do("responder_urban", open_case, report_id=second.id)
        stage.do("dispatcher", dispatch_case, case_id=second.id)
        assert stage.case(second)["unit_id"] == unit("centre").id


@pytest.mark.django_db
def test_every_item_of_the_list_gives_a_case_one_whole_clock_and_clocks_that_do_not_collide() -> None:
    path = area_by_code(cast.HOME_AREA).path
    specs = list_specs(area_path=path)
    assert len(specs) == 61
    for spec in specs:
        for conditions in ((), *((one,) for one in spec.conditions), spec.conditions):
            given_ = limits_of(spec, conditions)
            keys = [(limit.kind, limit.label) for limit in given_]
            assert len(keys) == len(set(keys)), (spec.code, conditions)
            assert [kind for kind, _ in keys].count(ClockKind.WHOLE) == 1
            assert all(label for kind, label in keys if kind is ClockKind.MILESTONE), (spec.code, conditions)


@pytest.mark.django_db
def test_under_a_condition_the_reporter_is_promised_what_the_catalogue_says() -> None:
    checked = 0
    for spec in list_specs():
        for condition in spec.conditions:
            (whole,) = (one for one in limits_of(spec, [condition]) if one.kind is ClockKind.WHOLE)
            promise = promise_under(spec.resolve, condition)
            assert (whole.amount, whole.unit) == (promise.amount, promise.unit), (spec.code, condition)
            checked += 1
    assert checked > 30
    (plain,) = (one for one in limits_of(spec_for("C02")) if one.kind is ClockKind.WHOLE)
    (hard,) = (one for one in limits_of(spec_for("C02"), ["复杂"]) if one.kind is ClockKind.WHOLE)
    assert (plain.amount, hard.amount) == (5, 20)
