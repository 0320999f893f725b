"""Every sentence has its Chinese, and the search that says so finds what it should."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

from linli.project import extraction
from linli.project.messages import compile_all


def test_nothing_is_untranslated() -> None:
    assert [f"{one.where} {one.msgid!r}" for one in extraction.missing()] == []


def test_no_translation_breaks_a_placeholder_or_contradicts_another() -> None:
    assert extraction.broken() == []


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "web" / "templates").mkdir(parents=True)
    (tmp_path / "web" / "templates" / "page.html").write_text(
        "{% load i18n %}\n"
        '  <p>{% translate "One" %} {% trans \'Two\' context "door" %}</p>\n'
        "{% blocktranslate count n=k %}{{ n }} home{% plural %}{{ n }} homes{% endblocktranslate %}\n"
        "{{ _('Three') }} 不是英文 {% if x %}{% translate 'Four %' %}{% endif %}\n",
        encoding="utf-8",
    )
    (tmp_path / "web" / "code.py").write_text(
        "from django.utils.translation import gettext as _, ngettext, pgettext_lazy\n"
        "a = _('Five')\nb = pgettext_lazy('ctx', 'Six')\nc = ngettext('%(n)s cat', '%(n)s cats', 2)\n"
        "d = _(\n    'Sev'\n    'en'\n)\n",
        encoding="utf-8",
    )
    (tmp_path / "web" / "migrations").mkdir()
    (tmp_path / "web" / "migrations" / "0001.py").write_text("x = _('Never')\n", encoding="utf-8")
    return tmp_path


def catalogue(package: Path, floor: str, *entries: polib.POEntry) -> Path:
    folder = package / floor / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = polib.POFile()
    po.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=1; plural=0;"}
    po.extend(entries)
    po.save(str(folder / "django.po"))
    return folder / "django.po"


def test_a_sentence_is_found_under_whatever_name_a_module_gave_the_function(package: Path) -> None:
    (package / "web" / "late.py").write_text(
        "from django.utils.translation import gettext_lazy as _l, pgettext as in_context\n"
        "a = _l('Later')\nb = in_context('door', 'Front')\nc = _late('Not one of ours')\n",
        encoding="utf-8",
    )
    found = {(one.context, one.msgid) for one in extraction.sentences(package).values()}
    assert {("", "Later"), ("door", "Front")} <= found
    assert ("", "Not one of ours") not in found


def test_sentences_are_found_in_code_and_templates(package: Path) -> None:
    assert {(one.context, one.msgid, one.plural) for one in extraction.sentences(package).values()} == {
        ("", "One", ""),
        ("door", "Two", ""),
        ("", "%(n)s home", "%(n)s homes"),
        ("", "Three", ""),
        ("", "Four %%", ""),
        ("", "Five", ""),
        ("ctx", "Six", ""),
        ("", "%(n)s cat", "%(n)s cats"),
        ("", "Seven", ""),
    }


def test_a_sentence_without_a_whole_translation_is_missing(package: Path) -> None:
    catalogue(
        package,
        "web",
        polib.POEntry(msgid="One", msgstr="一"),
        polib.POEntry(msgid="Two", msgstr="二"),
        polib.POEntry(msgid="Three", msgstr=""),
        polib.POEntry(msgid="Five", msgstr="五", flags=["fuzzy"]),
        polib.POEntry(msgid="%(n)s cat", msgid_plural="%(n)s cats", msgstr_plural={0: "%(n)s 只猫"}),
    )
    lost = {one.msgid for one in extraction.missing(package)}
    assert lost == {"Two", "%(n)s home", "Three", "Four %%", "Five", "Six", "Seven"}


def test_wrong_placeholders_and_contradictions_are_told(package: Path) -> None:
    catalogue(
        package,
        "web",
        polib.POEntry(msgid="{n} of %(all)s", msgstr="{m} / %(all)s"),
        polib.POEntry(msgid="Send", msgstr="发"),
    )
    catalogue(package, "flow", polib.POEntry(msgid="Send", msgstr="寄"))
    assert len(extraction.broken(package)) == 2


def test_compiled_catalogues_are_read_by_django(package: Path) -> None:
    path = catalogue(package, "web", polib.POEntry(msgid="One", msgstr="一"))
    assert compile_all(package) == 1
    assert compile_all(package) == 0
    assert polib.mofile(str(path.with_suffix(".mo"))).find("One").msgstr == "一"
