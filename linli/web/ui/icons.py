"""The icon set: one line weight, drawn on a 24-unit grid, no fills.

Icons are written into the page instead of being fetched, so that print, an offline page and a swapped-in row have them.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString

PATHS: dict[str, str] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""Name → path data. `mark` is an old lane gate beside a new building's door: 邻、里."""


@cache
def svg(name: str, label: str = "", css: str = "") -> SafeString:
    """Return the icon as inline SVG; decorative unless `label` is given. Raises KeyError for an unknown name."""
    path = PATHS[name]
    classes = f"l-icon {css}".strip()
    about = format_html('role="img" aria-label="{}"', label) if label else format_html('aria-hidden="{}"', "true")
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" width="24" height="24" focusable="false" {}><path d="{}"/></svg>',
        classes,
        about,
        path,
    )
