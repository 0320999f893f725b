"""Addresses: five hundred written by hand, some thousands made up and written down in every manner, and the real names
of compounds. What counts most: a wrong reading always says that it is not sure."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel import address_forms as hand
from kernel.address_writer import chinese, every, written

from linli.kernel.address_draft import DOUBTS
from linli.kernel.address_words import LONGEST, PUDONG_TOWNS, SHORT_TOWNS, numeral, plain
from linli.kernel.addresses import SURE, Address, match_key, parse, standard, variants

Reader = Callable[[str], Address]
READABLE = hand.forms(hand.PLAIN) + hand.forms(hand.HARD)
ROOT = Path(__file__).resolve().parents[2]


def wrong(reader: Reader) -> list[str]:
    return [text for text, parts in READABLE if reader(text).parts() != parts]


def wrong_and_sure(reader: Reader) -> list[str]:
    hopeless = [text for text, _ in hand.forms(hand.HOPELESS) if reader(text).confidence >= SURE]
    return [text for text in wrong(reader) if reader(text).confidence >= SURE] + hopeless


class TestByHand:
    def test_there_are_five_hundred_different_forms_with_enough_hard_and_hopeless_ones(self) -> None:
        counted = {
            kind: len(hand.forms(table))
            for kind, table in (("plain", hand.PLAIN), ("hard", hand.HARD), ("hopeless", hand.HOPELESS))
        }
        assert all(counted[kind] >= least for kind, least in hand.SIZES.items()), counted
        assert len(READABLE) >= 500
        texts = [text for text, _ in READABLE + hand.forms(hand.HOPELESS)]
        assert [text for text, times in Counter(texts).items() if times > 1] == []

    def test_at_least_ninety_five_of_a_hundred_are_read_right(self) -> None:
        assert 1 - len(wrong(parse)) / len(READABLE) >= 0.95

    def test_no_reading_is_wrong_without_saying_that_it_may_be(self) -> None:
        assert wrong_and_sure(parse) == []

    def test_of_the_plain_ones_none_is_wrong_and_few_are_doubted(self) -> None:
        plain_ones = hand.forms(hand.PLAIN)
        assert [text for text, parts in plain_ones if parse(text).parts() != parts] == []
        doubted = [text for text, _ in plain_ones if parse(text).confidence < SURE]
        assert len(doubted) / len(plain_ones) < 0.05, doubted

    @pytest.mark.parametrize(("text", "parts"), hand.forms(hand.HOPELESS))
    def test_a_hopeless_one_is_doubted_and_what_is_certain_is_kept(self, text: str, parts: dict[str, str]) -> None:
        read = parse(text)
        assert read.confidence < SURE
        assert parts.items() <= read.parts().items()

    def test_control_a_reader_that_is_always_sure_is_caught(self) -> None:
        assert len(wrong_and_sure(lambda text: replace(parse(text), confidence=1.0))) > 20

    @pytest.mark.parametrize("slip", [
        lambda text: replace(parse(text), sublane=""),
        lambda text: replace(parse(text), floor=""),
        lambda text: parse(re.sub(r"^(上海市?)?浦东(新区)?", "", text)),
        lambda text: replace(parse(text), room=parse(text).room[:3]),
        lambda text: parse(text.replace("甲", "")),
    ])  # fmt: skip
    def test_control_a_slip_of_the_reader_is_caught(self, slip: Reader) -> None:
        assert wrong_and_sure(slip)

    def test_the_standard_form_of_every_reading_is_read_alike(self) -> None:
        for text, _ in READABLE:
            read = parse(text)
            assert parse(standard(read)) == read, text


@given(every)
def test_the_standard_form_of_any_address_is_read_back(address: Address) -> None:
    assert parse(standard(address)) == address


@settings(max_examples=400)
@given(written())
def test_however_an_address_is_written_it_is_read_right_or_doubted(pair: tuple[Address, str]) -> None:
    address, text = pair
    read = parse(text)
    assert read == address or read.confidence < SURE, text
    if read.confidence >= SURE:
        assert match_key(read) == match_key(address)


def test_most_of_what_is_written_in_any_manner_is_read_right_and_for_sure() -> None:
    right: list[bool] = []

    @settings(max_examples=300, database=None, derandomize=True)
    @given(written())
    def count(pair: tuple[Address, str]) -> None:
        read = parse(pair[1])
        right.append(read == pair[0] and read.confidence >= SURE)

    count()
    assert sum(right) / len(right) > 0.9


WORDS = st.sampled_from(
    [*"弄号室幢栋座楼层组队村宅路街镇区第之临甲乙至-#/、，（）()A1 5", "支弄", "浦东", "周浦", "沈梅路", "123"]
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=40).map("".join), st.text(st.sampled_from("零十1甲弄、-# "))))
def test_any_text_gives_an_address_and_never_an_error(text: str) -> None:
    read = parse(text)
    assert 0 <= read.confidence <= 1
    assert set(read.doubts) <= set(DOUBTS)
    assert (read.confidence < SURE) or read.parts()
    assert (not read.parts()) is ("empty" in read.doubts)
    for again in (standard(read), match_key(read), *variants(read)):
        assert isinstance(parse(again), Address)


@pytest.mark.parametrize(("code", "text"), [
    ("empty", ""), ("left_over", "沈梅路123弄4号门口"), ("cut", "沈梅路123弄4号" + "，" * LONGEST),
    ("twice", "沈梅路123弄5弄4号"), ("order", "沈梅路4号123弄"), ("unmarked", "沈梅路456"),
    ("by_place", "沈梅路123-4-501"),
    ("misheard", "沈梅路123农4号"), ("name_guessed", "绿地香颂12号"), ("name_split", "瑞和苑沈梅路123弄4号"),
    ("odd_name", "沈梅路向阳路室苑4号"), ("town_guessed", "周浦沈梅路123弄4号"),
    ("unknown_town", "周埔镇沈梅路123弄4号"),
    ("old_name", "南汇区惠南镇惠东路300弄9号"), ("homestead_guessed", "棋杆村3组沈家埭12号"),
    ("village_or_compound", "汤巷村12号501室"), ("number_or_building", "运通路6号楼"),
    ("floor_or_building", "瑞和苑5楼"),
    ("floor_or_unit", "沈梅路123弄4号2-501"), ("whose_number", "沈梅路4号瑞和苑"), ("no_place", "4号501室"),
    ("no_number", "沈梅路123弄501室"), ("several", "沈梅路12、14号"), ("note", "沈梅路123弄4号(近学校)"),
    ("repeated", "浦东新区浦东新区沈梅路4号"), ("no_door", "沈梅路"),
])  # fmt: skip
def test_each_doubt_is_told_by_its_code_and_lowers_the_confidence(code: str, text: str) -> None:
    read = parse(text)
    assert code in read.doubts
    assert read.confidence <= DOUBTS[code] < 1


def test_every_doubt_has_its_example_above() -> None:
    marks = test_each_doubt_is_told_by_its_code_and_lowers_the_confidence.pytestmark
    assert {row[0] for mark in marks for row in mark.args[1]} == set(DOUBTS)


def test_nothing_doubtful_is_quite_sure() -> None:
    read = parse("上海市浦东新区周浦镇沈梅路123弄4号501室")
    assert (read.confidence, read.doubts) == (1.0, ())


def test_addresses_are_equal_by_their_parts_alone() -> None:
    marked, unmarked = parse("沈梅路123弄4号501室"), parse("沈梅路123/4/501")
    assert marked == unmarked
    assert marked.confidence > unmarked.confidence
    assert marked != parse("沈梅路123弄4号502室")


@pytest.mark.parametrize(("text", "form"), [
    ("沪浦东周浦镇沈梅路１２３弄4#-501", "浦东新区周浦镇沈梅路123弄4号501室"),
    ("瑞和苑（沈梅路123弄）3#楼501室甲", "沈梅路123弄瑞和苑3号楼501甲室"),
    ("世纪大道1500号东方大厦A栋十八楼1802", "世纪大道1500号东方大厦A座18楼1802室"),
    ("周浦镇棋杆村第三村民小组周家宅12号甲", "周浦镇棋杆村3组周家宅12甲号"),
    ("沈梅路123弄4号地下一层", "沈梅路123弄4号B1层"), ("沈梅路123弄5支弄4～6号", "沈梅路123弄5支弄4-6号"),
    ("沈梅路瑞和苑4号", "沈梅路瑞和苑4号"), ("", ""),
])  # fmt: skip
def test_there_is_one_form_for_each_address(text: str, form: str) -> None:
    assert standard(parse(text)) == form


@pytest.mark.parametrize("same", [
    ("沈梅路123弄4号501室", "浦东新区周浦镇沈梅路123弄4号501", "沈梅路123弄瑞和苑4-501", "沈梅路123弄4号5楼501室",
     "瑞和居委沈梅路123弄4号0501室", "沈梅路一百二十三弄四号五〇一室"),
    ("瑞和苑4号501室", "瑞和苑小区4号501", "周浦镇瑞和苑4#501", "沈梅路瑞和苑4号501室"),
    ("棋杆村3组周家宅12号", "周浦镇棋杆村周家宅12号", "棋杆村三队周家宅十二号"),
    ("棋杆村3组12号", "棋杆村3队12号"),
    ("世纪大道1500号603室", "世纪大道1500号东方大厦603室", "世纪大道1500号东方大厦6楼603"),
    ("沈梅路123弄4号甲", "沈梅路123弄甲4号", "沈梅路123弄4甲号"),
])  # fmt: skip
def test_spellings_of_one_door_have_one_key(same: tuple[str, ...]) -> None:
    keys = {match_key(parse(text)) for text in same}
    assert len(keys) == 1
    assert keys != {""}


def test_different_doors_have_different_keys() -> None:
    doors = (
        "沈梅路123弄4号501室", "沈梅路123弄4号502室", "沈梅路123弄5号501室", "沈梅路123弄4号", "沈梅路123弄4号甲501室",
        "沈梅路123弄4号楼501室", "沈梅路123弄4支弄501号", "沈梅路124弄4号501室", "沈梅路123号501室",
        "沈梅路123弄4号5楼",
        "康沈路123弄4号501室", "瑞和苑4号501室", "瑞和苑4号楼501室", "瑞和苑二期4号501室", "瑞和苑4号2单元501室",
        "棋杆村4号501室", "棋杆村4组501号", "棋杆村5组501号", "棋杆村周家宅501号", "棋杆村王家宅501号",
        "沈梅路123弄4号地下室",
    )  # fmt: skip
    keys = [match_key(parse(text)) for text in doors]
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    assert "" not in keys


def test_what_names_no_place_has_no_key() -> None:
    assert {match_key(parse(text)) for text in ("", "4号501室", "周浦镇", "？？", "向阳居委会")} == {""}


def test_variants_begin_with_the_standard_form_and_name_the_same_door() -> None:
    read = parse("周浦镇沈梅路123弄瑞和苑4号501室")
    found = variants(read)
    assert found[0] == standard(read)
    assert len(set(found)) == len(found)
    assert {"沈梅路123弄4号501室", "瑞和苑4号501室"} <= set(found)
    assert "沈梅路123弄4-501" in variants(parse("沈梅路123弄4号501室"))
    assert variants(Address()) == ()


@given(written())
def test_every_variant_is_read_as_the_same_door(pair: tuple[Address, str]) -> None:
    address = pair[0]
    for spelling in variants(address):
        read = parse(spelling)
        assert read.parts().items() <= address.parts().items() or read.confidence < SURE, spelling


@given(st.integers(1, 9999))
def test_a_number_in_chinese_is_the_number(value: int) -> None:
    assert numeral(chinese(str(value))) == str(value)
    assert numeral(str(value)) == str(value)


@pytest.mark.parametrize(("text", "digits"), [
    ("十", "10"), ("十二", "12"), ("二十", "20"), ("廿八", "28"), ("卅", "30"), ("一百", "100"), ("一百零二", "102"),
    ("一百一十", "110"), ("两千", "2000"), ("一千零十八", "1018"), ("五〇一", "501"), ("壹拾贰", "12"),
])  # fmt: skip
def test_numerals_of_every_kind_are_read(text: str, digits: str) -> None:
    assert numeral(text) == digits


@given(st.text())
def test_a_text_made_plain_is_one_short_line(text: str) -> None:
    line = plain(text)
    assert len(line) <= LONGEST
    assert "\n" not in line and "  " not in line


def test_the_towns_are_those_of_the_shipped_tree() -> None:
    rows = (ROOT / "linli" / "territory" / "data" / "pudong_310115.csv").read_text(encoding="utf-8").splitlines()
    table = csv.DictReader(line for line in rows if not line.startswith("#"))
    shipped = {row["name"] for row in table if row["kind"] == "town" and not row["name"].startswith("中国")}
    assert set(PUDONG_TOWNS) == shipped
    assert set(SHORT_TOWNS.values()) < shipped


NAMES = ("pudong_xiaoqu_coords_dev.csv", "pudong_listings_xiaoqu_bankuai.csv")


def test_the_real_names_of_compounds_are_read_as_names_or_doubted(shared: Path) -> None:
    names: set[str] = set()
    for file in NAMES:
        with (shared / "data" / "household_places" / file).open(encoding="utf-8-sig", newline="") as rows:
            names |= {row["小区"] for row in csv.DictReader(rows)}
    in_words = {name for name in names if not re.search(r"\d|[路弄号]|街(?![坊区])", name)}
    assert len(in_words) > 1_700
    outcome: Counter[str] = Counter()
    for name in in_words:
        read = parse(f"{name}4号501室")
        town_noted = re.search(r"[（(](?:陆家嘴|惠南|航头|浦东)[）)]", name)
        whole = re.sub(r"[（(](?:陆家嘴|惠南|航头|浦东)[）)]|[（）()\s]", "", name)
        right = (read.compound, read.number, read.room) == (whole.replace(",", "、").upper(), "4", "501")
        outcome["right" if right else "wrong"] += 1
        assert right or read.confidence < SURE, (name, read.parts(), town_noted)
        outcome["sure"] += read.confidence >= SURE
    assert outcome["right"] / len(in_words) > 0.95, outcome
    assert outcome["sure"] / len(in_words) > 0.85, outcome


def test_real_names_that_are_a_road_and_a_lane_are_read_as_such(shared: Path) -> None:
    with (shared / "data" / "household_places" / NAMES[0]).open(encoding="utf-8-sig", newline="") as rows:
        lanes = [
            (row["小区"], found)
            for row in csv.DictReader(rows)
            if (found := re.fullmatch(r"(\D+(?:路|街|公路|大道))(\d+)弄(?:小区)?", row["小区"]))
        ]
    assert len(lanes) > 150
    for name, found in lanes:
        read = parse(name)
        assert (read.road, read.lane) == found.groups() or read.confidence < SURE, name
    assert sum(parse(name).confidence >= SURE for name, _ in lanes) / len(lanes) > 0.95
