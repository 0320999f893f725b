"""The rules of limits: the articles, suspensions, estimates, and laws that hold for every limit."""

import timeit
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.calendar.official_days import shipped_calendar
from linli.calendar.rules import DEFAULT_SHIFTS, Shift, Unit, WorkCalendar
from linli.kernel.errors import InvalidInput

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = shipped_calendar()
E, H, D, N = Unit.NATURAL_HOUR, Unit.WORKING_HOUR, Unit.WORKING_DAY, Unit.NATURAL_DAY


def at(text: str) -> datetime:
    """Return the Shanghai instant written `2026-11-24 09:00`; 24:00 is allowed."""
    day, clock = text.split(" ")
    hour, minute = clock.split(":")
    return datetime.fromisoformat(day).replace(tzinfo=ZONE) + timedelta(hours=int(hour), minutes=int(minute))


moments = st.integers(0, 1461 * 86_400).map(lambda s: datetime(2024, 6, 1, tzinfo=ZONE) + timedelta(seconds=s))
hours = st.decimals(Decimal("0.01"), 200, places=2)
days = st.integers(1, 40)
limits = st.one_of(st.tuples(hours, st.sampled_from([E, H])), st.tuples(days.map(Decimal), st.sampled_from([D, N])))
pauses = st.lists(
    st.tuples(moments, st.timedeltas(timedelta(0), timedelta(days=12))).map(lambda p: (p[0], p[0] + p[1])), max_size=4
)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        # hours by the clock, across a weekend
        ("2026-11-27 17:00", 4, E, "2026-11-27 21:00"),
        ("2026-11-27 23:30", Decimal("0.5"), E, "2026-11-28 00:00"),
        # working hours: lunch, evening, weekend; a full day ends at its close
        ("2026-11-24 11:00", 2, H, "2026-11-24 14:00"),
        ("2026-11-24 08:30", 8, H, "2026-11-24 17:30"),
        ("2026-11-27 17:00", 1, H, "2026-11-30 09:00"),
        ("2026-11-28 12:00", 4, H, "2026-11-30 13:30"),
        ("2026-11-24 07:00", 1, H, "2026-11-24 09:30"),
        ("2026-11-24 12:30", Decimal("0.1"), H, "2026-11-24 13:06"),
        # a make-up Saturday is worked, a holiday is not
        ("2026-02-13 17:00", 1, H, "2026-02-14 09:00"),
        ("2026-02-14 17:00", 1, H, "2026-02-24 09:00"),
        # working days: the start day does not count, the last ends at the close of business
        ("2026-11-24 09:00", 1, D, "2026-11-25 17:30"),
        ("2026-11-24 23:59", 1, D, "2026-11-25 17:30"),
        ("2026-11-27 09:00", 5, D, "2026-12-04 17:30"),
        ("2026-11-28 09:00", 1, D, "2026-11-30 17:30"),
        ("2026-09-30 09:00", 2, D, "2026-10-09 17:30"),
        ("2026-09-30 09:00", 3, D, "2026-10-10 17:30"),
        # the same working day
        ("2026-11-24 09:00", 0, D, "2026-11-24 17:30"),
        ("2026-11-24 17:30", 0, D, "2026-11-25 17:30"),
        ("2026-11-28 09:00", 0, D, "2026-11-30 17:30"),
        # natural days end at 24:00, on a rest day they go to the next working day
        ("2026-11-24 09:00", 1, N, "2026-11-25 24:00"),
        ("2026-11-24 09:00", 4, N, "2026-11-30 24:00"),
        ("2026-11-24 09:00", 7, N, "2026-12-01 24:00"),
        ("2026-09-25 09:00", 7, N, "2026-10-08 24:00"),
        ("2026-02-24 09:00", 4, N, "2026-02-28 24:00"),
        ("2026-11-24 09:00", 0, N, "2026-11-24 24:00"),
        ("2026-11-28 09:00", 0, N, "2026-11-30 24:00"),
    ],
)
def test_when_a_limit_ends(start, amount, unit, end):
    assert CALENDAR.add(at(start), amount, unit) == at(end)
    assert CALENDAR.add(at(start), amount, unit.value) == at(end)


