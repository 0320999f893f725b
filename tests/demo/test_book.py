"""The texts and tables in `data/`: every file read, every entry well formed, none unused, nothing in them real."""

from __future__ import annotations

import ast
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from demo.town_facts import whole_town

from linli.casework.dispatch.rules import RETURN_REASONS
from linli.casework.verification.rules import Method, Satisfaction
from linli.catalogue.kinds import UnitKind
from linli.catalogue.shipped import items
from linli.project.demo import book as shelf
from linli.project.demo.book import book, pairs, remarks, remarks_by, rows, text
from linli.project.demo.estates import styles
from linli.project.demo.fates import rules
from linli.project.demo.places import FacilityKind, VenueKind
from linli.project.demo.seeds import DISTRICT, TOWN, Scale, leaves, read_stations
from linli.project.demo.units import build_units
from linli.register.places.api import CompoundKind

DATA = Path(str(files("linli.project.demo") / "data"))
CHINESE = re.compile(r"[一-鿿]+")
LISTS = ("surnames", "given_first", "given_last", "given_single", "estate_heads", "road_heads", "hamlet_surnames",
         "firm_heads")  # fmt: skip
REAL_ROADS = ("康沈", "周祝", "年家浜", "沪南", "周康", "瑞阳", "关岳", "川周", "周邓", "横桥路", "康桥")
"""Roads and places one finds in and around Zhoupu."""


def sources() -> dict[str, str]:
    """The Python of the demonstration, by file."""
    return {path.name: path.read_text(encoding="utf-8") for path in DATA.parent.glob("*.py")}


def spoken() -> set[str]:
    """Every string in the code and every word in the stories of the fates."""
    told = {word for rule in rules().values() for line in rule.story for word in line.split()}
    for source in sources().values():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                told.add(node.value)
    return told


def test_every_file_of_data_is_read_by_name() -> None:
    read = spoken()
    assert {path.name for path in DATA.iterdir()} == {
        "caption.png", "drawings.txt", "fates.toml", "names.toml", "places.toml", "remarks.toml", "units.csv",
        "sayings_area.txt", "sayings_community.txt", "sayings_outside.txt", "sayings_village.txt",
    }  # fmt: skip
    for path in DATA.iterdir():
        assert {path.name, path.stem} & read, path.name


def test_text_and_tables_come_from_the_folder_and_a_missing_one_is_an_error() -> None:
    assert text("units.csv") == (DATA / "units.csv").read_text(encoding="utf-8")
    assert book("names") is book("names"), "read once"
    with pytest.raises(FileNotFoundError):
        text("nothing.txt")
    with pytest.raises(KeyError):
        pairs("nobody")
    with pytest.raises(KeyError):
        remarks("unsaid")
    with pytest.raises(KeyError):
        remarks("device", "X99")


def test_the_code_holds_no_sentences_of_residents_or_staff() -> None:
    """What is said is data: in the code stand labels, parts of addresses, and words of the trade, all short."""
    for name, source in sources().items():
        tree = ast.parse(source)
        documented = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
                assert max((len(part) for part in CHINESE.findall(node.value)), default=0) <= 10, (name, node.value)


@pytest.mark.parametrize("name", sorted(book("remarks")))
def test_every_remark_is_a_sentence_and_somebody_says_it(name: str) -> None:
    found = book("remarks")[name]
    lists = list(found.values()) if isinstance(found, dict) else [found]
    assert name in spoken(), "no remark is written in vain"
    for words in lists:
        assert words
        assert all(isinstance(each, str) for each in words)
        for each in filter(None, words):
            assert each[-1] in "。！", each
            assert not re.search(r"[,;?!]", each), "Chinese punctuation"
            assert len(each) <= 60
            assert set(re.findall(r"{(\w+)}", each)) <= {"at", "said"}
        said = list(filter(None, words))
        assert len(set(said)) == len(said), "nothing twice"


def test_remarks_that_differ_do_so_by_what_casework_knows() -> None:
    codes = {item.code for item in items()}
    assert set(remarks_by("returns")) <= set(RETURN_REASONS)
    assert set(remarks_by("suspensions")) <= codes
    assert set(remarks_by("device")) <= codes
    assert {Method(method) for method in remarks_by("checked")} == {Method.ON_SITE, Method.CALL_BACK, Method.PHOTOS}
    assert list(remarks_by("praise")) == [
        Satisfaction.SATISFIED, Satisfaction.MOSTLY, Satisfaction.FAIR, Satisfaction.DISSATISFIED,
    ], "from glad to sad: the teller weighs them in this order"  # fmt: skip


def test_where_there_is_no_reporter_something_can_still_be_said() -> None:
    for name, found in book("remarks").items():
        if isinstance(found, list) and name not in ("added", "disputes", "withdrawals", "hotline"):
            assert any("反映" not in words for words in found), name


@pytest.mark.parametrize("name", LISTS)
def test_names_are_pairs_of_chinese_and_latin_letters_without_repeats(name: str) -> None:
    found = pairs(name)
    assert len(found) >= 14
    for chinese, latin in found:
        assert CHINESE.fullmatch(chinese), chinese
        assert re.fullmatch(r"[A-Za-z']+", latin), latin
    assert max(Counter(chinese for chinese, _ in found).values()) == 1
    assert name in spoken()


def test_lists_of_names_are_the_ones_there_are() -> None:
    assert set(book("names")) == set(LISTS)
    assert {len(chinese) for chinese, _ in pairs("surnames")} == {1}
    assert {len(chinese) for chinese, _ in pairs("road_heads")} == {2}


