from __future__ import annotations

import pytest

from linli.catalogue import shown
from linli.catalogue.notation import parse_limits, parse_patrol
from linli.catalogue.shipped import items
from linli.catalogue.spec import Channel, ItemClass, ListKind


@pytest.mark.parametrize(
    ("cell", "zh", "en"),
    [
        ("e0.5", "30分钟", "30 minutes"),
        ("e0.1", "6分钟", "6 minutes"),
        ("e1", "1小时", "1 hour"),
        ("4h", "4个工作时", "4 working hours"),
        ("1d", "1个工作日", "1 working day"),
        ("退养30n", "退养，30天", "end breeding, 30 days"),
        ("立即转110", "转110，立即", "hand to 110, at once"),
        ("停工4h", "停工，4个工作时", "stop work, 4 working hours"),
        ("井盖围护e1", "井盖：围护，1小时", "manhole: cordon, 1 hour"),
        ("大面积5d", "大面积：5个工作日", "large area: 5 working days"),
        ("[台风天]3d", "台风天：3个工作日", "台风天: 3 working days"),
    ],
)
def test_a_limit_reads_as_people_speak(cell: str, zh: str, en: str) -> None:
    (limit,), _ = parse_limits(cell)
    assert shown.limit_shown(limit) == zh
    assert shown.limit_shown(limit, english=True) == en


@pytest.mark.parametrize(
    ("cell", "zh", "en"),
    [
        ("每日2次", "每日2次", "2 times every day"),
        ("每周", "每周", "every week"),
        ("装修户每3日", "装修户每3日", "homes under renovation: every 3 days"),
        ("汛期每日", "汛期每日", "flood season: every day"),
        ("预警时每2e", "预警时每2小时", "under a warning: every 2 hours"),
        ("每日查运行", "每日查运行", "every day (check that it runs)"),
        ("随报", "随报", "on report"),
        ("大风前加密", "大风前加密", "before strong wind: more often"),
    ],
)
def test_a_patrol_reads_as_people_speak(cell: str, zh: str, en: str) -> None:
    (line,) = parse_patrol(cell)
    assert shown.patrol_shown(line) == zh
    assert shown.patrol_shown(line, english=True) == en


def test_every_shipped_limit_and_patrol_has_plain_english() -> None:
    for spec in items():
        for limit in spec.respond + spec.resolve:
            assert shown.limit_shown(limit, english=True).isascii()
        for line in spec.patrol:
            assert shown.patrol_shown(line, english=True).isascii()


def test_classes_lists_and_channels_have_names() -> None:
    assert set(shown.CLASS_NAMES) == set(ItemClass)
    assert set(shown.LIST_NAMES) == set(ListKind)
    assert set(shown.CHANNEL_NAMES) == set(Channel)