@pytest.mark.parametrize("unit", [E, H])
def test_no_hours_end_at_once(unit):
    assert CALENDAR.add(at("2026-11-28 09:00"), 0, unit) == at("2026-11-28 09:00")
    assert CALENDAR.deadline(at("2026-11-28 09:00"), 0, unit) == at("2026-11-28 09:00")


@pytest.mark.parametrize(
    ("unit", "amount", "pause", "end"),
    [
        (E, 4, ("2026-11-24 10:00", "2026-11-24 12:30"), "2026-11-24 15:30"),
        # only the working time inside the suspension is given back
        (H, 4, ("2026-11-24 10:00", "2026-11-24 13:30"), "2026-11-24 16:30"),
        (H, 8, ("2026-11-24 17:30", "2026-11-25 08:30"), "2026-11-25 09:00"),
        # a day is lost when its close falls inside
        (D, 5, ("2026-11-24 10:00", "2026-11-26 15:00"), "2026-12-02 17:30"),
        (D, 5, ("2026-11-25 09:00", "2026-11-25 17:00"), "2026-12-01 17:30"),
        (D, 5, ("2026-11-25 17:00", "2026-11-25 18:00"), "2026-12-02 17:30"),
        (D, 5, ("2026-11-25 17:30", "2026-11-25 18:00"), "2026-12-01 17:30"),
        (D, 5, ("2026-11-27 18:00", "2026-11-30 08:00"), "2026-12-01 17:30"),
        (N, 3, ("2026-11-25 10:00", "2026-11-26 15:00"), "2026-11-30 24:00"),
        (N, 3, ("2026-11-25 10:00", "2026-11-25 15:00"), "2026-11-27 24:00"),
        # a natural limit carried to Monday by art. 203 does not end inside a suspension begun on Sunday
        (N, 4, ("2026-11-29 10:00", "2026-12-02 10:00"), "2026-12-02 24:00"),
    ],
)
def test_a_suspension_moves_the_deadline(unit, amount, pause, end):
    start = at("2026-11-24 09:00")
    assert CALENDAR.deadline(start, amount, unit, [(at(pause[0]), at(pause[1]))]) == at(end)


@pytest.mark.parametrize(("unit", "amount"), [(E, 4), (H, 4), (D, 2), (N, 2)])
def test_an_open_suspension_has_no_deadline_and_stands(unit, amount):
    start, since = at("2026-11-24 09:00"), at("2026-11-24 10:00")
    assert CALENDAR.deadline(start, amount, unit, [(since, None)]) is None
    left = CALENDAR.remaining(start, amount, unit, now=at("2026-11-24 11:00"), pauses=[(since, None)])
    assert left == CALENDAR.remaining(start, amount, unit, now=at("2027-03-01 11:00"), pauses=[(since, None)]) > 0


def test_an_open_suspension_at_or_after_the_deadline_changes_nothing():
    start = at("2026-11-24 09:00")
    due = CALENDAR.add(start, 2, H)
    assert CALENDAR.deadline(start, 2, H, [(due, None)]) == due
    assert CALENDAR.deadline(start, 2, H, [(due - timedelta(minutes=1), None)]) is None
    close = CALENDAR.add(start, 2, D)
    assert CALENDAR.deadline(start, 2, D, [(close, None)]) == close
    assert CALENDAR.deadline(start, 4, N, [(at("2026-11-29 10:00"), None)]) is None


def test_suspensions_may_come_in_any_order_and_overlap():
    start = at("2026-11-24 09:00")
    tidy = [(at("2026-11-24 10:00"), at("2026-11-24 16:00"))]
    messy = [
        (at("2026-11-24 12:00"), at("2026-11-24 16:00")),
        (at("2026-11-24 10:00"), at("2026-11-24 14:00")),
        (at("2026-11-24 11:00"), at("2026-11-24 11:00")),
        (at("2026-11-20 10:00"), at("2026-11-20 14:00")),
    ]
    for unit in (E, H, D, N):
        assert CALENDAR.deadline(start, 5, unit, messy) == CALENDAR.deadline(start, 5, unit, tidy)
    assert CALENDAR.deadline(start, 5, H, [*messy, (at("2026-11-24 13:00"), None)]) is None


