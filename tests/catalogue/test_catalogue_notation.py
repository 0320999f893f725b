"""The compact notation: nothing in the 61 rows is dropped, nothing unknown is guessed."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.catalogue import notation
from linli.catalogue.kinds import NAMES, UnitKind, unit_kind
from linli.catalogue.spec import Branch, Cadence, Channel, Limit, LimitUnit, Patrol, Recheck
from linli.kernel.errors import InvalidInput

LISTS = json.loads(files("linli.catalogue").joinpath("data", "items.json").read_text("utf-8"))
ROWS = [row for kind in ("community", "area", "village") for row in LISTS[kind]]
CODES = [row["code"] for row in ROWS]
PUNCTUATION = ";；、,，+/()· 或"
E, H, D, N = LimitUnit.NATURAL_HOUR, LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY, LimitUnit.NATURAL_DAY


def limit(label: str, amount: str, unit: LimitUnit, condition: str | None = None) -> Limit:
    return Limit(label, Decimal(amount), unit, condition)


def dropped(source: str, written: str) -> str:
    """Characters of the source that the written form lacks, punctuation left aside."""
    missing = Counter(source) - Counter(written)
    return "".join(char for char in missing.elements() if char not in PUNCTUATION)


def test_the_account_of_characters_finds_a_dropped_one() -> None:
    assert sorted(dropped("劝拆3d;拒不拆移交7d", "劝拆3d;移交7d")) == sorted("拒不拆")


@pytest.mark.parametrize("row", ROWS, ids=CODES)
def test_no_character_of_a_limit_is_dropped_and_none_is_invented(row: dict[str, str]) -> None:
    for cell in (row["respond"], row["resolve"]):
        limits, branches = notation.parse_limits(cell)
        written = notation.write_limits(limits, branches)
        assert dropped(cell, written) == ""
        assert dropped(written, cell) == ""
        assert notation.parse_limits(written) == (limits, branches)


@pytest.mark.parametrize("row", ROWS, ids=CODES)
def test_no_character_of_a_patrol_frequency_is_dropped(row: dict[str, str]) -> None:
    patrol = notation.parse_patrol(row["freq"])
    written = notation.write_patrol(patrol)
    spelled_out = row["freq"].replace("月度", "每月").replace("1次", "")
    assert dropped(spelled_out, written) == ""
    assert notation.parse_patrol(written) == patrol


@pytest.mark.parametrize("row", ROWS, ids=CODES)
def test_no_character_of_evidence_channel_closing_or_class_is_dropped(row: dict[str, str]) -> None:
    evidence = notation.parse_evidence(row["evidence"])
    assert dropped(row["evidence"], notation.write_evidence(evidence)) == ""
    assert notation.parse_evidence(notation.write_evidence(evidence)) == evidence
    assert notation.write_channels(notation.parse_channels(row["channel"])) == row["channel"]
    assert notation.parse_closing(row["close"]).text == row["close"]
    gb = notation.parse_gb(row["gb"])
    assert dropped(row["gb"], notation.write_gb(gb)) == ""
    assert notation.parse_gb(notation.write_gb(gb)) == gb


@pytest.mark.parametrize(
    ("cell", "limits"),
    [
        ("4h", [limit("", "4", H)]),
        ("e0.5", [limit("", "0.5", E)]),
        ("1d叫停", [limit("叫停", "1", D)]),
        ("2h到场叫停", [limit("到场叫停", "2", H)]),
        ("e0.5围护", [limit("围护", "0.5", E)]),
        ("1d;井盖e0.5", [limit("", "1", D), limit("", "0.5", E, "井盖")]),
        ("困人e0.5;停运e1", [limit("", "0.5", E, "困人"), limit("", "1", E, "停运")]),
        ("e1(夜间)或1d", [limit("", "1", E, "夜间"), limit("", "1", D)]),
        ("立即转110;e0.1", [limit("转110", "0", E), limit("", "0.1", E)]),
        ("停工4h;立案处罚7d;拆除20d", [limit("停工", "4", H), limit("立案处罚", "7", D), limit("拆除", "20", D)]),
        ("劝拆3d;拒不拆移交7d", [limit("劝拆", "3", D), limit("移交", "7", D, "拒不拆")]),
        ("e2断电移出;屡犯3d移交", [limit("断电移出", "2", E), limit("移交", "3", D, "屡犯")]),
        (
            "一般3d;井盖围护e1、修复1d",
            [limit("一般", "3", D), limit("围护", "1", E, "井盖"), limit("修复", "1", D, "井盖")],
        ),
        (
            "破损e4围护、3d修;违规7d",
            [limit("围护", "4", E, "破损"), limit("修", "3", D, "破损"), limit("", "7", D, "违规")],
        ),
        ("整改15d;退养30n", [limit("整改", "15", D), limit("退养", "30", N)]),
        ("纠纷5d;诈骗立即转110", [limit("纠纷", "5", D), limit("转110", "0", E, "诈骗")]),
    ],
)
def test_a_limit_cell_means_these_deadlines(cell: str, limits: list[Limit]) -> None:
    assert notation.parse_limits(cell) == (tuple(limits), ())


def test_words_without_an_amount_under_a_known_condition_are_a_branch() -> None:
    limits, branches = notation.parse_limits("围护e1;排险3d;大修转业主表决")
    assert [step.label for step in limits] == ["围护", "排险"]
    assert branches == (Branch("大修", "转业主表决"),)


def test_a_marked_condition_needs_no_vocabulary() -> None:
    assert notation.parse_limits("[台风天]加固e4;3d")[0] == (limit("加固", "4", E, "台风天"), limit("", "3", D))


@pytest.mark.parametrize("cell", ["尽快", "", "3d;马上处理", "大修"])
def test_a_limit_that_cannot_be_read_is_refused(cell: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        notation.parse_limits(cell)
    assert refused.value.code == "limit_unreadable"


words = st.text("停移清围修护现场到检查", min_size=0, max_size=4)
steps = st.builds(
    Limit,
    label=words,
    amount=st.decimals("0.1", "99.9", places=1),
    unit=st.sampled_from(LimitUnit),
    condition=st.none() | st.sampled_from(["井盖", "大修", "台风天", "夜间施工"]),
).map(lambda s: s if s.unit is E else Limit(s.label, s.amount.to_integral_value() + 1, s.unit, s.condition))


@given(st.lists(steps, min_size=1, max_size=5).map(tuple))
def test_what_is_written_is_read_back(limits: tuple[Limit, ...]) -> None:
    assert notation.parse_limits(notation.write_limits(limits))[0] == limits


@pytest.mark.parametrize(
    ("cell", "patrol"),
    [
        ("每日2次", [Patrol(Cadence.DAY, times=2)]),
        ("每周走访+每月排查", [Patrol(Cadence.WEEK, act="走访"), Patrol(Cadence.MONTH, act="排查")]),
        ("装修户每3日", [Patrol(Cadence.DAY, every=3, scope="装修户")]),
        ("每周(楼组长)", [Patrol(Cadence.WEEK, scope="楼组长")]),
        ("每日(夜间1次)", [Patrol(Cadence.DAY, when="夜间")]),
        ("每日2次;农忙4次", [Patrol(Cadence.DAY, times=2), Patrol(Cadence.DAY, times=4, when="农忙")]),
        ("汛期每日;预警时每2e", [Patrol(Cadence.DAY, when="汛期"), Patrol(Cadence.HOUR, every=2, when="预警时")]),
        ("每月;独居户每半月", [Patrol(Cadence.MONTH), Patrol(Cadence.HALF_MONTH, scope="独居户")]),
        ("每日(河长每周)", [Patrol(Cadence.DAY), Patrol(Cadence.WEEK, scope="河长")]),
        ("每月;大风前加密", [Patrol(Cadence.MONTH), Patrol(Cadence.DENSER, when="大风前", act="加密")]),
        ("24h监控", [Patrol(Cadence.CONTINUOUS, when="24h", act="监控")]),
        ("随报", [Patrol(Cadence.ON_REPORT, act="随报")]),
        ("每周;月度全查", [Patrol(Cadence.WEEK), Patrol(Cadence.MONTH, act="全查")]),
    ],
)
def test_a_frequency_cell_means_this_plan(cell: str, patrol: list[Patrol]) -> None:
    assert notation.parse_patrol(cell) == tuple(patrol)


@pytest.mark.parametrize("cell", ["常看看", "4次", ""])
def test_a_frequency_that_cannot_be_read_is_refused(cell: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        notation.parse_patrol(cell)
    assert refused.value.code == "patrol_unreadable"


def test_evidence_tells_photos_from_papers_and_keeps_faces_out() -> None:
    evidence = notation.parse_evidence("门牌、隔间照片(不拍人);人数核对表;告知书")
    assert [(part.text, part.photo) for part in evidence.before] == [("门牌", False), ("隔间照片", True)]
    assert [part.text for part in evidence.after] == ["人数核对表", "告知书"]
    assert (evidence.before_photo, evidence.after_photo, evidence.no_faces) == (True, False, True)


def test_masking_is_not_a_ban_on_faces() -> None:
    evidence = notation.parse_evidence("现场照(打码);清后照")
    assert (evidence.privacy, evidence.no_faces, evidence.after_photo) == ("打码", False, True)


@pytest.mark.parametrize(
    ("text", "recheck", "days"),
    [
        ("隔断拆除、人数达标;30n复查无回潮", Recheck(30, N, "复查无回潮"), 30),
        ("当事人确认/30n无再报", Recheck(30, N, "无再报"), 30),
        ("协议签署或转办告知;15n回访", Recheck(15, N, "回访"), 15),
        ("撤离;2h内复查", Recheck(2, H, "复查"), None),
        ("清净", None, None),
    ],
)
def test_the_recheck_is_read_out_of_the_closing_condition(text: str, recheck: Recheck | None, days: int | None) -> None:
    closing = notation.parse_closing(text)
    assert (closing.recheck, closing.recheck_after_days) == (recheck, days)


def test_channels_are_read_and_unknown_ones_refused() -> None:
    assert notation.parse_channels("报 智 热") == (Channel.REPORT, Channel.DEVICE, Channel.HOTLINE)
    with pytest.raises(InvalidInput, match="channel"):
        notation.parse_channels("报 信")


def test_two_standard_classes_in_one_cell_are_two() -> None:
    assert [cell.major for cell in notation.parse_gb("施工管理·施工扰民/街面·商业噪音")] == ["施工管理", "街面"]
    (component,) = notation.parse_gb("部件类(水利,扩展)")
    assert (component.major, component.minor, component.extension) == ("部件类", "水利", True)


def test_every_owner_of_the_list_has_a_kind_and_every_kind_its_names() -> None:
    for row in ROWS:
        for name in [*row["owner"].split("/"), *row["co"].split("、")]:
            assert unit_kind(name) in UnitKind
    for kind in UnitKind:
        assert unit_kind(kind.zh) is kind
        assert unit_kind(kind.value) is kind
        assert kind.en
    assert len({kind.zh for kind in UnitKind}) == len(UnitKind)


@pytest.mark.parametrize("name", ["物业公司", "某某局", "", "居委会(调解)"])
def test_an_unknown_owner_is_refused_not_guessed(name: str) -> None:
    assert name not in NAMES
    with pytest.raises(InvalidInput) as refused:
        unit_kind(name)
    assert refused.value.code == "unit_kind_unknown"
