"""The list changes under running work: old cases keep what they were given, each change holds where and when said."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import cast
import pytest
from casework.stage import CASE_MOVES, MONDAY, WAY_TO_CASE, Matter, Stage, when

from linli.access.api import Principal
from linli.casework.cases.api import CaseState, open_case
from linli.catalogue import api as catalogue
from linli.catalogue.models import ItemVersion, Override
from linli.catalogue.notation import write_limits
from linli.kernel.clock import SHANGHAI
from linli.kernel.errors import Conflict, InvalidInput, LinliError, NotFound, WrongState
from linli.territory.api import Area, area_by_code

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


def do(stage: Stage, who: str, action: Callable[..., Any], **given: object) -> Any:
    """Somebody changes the list, and this process hears of it as after a commit."""
    done = stage.do(who, action, **given)
    catalogue.forget()
    return done


def revise(stage: Stage, code: str, changes: dict[str, Any], **given: object) -> int:
    number: int = do(stage, "district", catalogue.revise_item, code=code, changes=changes, note="按新规", **given)
    return number


def override(
    stage: Stage, code: str, changes: dict[str, Any], area: str = cast.TOWN, who: str = "dispatcher", **given: object
) -> int:
    number: int = do(
        stage, who, catalogue.override_item,
        code=code, changes=changes, area_id=area_by_code(area).id, reason="试点", **given,
    )  # fmt: skip
    return number


def opened(stage: Stage, code: str, area: str = cast.HOME_AREA, who: str = "worker") -> Matter:
    matter = stage.receive(area_id=area_by_code(area).id)
    stage.do(who, open_case, report_id=matter.id, item_code=code)
    return matter


def whole(stage: Stage, matter: Matter) -> tuple[int, str]:
    """The limit of the whole matter as its clock holds it."""
    clock = stage.clocks(matter)["whole", ""]
    return int(clock["amount"]), clock["unit"]


def due(stage: Stage, matter: Matter) -> datetime | None:
    return when(stage.clocks(matter)["whole", ""]["due_at"])


def resolve(code: str, area: str | None = None, at: datetime | None = None) -> str:
    return write_limits(catalogue.spec_for(code, area and area_by_code(area).path, at=at).resolve)


def shanghai(day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


class TestAnOldCase:
    def test_it_keeps_the_version_and_the_clocks_it_was_opened_under(self, stage: Stage) -> None:
        old = opened(stage, "C13")
        before = stage.snapshot(old)
        assert revise(stage, "C13", {"resolve": "5d"}) == 2
        new = opened(stage, "C13")
        assert (stage.case(old)["item_version"], stage.case(new)["item_version"]) == (1, 2)
        assert (whole(stage, old), whole(stage, new)) == ((2, "d"), (5, "d"))
        assert (due(stage, old), due(stage, new)) == (shanghai(4, 17, 30), shanghai(9, 17, 30))
        after = stage.snapshot(old)
        assert {table: rows for table, rows in after.items() if table != "counts"} == {
            table: rows for table, rows in before.items() if table != "counts"
        }

    def test_its_next_steps_do_not_take_up_the_new_limits(self, stage: Stage) -> None:
        old = opened(stage, "C13")
        revise(stage, "C13", {"resolve": "9d", "respond": "4d"})
        for act in WAY_TO_CASE[CaseState.HANDLING]:
            CASE_MOVES[act](stage, old)
        assert stage.case(old)["state"] == CaseState.HANDLING
        assert whole(stage, old) == (2, "d")
        assert due(stage, old) == shanghai(4, 17, 30)

    def test_a_towns_new_value_leaves_it_alone_too(self, stage: Stage) -> None:
        old = opened(stage, "C12")
        override(stage, "C12", {"resolve": "1d"})
        new = opened(stage, "C12")
        assert (whole(stage, old), whole(stage, new)) == ((4, "h"), (1, "d"))
        assert stage.case(new)["item_version"] == 1, "an override is no version of the district's list"

    def test_it_goes_on_to_its_end_when_its_item_has_left_the_list(self, stage: Stage) -> None:
        old = opened(stage, "C06")
        do(stage, "district", catalogue.retire_item, code="C06", reason="并入V05")
        for act in WAY_TO_CASE[CaseState.VERIFIED]:
            CASE_MOVES[act](stage, old)
        assert stage.case(old)["state"] == CaseState.VERIFIED
        assert not catalogue.is_active("C06")

    def test_milestones_follow_the_version_of_the_day_it_was_opened(self, stage: Stage) -> None:
        old = opened(stage, "C06")
        revise(stage, "C06", {"resolve": "停工2h;拆除10d"})
        new = opened(stage, "C06")
        labels = [{label for kind, label in stage.clocks(case) if kind == "milestone"} for case in (old, new)]
        assert labels == [{"停工", "立案处罚"}, {"停工"}]
        assert (whole(stage, old), whole(stage, new)) == ((20, "d"), (10, "d"))


class TestADayToComeIntoForce:
    def test_the_old_value_holds_to_the_last_moment_and_the_new_one_from_the_first(self, stage: Stage) -> None:
        start = shanghai(12, 0)
        revise(stage, "C13", {"resolve": "4d"}, valid_from=start)
        assert resolve("C13", at=start - TICK) == "2d"
        assert resolve("C13", at=start) == "4d"
        assert catalogue.in_force("C13", at=start - TICK).version == 1
        assert catalogue.in_force("C13", at=start).version == 2

    def test_cases_of_before_and_after_that_day_get_what_held_on_their_day(self, stage: Stage) -> None:
        revise(stage, "C13", {"resolve": "4d"}, valid_from=shanghai(5))
        before = opened(stage, "C13")
        stage.pass_time(days=3)
        after = opened(stage, "C13")
        assert (whole(stage, before), whole(stage, after)) == ((2, "d"), (4, "d"))
        assert (stage.case(before)["item_version"], stage.case(after)["item_version"]) == (1, 2)

    def test_a_towns_value_may_begin_later_and_end_again(self, stage: Stage) -> None:
        override(stage, "C13", {"resolve": "1d"}, valid_from=shanghai(10))
        override(stage, "C13", {}, valid_from=shanghai(20))
        days = {day: resolve("C13", cast.HOME_AREA, shanghai(day)) for day in (9, 10, 19, 20, 30)}
        assert days == {9: "2d", 10: "1d", 19: "1d", 20: "2d", 30: "2d"}

    @pytest.mark.parametrize("begins", [None, shanghai(9, 23, 59)], ids=["at once", "a minute before"])
    def test_nothing_may_slip_in_before_a_change_that_is_planned(self, stage: Stage, begins: datetime | None) -> None:
        revise(stage, "C13", {"resolve": "4d"}, valid_from=shanghai(10, 0))
        override(stage, "C13", {"resolve": "1d"}, valid_from=shanghai(10, 0))
        for change in (revise, override):
            with pytest.raises(Conflict) as refused:
                change(stage, "C13", {"resolve": "3d"}, valid_from=begins)
            assert refused.value.code == "later_change_planned"
        assert (ItemVersion.objects.filter(item__code="C13").count(), Override.objects.count()) == (2, 1)

    def test_a_change_of_the_same_moment_replaces_the_planned_one(self, stage: Stage) -> None:
        start = shanghai(10, 0)
        revise(stage, "C13", {"resolve": "4d"}, valid_from=start)
        revise(stage, "C13", {"resolve": "3d"}, valid_from=start)
        assert resolve("C13", at=start) == "3d"
        assert catalogue.in_force("C13", at=start).version == 3

    def test_one_area_may_plan_while_another_changes_at_once(self, stage: Stage) -> None:
        override(stage, "C13", {"resolve": "1d"}, valid_from=shanghai(10))
        override(stage, "C13", {"resolve": "3d"}, area=cast.OTHER_TOWN, who="dispatcher_other")
        assert resolve("C13", cast.OTHER_TOWN) == "3d"
        assert resolve("C13", cast.TOWN) == "2d"

    @pytest.mark.parametrize("change", [revise, override])
    def test_a_change_cannot_begin_in_the_past(self, stage: Stage, change: Callable[..., int]) -> None:
        with pytest.raises(InvalidInput) as refused:
            change(stage, "C13", {"resolve": "3d"}, valid_from=MONDAY - TICK)
        assert refused.value.code == "starts_in_past"
        assert change(stage, "C13", {"resolve": "3d"}, valid_from=MONDAY) >= 1

    def test_an_item_is_not_there_before_its_first_day(self, stage: Stage) -> None:
        long_ago = datetime(2019, 12, 31, tzinfo=SHANGHAI)
        with pytest.raises(NotFound):
            catalogue.spec_for("C13", at=long_ago)
        assert not catalogue.is_active("C13", at=long_ago)
        assert catalogue.list_specs(at=long_ago) == []
        assert len(catalogue.list_specs(at=long_ago + timedelta(days=2))) == 61

    def test_an_item_retired_today_was_active_yesterday(self, stage: Stage) -> None:
        do(stage, "district", catalogue.retire_item, code="C13", reason="并入S03")
        assert [catalogue.is_active("C13", at=at) for at in (MONDAY - TICK, MONDAY)] == [True, False]
        assert len(catalogue.list_specs(at=MONDAY - TICK)) == len(catalogue.list_specs(at=MONDAY)) + 1


class TestTwoTowns:
    def test_each_has_its_own_value_and_sees_nothing_of_the_others(self, stage: Stage) -> None:
        override(stage, "C13", {"resolve": "1d"})
        override(stage, "C13", {"resolve": "4d"}, area=cast.OTHER_TOWN, who="dispatcher_other")
        assert {code: resolve("C13", code) for code in (cast.TOWN, cast.HOME_AREA, cast.VILLAGE_AREA)} == {
            cast.TOWN: "1d", cast.HOME_AREA: "1d", cast.VILLAGE_AREA: "1d",
        }  # fmt: skip
        assert {resolve("C13", code) for code in (cast.OTHER_TOWN, cast.FOREIGN_AREA)} == {"4d"}
        assert {resolve("C13"), resolve("C13", cast.DISTRICT)} == {"2d"}

    def test_cases_of_both_towns_run_under_their_own_value(self, stage: Stage) -> None:
        override(stage, "C13", {"resolve": "1d"})
        here = opened(stage, "C13")
        there = opened(stage, "C13", cast.FOREIGN_AREA, "dispatcher_other")
        assert (whole(stage, here), whole(stage, there)) == ((1, "d"), (2, "d"))

    def test_one_value_is_changed_and_all_others_stay_the_districts(self, stage: Stage) -> None:
        base = catalogue.spec_for("C13")
        override(stage, "C13", {"resolve": "1d"})
        here = catalogue.spec_for("C13", area_by_code(cast.HOME_AREA).path)
        assert [one.what for one in catalogue.differences(here, base, english=True)] == ["whole matter"]
        assert here == catalogue.from_json(catalogue.to_json(base) | {"resolve": catalogue.to_json(here)["resolve"]})

    def test_taking_a_value_back_brings_the_districts_back_there_alone(self, stage: Stage) -> None:
        override(stage, "C13", {"resolve": "1d"})
        override(stage, "C13", {"resolve": "4d"}, area=cast.OTHER_TOWN, who="dispatcher_other")
        assert override(stage, "C13", {}) == 2
        assert (resolve("C13", cast.TOWN), resolve("C13", cast.OTHER_TOWN)) == ("2d", "4d")
        assert catalogue.in_force("C13", area_by_code(cast.TOWN).path).overridden_by == ()

    def test_after_taking_it_back_the_town_follows_the_district_again(self, stage: Stage) -> None:
        override(stage, "C13", {"resolve": "1d"})
        override(stage, "C13", {})
        revise(stage, "C13", {"resolve": "7d"})
        assert resolve("C13", cast.HOME_AREA) == "7d"

    def test_a_new_set_replaces_the_former_one_whole(self, stage: Stage) -> None:
        override(stage, "C13", {"resolve": "1d", "respond": "1h"})
        override(stage, "C13", {"resolve": "3d"})
        here = catalogue.spec_for("C13", area_by_code(cast.TOWN).path)
        assert (write_limits(here.respond), write_limits(here.resolve)) == ("1d", "3d")

    def test_an_override_of_one_item_touches_no_other(self, stage: Stage) -> None:
        path = area_by_code(cast.TOWN).path
        before = {spec.code: spec for spec in catalogue.list_specs(area_path=path)}
        override(stage, "C13", {"resolve": "1d"})
        after = {spec.code: spec for spec in catalogue.list_specs(area_path=path)}
        assert {code for code in before if before[code] != after[code]} == {"C13"}

    def test_a_committee_beats_its_town_only_in_what_it_says_itself(self, stage: Stage) -> None:
        override(stage, "C13", {"resolve": "1d", "duplicate_days": 3})
        override(stage, "C13", {"resolve": "4h"}, area=cast.HOME_AREA)
        home, sibling = (
            catalogue.spec_for("C13", area_by_code(code).path) for code in (cast.HOME_AREA, cast.SIBLING_AREA)
        )
        assert (write_limits(home.resolve), home.duplicate_days) == ("4h", 3)
        assert (write_limits(sibling.resolve), sibling.duplicate_days) == ("1d", 3)

    def test_a_long_row_of_changes_holds_like_a_plain_dictionary(self, stage: Stage) -> None:
        """Sixty changes by two towns at four areas; a dictionary per area says what must hold."""
        dice = random.Random("overrides")
        own: dict[str, dict[str, Any]] = {}
        above = {cast.TOWN: [], cast.HOME_AREA: [cast.TOWN], cast.SIBLING_AREA: [cast.TOWN], cast.OTHER_TOWN: []}
        for _ in range(60):
            area = dice.choice(list(above))
            fields = {"resolve": f"{dice.randint(1, 9)}d", "duplicate_days": dice.randint(1, 60)}
            changes = {name: fields[name] for name in dice.sample(sorted(fields), dice.randint(0, 2))}
            who = "dispatcher_other" if area == cast.OTHER_TOWN else "dispatcher"
            override(stage, "C13", changes, area=area, who=who)
            own[area] = changes
            for code, levels in above.items():
                expected: dict[str, Any] = {"resolve": "2d", "duplicate_days": 7}
                for level in [*levels, code]:
                    expected |= own.get(level, {})
                spec = catalogue.spec_for("C13", area_by_code(code).path)
                assert {"resolve": write_limits(spec.resolve), "duplicate_days": spec.duplicate_days} == expected


ROLES = ("worker", "head", "dispatcher", "district", "auditor", "responder", "responder_urban")
ACTS: dict[str, tuple[Callable[..., Any], dict[str, Any], set[str]]] = {
    "revise": (catalogue.revise_item, {"code": "C13", "changes": {"resolve": "1d"}, "note": "试"}, {"district"}),
    "override": (
        catalogue.override_item,
        {"code": "C13", "changes": {"resolve": "1d"}, "reason": "试"},
        {"dispatcher"},
    ),
    "retire": (catalogue.retire_item, {"code": "C13", "reason": "试"}, {"district"}),
}


class TestWhoMay:
    @pytest.mark.parametrize("who", ROLES)
    @pytest.mark.parametrize("act", list(ACTS))
    def test_only_these_roles_change_the_list(self, stage: Stage, who: str, act: str) -> None:
        action, given, allowed = ACTS[act]
        extra = {"area_id": area_by_code(cast.TOWN).id} if act == "override" else {}
        if who in allowed:
            do(stage, who, action, **given, **extra)
            return
        with pytest.raises(LinliError) as refused:
            do(stage, who, action, **given, **extra)
        assert type(refused.value).__name__ == "Forbidden"
        assert (resolve("C13"), resolve("C13", cast.TOWN), catalogue.is_active("C13")) == ("2d", "2d", True)

    @pytest.mark.parametrize(
        "area", [cast.OTHER_TOWN, cast.FOREIGN_AREA, cast.DISTRICT], ids=["other town", "its committee", "district"]
    )
    def test_a_town_sets_values_inside_its_own_borders_only(self, stage: Stage, area: str) -> None:
        with pytest.raises(LinliError) as refused:
            override(stage, "C13", {"resolve": "1d"}, area=area)
        assert type(refused.value).__name__ in {"Forbidden", "NotFound"}
        catalogue.forget()
        assert resolve("C13", area) == "2d"

    @pytest.mark.parametrize("field", ["cls", "name", "name_en", "gb", "named", "code", "list_kind", "id"])
    def test_what_makes_the_item_what_it_is_stays_with_the_district(self, stage: Stage, field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            override(stage, "C13", {field: "S"})
        assert (refused.value.code, refused.value.detail) == ("field_fixed", {"fields": field})

    @pytest.mark.parametrize("field", ["code", "list_kind", "id"])
    def test_code_list_and_identity_are_never_revised(self, stage: Stage, field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            revise(stage, "C13", {field: "S09"})
        assert refused.value.code == "field_fixed"

    def test_of_two_who_read_the_same_version_the_second_is_told(self, stage: Stage) -> None:
        assert revise(stage, "C13", {"resolve": "4d"}, expected_version=1) == 2
        with pytest.raises(Conflict) as refused:
            revise(stage, "C13", {"resolve": "9d"}, expected_version=1)
        assert (refused.value.code, refused.value.detail) == ("item_changed", {"version": 2})
        assert resolve("C13") == "4d"
        assert revise(stage, "C13", {"resolve": "9d"}, expected_version=2) == 3


class TestWhatIsTold:
    def test_each_change_is_one_event_and_one_line_of_the_trail(
        self, stage: Stage, acting: Callable[[str], Principal]
    ) -> None:
        town: Area = area_by_code(cast.TOWN)
        who = {name: acting(name).user_id for name in ("district", "dispatcher")}
        revise(stage, "C13", {"resolve": "4d", "respond": "4h"})
        override(stage, "C12", {"resolve": "1d"})
        override(stage, "C12", {})
        do(stage, "district", catalogue.retire_item, code="C11", reason="并入C10")
        events = stage.ask(
            "select name, payload from outbox_event where name like 'catalogue.%%' order by created_at, id"
        )
        assert [(event["name"], event["payload"]) for event in events] == [
            ("catalogue.ItemRevised", {"code": "C13", "version": 2}),
            ("catalogue.ItemOverridden", {"code": "C12", "area_id": town.id, "version": 1}),
            ("catalogue.ItemOverridden", {"code": "C12", "area_id": town.id, "version": 2}),
            ("catalogue.ItemRetired", {"code": "C11"}),
        ]
        lines = stage.ask("select * from audit_record where act like 'catalogue.%%' order by id")
        began = stage.one("select valid_from from catalogue_override where version = 1")
        assert [(line["act"], line["subject_id"], line["actor_id"], line["area_id"]) for line in lines] == [
            ("catalogue.revise", "C13", who["district"], None),
            ("catalogue.override", "C12", who["dispatcher"], town.id),
            ("catalogue.override", "C12", who["dispatcher"], town.id),
            ("catalogue.retire", "C11", who["district"], None),
        ]
        assert [line["detail"].get("fields") for line in lines] == [
            ["branches", "resolve", "respond"], ["branches", "resolve"], [], None,
        ]  # fmt: skip
        assert when(lines[1]["detail"]["valid_from"]) == when(began) == MONDAY
        assert lines[3]["detail"] == {"reason": "并入C10"}

    @pytest.mark.parametrize(
        ("who", "act", "given", "code"),
        [
            ("district", "revise", {"note": " \u200b"}, "note_missing"),
            ("district", "revise", {"code": "C99"}, "item_unknown"),
            ("district", "revise", {"changes": {"owner_kind": "某局"}}, "unit_kind_unknown"),
            ("district", "revise", {"changes": {"patrol": "常看"}}, "patrol_unreadable"),
            ("dispatcher", "override", {"reason": ""}, "note_missing"),
            ("dispatcher", "override", {"code": "C99"}, "item_unknown"),
            ("dispatcher", "override", {"changes": {"resolve": "尽快"}}, "limit_unreadable"),
            ("dispatcher", "override", {"changes": {"duplicate_radius_m": 0}}, "item_value_bad"),
            ("dispatcher", "override", {"changes": {"channels": "信"}}, "channel_unknown"),
            ("district", "retire", {"reason": "\n"}, "note_missing"),
            ("district", "retire", {"code": "C99"}, "item_unknown"),
        ],
    )
    def test_what_is_refused_is_told_to_nobody_and_changes_nothing(
        self, stage: Stage, who: str, act: str, given: dict[str, Any], code: str
    ) -> None:
        action, usual, _ = ACTS[act]
        extra = {"area_id": area_by_code(cast.TOWN).id} if act == "override" else {}
        counts = "select (select count(*) from outbox_event) + (select count(*) from audit_record)"
        before = stage.one(counts)
        with pytest.raises(LinliError) as refused:
            do(stage, who, action, **{**usual, **extra, **given})
        assert refused.value.code == code
        assert stage.one(counts) == before
        assert (ItemVersion.objects.count(), Override.objects.count()) == (61, 0)
        assert catalogue.is_active("C13")

    @pytest.mark.parametrize("act", list(ACTS))
    def test_a_retired_item_can_be_neither_changed_nor_retired_again(self, stage: Stage, act: str) -> None:
        do(stage, "district", catalogue.retire_item, code="C13", reason="并入S03")
        action, usual, allowed = ACTS[act]
        extra = {"area_id": area_by_code(cast.TOWN).id} if act == "override" else {}
        with pytest.raises(WrongState) as refused:
            do(stage, next(iter(allowed)), action, **usual, **extra)
        assert refused.value.code == "item_retired"
