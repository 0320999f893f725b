from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from linli.catalogue import shipped
from linli.catalogue.kinds import UnitKind
from linli.catalogue.rules import milestones, nominal_hours
from linli.catalogue.spec import ItemClass, ListKind
from linli.kernel.errors import InvalidInput

SPECS = {spec.code: spec for spec in shipped.items()}
SHARED = Path(os.environ.get("LINLI_SHARED", Path(__file__).parents[3] / "shared"))


def test_the_three_lists_hold_20_20_and_21_items() -> None:
    count = {kind: sum(spec.list_kind is kind for spec in SPECS.values()) for kind in ListKind}
    assert count == {ListKind.COMMUNITY: 20, ListKind.AREA: 20, ListKind.VILLAGE: 21}


def test_the_elements_are_8_safer_7_more_orderly_7_cleaner_and_cover_every_item() -> None:
    elements = shipped.elements()
    assert [sum(e.cls is cls for e in elements) for cls in ItemClass] == [8, 7, 7]
    assert {code for element in elements for code in element.fed_by} == set(SPECS)
    assert next(e for e in elements if e.code == "A8").fed_by == ()


def test_the_shipped_list_is_ours_word_for_word() -> None:
    source = SHARED / "data" / "items.json"
    if not source.exists():
        pytest.skip(f"no list to compare with at {source}")
    assert shipped.data("items.json") == json.loads(source.read_text("utf-8"))


def test_everything_shown_has_english() -> None:
    terms = shipped.terms_en()
    for spec in SPECS.values():
        assert spec.name_en.isascii(), spec.code
        assert spec.closing_en.isascii(), spec.code
        shown = {limit.label for limit in spec.respond + spec.resolve} | set(spec.conditions)
        shown |= {branch.act for branch in spec.branches}
        shown |= {word for line in spec.patrol for word in (line.when, line.scope, line.act)}
        assert shown - {""} <= set(terms), spec.code
    for element in shipped.elements():
        assert element.name_en.isascii()
        assert element.signs_en.isascii()


@pytest.mark.parametrize("code", list(SPECS))
def test_an_item_survives_storage(code: str) -> None:
    stored = json.loads(json.dumps(shipped.to_json(SPECS[code])))
    assert shipped.from_json(stored) == SPECS[code]


def test_a_damaged_item_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        shipped.from_json(shipped.to_json(SPECS["C01"]) | {"owner_kind": "nobody"})
    assert refused.value.code == "item_spec_invalid"


@pytest.mark.parametrize("code", list(SPECS))
def test_the_promise_is_never_shorter_than_another_deadline_that_runs(code: str) -> None:
    spec = SPECS[code]
    assert nominal_hours(spec.promise) == max(nominal_hours(limit) for limit in milestones(spec.resolve))
    assert spec.promise.amount > 0


def test_an_either_or_owner_keeps_both_and_the_words_of_the_list() -> None:
    fumes = SPECS["S10"]
    assert (fumes.owner_kind, fumes.owner_alternates) == (UnitKind.ECOLOGY, (UnitKind.URBAN_MANAGEMENT,))
    assert fumes.owner_name == "生态环境/城管"
    assert SPECS["V10"].owner_name == "村委(队长)"
    assert SPECS["V10"].owner_kind is UnitKind.VILLAGE_COMMITTEE


def test_a_case_page_can_offer_the_conditions_of_an_item() -> None:
    assert SPECS["C15"].conditions == ("井盖",)
    assert SPECS["C18"].conditions == ("伤人",)
    assert SPECS["C14"].conditions == ("大修",)
    assert SPECS["C06"].conditions == ()


def test_a_topic_outside_the_list_never_goes_to_the_station() -> None:
    topics = shipped.outside_topics()
    assert len(topics) >= 15
    assert UnitKind.STATION not in {topic.owner_kind for topic in topics}
    assert all(topic.owner_name and topic.owner_name_en.isascii() and topic.name_en.isascii() for topic in topics)


def test_every_item_and_topic_has_the_words_of_residents() -> None:
    words = shipped.data("words.json")
    assert set(words["items"]) == set(SPECS)
    assert set(words["outside"]) == {topic.code for topic in shipped.outside_topics()}
    assert all(len(listed) >= 5 for listed in words["items"].values())