def test_a_suspension_begun_before_the_limit_counts_from_the_start():
    start = at("2026-11-24 09:00")
    assert CALENDAR.deadline(start, 1, E, [(at("2026-11-23 09:00"), at("2026-11-24 11:00"))]) == at("2026-11-24 12:00")


def test_a_suspension_cannot_end_before_it_begins():
    with pytest.raises(InvalidInput) as caught:
        CALENDAR.deadline(at("2026-11-24 09:00"), 1, E, [(at("2026-11-25 09:00"), at("2026-11-24 09:00"))])
    assert caught.value.code == "bad_pause"


@pytest.mark.parametrize(
    ("amount", "unit", "code"),
    [
        (-1, H, "bad_limit"),
        (float("nan"), E, "bad_limit"),
        (float("inf"), E, "bad_limit"),
        (Decimal("1.5"), D, "bad_limit"),
        (Decimal("0.5"), N, "bad_limit"),
        ("many", E, "bad_limit"),
        (10_001, D, "limit_too_long"),
        (60_001, H, "limit_too_long"),
        (1, "w", "bad_unit"),
    ],
)
def test_what_is_no_limit_is_refused(amount, unit, code):
    with pytest.raises(InvalidInput) as caught:
        CALENDAR.add(at("2026-11-24 09:00"), amount, unit)
    assert caught.value.code == code


def test_the_longest_limits_end():
    start = at("2026-11-24 09:00")
    assert CALENDAR.add(start, 10_000, D).year > 2060
    assert CALENDAR.add(start, 60_000, H).year > 2050
    assert CALENDAR.elapsed(start, CALENDAR.add(start, 60_000, H), H) == 60_000


def test_a_calendar_that_never_ends_is_refused():
    lazy = WorkCalendar(shifts=(Shift(time(9, 0), time(9, 1)),))
    with pytest.raises(InvalidInput) as caught:
        lazy.add(at("2026-11-24 09:00"), 60_000, H)
    assert caught.value.code == "limit_too_long"
    with pytest.raises(InvalidInput):
        CALENDAR.is_estimated(date(2026, 1, 1), date(9999, 1, 1))


def test_a_time_without_a_zone_is_refused():
    naive = at("2026-11-24 09:00").replace(tzinfo=None)
    for unit in (E, H, D, N):
        with pytest.raises(ValueError, match="time zone"):
            CALENDAR.add(naive, 1, unit)


def test_days_left_are_whole_and_zero_on_the_last_day():
    start = at("2026-11-24 09:00")
    left = [
        CALENDAR.remaining(start, 2, D, now=at(moment))
        for moment in (
            "2026-11-24 10:00",
            "2026-11-25 17:29",
            "2026-11-25 17:30",
            "2026-11-26 17:30",
            "2026-11-27 17:30",
        )
    ]
    assert left == [2, 2, 1, 0, -1]


def test_a_natural_limit_carried_over_a_weekend_is_not_overdue_before_it_ends():
    start = at("2026-11-24 09:00")
    left = [
        CALENDAR.remaining(start, 4, N, now=at(moment))
        for moment in ("2026-11-28 12:00", "2026-11-30 12:00", "2026-11-30 24:00", "2026-12-02 12:00")
    ]
    assert left == [1, 0, 0, -3]


def test_hours_left_go_below_zero_by_working_time():
    start = at("2026-11-24 09:00")
    assert CALENDAR.remaining(start, 2, H, now=at("2026-11-24 10:30")) == Decimal("0.5")
    assert CALENDAR.remaining(start, 2, H, now=at("2026-11-25 09:00")) == -6


def test_unknown_years_follow_weekdays_and_fixed_holidays_and_say_so():
    assert CALENDAR.is_workday(date(2031, 3, 5))
    assert not CALENDAR.is_workday(date(2031, 3, 8))
    assert not CALENDAR.is_workday(date(2031, 10, 1))
    assert not CALENDAR.is_workday(date(2029, 5, 1))
    assert not CALENDAR.is_estimated(at("2025-01-01 00:00"), at("2026-12-31 23:59"))
    assert CALENDAR.is_estimated(at("2026-12-31 09:00"), at("2027-01-04 09:00"))
    assert CALENDAR.is_estimated(date(2027, 6, 1))
    assert CALENDAR.is_estimated(date(2024, 12, 31))
    assert CALENDAR.is_estimated(at("2026-12-31 23:00"), CALENDAR.add(at("2026-12-31 23:00"), 2, E))


