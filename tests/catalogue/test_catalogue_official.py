"""The shipped list against the official text read by hand: 61 items, 22 elements, every column."""

from __future__ import annotations

from decimal import Decimal

import pytest
from catalogue import official_limits, official_rows

from linli.catalogue import shipped
from linli.catalogue.api import amount_shown, amount_text, limit_shown, milestones, promise_under
from linli.catalogue.kinds import UnitKind
from linli.catalogue.spec import Cadence, Channel, ItemSpec, Limit, LimitUnit, ListKind, Patrol

SPECS = {spec.code: spec for spec in shipped.items()}
LETTERS = {"p": Channel.PATROL, "r": Channel.REPORT, "h": Channel.HOTLINE, "d": Channel.DEVICE}


def turned(table: dict[str, str]) -> dict[str, str]:
    """Code → heading, from heading → codes; a code that stands twice would be a fault of the table."""
    pairs = [(code, heading) for heading, codes in table.items() for code in codes.split()]
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


CLASSES = turned(official_rows.CLASSES)
CHANNELS = turned(official_rows.CHANNELS)
GB_MAJORS = turned(official_rows.GB_MAJORS)


def plain(limits: tuple[Limit, ...]) -> list[tuple[str, str, Decimal, str]]:
    return [(limit.condition or "", limit.label, limit.amount, limit.unit.value) for limit in limits]


def meant(rows: list[official_limits.Limit]) -> list[tuple[str, str, Decimal, str]]:
    return [(condition, act, Decimal(amount), unit) for condition, act, amount, unit in rows]


@pytest.mark.parametrize(
    "table",
    [
        official_limits.LIMITS, official_limits.PROMISES, official_rows.OWNERS, official_rows.CO_OWNERS,
        official_rows.PATROLS, CLASSES, CHANNELS, GB_MAJORS,
    ],
    ids=["limits", "promises", "owners", "co-owners", "patrols", "classes", "channels", "gb"],
)  # fmt: skip
def test_the_hand_table_has_each_of_the_61_items_once(table: dict[str, object]) -> None:
    assert sorted(table) == sorted(SPECS)
    assert len(table) == 61


@pytest.mark.parametrize("code", list(SPECS))
class TestEachItem:
    def test_its_limits_are_those_of_the_text(self, code: str) -> None:
        respond, resolve, ways = official_limits.LIMITS[code]
        spec = SPECS[code]
        assert plain(spec.respond) == meant(respond)
        assert plain(spec.resolve) == meant(resolve)
        assert [(branch.condition, branch.act) for branch in spec.branches] == ways

    def test_the_reporter_is_promised_what_the_text_promises(self, code: str) -> None:
        contact, whole = official_limits.PROMISES[code]
        assert (amount_text(SPECS[code].first_contact), amount_text(SPECS[code].promise)) == (contact, whole)

    def test_its_class_and_the_units_that_answer_are_those_of_the_text(self, code: str) -> None:
        spec = SPECS[code]
        assert spec.cls == CLASSES[code]
        assert [spec.owner_kind, *spec.owner_alternates] == official_rows.OWNERS[code]
        assert list(spec.co_owner_kinds) == official_rows.CO_OWNERS[code]

    def test_it_may_come_in_by_the_channels_of_the_text(self, code: str) -> None:
        assert list(SPECS[code].channels) == [LETTERS[letter] for letter in CHANNELS[code].split()]

    def test_it_is_looked_after_as_often_as_the_text_says(self, code: str) -> None:
        lines = [
            Patrol(Cadence(unit), times, every, when, scope, act)
            for times, every, unit, when, scope, act in official_rows.PATROLS[code]
        ]
        assert list(SPECS[code].patrol) == lines

    def test_it_asks_for_pictures_where_the_text_does_and_keeps_people_out(self, code: str) -> None:
        evidence = SPECS[code].evidence
        assert evidence.before_photo is (code not in official_rows.NO_PHOTO_BEFORE.split())
        assert evidence.after_photo is (code not in official_rows.NO_PHOTO_AFTER.split())
        assert evidence.no_faces is (code in official_rows.PEOPLE_KEPT_OUT)
        told = official_rows.PEOPLE_KEPT_OUT | official_rows.MASKED
        assert evidence.privacy == told.get(code, "")

    def test_it_is_looked_at_again_where_the_closing_condition_says_so(self, code: str) -> None:
        closing, asked = SPECS[code].closing, official_rows.RECHECKS.get(code)
        found = closing.recheck and (closing.recheck.amount, closing.recheck.unit.value, closing.recheck.act)
        assert found == asked
        assert closing.recheck_after_days == (asked[0] if asked and asked[1] == "n" else None)

    def test_its_class_of_the_national_standard_is_that_of_the_text(self, code: str) -> None:
        spec = SPECS[code]
        assert spec.gb[0].major == GB_MAJORS[code]
        assert any(one.extension for one in spec.gb) is (code in official_rows.GB_EXTENSIONS.split())
        assert spec.named is (code in official_rows.NAMED_IN_SOURCE.split())


