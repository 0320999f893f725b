"""Suggestions: explained, quick, silent when unsure; measured on messages of residents of another city."""

from __future__ import annotations

import csv
import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from linli.catalogue import shipped
from linli.catalogue.spec import ListKind
from linli.catalogue.suggest import build_index, rank, suggester

SHARED = Path(os.environ.get("LINLI_SHARED", Path(__file__).parents[3] / "shared"))
MESSAGES = SHARED / "data" / "complaints" / "taidi2020_C_csv" / "fujian2.csv"
MINE = suggester(shipped.items(), shipped.outside_topics())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("楼道里堆了好多纸箱", "C04"),
        ("有人飞线充电，很危险", "C05"),
        ("楼下饭店油烟味太大", "S10"),
        ("小区门口又装了地锁", "C01"),
        ("电梯里困人了快来", "C16"),
        ("隔壁装修敲承重墙", "C09"),
        ("消防通道停满车", "C03"),
        ("村口有人烧秸秆", "V01"),
        ("下雨就淹，积水到膝盖", "V21"),
        ("楼上往下扔东西", "C14"),
        ("我家老人走丢了", "S20"),
    ],
)
def test_plain_words_of_residents_lead_to_the_item(text: str, code: str) -> None:
    assert MINE.suggest(text)[0].code == code
    assert MINE.outside(text) is None


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("孩子学校入学怎么办", "X01"),
        ("公司拖欠工资三个月", "X03"),
        ("医保卡怎么报销", "X05"),
        ("户口怎么迁", "X06"),
        ("物业费涨价不合理", "X12"),
        ("拆迁补偿款没到位", "X13"),
        ("地铁什么时候开通", "X09"),
    ],
)
def test_what_is_not_station_duty_goes_to_its_legal_owner(text: str, topic: str) -> None:
    found = MINE.outside(text)
    assert found is not None
    assert found.topic.code == topic
    assert found.owner_kind is found.topic.owner_kind
    assert found.reasons


def test_a_suggestion_says_which_words_spoke_for_it() -> None:
    (first, *_) = MINE.suggest("三楼有人飞线充电")
    assert "飞线充电" in first.reasons
    assert all(reason in "三楼有人飞线充电" for reason in first.reasons)


@pytest.mark.parametrize("text", ["", "你好", "谢谢书记", "。。。！！", "12345", "a" * 5000, "\x00\n\t"])
def test_nothing_is_suggested_when_nothing_is_said(text: str) -> None:
    assert MINE.suggest(text) == []
    assert MINE.outside(text) is None


def test_suggestions_keep_to_the_lists_of_the_place() -> None:
    both = {suggestion.code for suggestion in MINE.suggest("路灯不亮了")}
    assert {"C15", "S19"} <= both
    assert [s.code[0] for s in MINE.suggest("路灯不亮了", list_kinds=[ListKind.COMMUNITY])] == ["C"]


def test_no_more_than_asked_for_and_best_first() -> None:
    text = "垃圾、油烟、噪音、违建、乱停车都有"
    found = MINE.suggest(text, top=5)
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    assert len(MINE.suggest(text, top=2)) == 2


def test_a_longer_word_hides_the_shorter_one_inside_it() -> None:
    index = build_index({"A": "甲项", "B": "乙项"}, {"A": ["垃圾"], "B": ["垃圾分类"]})
    assert [(code, reasons) for code, _, reasons in rank(index, "请查垃圾分类") if reasons] == [("B", ("垃圾分类",))]


def test_a_weak_word_counts_less() -> None:
    index = build_index({"A": "甲项", "B": "乙项"}, {"A": ["~停车"], "B": ["停车"]})
    assert [code for code, _, _ in rank(index, "停车")] == ["B", "A"]


@dataclass
class Tally:
    in_list: int = 0
    hit: int = 0
    said_outside: int = 0
    right_outside: int = 0


def measured(labels: Path) -> Tally:
    """Labels: message number, our item or topic code, further acceptable codes. The messages stay where they are."""
    with MESSAGES.open(encoding="utf-8", newline="") as source:
        texts = {row["留言编号"]: f"{row['留言主题']} {row['留言详情']}" for row in csv.DictReader(source)}
    tally = Tally()
    with labels.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            accepted = {row["label"], *row["also"].split()}
            text = texts[row["留言编号"]]
            if row["label"][0] != "X":
                tally.in_list += 1
                tally.hit += bool(accepted & {suggestion.code for suggestion in MINE.suggest(text)})
            found = MINE.outside(text)
            if found is not None:
                tally.said_outside += 1
                tally.right_outside += row["label"][0] == "X" or found.topic.code in accepted
    return tally


@pytest.mark.parametrize(("labels", "messages"), [("labels.csv", 60), ("labels_second.csv", 60)])
def test_real_messages_find_their_item_and_outside_is_said_rightly(labels: str, messages: int) -> None:
    if not MESSAGES.exists():
        pytest.skip(f"no messages to measure on at {MESSAGES}")
    tally = measured(Path(__file__).parent / labels)
    assert tally.in_list >= 7
    assert tally.hit / tally.in_list >= 0.95
    assert tally.said_outside >= messages // 2
    assert tally.right_outside / tally.said_outside >= 0.95


def test_one_text_takes_less_than_a_few_milliseconds() -> None:
    text = "小区楼道里堆满杂物，消防通道被堵，多次向物业反映没有结果，请有关部门尽快处理。" * 20
    spans = []
    for _ in range(30):
        before = time.perf_counter()
        MINE.suggest(text)
        spans.append(time.perf_counter() - before)
    assert min(spans) < 0.001
