"""The calendar in the database: shipped rows, edits, what the process keeps, and who is told."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from linli.calendar import actions, queries
from linli.calendar.api import (
    DayKind,
    Shift,
    Unit,
    current_calendar,
    days_between,
    forget,
    seed_days,
    set_day,
    set_shifts,
    shipped_calendar,
    today,
)
from linli.calendar.events import CalendarChanged
from linli.calendar.models import Day
from linli.calendar.models import Shift as ShiftRow
from linli.kernel import clock
from linli.kernel.errors import InvalidInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_owner")]
ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY, SATURDAY = date(2026, 11, 24), date(2026, 11, 28)
HOURS = (Shift(time(9, 0), time(12, 0)), Shift(time(14, 0), time(18, 0)))


@dataclass(frozen=True)
class Editor:
    user_id: int = 7
    post_id: int = 70


@pytest.fixture(autouse=True)
def nothing_kept():
    forget()
    yield
    forget()


@pytest.fixture
def told(monkeypatch):
    """Collect what goes to the trail and to the outbox."""
    heard = {"trail": [], "events": []}
    monkeypatch.setattr(actions, "record", lambda **line: heard["trail"].append(line))
    monkeypatch.setattr(actions, "publish", heard["events"].append)
    return heard


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Run what waits for the commit, as a real commit would."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def nine(day: date) -> datetime:
    return datetime.combine(day, time(9), ZONE)


def test_a_new_installation_has_the_shipped_days_and_hours():
    assert current_calendar() == shipped_calendar_with(current_calendar().shifts)
    assert [(shift.start, shift.end) for shift in current_calendar().shifts] == [
        (time(8, 30), time(12, 0)),
        (time(13, 0), time(17, 30)),
    ]
    assert current_calendar().add(nine(date(2026, 2, 13)), 1, Unit.WORKING_DAY) == datetime(
        2026, 2, 14, 17, 30, tzinfo=ZONE
    )


def shipped_calendar_with(shifts):
    shipped = shipped_calendar()
    return type(shipped)(days=shipped.days, shifts=shifts, estimated_days=shipped.estimated_days)


def test_the_calendar_is_kept_and_not_read_again(django_assert_num_queries):
    first = current_calendar()
    with django_assert_num_queries(0):
        assert current_calendar() is first


def test_a_change_made_elsewhere_is_seen_when_the_stamp_is_asked_again(monkeypatch):
    assert current_calendar().is_workday(TUESDAY)
    Day.objects.filter(date=TUESDAY).update(kind=DayKind.HOLIDAY, version=2)
    assert current_calendar().is_workday(TUESDAY)
    monkeypatch.setattr(queries._Kept, "asked_at", -1_000_000.0)
    assert not current_calendar().is_workday(TUESDAY)


def test_an_unchanged_stamp_keeps_the_same_value(monkeypatch, django_assert_num_queries):
    first = current_calendar()
    monkeypatch.setattr(queries._Kept, "asked_at", -1_000_000.0)
    with django_assert_num_queries(2):
        assert current_calendar() is first


def test_a_day_set_by_an_editor_holds_at_once_and_is_told(told, committed):
    assert current_calendar().is_workday(TUESDAY)
    with committed():
        set_day(actor=Editor(), date=TUESDAY, kind="holiday", name=" 全区演练\u202e ", name_en="District drill")
    assert not current_calendar().is_workday(TUESDAY)
    shown = days_between(TUESDAY, TUESDAY)[0]
    assert (shown.kind, shown.name_zh, shown.name_en) == (DayKind.HOLIDAY, "全区演练", "District drill")
    assert shown.edited
    assert not shown.estimated
    assert Day.objects.get(date=TUESDAY).version == 2
    assert told["events"] == [CalendarChanged(first_day=TUESDAY)]
    assert [(line["act"], line["subject_id"], line["detail"]) for line in told["trail"]] == [
        ("calendar.set_day", "2026-11-24", {"before": "workday", "after": "holiday"})
    ]


def test_a_day_of_a_new_year_can_be_entered_and_ends_the_estimate(told, committed):
    day = date(2028, 1, 3)
    assert current_calendar().is_estimated(day)
    with committed():
        set_day(actor=Editor(), date=day, kind="holiday", name="元旦")
    assert not current_calendar().is_estimated(day)
    assert not current_calendar().is_workday(day)


@pytest.mark.parametrize(
    ("day", "kind", "code"),
    [
        (TUESDAY, "weekend", "bad_day_kind"),
        (TUESDAY, "make_up", "bad_day_kind"),
        (SATURDAY, "workday", "bad_day_kind"),
        (TUESDAY, "feast", "bad_day_kind"),
        (date(1999, 1, 4), "holiday", "bad_day"),
    ],
)
def test_a_day_cannot_be_what_it_is_not(told, day, kind, code):
    with pytest.raises(InvalidInput) as caught:
        set_day(actor=Editor(), date=day, kind=kind)
    assert caught.value.code == code
    assert told == {"trail": [], "events": []}


def test_the_database_refuses_an_unknown_kind_and_a_shift_that_ends_first():
    with pytest.raises(IntegrityError), transaction.atomic():
        Day.objects.create(date=date(2040, 1, 1), kind="feast", source="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        ShiftRow.objects.create(valid_from=TUESDAY, start=time(12), end=time(9))


def test_a_town_may_have_its_own_hours_from_a_day_on(told, committed):
    with committed():
        set_shifts(
            actor=Editor(), area_code="310115132", valid_from=SATURDAY, shifts=HOURS, labels=[("上午", "Morning")]
        )
    town = current_calendar("310115132")
    committee = current_calendar("310115132001")
    for calendar in (town, committee):
        assert calendar.add(nine(date(2026, 11, 26)), 1, Unit.WORKING_DAY).astimezone(ZONE).time() == time(17, 30)
        assert calendar.add(nine(date(2026, 11, 29)), 1, Unit.WORKING_DAY).astimezone(ZONE).time() == time(18, 0)
    for other in (None, "310115", "310115133", "310115133001"):
        assert current_calendar(other).shifts == current_calendar().shifts
    assert told["events"] == [CalendarChanged(first_day=SATURDAY, area_code="310115132")]
    assert told["trail"][0]["detail"] == {"shifts": ["09:00-12:00", "14:00-18:00"]}


def test_a_plan_of_the_same_day_is_replaced_and_seen(told, committed, monkeypatch):
    with committed():
        set_shifts(actor=Editor(), valid_from=TUESDAY, shifts=HOURS)
    with committed():
        set_shifts(actor=Editor(), valid_from=TUESDAY, shifts=[Shift(time(10), time(15)), Shift(time(16), time(17))])
    assert [row.start for row in ShiftRow.objects.filter(valid_from=TUESDAY)] == [time(10), time(16)]
    assert {row.version for row in ShiftRow.objects.filter(valid_from=TUESDAY)} == {2}
    assert current_calendar().add(nine(TUESDAY), 1, Unit.WORKING_HOUR) == datetime(2026, 11, 24, 11, tzinfo=ZONE)


@pytest.mark.parametrize(
    "shifts",
    [
        [],
        [Shift(time(9), time(12)), Shift(time(11), time(13))],
        [Shift(time(hour), time(hour, 30)) for hour in range(8, 15)],
    ],
)
def test_hours_that_make_no_plan_are_refused(told, shifts):
    with pytest.raises(InvalidInput) as caught:
        set_shifts(actor=Editor(), valid_from=TUESDAY, shifts=shifts)
    assert caught.value.code == "bad_shifts"
    assert told == {"trail": [], "events": []}


def test_seeding_again_writes_nothing_and_is_not_told(told):
    assert seed_days(actor=None) == 0
    assert told["trail"] == []


def test_seeding_mends_shipped_days_and_leaves_edited_ones(told):
    rows = Day.objects.using(actions.OWNER)
    rows.filter(date=TUESDAY).update(kind="holiday", edited_by=7)
    rows.filter(date=SATURDAY).update(kind="make_up")
    rows.filter(date=date(2026, 11, 29)).delete()
    assert seed_days(actor=None, years=[2026]) == 2
    assert rows.get(date=TUESDAY).kind == "holiday"
    assert rows.get(date=SATURDAY).kind == "weekend"
    assert rows.filter(date=date(2026, 11, 29)).exists()
    assert told["trail"][0]["detail"] == {"days": 2}


def test_a_year_that_is_not_shipped_is_refused():
    with pytest.raises(InvalidInput) as caught:
        seed_days(actor=None, years=[2026, 2031])
    assert caught.value.code == "year_not_shipped"
    assert caught.value.detail == {"years": [2031]}


def test_today_is_the_day_in_shanghai():
    with clock.frozen(datetime(2026, 11, 24, 0, 30, tzinfo=ZONE)):
        assert today() == TUESDAY
