"""Time as people say it: Asia/Shanghai on the wall clock, whole minutes, words of the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from linli.kernel import clock

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def unit_words() -> dict[str, str]:
    """Return the patterns a duration is made of; the clock island uses the same ones (keys d, h, m, soon)."""
    return {
        "d": _("{n} d"),
        "h": _("{n} h"),
        "m": _("{n} min"),
        "soon": _("under 1 min"),
    }


def duration(seconds: float) -> str:
    """Return a length of time in at most two units: `2 h 10 min`, `3 d 5 h`; the sign is ignored."""
    words = unit_words()
    total = int(abs(seconds))
    if total < MINUTE:
        return words["soon"]
    days, hours, minutes = total // DAY, total % DAY // HOUR, total % HOUR // MINUTE
    if days:
        parts = [("d", days), ("h", hours)]
    else:
        parts = [("h", hours), ("m", minutes)]
    return " ".join(words[key].format(n=n) for key, n in parts if n)


def _day(at: datetime, *, year: bool) -> str:
    local = clock.shanghai(at)
    if (get_language() or "").startswith("en"):
        text = f"{local.day} {_MONTHS[local.month - 1]}"
        return f"{text} {local.year}" if year else text
    text = f"{local.month}月{local.day}日"
    return f"{local.year}年{text}" if year else text


def exact(at: datetime) -> str:
    """Return the full date and time in Shanghai: `2026年11月24日 09:12:05`."""
    return f"{_day(at, year=True)} {clock.shanghai(at):%H:%M:%S}"


def day(at: datetime, now: datetime | None = None) -> str:
    """Return the calendar day; the year only when it is not the present one."""
    today = clock.shanghai_date(now or clock.now())
    return _day(at, year=clock.shanghai_date(at).year != today.year)


def hour_minute(at: datetime) -> str:
    """Return `09:12` in Shanghai."""
    return f"{clock.shanghai(at):%H:%M}"


def when(at: datetime, now: datetime | None = None) -> str:
    """Return the shortest unmistakable form: `09:12` today, `yesterday 09:12`, `3 Nov 09:12`, `3 Nov 2025 09:12`."""
    now = now or clock.now()
    gap = (clock.shanghai_date(now) - clock.shanghai_date(at)).days
    if gap == 0:
        return hour_minute(at)
    near = {1: pgettext("day", "yesterday"), -1: pgettext("day", "tomorrow")}.get(gap)
    return f"{near or day(at, now)} {hour_minute(at)}"


def promise(at: datetime, now: datetime | None = None) -> str:
    """Return a due time as one would promise it: `today 17:00`, `Wednesday 17:00` within the week, else the date."""
    now = now or clock.now()
    gap = (clock.shanghai_date(at) - clock.shanghai_date(now)).days
    if gap == 0:
        word = pgettext("day", "today")
    elif gap == 1:
        word = pgettext("day", "tomorrow")
    elif 1 < gap < 7:
        word = _weekday(clock.shanghai(at).weekday())
    else:
        word = day(at, now)
    return f"{word} {hour_minute(at)}"


def _weekday(index: int) -> str:
    return (
        pgettext("day", "Monday"),
        pgettext("day", "Tuesday"),
        pgettext("day", "Wednesday"),
        pgettext("day", "Thursday"),
        pgettext("day", "Friday"),
        pgettext("day", "Saturday"),
        pgettext("day", "Sunday"),
    )[index]


def ago(at: datetime, now: datetime | None = None) -> str:
    """Return how long ago (or in how long) `at` is, `just now` within a minute."""
    gap = (now or clock.now()) - at
    if abs(gap) < timedelta(minutes=1):
        return _("just now")
    text = duration(gap.total_seconds())
    if gap > timedelta(0):
        return _("%(time)s ago") % {"time": text}
    return _("in %(time)s") % {"time": text}
