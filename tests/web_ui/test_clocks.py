"""The clock chip says the right thing, in both languages, on the server and in the browser's script."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.kernel import clock
from linli.project.assets import AssetError, find_node
from linli.project.messages import compile_all
from linli.web.ui import clocks, times
from linli.web.ui.clocks import ClockState

NOW = datetime(2026, 11, 24, 1, 12, 5, tzinfo=UTC)
ISLANDS = Path(__file__).resolve().parents[2] / "linli" / "web" / "ui" / "islands"


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    compile_all()


def ahead(**gap: float) -> datetime:
    return NOW + timedelta(**gap)


CASES = [
    ({"due_at": ahead(hours=2, minutes=10)}, ClockState.LEFT, "还剩 2 小时 10 分", "2 h 10 min left"),
    ({"due_at": ahead(hours=2), "warn_at": ahead(seconds=-1)}, ClockState.NEAR, "还剩 2 小时", "2 h left"),
    ({"due_at": ahead(seconds=30)}, ClockState.LEFT, "还剩 不到 1 分", "under 1 min left"),
    ({"due_at": ahead(minutes=-35)}, ClockState.OVER, "超 35 分", "35 min over"),
    ({"due_at": NOW}, ClockState.OVER, "超 不到 1 分", "under 1 min over"),
    ({"due_at": ahead(days=3, hours=5, minutes=9)}, ClockState.LEFT, "还剩 3 天 5 小时", "3 d 5 h left"),
    (
        {"due_at": ahead(days=1), "paused_reason": "等业主表决"},
        ClockState.PAUSED,
        "挂起(等业主表决)",
        "Suspended (等业主表决)",
    ),
    ({"due_at": ahead(hours=1), "met_at": NOW}, ClockState.MET, "按时", "On time"),
    (
        {"due_at": ahead(hours=-1), "met_at": NOW, "paused_reason": "x"},
        ClockState.LATE,
        "超 1 小时 完成",
        "Late by 1 h",
    ),
    ({"due_at": None}, ClockState.NONE, "无时限", "No limit"),
]


@pytest.mark.parametrize(("given_", "state", "chinese", "english"), CASES)
def test_words_and_state(given_: dict, state: ClockState, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        face = clocks.face(**given_, now=NOW)
    assert (face.state, face.text) == (state, chinese)
    with translation.override("en"):
        assert clocks.face(**given_, now=NOW).text == english


def test_the_title_names_the_exact_time_and_the_rule() -> None:
    with translation.override("zh-hans"):
        face = clocks.face(ahead(hours=2), rule_text="2 小时内移车 · 自然小时", now=NOW)
    assert face.title == "限 2026年11月24日 11:12:05 前 · 2 小时内移车 · 自然小时"


def test_a_suspended_limit_never_turns_red() -> None:
    face = clocks.face(ahead(days=-3), paused_reason="等", now=NOW)
    assert face.state is ClockState.PAUSED


def render(text: str, **context: object) -> str:
    return Template("{% load linli_ui %}" + text).render(Context(context))


def test_the_chip_carries_what_the_script_needs() -> None:
    with clock.frozen(NOW), translation.override("zh-hans"):
        html = render(
            "{% clock_chip due warn rule_text=rule %}", due=ahead(hours=1), warn=ahead(minutes=30), rule='<b>"'
        )
    assert f'data-due="{ahead(hours=1).isoformat()}"' in html
    assert f'data-warn="{ahead(minutes=30).isoformat()}"' in html
    assert 'data-state="left"' in html
    assert "&lt;b&gt;&quot;" in html and "<b>" not in html


def test_a_met_or_suspended_chip_does_not_tick() -> None:
    with clock.frozen(NOW):
        assert "data-clock" not in render("{% clock_chip due None met %}", due=ahead(hours=1), met=NOW)
        assert "data-clock" not in render("{% clock_chip due None None 'x' %}", due=ahead(hours=1))


def test_variables_a_template_does_not_know_are_no_limit() -> None:
    assert 'data-state="none"' in render("{% clock_chip nothing nothing2 nothing3 nothing4 nothing5 %}")


@given(st.integers(min_value=-400 * 86400, max_value=400 * 86400))
@settings(max_examples=200)
def test_durations_have_at_most_two_units_and_never_round_up(seconds: int) -> None:
    with translation.override("en"):
        text = times.duration(seconds)
    if abs(seconds) < 60:
        assert text == "under 1 min"
        return
    size = {"d": 86400, "h": 3600, "min": 60}
    words = text.split()
    pairs = list(zip(words[::2], words[1::2], strict=True))
    assert 1 <= len(pairs) <= 2
    told = sum(int(n) * size[unit] for n, unit in pairs)
    assert 0 <= abs(seconds) - told < (3600 if abs(seconds) >= 86400 else 60)


def test_the_script_says_what_the_server_says() -> None:
    """islands/_clock.js is run by Node on 300 instants and must agree with clocks.face word for word."""
    try:
        node = find_node().node
    except AssetError as error:
        pytest.skip(f"no Node to run the script with: {error}")
    gaps = [n * n * n // 7 for n in range(-150, 150)]
    script = f"""
import {{ face }} from {json.dumps(str(ISLANDS / "_clock.js"))};
import {{ readFileSync }} from "node:fs";
const {{ gaps, words, now }} = JSON.parse(readFileSync(0, "utf8"));
const at = Date.parse(now);
console.log(JSON.stringify(gaps.map((gap) => face(at + gap * 1000, at + gap * 1000 - 7200000, at, words))));
"""
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words = clocks.words()
            expected = [clocks.face(ahead(seconds=gap), ahead(seconds=gap - 7200), now=NOW) for gap in gaps]
        done = subprocess.run(
            [str(node), "--input-type=module", "-e", script],
            input=json.dumps({"gaps": gaps, "words": words, "now": NOW.isoformat()}),
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == [{"state": str(face.state), "text": face.text} for face in expected]
