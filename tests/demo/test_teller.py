"""The teller: verbs of a story become steps with times that fit the limit and people's working day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from demo.town_facts import deadline
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.kernel.clock import SHANGHAI
from linli.project.demo import teller as teller_module
from linli.project.demo.book import remarks, remarks_by
from linli.project.demo.dice import Dice
from linli.project.demo.fates import Rule
from linli.project.demo.matters import By, Fate
from linli.project.demo.sayings import item_sayings, outside_sayings
from linli.project.demo.teller import OFTEN_MISTAKEN, Setting, Teller

MORNING = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)
"""A Tuesday, 10:00 in Shanghai."""

NIGHT = datetime(2026, 11, 17, 16, 30, tzinfo=UTC)
"""0:30 in Shanghai."""


def told(
    *verbs: tuple[Callable[..., None], *tuple[str, ...]], code: str = "C01", channel: str = "resident",
    at: datetime = MORNING, quick: bool = False, share: float = 0.5, seed: object = 1,
) -> Teller:  # fmt: skip
    """A teller after these verbs."""
    sayings = item_sayings().get(code) or outside_sayings()[code]
    scene = sayings.scene or "place"
    said = sayings.reports[0].text
    one = Teller(Setting(sayings, scene, at, channel, said, "春熙里苑3号", quick, share), Dice(seed), deadline)
    for verb, *words in verbs:
        verb(one, *words)
    return one


def acts(one: Teller) -> list[str]:
    return [step.act for step in one.steps if step.act != "comment"]


def minutes(one: Teller) -> float:
    return (one.moment - MORNING) / timedelta(minutes=1)


def test_the_main_line_is_opened_dispatched_accepted_and_gone_to() -> None:
    one = told((Teller.main_line, "0"))
    assert acts(one) == ["open", "dispatch", "accept", "arrive"]
    assert [step.by for step in one.steps if step.act != "comment"] == [
        By.DESK, By.DISPATCHER, By.DOER, By.DOER,
    ]  # fmt: skip
    assert acts(told((Teller.main_line, "1"))) == ["open", "dispatch", "accept", "arrive", "step"]


def test_what_is_urgent_has_no_word_from_the_work_between() -> None:
    urgent = next(code for code, entry in item_sayings().items() if entry.limit.startswith("e"))
    assert acts(told((Teller.main_line, "1"), code=urgent)) == ["open", "dispatch", "accept", "arrive"]


@settings(max_examples=60, deadline=None)
@given(st.integers(), st.sampled_from(sorted(item_sayings())), st.sampled_from(["resident", "hotline", "patrol"]))
def test_steps_run_forward_whatever_is_drawn(seed: int, code: str, channel: str) -> None:
    one = told(
        (Teller.main_line,), (Teller.until,), (Teller.feed_back,), (Teller.verify,), (Teller.end, "mixed"),
        code=code, channel=channel, seed=seed,
    )  # fmt: skip
    instants = [MORNING, *(step.at for step in one.steps)]
    assert all(a <= b for a, b in pairwise(instants))
    assert all(step.at.microsecond == 0 for step in one.steps)
    assert acts(one)[-1] == ("rate" if channel != "patrol" else "close")


@settings(max_examples=60, deadline=None)
@given(st.integers(), st.integers(0, 23))
def test_office_work_is_done_by_day_and_urgent_work_at_once(seed: int, hour: int) -> None:
    at = datetime(2026, 11, 17, hour, 15, tzinfo=UTC)
    calm = told((Teller.main_line,), at=at, seed=seed)
    for step in calm.steps:
        if step.act in ("open", "accept", "arrive", "step"):
            assert 8 <= step.at.astimezone(SHANGHAI).hour < 20, step.act
    urgent = next(code for code, entry in item_sayings().items() if entry.limit.startswith("e"))
    hasty = told((Teller.main_line,), code=urgent, at=at, seed=seed)
    assert hasty.moment - at < timedelta(minutes=70)


def test_at_night_a_calm_matter_waits_for_the_morning_and_a_quick_one_does_not() -> None:
    assert told((Teller.open,), at=NIGHT).moment.astimezone(SHANGHAI).hour >= 8
    assert told((Teller.open,), at=NIGHT, quick=True).moment - NIGHT < timedelta(minutes=7)


def test_a_wait_takes_as_long_as_it_says_and_by_day_ends_by_day() -> None:
    assert 20 <= minutes(told((Teller.wait, "20", "30"))) <= 30
    long = told((Teller.wait, "700", "701", "day"))
    assert 8 <= long.moment.astimezone(SHANGHAI).hour < 20
    assert told((Teller.wait, "700", "701")).moment.astimezone(SHANGHAI).hour == 21


def test_until_lets_the_share_of_the_limit_pass() -> None:
    one = told((Teller.open,), (Teller.until, "0.5"))
    opened = one.steps[0].at
    ends = deadline(one.setting.sayings.limit, opened)
    assert 0.3 < (one.moment - opened) / (ends - opened) < 0.75, "about half, moved to the day"
    own = told((Teller.open,), (Teller.until,), share=1.2)
    assert own.moment > deadline(own.setting.sayings.limit, own.steps[0].at), "past the limit when the fate wants it"


def test_until_never_goes_back() -> None:
    one = told((Teller.open,), (Teller.until, "0.9"))
    before = one.moment
    one.until("0.1")
    assert timedelta(minutes=3) <= one.moment - before <= timedelta(minutes=12)


@pytest.mark.parametrize(("share", "wanted"), [("0", []), ("1", ["open"])])
def test_a_case_is_opened_in_its_share_of_stories(share: str, wanted: list[str]) -> None:
    assert acts(told((Teller.open, share))) == wanted


def test_half_of_those_who_withdraw_do_so_before_there_is_a_case() -> None:
    opened = sum(bool(told((Teller.open, "0.5"), seed=seed).steps) for seed in range(300))
    assert 115 < opened < 185


def test_a_wrong_dispatch_names_a_unit_that_is_often_mistaken() -> None:
    for code, letter in (("C01", "C"), ("S01", "S"), ("V06", "V")):
        (step,) = told((Teller.dispatch_wrongly,), code=code).steps
        assert (step.act, step.detail) == ("dispatch", {"to": OFTEN_MISTAKEN[letter]})
    (plain,) = told((Teller.dispatch,)).steps
    assert plain.detail == {}


def test_a_return_gives_its_reason_in_law_and_in_words() -> None:
    seen = set()
    for seed in range(60):
        (step,) = told((Teller.ask_return,), seed=seed).steps
        seen.add(step.detail["reason"])
        assert (step.words,) == remarks("returns", step.detail["reason"])
    assert seen == set(remarks_by("returns"))


def test_a_result_in_words_fits_the_report() -> None:
    one = told((Teller.feed_back,))
    (step,) = one.steps
    assert step.detail == {"result": "solved"}
    assert [photo.state for photo in step.photos] == ["after"]
    assert "地锁" in step.words or "拆" in step.words, step.words
    (no_picture,) = told((Teller.feed_back, "explained", "explained")).steps
    assert (no_picture.detail, no_picture.photos) == ({"result": "explained"}, ())
    assert no_picture.words in remarks("explained")


def test_slots_of_answers_are_filled() -> None:
    for code in item_sayings():
        for seed in range(4):
            for step in told((Teller.feed_back,), (Teller.self_handle,), code=code, seed=seed).steps:
                assert "{" not in step.words, (code, step.words)


def test_the_legal_owner_answers_in_his_own_name() -> None:
    for code in outside_sayings():
        (step,) = told((Teller.answer,), code=code).steps
        assert (step.act, step.by) == ("feed_back", By.LEGAL_OWNER)
        assert step.detail["result"] in ("explained", "solved")
        assert "{" not in step.words
        (sent,) = told((Teller.route,), code=code).steps
        assert (sent.act, sent.by, sent.detail) == ("route", By.DESK, {"to": code})


def test_nobody_is_called_back_where_nobody_left_a_number() -> None:
    methods: dict[str, Counter[str]] = {"resident": Counter(), "patrol": Counter()}
    for channel, seen in methods.items():
        for seed in range(200):
            (step,) = told((Teller.verify,), channel=channel, seed=seed).steps
            seen[step.detail["method"]] += 1
            assert step.words in remarks("checked", step.detail["method"])
    assert set(methods["resident"]) == {"on_site", "call_back", "photos"}
    assert set(methods["patrol"]) == {"on_site", "photos"}


def test_an_unsolvable_matter_is_checked_by_the_head() -> None:
    assert told((Teller.verify, "head")).steps[0].by is By.HEAD
    assert told((Teller.verify,)).steps[0].by is By.VERIFIER


@pytest.mark.parametrize(("mood", "low", "high"), [("glad", 0.62, 0.82), ("mixed", 0.2, 0.4)])
def test_satisfaction_follows_how_it_went(mood: str, low: float, high: float) -> None:
    seen: Counter[str] = Counter()
    for seed in range(300):
        (step,) = told((Teller.end, mood), seed=seed).steps
        assert (step.act, step.by) == ("rate", By.REPORTER)
        seen[step.detail["satisfaction"]] += 1
        assert step.words in remarks("praise", step.detail["satisfaction"])
    assert low < seen["satisfied"] / 300 < high
    assert set(seen) == set(remarks_by("praise"))


def test_without_a_reporter_the_week_passes_and_the_timer_closes() -> None:
    (step,) = told((Teller.end, "glad"), channel="device").steps
    assert (step.act, step.by) == ("close", By.TIMER)
    assert timedelta(days=7) < step.at - MORNING < timedelta(days=7, minutes=21)


def test_a_reporter_adds_something_only_where_there_is_one() -> None:
    assert acts(told((Teller.more_from_reporter, "1"))) == ["add"]
    assert acts(told((Teller.more_from_reporter, "0"))) == []
    assert acts(told((Teller.more_from_reporter, "1"), channel="patrol")) == []


def test_remarks_on_the_reporter_are_not_made_where_there_is_none() -> None:
    about = [words for words in remarks("arrived") if "反映" in words]
    assert about, "the check can fail"
    for channel, may in (("resident", True), ("patrol", False)):
        said = {
            told((Teller.act, "arrive", "doer", "arrived"), channel=channel, seed=s).steps[0].words for s in range(80)
        }
        assert bool(said & set(about)) is may


def test_an_act_takes_its_details_from_the_line() -> None:
    (step,) = told((Teller.act, "extend_ask", "doer", "extensions", "amount=3", "unit=d")).steps
    assert (step.act, step.by, step.detail) == ("extend_ask", By.DOER, {"amount": "3", "unit": "d"})
    assert step.words in remarks("extensions")
    (silent,) = told((Teller.act, "open", "legal_owner")).steps
    assert (silent.words, silent.detail, silent.photos) == ("", {}, ())


def test_what_a_case_waits_for_depends_on_the_item() -> None:
    for code in remarks_by("suspensions"):
        (step,) = told((Teller.act, "suspend", "dispatcher", "suspensions"), code=code, channel="resident").steps
        assert step.words in remarks("suspensions", code)


def test_pictures_are_of_the_scene_and_never_twice_the_same_light() -> None:
    one = told()
    for _ in range(20):
        plans = one.photos("before", 2)
        assert len({plan.variant for plan in plans}) == 2
        assert {(plan.scene, plan.state) for plan in plans} == {("parking_lock", "before")}


def test_a_story_may_begin_like_another(monkeypatch: pytest.MonkeyPatch) -> None:
    stories = {
        Fate.RATED: Rule(1, ("like unrated", "end glad")),
        Fate.UNRATED: Rule(1, ("open", "dispatch")),
        Fate.LATE: Rule(1, ("dance",)),
    }
    monkeypatch.setattr(teller_module, "rules", lambda: stories)
    one = told()
    one.tell(Fate.RATED)
    assert acts(one) == ["open", "dispatch", "rate"]
    with pytest.raises(KeyError, match="dance"):
        one.tell(Fate.LATE)
