"""Finds sentences without a Chinese translation, and translations that would break a page.

Reads the sources themselves (Python through Babel's extractor, templates through Django's `templatize`), so that no
machine needs gettext's programs and no list of sentences has to be kept.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[1]
TEMPLATE_SUFFIXES = frozenset({".html", ".txt", ".xml"})
SKIPPED = frozenset({"migrations", "static", "locale", "__pycache__"})

# function name → positions of msgid, plural and context among its arguments, counted from 0
CALLS: dict[str, tuple[int, int | None, int | None]] = {
    "_": (0, None, None),
    "gettext": (0, None, None),
    "gettext_lazy": (0, None, None),
    "gettext_noop": (0, None, None),
    "ngettext": (0, 1, None),
    "ngettext_lazy": (0, 1, None),
    "pgettext": (1, None, 0),
    "pgettext_lazy": (1, None, 0),
    "npgettext": (1, 2, 0),
    "npgettext_lazy": (1, 2, 0),
}

_ALIAS = re.compile(r"\b(\w*gettext\w*) as (\w+)")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sdrif]|\{(\w+)\}")


@dataclass(frozen=True, order=True)
class Sentence:
    """A sentence to translate and the first place where it stands (`web/ui/views.py:12`)."""

    msgid: str
    context: str = ""
    plural: str = ""
    where: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.msgid


def sentences(package: Path = PACKAGE) -> dict[tuple[str, str], Sentence]:
    """Return every sentence of every .py file and template below `package`, each once."""
    found: dict[tuple[str, str], Sentence] = {}
    for path in sorted(package.rglob("*")):
        if SKIPPED & set(path.relative_to(package).parts) or not path.is_file():
            continue
        for sentence in _of_file(path, str(path.relative_to(package))):
            found.setdefault(sentence.key, sentence)
    return found


def _of_file(path: Path, name: str) -> Iterator[Sentence]:
    if path.suffix == ".py":
        yield from _of_python(path.read_text(encoding="utf-8"), name)
    elif path.suffix in TEMPLATE_SUFFIXES and "templates" in path.parts:
        code = templatize(path.read_text(encoding="utf-8"), origin=name)
        # What is left between the calls is blanked to X; its indentation would not be Python's.
        yield from _of_python("\n".join(line.lstrip() for line in code.splitlines()), name)


def _calls_of(source: str) -> dict[str, tuple[int, int | None, int | None]]:
    """`CALLS`, and whatever other names a module has imported them under: `gettext_lazy as _l`."""
    found = dict(CALLS)
    for original, alias in _ALIAS.findall(source):
        if original in CALLS:
            found[alias] = CALLS[original]
    return found


def _of_python(source: str, name: str) -> Iterator[Sentence]:
    calls = _calls_of(source)
    found = extract_python(io.BytesIO(source.encode()), dict.fromkeys(calls), [], {"encoding": "utf-8"})
    for line, call, arguments, _comments in cast(Iterable[tuple[int, str, object, object]], found):
        values = arguments if isinstance(arguments, tuple) else (arguments,)
        at, plural_at, context_at = calls[call]
        msgid = _argument(values, at)
        if not msgid:
            continue
        plural = "" if plural_at is None else _argument(values, plural_at)
        context = "" if context_at is None else _argument(values, context_at)
        yield Sentence(msgid, context, plural, f"{name}:{line}")


def _argument(values: tuple[object, ...], at: int) -> str:
    value = values[at] if at < len(values) else None
    return value if isinstance(value, str) else ""


def catalogues(package: Path = PACKAGE, locale: str = "zh_Hans") -> dict[Path, polib.POFile]:
    """Return the parsed .po files of `locale` by path."""
    paths = sorted(package.rglob(f"locale/{locale}/LC_MESSAGES/*.po"))
    return {path: polib.pofile(str(path)) for path in paths}


def translated(package: Path = PACKAGE, locale: str = "zh_Hans") -> set[tuple[str, str]]:
    """Return the (context, msgid) that have a complete translation; a fuzzy one does not count."""
    done: set[tuple[str, str]] = set()
    for catalogue in catalogues(package, locale).values():
        for entry in catalogue:
            complete = all(entry.msgstr_plural.values()) if entry.msgid_plural else bool(entry.msgstr)
            if complete and not entry.obsolete and "fuzzy" not in entry.flags:
                done.add((entry.msgctxt or "", entry.msgid))
    return done


def missing(package: Path = PACKAGE, locale: str = "zh_Hans") -> list[Sentence]:
    """Return the sentences of the sources that have no translation, sorted by place."""
    done = translated(package, locale)
    lost = [sentence for key, sentence in sentences(package).items() if key not in done]
    return sorted(lost, key=lambda sentence: (sentence.where, sentence.msgid))


def broken(package: Path = PACKAGE, locale: str = "zh_Hans") -> list[str]:
    """Return a line for each translation with placeholders unlike its sentence's, or unlike another file's."""
    problems: list[str] = []
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for path, catalogue in catalogues(package, locale).items():
        name = str(path.relative_to(package))
        for entry in catalogue:
            texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
            wanted = _placeholders(entry.msgid_plural or entry.msgid)
            problems += [
                f"{name}:{entry.linenum} placeholders of {entry.msgid!r}"
                for text in texts
                if text and _placeholders(text) != wanted
            ]
            key = (entry.msgctxt or "", entry.msgid)
            other, where = seen.setdefault(key, (texts[0], name))
            if other != texts[0]:
                problems.append(f"{name}:{entry.linenum} {entry.msgid!r} is translated otherwise in {where}")
    return problems


def _placeholders(text: str) -> set[str]:
    return {named or braced for named, braced in _PLACEHOLDER.findall(text)}