def test_shifts_may_change_from_a_day_on():
    summer = (Shift(time(7, 0), time(11, 0), date(2026, 7, 1)), Shift(time(14, 0), time(18, 0), date(2026, 7, 1)))
    calendar = WorkCalendar(days=CALENDAR.days, shifts=(*DEFAULT_SHIFTS, *summer))
    assert calendar.add(at("2026-06-30 17:00"), 1, H) == at("2026-07-01 07:30")
    assert calendar.add(at("2026-06-29 09:00"), 1, D) == at("2026-06-30 17:30")
    assert calendar.add(at("2026-06-30 09:00"), 1, D) == at("2026-07-01 18:00")
    only_later = WorkCalendar(days=CALENDAR.days, shifts=summer)
    assert only_later.add(at("2026-06-29 09:00"), 1, D) == at("2026-06-30 18:00")


@pytest.mark.parametrize(
    "shifts",
    [(), (Shift(time(9), time(12)), Shift(time(11), time(13)))],
)
def test_a_calendar_needs_shifts_that_do_not_overlap(shifts):
    with pytest.raises(ValueError, match="shift"):
        WorkCalendar(shifts=shifts)


def test_a_shift_does_not_cross_midnight():
    with pytest.raises(ValueError, match="shift"):
        Shift(time(22), time(6))


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-24 09:00", "2026-11-24 09:00"),
        ("2026-11-24 12:00", "2026-11-24 13:00"),
        ("2026-11-24 17:30", "2026-11-25 08:30"),
        ("2026-11-27 18:00", "2026-11-30 08:30"),
        ("2026-09-30 18:00", "2026-10-08 08:30"),
        ("2026-02-13 18:00", "2026-02-14 08:30"),
    ],
)
def test_the_next_working_time(moment, opening):
    assert CALENDAR.next_working_time(at(moment)) == at(opening)
    assert CALENDAR.is_working_time(at(moment)) == (moment == opening)


def test_the_close_of_a_day():
    assert CALENDAR.close_of(date(2026, 11, 24)) == at("2026-11-24 17:30")
    assert CALENDAR.close_of(date(2026, 11, 28)) is None


def test_the_years_of_summer_time_do_not_move_office_hours():
    """Shanghai had summer time from 1986 to 1991; old papers may still be entered."""
    calendar = WorkCalendar()
    assert calendar.add(datetime(1988, 7, 4, 9, 0, tzinfo=ZONE), 2, H) == datetime(1988, 7, 4, 11, 0, tzinfo=ZONE)
    assert calendar.add(datetime(1988, 4, 15, 9, 0, tzinfo=ZONE), 1, D) == datetime(1988, 4, 18, 17, 30, tzinfo=ZONE)
    assert calendar.elapsed(datetime(1988, 4, 15, 9, tzinfo=ZONE), datetime(1988, 4, 18, 9, tzinfo=ZONE), E) == 71


def test_a_calendar_is_a_value():
    same = shipped_calendar()
    assert same == CALENDAR
    assert hash(same) == hash(CALENDAR)
    days = {date(2026, 11, 24): False}
    calendar = WorkCalendar(days=days)
    days[date(2026, 11, 24)] = True
    assert not calendar.is_workday(date(2026, 11, 24))


@given(moments, hours, st.sampled_from([E, H]))
def test_hours_added_are_the_hours_elapsed(start, amount, unit):
    assert CALENDAR.elapsed(start, CALENDAR.add(start, amount, unit), unit) == amount


@given(moments, days)
def test_working_days_added_are_the_days_elapsed_and_not_a_moment_earlier(start, amount):
    end = CALENDAR.add(start, amount, D)
    assert CALENDAR.elapsed(start, end, D) == amount
    assert CALENDAR.elapsed(start, end - timedelta(microseconds=1), D) == amount - 1


@given(moments, days)
def test_natural_days_added_have_elapsed_and_end_on_a_workday(start, amount):
    end = CALENDAR.add(start, amount, N)
    assert CALENDAR.elapsed(start, end, N) >= amount
    assert CALENDAR.is_workday((end - timedelta(microseconds=1)).astimezone(ZONE).date())


