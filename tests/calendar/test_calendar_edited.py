"""Days and hours that people edit: who may enter them, what is refused and why, what a running matter sees of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import cast
import pytest
from casework.stage import CASE_MOVES, MONDAY, Matter, Stage, when
from django.db import transaction
from django.utils import translation

from linli.access.api import Principal
from linli.calendar.api import (
    DayKind,
    Shift,
    Unit,
    WorkCalendar,
    current_calendar,
    days_between,
    forget,
    set_day,
    set_shifts,
)
from linli.casework.cases.api import open_case
from linli.casework.timeline.api import Act
from linli.kernel.errors import InvalidInput

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
WEDNESDAY, SATURDAY = date(2026, 3, 4), date(2026, 3, 7)
SUMMER = [Shift(time(7, 0), time(11, 0)), Shift(time(14, 0), time(18, 0))]


def edit(stage: Stage, action: Callable[..., Any], who: str = "dispatcher", **given: Any) -> None:
    """An editor enters it, and this process hears of it as after a commit."""
    stage.do(who, action, **given)
    forget()


def opened(stage: Stage, item: str = "C13") -> Matter:
    matter = stage.receive()
    stage.do("worker", open_case, report_id=matter.id, item_code=item)
    return matter


def whole(stage: Stage, matter: Matter) -> datetime | None:
    return when(stage.clocks(matter)["whole", ""]["due_at"])


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


class TestWhoMay:
    @pytest.mark.parametrize(
        ("who", "may"),
        [
            ("dispatcher", True), ("district", True), ("worker", False), ("head", False), ("auditor", False),
            ("responder", False), ("responder_urban", False),
        ],
    )  # fmt: skip
    def test_towns_and_the_district_edit_the_calendar_and_nobody_else(
        self, acting: Callable[[str], Principal], who: str, may: bool
    ) -> None:
        assert acting(who).can("calendar.edit") is may

    def test_an_edit_is_kept_with_who_made_it_and_what_it_was_before(self, stage: Stage) -> None:
        edit(stage, set_day, date=WEDNESDAY, kind="holiday", name=" 三八\n活动 ", name_en="Town day")
        (row,) = stage.ask("select * from calendar_day where date = %s", WEDNESDAY)
        assert (row["kind"], row["name_zh"], row["name_en"]) == ("holiday", "三八 活动", "Town day")
        assert (row["edited_by"], row["version"], row["estimated"]) == (cast.user_of("dispatcher").id, 2, False)
        (line,) = stage.ask("select * from audit_record where act = 'calendar.set_day'")
        assert (line["subject_id"], line["actor_id"]) == ("2026-03-04", cast.user_of("dispatcher").id)
        assert line["detail"] == {"before": "workday", "after": "holiday"}
        (event,) = stage.ask("select payload from outbox_event where name = 'calendar.CalendarChanged'")
        assert event["payload"] == {"first_day": "2026-03-04", "area_code": None}

    def test_days_are_shown_with_what_a_person_set(self, stage: Stage) -> None:
        edit(stage, set_day, date=WEDNESDAY, kind="holiday", name="镇休")
        shown = days_between(WEDNESDAY - timedelta(days=1), SATURDAY)
        assert [(one.date.day, one.kind, one.edited) for one in shown] == [
            (3, DayKind.WORKDAY, False), (4, DayKind.HOLIDAY, True), (5, DayKind.WORKDAY, False),
            (6, DayKind.WORKDAY, False), (7, DayKind.WEEKEND, False),
        ]  # fmt: skip
        assert days_between(SATURDAY, WEDNESDAY) == []

    def test_a_day_may_be_set_again_and_again_and_back(self, stage: Stage) -> None:
        seen = []
        for kind in ("holiday", "workday", "holiday", "workday"):
            edit(stage, set_day, date=WEDNESDAY, kind=kind)
            seen.append(current_calendar().is_workday(WEDNESDAY))
        assert seen == [False, True, False, True]
        assert stage.one("select version from calendar_day where date = %s", WEDNESDAY) == 5
        details = stage.ask("select detail from audit_record where act = 'calendar.set_day' order by id")
        assert [one["detail"]["before"] for one in details] == ["workday", "holiday", "workday", "holiday"]


WEEKDAY_RULE = (
    "A weekday is a workday or a holiday; a weekend day is a rest day, a make-up workday or a holiday.",
    "周一至周五只能设为工作日或放假；周六、周日只能设为休息日、调休上班或放假。",
)
HOURS_RULE = (
    "Office hours are one to six spans of a day that do not overlap.",
    "工作时段每天一至六段，互不重叠。",
)


class TestWhatIsRefused:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    @pytest.mark.parametrize(
        ("day", "kind", "allowed"),
        [
            (WEDNESDAY, "weekend", ["holiday", "workday"]),
            (WEDNESDAY, "make_up", ["holiday", "workday"]),
            (WEDNESDAY, "", ["holiday", "workday"]),
            (SATURDAY, "workday", ["holiday", "make_up", "weekend"]),
        ],
    )
    def test_a_day_that_cannot_be_is_refused_with_what_it_could_be(
        self, stage: Stage, language: str, day: date, kind: str, allowed: list[str]
    ) -> None:
        with translation.override(language), pytest.raises(InvalidInput) as refused:
            edit(stage, set_day, date=day, kind=kind)
        assert str(refused.value) == WEEKDAY_RULE[language == "zh-hans"]
        assert (refused.value.code, refused.value.detail) == ("bad_day_kind", {"kind": kind, "allowed": allowed})
        assert stage.one("select count(*) from calendar_day where edited_by is not null") == 0
        assert stage.one("select count(*) from audit_record where act like 'calendar.%%'") == 0

    @pytest.mark.parametrize("day", [date(1999, 12, 31), date(2101, 1, 1)])
    def test_a_year_out_of_reach_is_refused_in_both_languages(self, stage: Stage, day: date) -> None:
        said = {}
        for language in ("en", "zh-hans"):
            with translation.override(language), pytest.raises(InvalidInput) as refused:
                edit(stage, set_day, date=day, kind="holiday")
            said[language] = (refused.value.code, str(refused.value))
        assert said == {"en": ("bad_day", "This year cannot be edited."), "zh-hans": ("bad_day", "该年度不能编辑。")}

    @pytest.mark.parametrize("day", [date(2000, 1, 3), date(2100, 12, 31)])
    def test_the_first_and_the_last_year_may_be_edited(self, stage: Stage, day: date) -> None:
        edit(stage, set_day, date=day, kind="holiday")
        assert not current_calendar().is_workday(day)

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    @pytest.mark.parametrize(
        "shifts",
        [
            [],
            [Shift(time(9), time(12)), Shift(time(11, 59), time(13))],
            [Shift(time(9), time(12)), Shift(time(9), time(12))],
            [Shift(time(hour), time(hour, 30)) for hour in range(8, 15)],
        ],
        ids=["none", "a minute over", "the same twice", "seven"],
    )
    def test_hours_that_make_no_day_are_refused_and_the_old_ones_hold(
        self, stage: Stage, language: str, shifts: list[Shift]
    ) -> None:
        before = current_calendar()
        with translation.override(language), pytest.raises(InvalidInput) as refused:
            edit(stage, set_shifts, valid_from=WEDNESDAY, shifts=shifts)
        assert (refused.value.code, str(refused.value)) == ("bad_shifts", HOURS_RULE[language == "zh-hans"])
        forget()
        assert current_calendar() == before

    def test_six_spans_that_touch_are_the_most_and_pass(self, stage: Stage) -> None:
        spans = [Shift(time(hour), time(hour + 1)) for hour in range(8, 14)]
        edit(stage, set_shifts, valid_from=WEDNESDAY, shifts=list(reversed(spans)))
        assert current_calendar().close_of(WEDNESDAY) == shanghai(4, 14)
        assert current_calendar().elapsed(shanghai(4, 0), shanghai(4, 23), Unit.WORKING_HOUR) == 6


class TestOwnHours:
    def test_the_nearest_area_with_hours_of_its_own_counts(self, stage: Stage) -> None:
        edit(stage, set_shifts, "district", area_code=cast.DISTRICT, valid_from=WEDNESDAY, shifts=SUMMER)
        edit(stage, set_shifts, area_code=cast.HOME_AREA, valid_from=WEDNESDAY, shifts=[Shift(time(10), time(16))])
        closes = {
            code: current_calendar(code).close_of(WEDNESDAY)
            for code in (None, cast.DISTRICT, cast.TOWN, cast.OTHER_TOWN, cast.SIBLING_AREA, cast.HOME_AREA)
        }
        assert closes == {
            None: shanghai(4, 17, 30), cast.DISTRICT: shanghai(4, 18), cast.TOWN: shanghai(4, 18),
            cast.OTHER_TOWN: shanghai(4, 18), cast.SIBLING_AREA: shanghai(4, 18), cast.HOME_AREA: shanghai(4, 16),
        }  # fmt: skip

    def test_before_its_first_day_a_unit_keeps_the_hours_of_the_level_above(self, stage: Stage) -> None:
        edit(stage, set_shifts, area_code=cast.TOWN, valid_from=WEDNESDAY, shifts=SUMMER)
        town = current_calendar(cast.TOWN)
        assert [town.close_of(WEDNESDAY + timedelta(days=n)) for n in (-1, 0)] == [shanghai(3, 17, 30), shanghai(4, 18)]
        # Two hours of Tuesday afternoon are left at 15:30, the third falls on Wednesday from seven o'clock.
        assert town.add(shanghai(3, 15, 30), 3, Unit.WORKING_HOUR) == shanghai(4, 8)

    @pytest.mark.parametrize(
        ("amount", "unit", "due"),
        [
            (4, "e", shanghai(4, 20)),
            (4, "h", shanghai(5, 9)),
            (2, "d", shanghai(6, 18)),
            (2, "n", shanghai(7, 0)),
        ],
    )
    def test_each_unit_of_a_limit_follows_its_own_rule_under_them(
        self, stage: Stage, amount: int, unit: str, due: datetime
    ) -> None:
        edit(stage, set_shifts, area_code=cast.TOWN, valid_from=WEDNESDAY, shifts=SUMMER)
        assert current_calendar(cast.TOWN).add(shanghai(4, 16), amount, unit) == due

    def test_a_plan_for_one_area_replaces_no_other_plan_of_the_same_day(self, stage: Stage) -> None:
        for area in (cast.TOWN, cast.OTHER_TOWN):
            edit(stage, set_shifts, "district", area_code=area, valid_from=WEDNESDAY, shifts=SUMMER)
        edit(stage, set_shifts, area_code=cast.TOWN, valid_from=WEDNESDAY, shifts=[Shift(time(10), time(16))])
        assert current_calendar(cast.TOWN).close_of(WEDNESDAY) == shanghai(4, 16)
        assert current_calendar(cast.OTHER_TOWN).close_of(WEDNESDAY) == shanghai(4, 18)
        rows = stage.ask("select version from calendar_shift where area_code = %s", cast.TOWN)
        assert [row["version"] for row in rows] == [2]


class TestEditedInMidFlight:
    def test_a_matter_sees_the_new_day_at_its_next_step(self, stage: Stage) -> None:
        """Two working days from Monday end on Wednesday; Wednesday becomes free while the matter runs."""
        matter = opened(stage)
        assert whole(stage, matter) == shanghai(4, 17, 30)
        edit(stage, set_day, date=WEDNESDAY, kind="holiday", name="镇休")
        assert whole(stage, matter) == shanghai(4, 17, 30), "nothing runs behind the back of a matter"
        CASE_MOVES[Act.DISPATCH](stage, matter)
        assert whole(stage, matter) == shanghai(5, 17, 30)
        assert when(stage.case(matter)["promised_at"]) == shanghai(5, 17, 30)

    def test_a_day_of_work_more_brings_the_end_nearer(self, stage: Stage) -> None:
        matter = opened(stage, "C17")  # by the clock: no day of rest changes it
        slow = opened(stage, "C08")  # fifteen working days
        edit(stage, set_day, date=SATURDAY, kind="make_up", name="调休")
        for one in (matter, slow):
            CASE_MOVES[Act.DISPATCH](stage, one)
        assert whole(stage, matter) == MONDAY + timedelta(hours=24)
        assert whole(stage, slow) == shanghai(20, 17, 30)

    def test_a_new_matter_is_promised_by_the_new_day_at_once(self, stage: Stage) -> None:
        edit(stage, set_day, date=WEDNESDAY, kind="holiday")
        assert whole(stage, opened(stage)) == shanghai(5, 17, 30)

    def test_what_was_taken_in_hand_before_the_edit_does_not_change_under_it(self, stage: Stage) -> None:
        kept: WorkCalendar = current_calendar()
        edit(stage, set_day, date=WEDNESDAY, kind="holiday")
        assert kept.is_workday(WEDNESDAY)
        assert not current_calendar().is_workday(WEDNESDAY)
        assert current_calendar() != kept

    def test_an_edit_that_is_rolled_back_was_never_there(self, stage: Stage) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            stage.do("dispatcher", set_day, date=WEDNESDAY, kind="holiday")
            raise RuntimeError
        forget()
        assert current_calendar().is_workday(WEDNESDAY)
        assert stage.undelivered("calendar.%") == []

    def test_every_area_kept_in_hand_hears_of_a_day(self, stage: Stage) -> None:
        areas = (None, cast.DISTRICT, cast.TOWN, cast.HOME_AREA)
        before = [current_calendar(area).is_workday(WEDNESDAY) for area in areas]
        edit(stage, set_day, date=WEDNESDAY, kind="holiday")
        assert (before, [current_calendar(area).is_workday(WEDNESDAY) for area in areas]) == ([True] * 4, [False] * 4)
