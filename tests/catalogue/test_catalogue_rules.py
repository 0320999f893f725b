from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from linli.catalogue import rules
from linli.catalogue.notation import amount_text, parse_limits
from linli.catalogue.rules import AdmissionTest, Answer
from linli.catalogue.spec import ItemClass, ListKind, main_limit
from linli.kernel.errors import InvalidInput

NOW = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
YES = {test: Answer(True, "巡查能见") for test in AdmissionTest}


def shown(cell: str, condition: str | None = None) -> list[str]:
    limits, _ = parse_limits(cell)
    return [f"{limit.label}{amount_text(limit)}" for limit in rules.milestones(limits, condition=condition)]


@pytest.mark.parametrize(
    ("cell", "promise"),
    [
        ("停工4h;立案处罚7d;拆除20d", "20d"),
        ("劝拆3d;拒不拆移交7d", "3d"),
        ("e2移车;固定物3d", "e2"),
        ("满溢4h;混投1d", "1d"),
        ("一般3d;井盖围护e1、修复1d", "3d"),
        ("井盖e4;其他3d", "3d"),
        ("1d;大面积5d", "1d"),
        ("停运e24;大修公示", "e24"),
        ("纠纷5d;诈骗立即转110", "5d"),
    ],
)
def test_the_promise_is_the_last_step_that_always_applies(cell: str, promise: str) -> None:
    assert amount_text(main_limit(parse_limits(cell)[0])) == promise


def test_no_limit_at_all_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at least one limit"):
        main_limit(())


@pytest.mark.parametrize(
    ("cell", "condition", "running"),
    [
        ("停工4h;立案处罚7d;拆除20d", None, ["停工4h", "立案处罚7d", "拆除20d"]),
        ("e2移车;固定物3d", None, ["移车e2"]),
        ("e2移车;固定物3d", "固定物", ["3d"]),
        ("e2断电移出;屡犯3d移交", "屡犯", ["断电移出e2", "移交3d"]),
        ("险情e4;修复7d", "险情", ["e4", "修复7d"]),
        ("一般3d;井盖围护e1、修复1d", None, ["一般3d"]),
        ("一般3d;井盖围护e1、修复1d", "井盖", ["围护e1", "修复1d"]),
        ("井盖e4;其他3d", "井盖", ["e4"]),
        ("3d;重大e24临时措施", "重大", ["3d", "临时措施e24"]),
        ("满溢4h;混投1d", None, ["1d"]),
        ("满溢4h;混投1d", "满溢", ["4h"]),
        ("e1(夜间)或1d", "夜间", ["e1", "1d"]),
        ("停工4h;拆除20d", "不知道的条件", ["停工4h", "拆除20d"]),
    ],
)
def test_the_deadlines_that_run_follow_the_chosen_condition(
    cell: str, condition: str | None, running: list[str]
) -> None:
    assert shown(cell, condition) == running


@pytest.mark.parametrize(
    ("cell", "condition", "promise"),
    [
        ("劝拆3d;拒不拆移交7d", "拒不拆", "7d"),
        ("劝导3d;伤人e1转公安", "伤人", "3d"),
        ("e2移车;固定物3d", "固定物", "3d"),
        ("满溢4h;混投1d", "满溢", "4h"),
        ("劝拆3d;拒不拆移交7d", None, "3d"),
    ],
)
def test_once_a_condition_is_known_the_longest_running_limit_is_promised(
    cell: str, condition: str | None, promise: str
) -> None:
    assert amount_text(rules.promise_under(parse_limits(cell)[0], condition)) == promise


@pytest.mark.parametrize(
    ("cls", "threatens_life", "allowed"),
    [
        (ItemClass.SAFER, False, False),
        (ItemClass.SAFER, True, False),
        (ItemClass.ORDERLY, False, True),
        (ItemClass.ORDERLY, True, False),
        (ItemClass.CLEANER, False, True),
        (ItemClass.CLEANER, True, False),
    ],
)
def test_what_threatens_safety_or_life_is_never_left_to_grab(
    cls: ItemClass, threatens_life: bool, allowed: bool
) -> None:
    assert rules.grab_allowed(cls, threatens_life=threatens_life) is allowed


@pytest.mark.parametrize(
    ("cls", "minutes", "allowed"),
    [
        (ItemClass.ORDERLY, 60, True),
        (ItemClass.CLEANER, 5, True),
        (ItemClass.CLEANER, 61, False),
        (ItemClass.SAFER, 5, False),
        (ItemClass.ORDERLY, -1, False),
    ],
)
def test_the_finder_may_close_only_small_orderly_and_clean_matters(cls: ItemClass, minutes: int, allowed: bool) -> None:
    assert rules.self_handle_allowed(cls, timedelta(minutes=minutes)) is allowed


@pytest.mark.parametrize(
    ("days_ago", "due"),
    [([0, 10, 30], True), ([0, 10, 31], False), ([1, 2], False), ([-1, 0, 1], False), ([0, 0, 0], True)],
)
def test_three_reports_in_thirty_days_are_too_many(days_ago: list[int], due: bool) -> None:
    assert rules.repeats_too_often([NOW - timedelta(days=n) for n in days_ago], now=NOW) is due


def test_all_five_tests_admit() -> None:
    assert rules.admission(YES) == rules.Admission(admitted=True, failed=())
    assert [zh for zh, _ in rules.TESTS.values()] == ["看得到", "看得懂", "接得住", "必须管", "管得了"]


@pytest.mark.parametrize("test", list(AdmissionTest))
def test_one_failed_test_is_enough_to_refuse(test: AdmissionTest) -> None:
    outcome = rules.admission(YES | {test: Answer(False, "无执法权")})
    assert (outcome.admitted, outcome.failed) == (False, (test,))


@pytest.mark.parametrize("test", list(AdmissionTest))
def test_no_test_may_be_left_out_or_answered_without_a_reason(test: AdmissionTest) -> None:
    with pytest.raises(InvalidInput) as incomplete:
        rules.admission({key: answer for key, answer in YES.items() if key is not test})
    assert (incomplete.value.code, incomplete.value.detail) == ("admission_incomplete", {"missing": [test.value]})
    with pytest.raises(InvalidInput) as bare:
        rules.admission(YES | {test: Answer(True, "  ")})
    assert bare.value.code == "admission_reason_missing"


def test_a_new_item_gets_the_defaults_of_its_list_for_duplicates() -> None:
    assert rules.duplicate_defaults("C99", ListKind.COMMUNITY) == rules.DUPLICATE_DEFAULTS[ListKind.COMMUNITY]
    assert rules.duplicate_defaults("C17", ListKind.COMMUNITY) == (300, 1)
