"""What every template may know about the installation and the reader's way of reading."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language

from linli.kernel import clock
from linli.web.ui import clocks

ELDER_COOKIE = "linli_elder"
THEME_COOKIE = "linli_theme"
CONTRAST_COOKIE = "linli_contrast"
THEMES = ("light", "dark", "auto")
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Shell:
    """The `linli` of every template. `here` is the address without `lang`; `elder` means large text and targets."""

    demo: bool
    support: str
    elder: bool
    theme: str
    contrast: bool
    language: str
    here: str
    other_language: str
    now: str
    clock_words: str
    live: str


def shell(request: HttpRequest | None) -> Shell:
    """Return the frame's facts; without a request (a page that must not fail) the reader's choices are unknown."""
    cookies = {} if request is None else request.COOKIES
    theme = cookies.get(THEME_COOKIE, "light")
    language = get_language() or settings.LANGUAGE_CODE
    here = "/" if request is None else address(request)
    return Shell(
        demo=bool(getattr(settings, "LINLI_DEMO", False)),
        support=str(getattr(settings, "LINLI_SUPPORT", "12345")),
        elder=cookies.get(ELDER_COOKIE) == "1",
        theme=theme if theme in THEMES else "light",
        contrast=cookies.get(CONTRAST_COOKIE) == "1",
        language=language,
        here=here,
        other_language=f"{here}{'&' if '?' in here else '?'}lang={'zh-hans' if language == 'en' else 'en'}",
        now=clock.now().isoformat(timespec="milliseconds"),
        clock_words=json.dumps(clocks.words(), ensure_ascii=False),
        live=str(getattr(settings, "LINLI_LIVE_PATH", "/live")),
    )


def address(request: HttpRequest) -> str:
    """Return path and query without `lang`, so that switching the language stays on the same page."""
    kept = QueryDict(request.META.get("QUERY_STRING", ""))
    pairs = [(key, value) for key, values in kept.lists() if key != "lang" for value in values]
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def linli(request: HttpRequest) -> dict[str, object]:
    """Context processor: the frame's facts under the name `linli`."""
    return {"linli": shell(request)}
