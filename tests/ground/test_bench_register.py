"""What the measuring of the register asks, counts and compares."""

from __future__ import annotations

import itertools

import pytest

from linli.kernel.identifiers import parse_resident_id
from linli.project.bench import register


class TestTimes:
    def test_every_question_is_asked_in_turn_after_a_warm_up(self) -> None:
        asked: list[str] = []
        several = [lambda name=name: asked.append(name) for name in "abc"]
        times = register._time(several, 60, 9)
        assert asked == list("abc") * 2 + list("abc") * 3
        assert (times.asked, times.goal_ms) == (9, 60)

    def test_the_slow_ones_show_in_p95_and_not_in_the_median(self, monkeypatch: pytest.MonkeyPatch) -> None:
        took = iter([0.001] * 17 + [0.5] * 3)
        clock = itertools.count()
        now = [0.0]

        def counter() -> float:
            if next(clock) % 2:
                now[0] += next(took)
            return now[0]

        monkeypatch.setattr(register.time, "perf_counter", counter)
        times = register._time([lambda: None], 60, 20)
        assert (round(times.p50_ms), round(times.p95_ms)) == (1, 500)


class TestWholeReads:
    def test_only_tables_that_were_read_meanwhile_are_told(self) -> None:
        assert register._difference({"a": 3, "b": 7}, {"a": 3, "b": 9, "c": 1}) == {"b": 2, "c": 1}
        assert register._difference({"a": 3}, {"a": 3}) == {}


def test_the_number_that_is_looked_up_is_a_true_one() -> None:
    assert parse_resident_id(register.ID_NUMBER).number == register.ID_NUMBER
