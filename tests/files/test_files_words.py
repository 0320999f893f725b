from __future__ import annotations

from pathlib import Path

import polib
from babel.messages.extract import extract_from_dir

FLOOR = Path(__file__).resolve().parents[2] / "linli" / "files"


def test_every_sentence_has_its_chinese_with_the_same_placeholders() -> None:
    keywords = {"_": None, "gettext_lazy": None, "gettext": None}
    used = {str(found[2]) for found in extract_from_dir(FLOOR, [("**.py", "python")], keywords=keywords)}
    assert len(used) > 10
    catalogue = {e.msgid: e.msgstr for e in polib.pofile(str(FLOOR / "locale/zh_Hans/LC_MESSAGES/django.po"))}
    assert used == set(catalogue)
    for english, chinese in catalogue.items():
        assert any("\u4e00" <= c <= "\u9fff" for c in chinese), english
        for hole in ("{name}", "{megabytes}", "{megapixels}", "{most}", "{count}"):
            assert (hole in english) == (hole in chinese), english
