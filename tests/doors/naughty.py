"""Strings that have broken other systems, what each must become here, and a page read as a browser reads it."""

from __future__ import annotations

import json
import os
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

OWN = [
    "楼道堆满纸箱",
    "<script>alert(1)</script>",
    "</p><img src=x onerror=alert(1)>",
    "\"><svg onload='x()'>",
    "' onmouseover='x()' a='",
    "<!-- --><![CDATA[x]]>",
    "&lt;b&gt; &amp;amp; &#60;i&#62; &copy",
    "{{ 7|add:7 }} {% debug %} ${7*7} #{7*7} <%= 7 %>",
    "'; drop table casework_report; --",
    "1' or '1'='1",
    "\\'; \\\" \\n \\u0041 \\x00",
    "%s %d %(name)s %n {0} {name}",
    "$(reboot) `id` ; | && > /dev/null",
    "../../../../etc/passwd\\..\\..\\windows",
    "javascript:alert(1) data:text/html,<b>x</b>",
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1,2)",
    "＝1+1",
    "|calc",
    "%0a=1+1",
    "null",
    "undefined",
    "None",
    "true",
    "NaN",
    "0",
    "1e309",
    "-0",
    "0x7fffffff",
    "1/0",
    "9" * 60,
    "𠮷野家 𪚥 䨻",
    "e\u0301 n\u0303 한글 한글",
    "👨‍👩‍👧‍👦 👍🏽 🇨🇳🇫🇷 #️⃣",
    "مرحبا שלום",
    "ﷺ ﷽ Ω≈ç√∫˜µ≤≥÷",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "zero\u200bwidth\ufeff and\u2060joined",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200e\u200f\u061c",
    "soft\u00adhyphen",
    "bell\x07 escape\x1b[31m del\x7f c1\x9b",
    "line\u2028and\u2029paragraph\x85next\x0b\x0c",
    "one\r\ntwo\rthree\nfour\tfive",
    "  \t around \u3000 ",
    "non\u00a0breaking\u3000wide",
    "tag\U000e0041\U000e007f \ufff9note\ufffa \ufdd0\uffff",
    "（）「」【】￥……——",
    "ａｂｃ１２３",
    "\x00nul\x00",
    "x" * 4000,
]


def of_others() -> list[str]:
    """The big list of naughty strings, where the folder of shared inputs is; else nothing."""
    folder = Path(os.environ.get("LINLI_SHARED", ROOT.parent / "shared"))
    path = folder / "data" / "hostile" / "blns.json"
    found: list[str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found


NEWLINES = {"\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"}
UNSEEN = {"\u00ad", "\u061c", "\u200b", "\u200e", "\u200f", "\ufeff", *map(chr, range(0x202A, 0x202F)),
          *map(chr, range(0x2060, 0x2070)), *map(chr, range(0xFFF9, 0x10000)),
          *map(chr, range(0xFDD0, 0xFDF0)), *map(chr, range(0xE0000, 0xE0080))}  # fmt: skip


def became(text: str) -> str:
    """What the product documents (`kernel.text.normalise`), said once more and in another way."""
    kept = []
    for at, char in enumerate(text):
        if char == "\n" and at and text[at - 1] == "\r":
            continue
        if char in NEWLINES:
            kept.append("\n")
        elif char in "\n\t" or not (unicodedata.category(char) in {"Cc", "Cs"} or char in UNSEEN):
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def line_of(text: str) -> str:
    """The same for a field of one line: every run of space is one space."""
    return " ".join(became(text).split())


class Page(HTMLParser):
    """The elements of a page, each with its attributes' names, and the text in each element of a class."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.values: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(sorted(name for name, _value in attrs))))
        self.values += [value for _name, value in attrs if value]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
