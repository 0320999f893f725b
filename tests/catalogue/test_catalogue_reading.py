"""What people type into the list's notation: read as meant, written back alike, and refused rather than half read."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.catalogue import notation, shipped
from linli.catalogue.changes import apply_changes, checked, read_changes
from linli.catalogue.spec import (
    Branch,
    Cadence,
    Channel,
    Evidence,
    EvidencePart,
    GbClass,
    ItemSpec,
    Limit,
    LimitUnit,
    Patrol,
    Recheck,
    main_limit,
)
from linli.kernel.errors import InvalidInput

SPECS = {spec.code: spec for spec in shipped.items()}
E, H, D, N = LimitUnit.NATURAL_HOUR, LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY, LimitUnit.NATURAL_DAY
FEW = settings(max_examples=100, deadline=None)


def changed(**changes: Any) -> ItemSpec:
    return apply_changes(SPECS["C13"], read_changes(changes))


def refusal(**changes: Any) -> tuple[str, dict[str, object] | None]:
    with pytest.raises(InvalidInput) as refused:
        changed(**changes)
    return refused.value.code, refused.value.detail


class TestLimits:
    @pytest.mark.parametrize(
        "cell",
        [
            "停工4h拆除20d", "停工4h，拆除20d", "3d 5d", "e1e2", "井盖e1修复1d", "3d立即", "-3d", "+3d", "1.5.2d",
            "0,5h", "−3d", "e", "e 2", "2 d", "3D", "3天", "3周", "三d", "3d;", ";3d", "3d;;4d", "3d、", "大修;3d",
            "0d", "e0", "0.0h", "3d0", "3d转110", "3de", "3e3d", "5h大修", "井3d盖",
        ],
    )  # fmt: skip
    def test_what_could_be_read_only_in_part_is_refused_and_quoted(self, cell: str) -> None:
        code, detail = refusal(resolve=cell)
        assert code == "limit_unreadable"
        assert detail is not None
        assert str(detail["text"]) in cell

    @pytest.mark.parametrize(
        ("cell", "amount", "unit"),
        [
            ("4h", "4", H), ("e4", "4", E), ("4d", "4", D), ("4n", "4", N), ("e0.25", "0.25", E), ("0.5h", "0.5", H),
            ("４d", "4", D), ("e1000", "1000", E), ("1000d", "1000", D),
        ],
    )  # fmt: skip
    def test_the_letter_says_in_what_it_is_counted(self, cell: str, amount: str, unit: LimitUnit) -> None:
        assert changed(resolve=cell).promise == Limit("", Decimal(amount), unit)

    @pytest.mark.parametrize(
        "cell", ["1.5d", "0.5n", "e0.125", "0.333h", "1001d", "e100000", "4h;4h", "停工1d;停工2d", "立即"]
    )
    def test_what_no_clock_can_run_by_is_refused(self, cell: str) -> None:
        assert refusal(resolve=cell) == ("item_value_bad", {"field": "resolve"})

    @pytest.mark.parametrize("cell", ["1.5d", "e0.125", "1001h"])
    def test_the_first_contact_is_held_to_the_same(self, cell: str) -> None:
        assert refusal(respond=cell) == ("item_value_bad", {"field": "respond"})

    def test_the_first_contact_may_be_at_once(self) -> None:
        assert changed(respond="立即").first_contact.amount == 0

    def test_a_name_of_forty_characters_is_the_longest(self) -> None:
        assert changed(resolve="修" * 40 + "3d").promise.label == "修" * 40
        assert refusal(resolve="修" * 41 + "3d") == ("item_value_bad", {"field": "resolve"})
        assert refusal(resolve=f"[{'风' * 41}]3d") == ("item_value_bad", {"field": "resolve"})

    def test_the_same_step_may_stand_under_two_conditions(self) -> None:
        spec = changed(resolve="井盖修复1d;桥梁修复9d;3d")
        assert [(limit.condition, limit.label) for limit in spec.resolve] == [
            ("井盖", "修复"), ("桥梁", "修复"), (None, ""),
        ]  # fmt: skip

    def test_a_semicolon_may_be_chinese_and_a_condition_may_be_new(self) -> None:
        spec = changed(resolve="[台风]加固e4；3d")
        assert [(limit.condition, limit.label) for limit in spec.resolve] == [("台风", "加固"), (None, "")]
        assert spec.conditions == ("台风",)

    def test_the_longest_known_condition_is_taken(self) -> None:
        """停水停电 begins like nothing else, but 施工 must not swallow 施工 in a longer word of the list."""
        assert notation.parse_limits("停水停电e24")[0][0].condition == "停水停电"
        assert notation.parse_limits("停工4h")[0][0] == Limit("停工", Decimal(4), H)

    def test_steps_under_one_condition_are_joined_and_a_new_branch_begins_afresh(self) -> None:
        limits, branches = notation.parse_limits("井盖围护e1、修复1d;3d;大修转表决")
        assert [limit.condition for limit in limits] == ["井盖", "井盖", None]
        assert branches == (Branch("大修", "转表决"),)

    @pytest.mark.parametrize(
        ("limits", "main"),
        [
            ([("a", None), ("b", None)], "b"),
            ([("a", "井盖"), ("b", None)], "b"),
            ([("a", None), ("b", "井盖")], "a"),
            ([("a", "井盖"), ("b", "大修")], "b"),
        ],
    )
    def test_the_promise_is_the_last_that_needs_no_condition(
        self, limits: list[tuple[str, str | None]], main: str
    ) -> None:
        rows = tuple(Limit(label, Decimal(1), D, condition) for label, condition in limits)
        assert main_limit(rows).label == main

    @given(st.text(alphabet="停工拆除围护3d4h e0.5;、或井盖大修-，", max_size=24))
    @FEW
    def test_whatever_is_typed_is_refused_or_written_back_to_the_same(self, cell: str) -> None:
        try:
            limits, branches = notation.parse_limits(cell)
        except InvalidInput as refused:
            assert refused.code == "limit_unreadable"
            return
        assert sum(1 for limit in limits if limit.amount) <= sum(char.isdigit() for char in cell)
        again = notation.parse_limits(notation.write_limits(limits, branches))
        assert (again[0], set(again[1])) == (limits, set(branches))


words = st.text("查夜全面户点", min_size=0, max_size=3)
patrols = st.builds(
    Patrol,
    cadence=st.sampled_from([Cadence.HOUR, Cadence.DAY, Cadence.WEEK, Cadence.HALF_MONTH, Cadence.MONTH]),
    times=st.integers(1, 9),
    every=st.integers(1, 9),
    when=st.sampled_from(["", "汛期", "暑期", "早市"]),
    scope=words,
    act=words,
)


class TestPatrols:
    @given(st.lists(patrols, min_size=1, max_size=4).map(tuple))
    @FEW
    def test_what_is_written_is_read_back(self, plan: tuple[Patrol, ...]) -> None:
        assert notation.parse_patrol(notation.write_patrol(plan)) == plan

    @pytest.mark.parametrize(
        ("cell", "looks_in_thirty_days"),
        [
            ("每日", 30),
            ("每日2次", 60),
            ("每3日", 10),
            ("每周", 30 / 7),
            ("每周2次", 60 / 7),
            ("每月", 1),
            ("每2e", 360),
        ],
    )
    def test_a_rhythm_says_how_often_somebody_looks(self, cell: str, looks_in_thirty_days: float) -> None:
        (line,) = notation.parse_patrol(cell)
        days = {Cadence.HOUR: 1 / 24, Cadence.DAY: 1, Cadence.WEEK: 7, Cadence.MONTH: 30}[line.cadence]
        assert line.times * 30 / (line.every * days) == pytest.approx(looks_in_thirty_days)

    @pytest.mark.parametrize("cell", ["有空就看", "3次", "每", "每年", "每日;", "每日2", ""])
    def test_an_unknown_rhythm_is_refused(self, cell: str) -> None:
        assert refusal(patrol=cell)[0] == "patrol_unreadable"

    @pytest.mark.parametrize("cell", ["每日0次", "每0日"])
    def test_a_patrol_that_never_comes_is_refused(self, cell: str) -> None:
        assert refusal(patrol=cell) == ("item_value_bad", {"field": "patrol"})

    def test_an_item_need_not_be_patrolled_at_all(self) -> None:
        assert changed(patrol=[]).patrol == ()


parts = st.lists(st.text("现场门牌栋号", min_size=1, max_size=4), min_size=1, max_size=3)


class TestEvidence:
    @given(parts, parts, st.lists(st.booleans(), min_size=6, max_size=6), st.sampled_from(["", "不拍人", "打码"]))
    @FEW
    def test_photos_and_papers_are_told_apart_and_written_back(
        self, first: list[str], then: list[str], photos: list[bool], privacy: str
    ) -> None:
        shots = iter(photos)
        before, after = (
            tuple(
                EvidencePart(f"{word}照" if shot else f"{word}单", shot)
                for word, shot in zip(side, shots, strict=False)
            )
            for side in (first, then)
        )
        evidence = Evidence(before, after, privacy)
        assert notation.parse_evidence(notation.write_evidence(evidence)) == evidence
        assert evidence.before_photo is any(part.photo for part in before)
        assert evidence.after_photo is any(part.photo for part in after)
        assert evidence.no_faces is (privacy == "不拍人")

    @pytest.mark.parametrize(
        ("cell", "before", "after"),
        [
            ("现场照;清后照", True, True),
            ("现场照片", True, False),
            ("设备号;维保单", False, False),
            ("照明编号;修复照", False, True),
            ("登记表、灭火器照", True, False),
            (";清后照", False, True),
        ],
    )
    def test_a_picture_is_asked_for_where_the_word_ends_in_picture(self, cell: str, before: bool, after: bool) -> None:
        evidence = changed(evidence=cell).evidence
        assert (evidence.before_photo, evidence.after_photo) == (before, after)


class TestClosing:
    @pytest.mark.parametrize(
        ("text", "recheck"),
        [
            ("清净;7n复查", Recheck(7, N, "复查")),
            ("清净;7n内复查无反弹", Recheck(7, N, "复查无反弹")),
            ("满意;3d回访", None),
            ("移交;24h复核", Recheck(24, H, "复核")),
            ("两年30n无再报;7n复查", Recheck(30, N, "无再报")),
            ("复查合格", None),
        ],
    )
    def test_the_first_second_look_in_the_condition_counts(self, text: str, recheck: Recheck | None) -> None:
        closing = changed(closing=text).closing
        assert (closing.text, closing.recheck) == (text, recheck)

    def test_a_new_condition_replaces_text_and_second_look_together(self) -> None:
        assert SPECS["C01"].closing.recheck is not None
        spec = apply_changes(SPECS["C01"], read_changes({"closing": "拆除"}))
        assert (spec.closing.text, spec.closing.recheck) == ("拆除", None)


class TestChannelsAndClasses:
    @pytest.mark.parametrize("channels", [list(Channel), [Channel.DEVICE], [Channel.HOTLINE, Channel.PATROL]])
    def test_channels_keep_their_order(self, channels: list[Channel]) -> None:
        text = notation.write_channels(tuple(channels))
        assert notation.parse_channels(text) == tuple(channels)
        assert changed(channels=text).channels == tuple(channels)

    @pytest.mark.parametrize("text", ["巡/报", "巡报", "xun", "巡 报 信"])
    def test_an_unknown_channel_is_refused_and_named(self, text: str) -> None:
        code, detail = refusal(channels=text)
        assert code == "channel_unknown"
        assert detail is not None
        assert detail["text"] in text.split()

    @pytest.mark.parametrize(
        ("cell", "classes"),
        [
            ("街面秩序·占道", [GbClass("街面秩序", "占道")]),
            ("街面秩序·占道类(扩展)", [GbClass("街面秩序", "占道类", extension=True)]),
            ("其他事件(扩展)", [GbClass("其他事件", "", extension=True)]),
            ("市容环境·焚烧垃圾、树叶", [GbClass("市容环境", "焚烧垃圾、树叶")]),
            ("街面秩序·机动车/非机动车乱停放", [GbClass("街面秩序", "机动车/非机动车乱停放")]),
        ],
    )
    def test_a_class_of_the_standard_has_a_large_and_a_small_part(self, cell: str, classes: list[GbClass]) -> None:
        assert list(notation.parse_gb(cell)) == classes


class TestTogether:
    def test_several_fields_change_in_one_go_or_not_at_all(self) -> None:
        spec = changed(resolve="5d", patrol="每周", owner_kind="环卫", duplicate_days=3)
        assert notation.write_limits(spec.resolve) == "5d"
        assert notation.write_patrol(spec.patrol) == "每周"
        assert (spec.owner_name, spec.duplicate_days) == ("环卫", 3)
        assert refusal(resolve="5d", patrol="常看")[0] == "patrol_unreadable"

    @pytest.mark.parametrize("code", list(SPECS))
    def test_every_item_typed_anew_from_its_own_notation_is_itself(self, code: str) -> None:
        spec = SPECS[code]
        typed = {
            "respond": notation.write_limits(spec.respond),
            "resolve": notation.write_limits(spec.resolve, spec.branches),
            "patrol": notation.write_patrol(spec.patrol),
            "evidence": notation.write_evidence(spec.evidence),
            "closing": spec.closing.text,
            "channels": notation.write_channels(spec.channels),
        }
        assert apply_changes(spec, read_changes(typed)) == spec

    def test_a_value_that_was_good_is_still_checked_when_it_meets_another_item(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            checked(replace(SPECS["C13"], patrol=(Patrol(Cadence.DAY, times=0),)))
        assert refused.value.detail == {"field": "patrol"}
