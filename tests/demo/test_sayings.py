"""What residents say and workers answer: every block well formed, fitting its place, filled without gaps."""

from __future__ import annotations

import re
import string

import pytest
from demo.town_facts import whole_town
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.catalogue.shipped import items, outside_topics
from linli.project.demo import sayings as module
from linli.project.demo.dice import Dice
from linli.project.demo.matters import PlaceRef
from linli.project.demo.places import FacilityKind
from linli.project.demo.sayings import FILES, Saying, filled, item_sayings, outside_sayings

SLOTS = {"at", "n", "days", "floor", "hour"}
KINDS = {"compound", "building", "entrance", "lift", "home", "group", "house", "venue"}
CODES = sorted(item_sayings())


def slots(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def place(kind: str, detail: str = "") -> PlaceRef:
    return PlaceRef(kind, "x", "310115132001", "春熙里苑3号", 121.58, 31.1, detail)


def test_all_items_of_the_list_and_only_those_have_words() -> None:
    assert set(item_sayings()) == {item.code for item in items()}
    assert len(item_sayings()) == 61
    for letter in FILES:
        assert [code for code in item_sayings() if code[0] == letter]


def test_topics_outside_the_list_are_known_to_the_catalogue_and_have_an_answer() -> None:
    assert len(outside_sayings()) >= 8
    assert set(outside_sayings()) <= {topic.code for topic in outside_topics()}
    for entry in outside_sayings().values():
        assert entry.reports
        assert entry.done
        assert (entry.limit, entry.places, entry.patrol) == ("", (), ())


@pytest.mark.parametrize("code", CODES)
def test_every_block_is_well_formed(code: str) -> None:
    entry = item_sayings()[code]
    assert entry.weight > 0
    assert re.fullmatch(r"[ehdn]\d+", entry.limit)
    assert entry.places
    for kind in entry.places:
        assert kind in KINDS or FacilityKind(kind.removeprefix("facility:")), kind
    assert entry.reports
    assert entry.done
    sentences = [*(saying.text for saying in entry.reports), *(saying.text for saying in entry.patrol), *entry.done]
    assert len(set(sentences)) == len(sentences), "nothing is said twice"
    for sentence in sentences:
        assert slots(sentence) <= SLOTS, sentence
        assert sentence[-1] in "。？！", sentence
        assert not re.search(r"[,;?!]", sentence), sentence
        assert len(sentence) <= 90


@pytest.mark.parametrize("code", CODES)
def test_sentences_for_a_kind_of_place_name_one_the_item_happens_at(code: str) -> None:
    entry = item_sayings()[code]
    known = {kind.removeprefix("facility:") for kind in entry.places} | (
        {"entrance"} if "lift" in entry.places else set()
    )
    known |= {"village_group"} if "group" in entry.places else set()
    for saying in (*entry.reports, *entry.patrol):
        assert saying.only in known | {""}, saying


@pytest.mark.parametrize("code", CODES)
def test_residents_name_the_place_in_most_of_what_they_say(code: str) -> None:
    reports = item_sayings()[code].reports
    naming = sum("{at}" in saying.text for saying in reports)
    assert naming >= len(reports) / 2


def test_a_sentence_suits_its_kind_of_place_or_of_facility_only() -> None:
    anywhere, lamps, homes = Saying("。", ""), Saying("。", "street_lamp"), Saying("。", "home")
    lamp, home = place("facility", "street_lamp"), place("home")
    assert [saying.suits(lamp) for saying in (anywhere, lamps, homes)] == [True, True, False]
    assert [saying.suits(home) for saying in (anywhere, lamps, homes)] == [True, False, True]


def test_where_sentences_differ_by_place_the_right_ones_are_chosen() -> None:
    entry = next(entry for entry in item_sayings().values() if any(saying.only for saying in entry.reports))
    chosen = next(saying for saying in entry.reports if saying.only)
    for kind in KINDS | {kind.value for kind in FacilityKind}:
        here = place("facility", kind) if kind not in KINDS else place(kind)
        assert (chosen.text in entry.told(here)) == (kind == chosen.only)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CODES), st.integers())
def test_filled_sentences_have_no_gaps_and_name_the_place(code: str, seed: int) -> None:
    dice = Dice(seed)
    entry = item_sayings()[code]
    template = dice.pick([saying.text for saying in entry.reports])
    said = filled(template, "春熙里苑3号", dice)
    assert "{" not in said
    assert "}" not in said
    assert ("春熙里苑3号" in said) == ("{at}" in template)


def test_numbers_in_sentences_are_small_and_read_as_chinese() -> None:
    seen = {filled("{n}|{days}|{floor}|{hour}", "", Dice(seed)) for seed in range(400)}
    ns, days, floors, hours = (set(column) for column in zip(*(said.split("|") for said in seen), strict=True))
    assert ns == set("23456789")
    assert days == set("三四五六七八九")
    assert floors == set("二三四五六")
    assert hours == set(module.HOURS)


def test_no_estate_road_or_shop_of_the_town_is_named_in_a_sentence() -> None:
    """A sentence serves for every place: names come in through the slot only."""
    names = {compound.name for compound in whole_town().compounds} | {venue.name for venue in whole_town().venues}
    for entry in (*item_sayings().values(), *outside_sayings().values()):
        for saying in entry.reports:
            assert not [name for name in names if name in saying.text]


def test_lines_that_say_nothing_known_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    own = (
        "# head\n@ A1 3 d5 home,building noise\nR {at}很吵。\nR[home] 楼上很吵。\nP 巡查听到。\nD 已劝阻。\nX 别的。\n"
        "@ A2 1\nR 说。\nD 答。"
    )
    monkeypatch.setattr(module, "text", lambda _name: own)
    first, second = list(module._blocks("any"))
    assert (first.code, first.weight, first.limit, first.places, first.scene) == (
        "A1", 3, "d5", ("home", "building"), "noise",
    )  # fmt: skip
    assert first.reports == (Saying("{at}很吵。", ""), Saying("楼上很吵。", "home"))
    assert (first.patrolled(place("home")), first.done) == (("巡查听到。",), ("已劝阻。",))
    assert (second.code, second.limit, second.places, second.scene, second.patrol) == ("A2", "", (), "", ())
