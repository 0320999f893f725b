"""Which column is which: headings as people write them, in two languages, below titles; and what cells say."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation
from doors import roll
from hypothesis import given
from hypothesis import strategies as st

from linli.doors.sheets.cells import (
    Parts,
    door_key,
    door_name,
    floor_of_room,
    read_date,
    read_floor,
    split_address,
)
from linli.doors.sheets.columns import BY_KEY, COLUMNS, Kind, find_heading, is_caption, match
from linli.doors.sheets.ground import Ground, NoBuilding, Node, Row, SeveralDoors, home_in
from linli.doors.sheets.reading import Cells, rows_of, shape_of
from linli.doors.sheets.wording import ALIASES, BOOKS, LANGUAGES, choices, is_word, loose, readings, say, tag_readings
from linli.doors.tables.reader import Rows
from linli.register.people.models import TagKind

ALL = {column.key: at for at, column in enumerate(COLUMNS)}


@pytest.mark.parametrize("language", ["zh", "en", "key"])
def test_our_own_headings_are_found_in_either_language(language: str) -> None:
    assert match([str(getattr(column, language)) for column in COLUMNS]) == ALL


def test_every_alias_means_one_column() -> None:
    names = [(name, column.key) for column in COLUMNS for name in (column.zh, column.en, *column.aliases)]
    for name, key in names:
        assert match([name]) == {key: 0}, name


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("姓 名", "name"), ("姓名*", "name"), ("＊姓名（必填）", "name"), ("身份证号码：", "id_number"),
        ("联系电话", "phone"),
        ("与户主关系", "relation"), ("NAME", "name"), ("手机号码(本人)", "phone"), ("楼栋 / 号", "building"),
        ("出生年月", "born_on"), ("重点人群", "tags"), ("居住地址", "address"),
    ],
)  # fmt: skip
def test_headings_as_people_write_them(heading: str, key: str) -> None:
    assert match([heading]) == {key: 0}


@pytest.mark.parametrize("heading", ["", "序号", "备注", "户主姓名", "车牌号", "籍贯", "None"])
def test_what_is_none_of_ours_is_left_alone(heading: str) -> None:
    assert match([heading]) == {}


def test_a_heading_that_stands_twice_counts_once_and_a_profile_wins() -> None:
    assert match(["姓名", "姓名", "名字"]) == {"name": 0}
    assert match(["甲", "乙", "姓名"], known={"name": "乙", "room": "甲", "nonsense": "甲"}) == {"name": 1, "room": 0}
    assert match(["姓名", "室号"], known={"name": "没有"}) == {"name": 0, "room": 1}


def test_the_heading_is_found_below_titles_and_never_by_chance() -> None:
    titles: list[tuple[int, list[str]]] = [
        (1, ["底册"]),
        (2, ["居委", "", "2026"]),
        (4, ["小区", "室号", "姓名"]),
        (5, ["瑞", "1", "王"]),
    ]
    assert find_heading(titles) == 4
    assert find_heading([(1, ["小区", "备注"]), (2, ["室号", "x"])]) is None
    deep = [(at, ["x"]) for at in range(1, 40)] + [(40, ["小区", "室号", "姓名"])]
    assert find_heading(deep) is None


def test_lines_of_an_export_about_itself_are_passed_over() -> None:
    assert is_caption(["", "※ 个人信息"])
    assert not is_caption(["瑞和苑", "※"])
    assert not is_caption([])
    found = Rows(
        "x", "", "", [(1, ["※ 说明"]), (2, ["小区", "室号", "姓名"]), (3, ["※ 例"]), (4, ["瑞", "1", "王"]), (5, ["※"])]
    )
    assert [row.row for row in rows_of(found, shape_of(found))] == [4]


def test_a_row_knows_whether_it_has_a_person() -> None:
    assert not Cells(1, {"compound": "瑞", "room": "1", "use": "空置"}).has_person
    assert Cells(1, {"compound": "瑞", "phone": "1"}).has_person


def test_short_rows_tricks_and_apostrophes() -> None:
    found = Rows("x", "", "", [(1, ["小区", "室号", "姓名"]), (2, ["瑞\u202e和苑", "'=1+1"]), (3, ["瑞", "1", "'王"])])
    rows = list(rows_of(found, shape_of(found)))
    assert rows[0].cells == {"compound": "瑞和苑", "room": "=1+1", "name": ""}
    assert rows[1].cells["name"] == "'王"


# --- words


@pytest.mark.parametrize("key", BOOKS)
def test_every_value_can_be_written_and_read_in_both_languages(key: str) -> None:
    for language in LANGUAGES:
        words = choices(key, language)
        assert len(set(words)) == len(words) == len(BOOKS[key])
        for value, word in zip(BOOKS[key], words, strict=True):
            assert readings(key)[loose(word)] == value.value, word
    assert say(BOOKS[key][0], "zh-hans") != say(BOOKS[key][0], "en")


@pytest.mark.parametrize("key", ALIASES)
def test_every_other_way_to_write_a_value_leads_to_one(key: str) -> None:
    values = {value.value for value in BOOKS[key]}
    assert set(ALIASES[key].values()) <= values
    assert all(loose(word) == word for word in ALIASES[key]), "an alias that can never be met"


def test_the_columns_of_words_and_the_books_are_the_same() -> None:
    assert {column.key for column in COLUMNS if is_word(column.key)} == set(BOOKS) == set(ALIASES)
    assert {column.key for column in COLUMNS if BY_KEY[column.key].kind is Kind.WORDS} == {"tags"}


def test_needs_are_read_by_their_names_and_by_parts_of_them(db: None) -> None:
    read = tag_readings(TagKind.objects.all())
    wanted = {
        "高龄老人": "aged", "高龄老人(80岁以上)": "aged", "卧床": "bedridden", "失能": "bedridden",
        "低保": "low_income",
        "Volunteer": "volunteer", "living_alone": "living_alone",
    }  # fmt: skip
    assert {word: read[loose(word)] for word in wanted} == wanted
    assert "爱唱歌" not in read


# --- cells


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1984-05-17", date(1984, 5, 17)), ("1984/5/17", date(1984, 5, 17)), ("1984.5.17", date(1984, 5, 17)),
        ("1984年5月17日", date(1984, 5, 17)), ("19840517", date(1984, 5, 17)), ("１９８４-05-17", date(1984, 5, 17)),
        ("1984年5月", date(1984, 5, 1)), ("1984-05-17 00:00:00", date(1984, 5, 17)), ("30819", date(1984, 5, 17)),
        ("30819.0", date(1984, 5, 17)), ("1984-02-29", date(1984, 2, 29)), ("1983-02-29", None), ("前年", None),
        ("1984", None), ("1899-12-31", None), ("17.5.1984", None), ("99999", None), ("", None), ("0", None),
    ],
)  # fmt: skip
def test_dates(text: str, day: date | None) -> None:
    assert read_date(text) == day


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_any_day_is_read_back_however_it_is_written(day: date) -> None:
    for text in (day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}"):
        assert read_date(text) == day


@given(st.text(max_size=30))
def test_no_text_breaks_the_cells(text: str) -> None:
    read_date(text)
    read_floor(text)
    floor_of_room(text)
    split_address(text)
    assert door_key(text)
    assert door_key(door_key(text)) == door_key(text) or not door_key(text).isdecimal()


@pytest.mark.parametrize(
    ("text", "floor"),
    [
        ("5", 5),
        ("5楼", 5),
        ("十二层", 12),
        ("-1", -1),
        ("B1", -1),
        ("地下一层", -1),
        ("负二", -2),
        ("高", None),
        ("5.5", None),
    ],
)
def test_floors(text: str, floor: int | None) -> None:
    assert read_floor(text) == floor


@pytest.mark.parametrize(
    ("room", "floor"),
    [("501", 5), ("1203室", 12), ("B102", -1), ("地下101", -1), ("12", None), ("5", None), ("500", None)],
)
def test_floors_that_rooms_tell(room: str, floor: int | None) -> None:
    assert floor_of_room(room) == floor


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3号楼", "3"),
        ("３幢", "3"),
        ("三号楼", "3号"),
        ("一单元", "1"),
        ("单元1", "1"),
        ("0501", "501室"),
        ("a座", "A"),
        ("十二号", "12"),
    ],
)
def test_doors_written_otherwise_are_one(one: str, other: str) -> None:
    assert door_key(one) == door_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("3", "4"), ("3甲", "3"), ("11号", "1号"), ("A座", "B座"), ("3-1", "31"), ("号", "楼")]
)
def test_different_doors_stay_different(one: str, other: str) -> None:
    assert door_key(one) != door_key(other)


def test_a_bare_number_gets_its_unit() -> None:
    assert (door_name("3", "号楼"), door_name("3幢", "号楼"), door_name("甲宅", "号")) == ("3号楼", "3幢", "甲宅")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("沈梅路123弄4号501室", Parts("4号", "", "", "501")), ("4-501", Parts("4号", "", "", "501")),
        ("4号501", Parts("4号", "", "", "501")), ("瑞和苑3号楼1单元501室", Parts("3号楼", "1单元", "", "501")),
        ("不清楚", None), ("501", None), ("沈梅路123弄", None), ("", None),
    ],
)  # fmt: skip
def test_addresses_are_cut_into_doors(text: str, parts: Parts | None) -> None:
    assert split_address(text) == parts


# --- the ground


def ground() -> tuple[Ground, Node]:
    found = Ground()
    found.load([
        Row(1, "compound", "瑞和苑", 9, None, "沈梅路1弄", "", None, None, ""),
        Row(2, "building", "3-4号楼", 9, 1, "", "", None, None, ""),
        Row(3, "entrance", "3号", 9, 2, "", "", None, None, ""),
        Row(4, "entrance", "4号", 9, 2, "", "", None, None, ""),
        Row(5, "home", "501室", 9, 4, "", "", 5, 1, "let"),
        Row(6, "building", "8号楼", 9, 1, "", "", None, None, ""),
        Row(7, "home", "101室", 9, 6, "", "", 1, 1, ""),
        Row(8, "home", "lost", 9, 77, "", "", None, None, ""),
    ])  # fmt: skip
    return found, found.compounds("瑞和苑")[0]


def home(top: Node, building: str, room: str, entrance: str = "") -> Node:
    return home_in(top, building=building, entrance=entrance, room=room, floor=None)


def test_homes_that_stand_are_found_by_door_or_by_building() -> None:
    found, top = ground()
    assert home(top, "4号", "501").id == 5
    assert home(top, "3-4号楼", "501室", "4").id == 5
    assert home(top, "8幢", "101").id == 7
    assert 8 not in found.by_id
    with pytest.raises(SeveralDoors) as several:
        home(top, "3-4号楼", "501")
    assert several.value.names == ["3号", "4号"]
    with pytest.raises(NoBuilding):
        home(top, "", "501")


def test_what_is_new_is_noted_once_and_under_one_door() -> None:
    _found, top = ground()
    new = home(top, "9号", "201")
    assert (new.id, new.label, new.floor) == (None, "9号201室", 2)
    assert home(top, "9", "201室") is new
    assert home(top, "9号楼", "202").parent is new.parent
    by_unit = home(top, "10", "201", "2单元")
    assert (by_unit.label, by_unit.compound) == ("10号楼2单元201室", top)
    assert home(top, "12幢", "201").label == "12幢201室"


def test_the_example_of_every_column_can_be_read() -> None:
    with translation.override("zh-hans"):
        row = {column.key: column.example for column in COLUMNS}
    for key in BOOKS:
        assert loose(row[key]) in readings(key), key
    assert read_date(row["born_on"])
    assert read_floor(row["floor"]) == floor_of_room(row["room"]) == 5
    assert roll.HEADINGS[0] == "小区"