CHOSEN: list[tuple[str, str, list[str], str]] = [
    # What runs once somebody says which case it is, and by when it then is to be settled.
    ("C01", "拒不拆", ["劝拆3d", "移交7d"], "7d"),
    ("C02", "复杂", ["20d"], "20d"),
    ("C03", "固定物", ["3d"], "3d"),
    ("C04", "涉安全", ["e4"], "e4"),
    ("C05", "屡犯", ["断电移出e2", "移交3d"], "3d"),
    ("C10", "满溢", ["4h"], "4h"),
    ("C10", "混投", ["1d"], "1d"),
    ("C11", "建筑垃圾", ["2d"], "2d"),
    ("C11", "渣土", ["3d"], "3d"),
    ("C12", "非机动车", ["1d"], "1d"),
    ("C15", "井盖", ["围护e1", "修复1d"], "1d"),
    ("C16", "停运", ["e24"], "e24"),
    ("C17", "外溢", ["e4"], "e4"),
    ("C17", "停水停电", ["e24"], "e24"),
    ("C18", "伤人", ["劝导3d", "转公安e1"], "3d"),
    ("C20", "重大", ["临时措施e24"], "e24"),
    ("S07", "堆物", ["4h"], "4h"),
    ("S07", "施工", ["1d"], "1d"),
    ("S08", "破损", ["围护e4", "修3d"], "3d"),
    ("S08", "违规", ["7d"], "7d"),
    ("S18", "诈骗", ["纠纷5d", "立即"], "5d"),
    ("S19", "井盖", ["e4"], "e4"),
    ("V03", "险情", ["e4", "修复7d"], "7d"),
    ("V06", "大面积", ["5d"], "5d"),
    ("V13", "重大", ["3d", "临时措施e24"], "3d"),
    ("V20", "断线", ["e4", "修剪3d"], "3d"),
    ("V21", "积水", ["e4"], "e4"),
    ("V21", "险情", ["e24"], "e24"),
]


def spoken(limit: Limit) -> str:
    return amount_text(limit) if not limit.amount else limit.label + amount_text(limit)


class TestAConditionIsChosen:
    @pytest.mark.parametrize(
        ("code", "condition", "running", "promise"), CHOSEN, ids=[f"{code}-{cond}" for code, cond, *_ in CHOSEN]
    )
    def test_these_limits_run_and_this_one_is_promised(
        self, code: str, condition: str, running: list[str], promise: str
    ) -> None:
        resolve = SPECS[code].resolve
        assert [spoken(limit) for limit in milestones(resolve, condition=condition)] == running
        assert amount_text(promise_under(resolve, condition)) == promise

    def test_every_condition_with_a_limit_of_its_own_stands_in_the_table(self) -> None:
        known = {(spec.code, limit.condition) for spec in SPECS.values() for limit in spec.resolve if limit.condition}
        assert {(code, condition) for code, condition, _, _ in CHOSEN} == known

    @pytest.mark.parametrize("code", [code for code, spec in SPECS.items() if not spec.conditions])
    def test_an_item_without_conditions_runs_all_its_limits(self, code: str) -> None:
        assert milestones(SPECS[code].resolve) == SPECS[code].resolve


