"""Every sentence of the calendar has its Chinese, and no Chinese is left over."""

import ast
from pathlib import Path

import polib

from linli.calendar import rules

CALENDAR = Path(rules.__file__).parent


def test_every_sentence_has_its_chinese():
    found = set()
    for path in CALENDAR.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "gettext_noop"):
                found.add(ast.literal_eval(node.args[0]))
    catalogue = polib.pofile(str(CALENDAR / "locale/zh_Hans/LC_MESSAGES/django.po"))
    assert len(found) >= 8
    assert {entry.msgid for entry in catalogue if entry.translated()} == found
