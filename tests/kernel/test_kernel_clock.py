"""The clock can be stopped and moved; a time without a zone is refused."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest

from linli.kernel import clock

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def test_now_is_aware_utc_and_moves():
    first = clock.now()
    assert first.utcoffset() == timedelta(0)
    assert clock.now() >= first


def test_a_stopped_clock_stands_still_also_in_threads_and_starts_again():
    seen = []
    with clock.frozen(NOON) as standing:
        thread = Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
        assert clock.now() == NOON
        assert standing.advance(timedelta(hours=2)) == clock.now() == NOON + timedelta(hours=2)
    assert seen == [NOON]
    assert clock.now() != NOON


def test_the_former_clock_returns_after_an_error():
    with pytest.raises(RuntimeError), clock.frozen(NOON):
        raise RuntimeError
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_shanghai_is_eight_hours_ahead():
    late = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    assert clock.shanghai(late).hour == 0
    assert clock.shanghai_date(late) == date(2026, 11, 25)
    assert clock.as_utc(clock.shanghai(late)) == late


@pytest.mark.parametrize("reader", [clock.shanghai, clock.as_utc, clock.shanghai_date])
def test_a_time_without_a_zone_is_refused(reader):
    with pytest.raises(ValueError, match="time zone"):
        reader(NOON.replace(tzinfo=None))