def test_there_are_roads_and_firms_enough_for_every_station() -> None:
    communities = sum(station.kind == "community" for station in read_stations())
    assert len(pairs("road_heads")) >= 3 * communities
    assert len(pairs("firm_heads")) == 2 * communities + 1


@pytest.mark.parametrize("name", ["names.toml", "places.toml", "units.csv", "remarks.toml", "drawings.txt"])
def test_no_real_road_of_the_town_is_named(name: str) -> None:
    assert not [road for road in REAL_ROADS if road in text(name)]
    assert "周浦" in text("units.csv"), "the town itself is real, so the search looks at real text"


@pytest.mark.parametrize("path", sorted(DATA.glob("*.t*")) + sorted(DATA.glob("*.csv")), ids=lambda path: path.name)
def test_data_files_hold_no_number_one_could_ring_and_no_address_of_a_machine(path: Path) -> None:
    said = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", said)
    assert not re.search(r"\d{17}[\dXx]", said), "no number of an identity card"
    assert "http" not in said
    assert "\t" not in said
    assert said.endswith("\n")


def test_bodies_of_the_town_are_of_known_kinds_in_known_areas_with_both_names() -> None:
    listed = rows("units")
    assert len(listed) == 49
    areas = {DISTRICT, TOWN} | {leaf.code for leaf in leaves(Scale.TOWN) if leaf.kind == "special"}
    for row in listed:
        assert list(row) == ["code", "kind", "name", "name_en", "area"]
        assert UnitKind(row["kind"])
        assert row["area"] in areas
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", row["code"])
        assert CHINESE.search(row["name"])
        assert re.fullmatch(r"[A-Z][A-Za-z,'\- ]+", row["name_en"]), row["name_en"]
    for column in ("code", "name", "name_en"):
        assert len({row[column] for row in listed}) == len(listed), column


def test_every_body_of_the_list_becomes_a_unit() -> None:
    built = {
        (unit.code, unit.kind, unit.name, unit.name_en, unit.area_code) for unit in build_units(Scale.TOWN, seed=1)
    }
    assert {tuple(row.values()) for row in rows("units")} <= built


def test_titles_are_given_for_kinds_of_units_and_all_are_used() -> None:
    titles = book("places")["titles"]
    kinds = {unit.kind for unit in build_units(Scale.TOWN, seed=1)}
    assert set(titles) - {"*"} <= kinds
    for found in titles.values():
        assert 2 <= len(found) <= 3
        assert all(CHINESE.fullmatch(title) for title in found)


def test_every_kind_of_estate_has_a_style_of_possible_houses() -> None:
    assert set(styles()) == set(CompoundKind) - {CompoundKind.UPSCALE}
    for style in styles().values():
        assert 1 < style.buildings[0] < style.buildings[1] <= 20
        assert set(style.storeys) <= set(range(3, 19))
        assert set(style.homes_per_floor) <= {1, 2, 3}
        assert set(style.doors) <= {1, 2, 3, 4}
        assert all(CHINESE.fullmatch(suffix) for suffix in style.suffixes)
    endings = [suffix for style in styles().values() for suffix in style.suffixes]
    assert len(pairs("estate_heads")) * len(set(endings)) > 117, "names enough for all estates"


def test_stations_look_after_kinds_of_estates_that_exist_and_every_kind_is_looked_after() -> None:
    by_station = book("places")["kinds_by_station"]
    communities = [station.code[-3:] for station in read_stations() if station.kind == "community"]
    assert sorted(by_station) == communities
    assert {CompoundKind(kind) for kinds in by_station.values() for kind in kinds} == set(CompoundKind) - {
        CompoundKind.UPSCALE
    }


@pytest.mark.parametrize(("table", "farthest"), [("estate_things", 1.0), ("village_things", 400.0)])
def test_fixed_things_are_of_known_kinds_and_near_the_middle(table: str, farthest: float) -> None:
    things = book("places")[table]
    names = [name for _, name, _, _ in things]
    assert len(set(names)) == len(names) >= 12
    for kind, name, east, north in things:
        assert FacilityKind(kind)
        assert set(re.findall(r"{(\w+)}", name)) <= {"building", "side", "lamp"}
        assert abs(east) <= farthest
        assert abs(north) <= farthest


def test_special_areas_have_shops_of_every_sort_with_invented_names() -> None:
    special = book("places")["special"]
    assert set(special) == {leaf.code for leaf in leaves(Scale.TOWN) if leaf.kind == "special"}
    shops = [(VenueKind(kind), name) for table in special.values() for kind, name in table["shops"]]
    assert {kind for kind, _ in shops} == set(VenueKind)
    assert len({name for _, name in shops}) == len(shops) == 30
    assert all(re.fullmatch(r"[一-鿿]+(路|街)\d+号", table["road"]) for table in special.values())


def test_every_kind_of_facility_stands_somewhere_in_the_town() -> None:
    town = whole_town()
    kinds = {thing.kind for thing in town.facilities}
    kinds |= {thing.kind for compound in town.compounds for thing in compound.facilities}
    assert kinds == set(FacilityKind)


def test_the_module_that_reads_them_is_the_only_one_that_opens_texts() -> None:
    openers = {name for name, source in sources().items() if ".read_text(" in source}
    assert openers == {Path(str(shelf.__file__)).name, "seeds.py"}, "seeds reads what territory ships"