@given(moments, limits, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_who_starts_later_ends_no_earlier(start, limit, later):
    assert CALENDAR.add(start, *limit) <= CALENDAR.add(start + later, *limit)


@given(moments, limits, st.integers(0, 30))
def test_a_longer_limit_ends_no_earlier(start, limit, more):
    amount, unit = limit
    assert CALENDAR.add(start, amount, unit) <= CALENDAR.add(start, amount + more, unit)
    assert CALENDAR.add(start, amount, unit) >= start


@given(moments, hours, hours)
def test_working_hours_may_be_added_in_two_steps(start, a, b):
    assert CALENDAR.add(CALENDAR.add(start, a, H), b, H) == CALENDAR.add(start, a + b, H)


@given(moments, limits, moments)
def test_a_suspension_of_no_length_changes_nothing(start, limit, when):
    assert CALENDAR.deadline(start, *limit, [(when, when)]) == CALENDAR.add(start, *limit)
    assert CALENDAR.deadline(start, *limit) == CALENDAR.add(start, *limit)


@given(moments, limits, pauses)
def test_suspensions_never_shorten_and_the_limit_is_used_up_at_its_end(start, limit, stops):
    amount, unit = limit
    end = CALENDAR.deadline(start, amount, unit, stops)
    assert end >= CALENDAR.add(start, amount, unit)
    used = CALENDAR.elapsed(start, end, unit, stops)
    assert used >= amount if unit is N else used == amount
    assert not any(begin < end <= until for begin, until in stops if until > start)
    assert CALENDAR.remaining(start, amount, unit, now=end, pauses=stops) == 0


@given(moments, hours, st.sampled_from([E, H]), moments, st.timedeltas(timedelta(0), timedelta(days=12)))
def test_a_suspension_gives_back_exactly_the_hours_inside_it(start, amount, unit, begin, length):
    end, plain = begin + length, CALENDAR.add(start, amount, unit)
    if begin < start or begin >= plain:
        return
    given_back = CALENDAR.elapsed(begin, end, unit)
    shifted = CALENDAR.deadline(start, amount, unit, [(begin, end)])
    assert CALENDAR.elapsed(start, shifted, unit) == amount + given_back


@given(moments, moments, limits)
def test_elapsed_only_grows(start, now, limit):
    unit = limit[1]
    assert CALENDAR.elapsed(start, now, unit) <= CALENDAR.elapsed(start, now + timedelta(hours=1), unit)
    assert CALENDAR.elapsed(start, start - timedelta(days=3000), unit) == 0


@pytest.mark.parametrize(("amount", "unit"), [(60 * 24, E), (60 * 8, H), (60, D), (60, N)])
def test_an_answer_takes_at_most_fifty_microseconds(amount, unit):
    start = at("2026-02-10 10:17")
    CALENDAR.add(start, amount, unit)
    best = min(timeit.repeat(lambda: CALENDAR.add(start, amount, unit), number=200, repeat=15)) / 200
    assert best < 50e-6, f"{best * 1e6:.1f} µs"


def test_results_are_in_utc():
    assert CALENDAR.add(at("2026-11-24 09:00"), 1, H) == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    for unit in (E, H, D, N):
        assert CALENDAR.add(at("2026-11-24 09:00"), 1, unit).tzinfo is UTC
        assert CALENDAR.deadline(at("2026-11-24 09:00"), 1, unit).tzinfo is UTC


def test_a_limit_that_stood_for_ten_years_is_still_counted():
    fresh = WorkCalendar(days=CALENDAR.days)
    start = at("2026-11-24 09:00")
    assert 19_000 < fresh.elapsed(start, at("2036-11-24 09:00"), H) < 21_000
    fresh = WorkCalendar(days=CALENDAR.days)
    assert 2_500 < fresh.elapsed(start, at("2036-11-24 09:00"), D) < 2_610


def test_an_open_suspension_swallows_those_that_follow():
    start, since = at("2026-11-24 09:00"), at("2026-11-24 09:30")
    stops = [(at("2026-11-24 12:00"), at("2026-11-24 13:00")), (since, None)]
    assert CALENDAR.deadline(start, 1, E, stops) is None
    assert CALENDAR.elapsed(start, at("2026-11-24 18:00"), E, stops) == Decimal("0.5")
