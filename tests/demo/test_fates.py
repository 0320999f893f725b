"""The file of fates: every entry well formed and used, its stories told in verbs and remarks that are there."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from demo.town_facts import planned

from linli.casework.timeline.api import Act
from linli.catalogue.shipped import items
from linli.project.demo.book import book, remarks
from linli.project.demo.fates import Rule, rules, scaled
from linli.project.demo.matters import By, Fate
from linli.project.demo.sayings import item_sayings
from linli.project.demo.teller import RATINGS, VERBS

FIELDS = {
    "of_900", "clock", "hours", "share", "used", "items", "limits", "channel", "reporter", "outside", "story",
}  # fmt: skip
FATES = list(Fate)


def lines(fate: Fate) -> list[list[str]]:
    return [line.split() for line in rules()[fate].story]


def test_the_file_has_exactly_the_fates_there_are() -> None:
    assert set(book("fates")) == {fate.value for fate in Fate} == set(rules())


@pytest.mark.parametrize("fate", FATES)
def test_every_entry_has_known_fields_with_sensible_values(fate: Fate) -> None:
    entry, rule = book("fates")[fate], rules()[fate]
    assert set(entry) <= FIELDS
    assert rule.of_900 > 0
    assert rule.clock in ("any", "recent", "result", "days", "limit")
    assert rule.limits in ("", "days", "short")
    assert rule.channel in ("", "patrol")
    assert 0 < rule.share[0] < rule.share[1] < 2
    assert (rule.hours[1] > rule.hours[0] > 0) == (rule.clock in ("recent", "result", "days"))
    if rule.used is not None:
        assert rule.used[0] <= rule.share[0] or fate is Fate.NEAR_LIMIT
        assert rule.used[0] < rule.used[1]
        assert rule.clock == "limit"


@pytest.mark.parametrize("fate", FATES)
def test_every_line_of_a_story_begins_with_a_verb_and_names_what_exists(fate: Fate) -> None:
    for verb, *rest in lines(fate):
        if verb == "like":
            assert Fate(rest[0]) is not fate
            continue
        assert verb in VERBS, verb
        if verb == "act":
            act, by, *more = rest
            assert Act(act)
            assert By(by)
            assert not more or more[0] in book("remarks"), more
            assert all(part.count("=") == 1 for part in more[1:])
        elif verb == "wait":
            assert 0 < float(rest[0]) < float(rest[1])
            assert rest[2:] in ([], ["day"])
        elif verb == "end":
            assert rest[0] in RATINGS
        elif verb == "feed_back" and rest:
            assert remarks(rest[1])


def test_no_story_goes_in_circles() -> None:
    def depth(fate: Fate, seen: tuple[Fate, ...] = ()) -> int:
        assert fate not in seen
        inner = [Fate(rest[0]) for verb, *rest in lines(fate) if verb == "like"]
        return 1 + max((depth(each, (*seen, fate)) for each in inner), default=0)

    assert max(depth(fate) for fate in Fate) == 3, "disputed is like verified, which is like fed_back"


def test_every_verb_is_told_in_some_story() -> None:
    told = {line[0] for fate in Fate for line in lines(fate)}
    indirectly = {"open", "dispatch", "accept", "arrive", "close"}
    assert set(VERBS) <= told | indirectly
    assert told - {"like"} <= set(VERBS)


def test_the_items_a_fate_asks_for_are_of_the_list_and_can_take_that_way() -> None:
    codes = {item.code for item in items()}
    limited = [rule for rule in rules().values() if rule.items]
    assert len(limited) == 5
    for rule in limited:
        assert rule.items <= codes
        assert all(rule.allows(item_sayings()[code]) for code in rule.items), "no item is listed in vain"


def test_suspensions_have_words_for_every_item_that_is_suspended() -> None:
    assert rules()[Fate.SUSPENDED].items == set(book("remarks")["suspensions"])
    assert rules()[Fate.RESUMED].items < rules()[Fate.SUSPENDED].items


@pytest.mark.parametrize("count", [29, 40, 120, 160, 480, 900, 3_000])
def test_the_mixture_is_kept_at_every_size_and_no_fate_left_out(count: int) -> None:
    each = {fate: scaled(fate, count) for fate in Fate}
    assert min(each.values()) >= 1
    assert sum(each.values()) == pytest.approx(count, abs=25)
    assert max(each, key=lambda fate: each[fate]) is Fate.RATED
    if count >= 900:
        for fate, number in each.items():
            assert number == pytest.approx(rules()[fate].of_900 * count / 900, rel=0.35)


def test_most_matters_end_well_and_the_open_ones_are_a_fifth() -> None:
    counts = Counter(matter.fate for matter in planned())
    whole = sum(counts.values())
    assert counts[Fate.RATED] / whole > 0.25
    ended = (
        Fate.RATED, Fate.UNRATED, Fate.LATE, Fate.EXPLAINED, Fate.UNSOLVABLE, Fate.RETURNED, Fate.EXTENDED,
        Fate.RESUMED, Fate.REWORKED, Fate.SELF_HANDLED, Fate.REFUSED, Fate.MERGED, Fate.WITHDRAWN, Fate.VOIDED,
        Fate.ROUTED_CLOSED,
    )  # fmt: skip
    still_open = whole - sum(counts[fate] for fate in ended)
    assert 0.2 < still_open / whole < 0.35
    assert counts[Fate.LATE] / whole < 0.06, "lateness is the exception"


@pytest.mark.parametrize(
    ("limits", "limit", "allowed"),
    [
        ("", "n30", True), ("", "e2", True), ("days", "d3", True), ("days", "d7", True), ("days", "d8", False),
        ("days", "e2", False), ("days", "h4", False), ("days", "n5", False), ("short", "e2", True),
        ("short", "h4", True), ("short", "d7", True), ("short", "d20", False), ("short", "n7", True),
        ("short", "n30", False),
    ],
)  # fmt: skip
def test_limits_decide_which_items_can_go_a_way(limits: str, limit: str, *, allowed: bool) -> None:
    entry = item_sayings()["C01"]
    one = type(entry)("C01", 1, limit, entry.places, entry.scene, entry.reports, entry.patrol, entry.done)
    assert Rule(of_900=1, story=(), limits=limits).allows(one) is allowed


def test_a_fate_with_items_takes_no_other() -> None:
    only = Rule(of_900=1, story=(), items=frozenset({"C02"}))
    assert only.allows(item_sayings()["C02"])
    assert not only.allows(item_sayings()["C01"])


@pytest.mark.parametrize(
    ("clock", "quick"), [("any", False), ("days", False), ("recent", True), ("result", True), ("limit", True)]
)
def test_what_must_hold_now_is_taken_up_even_at_night(clock: str, *, quick: bool) -> None:
    assert Rule(of_900=1, story=(), clock=clock).quick is quick


def test_planned_matters_stay_with_the_items_and_channels_of_their_fate() -> None:
    for matter in planned():
        rule = rules()[matter.fate]
        assert not rule.items or matter.item_code in rule.items
        assert not rule.channel or matter.channel == rule.channel
        assert bool(matter.topic) is rule.outside
        if rule.reporter or rule.outside:
            assert matter.channel in ("resident", "hotline")
        assert isinstance(matter.at, datetime)
