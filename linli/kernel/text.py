"""Text as people send it: made plain on the way in, made harmless on the way out, cut into tokens for search."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_NEWLINES = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls but newline and tab; bidirectional marks, overrides and isolates; zero-width space, word joiner and BOM;
# surrogates and non-characters, which PostgreSQL or UTF-8 refuse. The joiners U+200C/D stay: emoji need them.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    r"\ufdd0-\ufdef\ud800-\udfff]|[\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"\s+")
_FORMULA_STARTS = frozenset("=+-@|%\u2212")
_INVISIBLE_START = re.compile(
    r"^[\s\x00-\x20\x7f-\xa0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+"
)
_HAN = (
    r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
    r"\u3041-\u309f\u30a1-\u30ff\uac00-\ud7af"
)
_RUNS = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+)")
_ELLIPSIS = "…"


def normalise(text: str, *, max_length: int | None = None, multiline: bool = True) -> str:
    """Return `text` in NFC without NUL, controls, surrogates and bidirectional tricks, trimmed at both ends.

    max_length: characters kept, see `cut`. multiline: keep newlines and tabs; otherwise each run of space is one space.
    Normalising twice changes nothing.
    """
    plain = _UNWANTED.sub("", _NEWLINES.sub("\n", text))
    plain = unicodedata.normalize("NFC", plain)
    if not multiline:
        plain = _SPACES.sub(" ", plain)
    plain = plain.strip()
    return plain if max_length is None else cut(plain, max_length).rstrip()


def cut(text: str, max_length: int) -> str:
    """Return at most `max_length` characters (code points) of `text`, not ending inside a character as people see it.

    Combining marks, emoji joined or toned, and flags are kept whole or dropped whole. A single such character longer
    than the limit is cut hard, so the limit always holds.
    """
    if len(text) <= max_length:
        return text
    end = max(0, max_length)
    while end > 0 and _joined(text, end):
        end -= 1
    return text[: end or max(0, max_length)]


def short_excerpt(text: str, *, length: int = 60, around: str = "") -> str:
    """Return one line of at most `length` characters, with `…` where text was left out.

    around: when it occurs in the text (any case), the excerpt shows its first occurrence.
    """
    line = _SPACES.sub(" ", text).strip()
    if len(line) <= length:
        return line
    found = line.lower().find(around.lower()) if around else -1
    start = max(0, found - max(0, length - len(around)) // 2) if found > 0 else 0
    start = min(start, len(line) - length + 1)
    while start > 0 and _joined(line, start):
        start -= 1
    head = _ELLIPSIS if start > 0 else ""
    body = cut(line[start:], length - len(head))
    if start + len(body) < len(line):
        body = cut(body, length - len(head) - 1).rstrip() + _ELLIPSIS
    return head + body


def csv_safe(cell: object) -> str:
    """Return `cell` as text that no spreadsheet takes for a formula (SECURITY I6).

    Numbers stay as they are (-5 is a number); None is empty. NUL and surrogates go. Text whose first visible character
    is = + - @ | or %, in any width, behind any space, tab, newline or invisible mark, gets an apostrophe in front.
    """
    if cell is None:
        return ""
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return str(cell)
    text = re.sub(r"[\x00\ud800-\udfff]", "", str(cell))
    shown = _INVISIBLE_START.sub("", text)
    first = unicodedata.normalize("NFKC", shown[:1])[:1]
    if first in _FORMULA_STARTS or text[:1] in ("\t", "\r", "\n"):
        return f"'{text}"
    return text


def bigrams(text: str) -> list[str]:
    """Return the search tokens of `text` in order of appearance, each once.

    A run of Chinese (or kana, Hangul) gives its pairs, a lone character itself; a run of letters or digits gives one
    lower-case word. The commonest Chinese word has two characters, which trigrams cannot index.
    """
    tokens: dict[str, None] = {}
    for run in _RUNS.finditer(unicodedata.normalize("NFKC", text).casefold()):
        piece = run.group()
        if run.lastgroup == "han" and len(piece) > 1:
            tokens.update(dict.fromkeys(piece[i : i + 2] for i in range(len(piece) - 1)))
        else:
            tokens[piece] = None
    return list(tokens)


def _joined(text: str, at: int) -> bool:
    """Return whether the characters before and after position `at` belong to one character as people see it."""
    if at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if before == "\u200d" or after == "\u200d" or _extends(after):
        return True
    return _is_flag_half(before) and _is_flag_half(after) and _flag_halves_before(text, at) % 2 == 1


def _extends(char: str) -> bool:
    return unicodedata.category(char).startswith("M") or "\U0001f3fb" <= char <= "\U0001f3ff" or char == "\u200c"


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_halves_before(text: str, at: int) -> int:
    start = at
    while start > 0 and _is_flag_half(text[start - 1]):
        start -= 1
    return at - start