class TestElements:
    @pytest.mark.parametrize("code", list(official_rows.ELEMENTS))
    def test_each_is_fed_by_the_items_of_the_text(self, code: str) -> None:
        (element,) = [one for one in shipped.elements() if one.code == code]
        name, fed_by = official_rows.ELEMENTS[code]
        assert element.name == name
        assert element.fed_by == tuple(fed_by.split())
        assert element.cls == {"A": "S", "B": "O", "D": "C"}[code[0]]
        assert element.signs

    def test_there_are_22_with_an_identity_each(self) -> None:
        found = shipped.elements()
        assert [one.code for one in found] == list(official_rows.ELEMENTS)
        assert len({one.id for one in found}) == len({one.name for one in found}) == 22


class TestTheListAsAWhole:
    @pytest.mark.parametrize(
        ("kind", "letter", "count"),
        [(ListKind.COMMUNITY, "C", 20), (ListKind.AREA, "S", 20), (ListKind.VILLAGE, "V", 21)],
    )
    def test_the_code_tells_the_list_and_counts_without_a_gap(self, kind: ListKind, letter: str, count: int) -> None:
        codes = [spec.code for spec in SPECS.values() if spec.list_kind is kind]
        assert codes == [f"{letter}{n:02d}" for n in range(1, count + 1)]

    def test_names_and_identities_are_never_used_twice(self) -> None:
        for field in ("id", "name", "name_en"):
            assert len({getattr(spec, field) for spec in SPECS.values()}) == 61, field

    def test_a_unit_never_answers_together_with_itself(self) -> None:
        both = {
            spec.code for spec in SPECS.values() if {spec.owner_kind, *spec.owner_alternates} & set(spec.co_owner_kinds)
        }
        assert both == set()

    def test_all_four_units_of_time_and_all_ten_rhythms_occur(self) -> None:
        """Else a fault in reading one of them would be seen by nobody."""
        limits = [limit for spec in SPECS.values() for limit in spec.respond + spec.resolve]
        assert {limit.unit for limit in limits} == set(LimitUnit)
        assert {line.cadence for spec in SPECS.values() for line in spec.patrol} == set(Cadence)
        assert {channel for spec in SPECS.values() for channel in spec.channels} == set(Channel)

    def test_the_station_answers_itself_only_for_a_person_in_need(self) -> None:
        own = [spec.code for spec in SPECS.values() if spec.owner_kind is UnitKind.STATION]
        assert own == ["S20"]

    @pytest.mark.parametrize(
        ("code", "zh", "en"),
        [
            ("C06", "拆除，20个工作日", "demolish, 20 working days"),
            ("C03", "移车，2小时", "move the vehicle, 2 hours"),
            ("C12", "4个工作时", "4 working hours"),
            ("V02", "退养，30天", "end breeding, 30 days"),
            ("C17", "停水停电：24小时", "water or power cut: 24 hours"),
            ("V21", "险情：24小时", "acute danger: 24 hours"),
            ("C10", "混投：1个工作日", "mixed waste: 1 working day"),
        ],
    )
    def test_the_promise_reads_in_both_languages(self, code: str, zh: str, en: str) -> None:
        assert limit_shown(SPECS[code].promise) == zh
        assert limit_shown(SPECS[code].promise, english=True) == en

    def test_a_limit_is_told_alike_whichever_way_it_was_written(self) -> None:
        half = Limit("", Decimal("0.50"), LimitUnit.NATURAL_HOUR)
        assert amount_text(half) == amount_text(SPECS["C03"].first_contact) == "e0.5"
        assert amount_shown(half, english=True) == amount_shown(SPECS["C03"].first_contact, english=True)

    def test_an_item_knows_every_condition_its_page_may_offer(self) -> None:
        def named(spec: ItemSpec) -> set[str]:
            _, resolve, ways = official_limits.LIMITS[spec.code]
            respond = official_limits.LIMITS[spec.code][0]
            return {condition for condition, *_ in [*respond, *resolve, *ways] if condition}

        for spec in SPECS.values():
            assert set(spec.conditions) == named(spec)
            assert len(spec.conditions) == len(set(spec.conditions))
