"""Places, texts, ids and clocks at their edges: Shanghai to the metre, invisible characters, order in time."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.kernel import clock, geo
from linli.kernel.geo import Datum, Point
from linli.kernel.ids import Uuid7Source, uuid7
from linli.kernel.text import bigrams, cut, normalise, short_excerpt

FEW = settings(max_examples=100, deadline=None)
SHANGHAI = [Point(lon / 100, lat / 100) for lon, lat in product(range(12085, 12205, 10), range(3068, 3190, 10))]
"""A grid of about ten kilometres over the whole municipality, Chongming and Lin-gang included."""
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


class TestPlaces:
    @pytest.mark.parametrize("datum", list(Datum))
    def test_there_and_back_is_within_a_metre_all_over_shanghai(self, datum: Datum) -> None:
        there = [geo.from_wgs84(p, datum) for p in SHANGHAI]
        assert max(geo.haversine(geo.to_wgs84(q, datum), p) for p, q in zip(SHANGHAI, there, strict=True)) < 1
        assert len(SHANGHAI) > 150

    def test_one_datum_after_the_other_is_the_same_as_at_once(self) -> None:
        for p in SHANGHAI:
            by_steps = geo.gcj02_to_bd09(geo.wgs84_to_gcj02(p))
            assert geo.haversine(by_steps, geo.from_wgs84(p, Datum.BD09)) < 0.001
            back = geo.gcj02_to_wgs84(geo.bd09_to_gcj02(by_steps))
            assert geo.haversine(back, geo.to_wgs84(by_steps, Datum.BD09)) < 0.001

    def test_a_mistaken_datum_lands_in_another_compound_everywhere(self) -> None:
        """The control: without conversion nobody would be within two hundred metres of where he stands."""
        for wrong in (Datum.GCJ02, Datum.BD09):
            assert min(geo.haversine(p, geo.from_wgs84(p, wrong)) for p in SHANGHAI) > 200

    def test_neighbours_stay_neighbours(self) -> None:
        """A hundred metres on the ground are a hundred metres on the map, within one."""
        for p in SHANGHAI:
            q = Point(p.lon + 0.001, p.lat)
            on_map = geo.haversine(geo.wgs84_to_gcj02(p), geo.wgs84_to_gcj02(q))
            assert abs(on_map - geo.haversine(p, q)) < 1

    @pytest.mark.parametrize(
        "abroad",
        [Point(139.69, 35.68), Point(-0.12, 51.5), Point(-74.0, 40.7), Point(151.2, -33.9), Point(0.0, 0.0)],
        ids=["Tokyo", "London", "New York", "Sydney", "null island"],
    )
    def test_places_abroad_are_shown_where_they_are(self, abroad: Point) -> None:
        for datum in Datum:
            assert geo.from_wgs84(abroad, datum) == geo.to_wgs84(abroad, datum) == abroad

    @pytest.mark.parametrize(("lon", "lat"), [(180, 90), (-180, -90), (0, 0), (121.47, 31.23)])
    def test_the_corners_of_the_globe_are_places(self, lon: float, lat: float) -> None:
        assert geo.point(lon, lat) == Point(lon, lat)

    def test_the_box_holds_its_corners_and_nothing_beyond(self) -> None:
        box = geo.box_around(Point(121.57, 31.11), 50)
        assert box.holds(Point(box.west, box.south)) and box.holds(Point(box.east, box.north))
        assert not box.holds(Point(box.east + 1e-6, box.north))
        assert 49 < geo.haversine(Point(121.57, 31.11), Point(121.57, box.north)) < 51


INVISIBLE = ["\u200b", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u200f", "\u202e", "\u2066", "\u2069", "\U000e0041"]


class TestTexts:
    @pytest.mark.parametrize("mark", INVISIBLE, ids=lambda mark: f"U+{ord(mark):04X}")
    def test_an_invisible_character_makes_no_second_text(self, mark: str) -> None:
        """Else the same report could be sent twice and an idempotency of words be tricked."""
        assert normalise(f"楼道{mark}堆物{mark}") == "楼道堆物"
        assert normalise(mark * 3) == ""
        assert bigrams(normalise(f"楼{mark}道")) == ["楼道"]

    @pytest.mark.parametrize("joiner", ["\u200c", "\u200d"])
    def test_the_joiners_that_writing_needs_stay(self, joiner: str) -> None:
        assert normalise(f"a{joiner}b") == f"a{joiner}b"

    @pytest.mark.parametrize("control", [chr(n) for n in (*range(9), *range(14, 32), 127, *range(128, 160))])
    def test_no_control_gets_through(self, control: str) -> None:
        kept = normalise(f"a{control}b")
        assert kept in {"ab", "a\nb"}
        assert (kept == "a\nb") is (control == "\x85"), "the next-line control is a new line"

    @given(st.text("e\u0301a\u0308\u1100\u1161\u11a8한楼a ", max_size=30))
    @FEW
    def test_two_ways_to_write_the_same_letters_become_one(self, text: str) -> None:
        assert normalise(unicodedata.normalize("NFD", text)) == normalise(unicodedata.normalize("NFC", text))

    @given(st.text("楼道堆物。a 👍🏽🇨🇳\u200d\u0301\n", max_size=60), st.integers(0, 30), st.booleans())
    @FEW
    def test_length_is_counted_in_characters_and_cutting_again_changes_nothing(
        self, text: str, most: int, multiline: bool
    ) -> None:
        once = normalise(text, max_length=most, multiline=multiline)
        assert len(once) <= most
        assert normalise(once, max_length=most, multiline=multiline) == once
        assert normalise(text, multiline=multiline).startswith(once)

    @pytest.mark.parametrize(
        ("text", "characters", "octets"), [("楼道", 2, 6), ("𠮷野", 2, 7), ("é", 1, 2), ("ab", 2, 2), ("👍", 1, 4)]
    )
    def test_a_limit_is_one_of_characters_and_not_of_bytes(self, text: str, characters: int, octets: int) -> None:
        assert (len(text), len(text.encode())) == (characters, octets)
        assert normalise(text, max_length=characters) == cut(text, characters) == text
        assert len(cut(text + "尾", characters)) == characters

    def test_an_excerpt_finds_words_of_any_case_and_keeps_to_its_length(self) -> None:
        text = "前言" * 40 + "WiFi坏了" + "后记" * 40
        line = short_excerpt(text, length=16, around="wifi")
        assert "WiFi坏了" in line
        assert (len(line) <= 16, line[0], line[-1]) == (True, "…", "…")


class TestIds:
    def test_ids_made_later_sort_later_as_numbers_texts_and_bytes(self) -> None:
        ticks = iter(range(1_000, 1_400))
        source = Uuid7Source(milliseconds=lambda: next(ticks))
        made = [source() for _ in range(400)]
        for key in (lambda one: one.int, str, lambda one: one.bytes):
            assert sorted(made, key=key) == made

    def test_two_processes_keep_the_order_of_their_milliseconds(self) -> None:
        now = [5_000]
        one, other = (Uuid7Source(milliseconds=lambda: now[0]) for _ in range(2))
        made = []
        for _ in range(50):
            made += [one(), other()]
            now[0] += 1
        by_tick = [made[at : at + 2] for at in range(0, len(made), 2)]
        for before, after in pairwise(by_tick):
            assert max(before) < min(after)

    def test_an_id_tells_when_it_was_made_within_the_second(self) -> None:
        before = datetime.now(UTC).timestamp()
        at = (uuid7().int >> 80) / 1_000
        assert before - 1 < at < datetime.now(UTC).timestamp() + 1


class TestClocks:
    def test_a_stopped_clock_inside_another_gives_the_outer_one_back(self) -> None:
        with clock.frozen(NOON):
            with clock.frozen(NOON + timedelta(days=1)) as inner:
                inner.advance(timedelta(hours=-1))
                assert clock.now() == NOON + timedelta(hours=23)
            assert clock.now() == NOON

    @pytest.mark.parametrize(
        ("at", "day"),
        [("2026-11-23T15:59:59", "2026-11-23"), ("2026-11-23T16:00", "2026-11-24"), ("2026-12-31T16:00", "2027-01-01")],
    )  # fmt: skip
    def test_the_day_in_shanghai_begins_at_four_in_the_afternoon_of_utc(self, at: str, day: str) -> None:
        assert clock.shanghai_date(datetime.fromisoformat(at).replace(tzinfo=UTC)).isoformat() == day
