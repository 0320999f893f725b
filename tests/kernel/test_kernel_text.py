"""Text: plain on the way in, harmless on the way out, findable in between."""

import csv
import io
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linli.kernel.text import bigrams, csv_safe, cut, normalise, short_excerpt

any_text = st.text(alphabet=st.characters(exclude_categories=()), max_size=80)
DANGEROUS = "=+-@|%＝＋－＠﹢﹣﹦﹫⁼⁺⁻−％"
LEADING = [
    "",
    " ",
    "  ",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\0",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\u3000",
    "\u202e",
    " \t\0",
    "\x01",
]
BODIES = [
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://x.test","点我")',
    'IMPORTXML("http://x.test","//a")',
    "SUM(A1:A9)",
    "2",
    "",
    "WEBSERVICE(A1)",
]


@given(any_text)
@example("e\u200b\u0301")
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once
    assert normalise(normalise(text, multiline=False), multiline=False) == normalise(text, multiline=False)


@given(any_text)
def test_normal_text_is_nfc_and_can_be_stored(text):
    plain = normalise(text)
    assert unicodedata.is_normalized("NFC", plain)
    plain.encode("utf-8")
    for char in plain:
        assert unicodedata.category(char) != "Cc" or char in "\n\t"
        assert unicodedata.bidirectional(char) not in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("楼道\0堆物", "楼道堆物"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("发票\u202egpj.exe", "发票gpj.exe"),
        ("e\u0301", "é"),
        ("\ufeff 你好\t世界 ", "你好\t世界"),
        ("𠮷野家", "𠮷野家"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\ud800x", "x"),
    ],
)
def test_what_is_dropped_and_what_stays(text, plain):
    assert normalise(text) == plain


def test_one_line_text_has_no_newlines():
    assert normalise(" a \n\t b　c ", multiline=False) == "a b c"


@given(any_text, st.integers(0, 40))
def test_the_limit_always_holds(text, limit):
    plain = normalise(text, max_length=limit)
    assert len(plain) <= limit
    assert normalise(plain, max_length=limit) == plain


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abc", 5, "abc"),
        ("abcdef", 3, "abc"),
        ("ab👨\u200d👩\u200d👧x", 4, "ab"),
        ("ab👍🏽", 3, "ab"),
        ("🇨🇳🇨🇳", 3, "🇨🇳"),
        ("a🇨🇳", 2, "a"),
        ("x\u0301\u0302yz", 2, "x\u0301"),
        ("ax\u0301\u0302", 2, "a"),
        ("abc", 0, ""),
        ("abc", -1, ""),
    ],
)
def test_a_cut_does_not_split_what_people_see_as_one(text, limit, kept):
    assert cut(text, limit) == kept


@pytest.mark.parametrize("lead", LEADING)
@pytest.mark.parametrize("first", DANGEROUS)
def test_no_cell_is_a_formula(lead, first):
    for body in BODIES:
        safe = csv_safe(f"{lead}{first}{body}")
        assert safe.startswith("'"), repr(safe)
        assert "\0" not in safe


def test_control_the_payloads_are_formulas_before():
    assert sum(len(LEADING) * len(BODIES) for _ in DANGEROUS) >= 2_000
    assert all(unicodedata.normalize("NFKC", c) in "=+-@|%−" for c in DANGEROUS)


@given(any_text)
def test_safe_cells_stay_safe_and_survive_csv(text):
    safe = csv_safe(text)
    assert csv_safe(safe) == safe
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([safe])
    assert next(csv.reader(io.StringIO(out.getvalue(), newline=""))) == [safe]
    assert not safe or safe[0] not in "=+-@|%\t\r\n\0"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (-5, "-5"),
        (2.5, "2.5"),
        (Decimal("-1.10"), "-1.10"),
        ("-5", "'-5"),
        ("王小明", "王小明"),
        (True, "True"),
    ],
)
def test_ordinary_cells_stay_as_they_are(cell, text):
    assert csv_safe(cell) == text


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("甲醛超标", ["甲醛", "醛超", "超标"]),
        ("3号楼道灯坏了", ["3", "号楼", "楼道", "道灯", "灯坏", "坏了"]),
        ("WiFi 坏", ["wifi", "坏"]),
        ("ＡＢＣ１２３弄", ["abc123", "弄"]),
        ("甲醛、甲醛", ["甲醛"]),
        ("", []),
        ("!!! ——", []),
        ("foo_bar", ["foo", "bar"]),
        ("𠮷野家", ["𠮷野", "野家"]),
    ],
)
def test_search_tokens(text, tokens):
    assert bigrams(text) == tokens


@given(st.text("甲乙丙丁 ab1，", max_size=20), st.text("甲乙丙丁", min_size=2, max_size=4))
def test_every_chinese_word_inside_a_text_is_found(around, word):
    assert set(bigrams(word)) <= set(bigrams(around + word + around))


@given(any_text, st.integers(2, 40), st.text(max_size=5))
def test_an_excerpt_is_one_short_line(text, length, around):
    line = short_excerpt(text, length=length, around=around)
    assert len(line) <= length
    assert "\n" not in line


def test_an_excerpt_shows_what_was_looked_for():
    text = "开头" * 50 + "电动车飞线充电" + "结尾" * 50
    assert "飞线充电" in short_excerpt(text, length=20, around="飞线充电")
    assert short_excerpt(text, length=20, around="飞线充电").startswith("…")
    assert short_excerpt(text, length=20).startswith("开头")
    assert short_excerpt("短", length=20) == "短"
    assert short_excerpt(text, length=20, around="没有").startswith("开头")


def test_an_excerpt_does_not_begin_or_end_inside_what_people_see_as_one():
    family = "👨\u200d👩\u200d👧"
    text = "开" * 30 + family * 6 + "目标" + "尾" * 30
    for length in range(8, 40):
        line = short_excerpt(text, length=length, around="目标").strip("…")
        assert not line.startswith(("\u200d", "👩", "👧"))
        assert not line.endswith("\u200d")
    assert short_excerpt("前" * 30 + "词", length=10, around="词") == "…" + "前" * 8 + "词"
