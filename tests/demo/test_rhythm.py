"""When things happen: the day and the week of those who report, and the day of those who answer."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.kernel.clock import SHANGHAI
from linli.project.demo.dice import Dice
from linli.project.demo.rhythm import HOURS, WEEKEND, daytime, drawn_instant

FIRST = datetime(2026, 9, 7, tzinfo=SHANGHAI)
"""A Monday, 0:00 in Shanghai."""

LAST = FIRST + timedelta(days=28)
CHANNELS = sorted(HOURS)
instants = st.integers(0, 365 * 86_400).map(lambda gone: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=gone))


def drawn(channel: str, times: int = 1_500) -> list[datetime]:
    """Instants of a channel in four whole weeks, on the clocks of Shanghai."""
    dice = Dice("rhythm", channel)
    return [drawn_instant(channel, FIRST, LAST, dice).astimezone(SHANGHAI) for _ in range(times)]


def test_four_channels_have_a_rhythm_of_24_hours() -> None:
    assert set(HOURS) == set(WEEKEND) == {"resident", "hotline", "patrol", "device"}
    assert all(len(hours) == 24 and min(hours) >= 0 for hours in HOURS.values())


@pytest.mark.parametrize("channel", CHANNELS)
def test_hours_come_up_in_proportion_to_their_weight(channel: str) -> None:
    counts = Counter(at.hour for at in drawn(channel))
    whole = sum(HOURS[channel])
    for hour, weight in enumerate(HOURS[channel]):
        wanted = 1_500 * weight / whole
        assert abs(counts[hour] - wanted) <= 4 * wanted**0.5, (hour, counts[hour], wanted)


@pytest.mark.parametrize("channel", CHANNELS)
def test_weekends_are_as_busy_as_the_channel_says(channel: str) -> None:
    at_weekends = sum(at.weekday() >= 5 for at in drawn(channel)) / 1_500
    wanted = 2 * WEEKEND[channel] / (5 + 2 * WEEKEND[channel])
    assert abs(at_weekends - wanted) < 0.05


def test_patrols_and_the_hotline_sleep_at_night_and_sensors_do_not() -> None:
    night = {channel: sum(at.hour < 5 for at in drawn(channel)) for channel in CHANNELS}
    assert night["patrol"] == 0
    assert night["hotline"] < night["resident"] < night["device"]


def test_residents_report_most_in_the_evening_and_patrols_in_office_hours() -> None:
    peak = {channel: Counter(at.hour for at in drawn(channel)).most_common(1)[0][0] for channel in CHANNELS}
    assert 17 <= peak["resident"] <= 20
    assert 8 <= peak["hotline"] <= 15
    assert 8 <= peak["patrol"] <= 15


@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=40, deadline=None)
@given(start=instants, hours=st.integers(24, 24 * 30), seed=st.integers())
def test_an_instant_lies_in_its_span_in_whole_seconds_and_utc(
    channel: str, start: datetime, hours: int, seed: int
) -> None:
    end = start + timedelta(hours=hours)
    at = drawn_instant(channel, start, end, Dice(seed))
    assert start - timedelta(seconds=1) < at <= end
    assert (at.tzinfo, at.microsecond) == (UTC, 0)


@pytest.mark.parametrize("gap", [timedelta(0), timedelta(seconds=-1), timedelta(days=-3)])
def test_an_empty_span_is_refused(gap: timedelta) -> None:
    with pytest.raises(ValueError, match="empty"):
        drawn_instant("patrol", FIRST, FIRST + gap, Dice(1))


def test_an_unknown_channel_has_no_rhythm() -> None:
    with pytest.raises(KeyError):
        drawn_instant("pigeon", FIRST, LAST, Dice(1))


@pytest.mark.parametrize(
    ("local", "answered"),
    [
        ((2026, 11, 20, 12, 0), (2026, 11, 20, 12, 0)),
        ((2026, 11, 20, 8, 0), (2026, 11, 20, 8, 0)),
        ((2026, 11, 20, 7, 59), (2026, 11, 20, 10, 57)),
        ((2026, 11, 20, 3, 0), (2026, 11, 20, 8, 0)),
        ((2026, 11, 20, 19, 30), (2026, 11, 20, 19, 30)),
        ((2026, 11, 20, 19, 31), (2026, 11, 21, 9, 33)),
        ((2026, 11, 20, 23, 10), (2026, 11, 21, 8, 30)),
        ((2026, 12, 31, 23, 59), (2027, 1, 1, 10, 57)),
    ],
)
def test_nights_move_to_the_morning(local: tuple[int, ...], answered: tuple[int, ...]) -> None:
    at = datetime(local[0], local[1], local[2], local[3], local[4], tzinfo=SHANGHAI).astimezone(UTC)
    wanted = datetime(answered[0], answered[1], answered[2], answered[3], answered[4], tzinfo=SHANGHAI)
    assert daytime(at) == wanted


@settings(max_examples=100, deadline=None)
@given(instants)
def test_answers_come_by_day_never_earlier_and_within_a_night(at: datetime) -> None:
    answered = daytime(at)
    local = answered.astimezone(SHANGHAI)
    assert (8, 0) <= (local.hour, local.minute) <= (19, 30)
    assert timedelta(0) <= answered - at < timedelta(hours=16)
    assert daytime(answered) == answered, "what is by day stays"
