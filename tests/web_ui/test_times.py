from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from linli.project.messages import compile_all
from linli.web.ui import times

NOW = datetime(2026, 11, 24, 1, 12, 5, tzinfo=UTC)  # Tuesday, 09:12:05 in Shanghai


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    compile_all()


@pytest.mark.parametrize(
    ("gap", "chinese", "english"),
    [
        (timedelta(0), "09:12", "09:12"),
        (timedelta(hours=-9, minutes=-13), "昨天 23:59", "yesterday 23:59"),
        (timedelta(hours=15), "明天 00:12", "tomorrow 00:12"),
        (timedelta(days=-21), "11月3日 09:12", "3 Nov 09:12"),
        (timedelta(days=-365), "2025年11月24日 09:12", "24 Nov 2025 09:12"),
    ],
)
def test_when(gap: timedelta, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert times.when(NOW + gap, NOW) == chinese
    with translation.override("en"):
        assert times.when(NOW + gap, NOW) == english


@pytest.mark.parametrize(
    ("gap", "chinese"),
    [
        (timedelta(hours=3), "今天 12:12"),
        (timedelta(days=1), "明天 09:12"),
        (timedelta(days=3), "周五 09:12"),
        (timedelta(days=7), "12月1日 09:12"),
        (timedelta(days=60), "2027年1月23日 09:12"),
        (timedelta(days=-2), "11月22日 09:12"),
    ],
)
def test_promise(gap: timedelta, chinese: str) -> None:
    with translation.override("zh-hans"):
        assert times.promise(NOW + gap, NOW) == chinese


def test_ago_and_exact() -> None:
    with translation.override("zh-hans"):
        assert times.ago(NOW - timedelta(minutes=70), NOW) == "1 小时 10 分前"
        assert times.ago(NOW + timedelta(minutes=70), NOW) == "1 小时 10 分后"
        assert times.ago(NOW - timedelta(seconds=59), NOW) == "刚刚"
        assert times.exact(NOW) == "2026年11月24日 09:12:05"
    with translation.override("en"):
        assert times.exact(NOW) == "24 Nov 2026 09:12:05"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        times.exact(NOW.replace(tzinfo=None))
