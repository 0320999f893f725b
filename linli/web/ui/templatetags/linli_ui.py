"""Template tags and filters of the design system; examples stand in linli/web/ui/README.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from linli.kernel import clock, identifiers
from linli.web.ui import clocks, icons, states, times
from linli.web.ui.story import Photo, StoryEntry, Who, for_resident, grouped

register = template.Library()

EMPTY = SafeString("")

_CLOCK_ICONS = {
    clocks.ClockState.PAUSED: "pause",
    clocks.ClockState.MET: "check",
    clocks.ClockState.LATE: "over",
    clocks.ClockState.NONE: "clock",
}


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """`{% icon "camera" %}`: decorative; give `label` when the icon stands alone."""
    return icons.svg(name, str(label), css)


@register.simple_tag
def island(name: str) -> SafeString:
    """`{% island "camera" %}`: load one island as a module."""
    return format_html('<script type="module" src="{}"></script>', static(f"linli/build/{name}.js"))


@register.simple_tag
def stylesheet(name: str) -> SafeString:
    """`{% stylesheet "resident" %}`: link one built style sheet."""
    return format_html('<link rel="stylesheet" href="{}">', static(f"linli/build/{name}.css"))


@register.simple_tag
def clock_chip(
    due_at: datetime | None,
    warn_at: datetime | None = None,
    met_at: datetime | None = None,
    paused_reason: str | None = "",
    rule_text: str | None = "",
    *,
    label: str = "",
    href: str = "",
    now: datetime | None = None,
) -> SafeString:
    """The clock of a limit. `label` names it (到场), `href` leads to the rule or the matter."""
    face = clocks.face(
        due_at or None, warn_at or None, met_at or None, str(paused_reason or ""), str(rule_text or ""), now=now
    )
    if face.state in clocks.TICKING and due_at is not None:
        ticking = format_html(
            ' data-clock data-due="{}" data-warn="{}"',
            due_at.isoformat(),
            warn_at.isoformat() if warn_at else "",
        )
        marks = format_html_join("", "{}", ((icons.svg(name, "", css),) for name, css in _TICKING_ICONS))
    else:
        ticking = EMPTY
        marks = icons.svg(_CLOCK_ICONS[face.state])
    inner = format_html(
        '{}{}<span class="l-clock__text">{}</span>',
        marks,
        format_html('<span class="l-clock__label">{}</span> ', label) if label else "",
        face.text,
    )
    hidden = format_html('<span class="l-sr">({})</span>', face.title) if face.title else ""
    if href:
        return format_html(
            '<a class="l-clock" data-state="{}" title="{}"{} href="{}">{}{}</a>',
            face.state, face.title, ticking, href, inner, hidden,
        )  # fmt: skip
    return format_html(
        '<span class="l-clock" data-state="{}" title="{}"{}>{}{}</span>',
        face.state, face.title, ticking, inner, hidden,
    )  # fmt: skip


_TICKING_ICONS = (("clock", "l-clock__left"), ("near", "l-clock__near"), ("over", "l-clock__over"))


@register.simple_tag
def state_badge(
    state: object, audience: str = "worker", *, word: str = "", tone: str = "", href: str = ""
) -> SafeString:
    """Icon and word for a state; `audience="resident"` chooses the plain words. `word` and `tone` override them."""
    shown = states.badge(str(getattr(state, "value", state) or ""))
    text = word or str(shown.plain if audience == "resident" else shown.word)
    inner = format_html("{}<span>{}</span>", icons.svg(shown.icon), text)
    if href:
        return format_html('<a class="l-badge" data-tone="{}" href="{}">{}</a>', tone or shown.tone, href, inner)
    return format_html('<span class="l-badge" data-tone="{}">{}</span>', tone or shown.tone, inner)


@register.simple_tag
def tag(text: object, tone: str = "quiet", icon_name: str = "", href: str = "") -> SafeString:
    """A badge with any word: `{% tag "紧急" "danger" "warn" %}`."""
    mark = icons.svg(icon_name) if icon_name else ""
    if href:
        return format_html('<a class="l-badge" data-tone="{}" href="{}">{}<span>{}</span></a>', tone, href, mark, text)
    return format_html('<span class="l-badge" data-tone="{}">{}<span>{}</span></span>', tone, mark, text)


@register.simple_tag
def person(
    who: Who | str | None = "", role: str = "", unit: str = "", *, masked: bool = False, phone: str = "", href: str = ""
) -> SafeString:
    """A person in a role: `{% person who %}` or `{% person "王建国" "经理" "瑞和物业" %}`; masked drops the name."""
    given = who if isinstance(who, Who) else Who(str(who or ""), str(role), str(unit))
    name = "" if masked else given.name
    about = " · ".join(part for part in (given.role, given.unit) if part)
    first = name or given.role or given.unit or _("Nobody yet")
    rest = about if name else (given.unit if given.role and given.unit else "")
    shown = format_html('<a href="{}">{}</a>', href, first) if href else format_html("{}", first)
    call = (
        format_html(
            ' <a class="l-person__call" href="tel:{}">{}<span>{}</span></a>', phone, icons.svg("phone"), _("Call")
        )
        if phone
        else ""
    )
    return format_html(
        '<span class="l-person">{}<span class="l-person__name">{}</span>{}{}</span>',
        icons.svg("person"),
        shown,
        format_html(' <span class="l-person__role">{}</span>', rest) if rest else "",
        call,
    )


@register.simple_tag
def when(at: datetime | None, style: str = "when") -> SafeString:
    """A `<time>` with the exact instant on hover; style is when, ago, promise, day, hm or exact."""
    if not at:
        return EMPTY
    styles = {
        "when": times.when,
        "ago": times.ago,
        "promise": times.promise,
        "day": times.day,
        "hm": times.hour_minute,
        "exact": times.exact,
    }
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), times.exact(at), styles[style](at))


@register.simple_tag
def number(value: object, href: str = "", unit: str = "", label: str = "") -> SafeString:
    """A figure in tabular digits; with `href` it leads to the things it counts."""
    text = f"{value:,}" if isinstance(value, int) else str(value)
    tail = format_html('<span class="l-num__unit">{}</span>', unit) if unit else ""
    if href:
        aria = format_html(' aria-label="{} {} {}"', label, text, unit) if label else ""
        return format_html('<a class="l-num" href="{}"{}>{}{}</a>', href, aria, text, tail)
    return format_html('<span class="l-num">{}{}</span>', text, tail)


@register.filter
def duration(seconds: float) -> str:
    """Seconds as `2 小时 10 分`."""
    return times.duration(seconds)


@register.filter
def exact(at: datetime | None) -> str:
    """The full date and time in Shanghai."""
    return times.exact(at) if at else ""


@register.filter
def mask_phone(text: str | None) -> str:
    """`138****5678`."""
    return identifiers.mask_phone(text) if text else ""


@register.filter
def mask_name(text: str | None) -> str:
    """`王*`."""
    return identifiers.mask_name(text) if text else ""


@register.filter
def mask_id(text: str | None) -> str:
    """`310115********1234`."""
    return identifiers.mask_id(text) if text else ""


@register.inclusion_tag("ui/parts/photos.html")
def photos(items: Sequence[Photo], *, size: str = "") -> dict[str, object]:
    """A row of pictures that open large; size is "", "small" or "large"."""
    return {"photos": items, "size": size}


@register.inclusion_tag("ui/parts/photo_pair.html")
def photo_pair(before: object = None, after: object = None) -> dict[str, object]:
    """Evidence side by side: each side a Photo, a list of Photos or nothing (which is said in words)."""
    return {"before": _photo_list(before), "after": _photo_list(after)}


def _photo_list(given: object) -> list[Photo]:
    if isinstance(given, Photo):
        return [given]
    return [item for item in given if isinstance(item, Photo)] if isinstance(given, Iterable) else []


@register.inclusion_tag("ui/parts/story.html")
def story(entries: Sequence[StoryEntry], audience: str = "worker") -> dict[str, object]:
    """The story from top to bottom; `audience="resident"` drops names, inner remarks and technical events."""
    shown = for_resident(entries) if audience == "resident" else list(entries)
    return {"groups": grouped(shown), "audience": audience}


@register.inclusion_tag("ui/parts/steps.html")
def steps(labels: Sequence[str], current: int) -> dict[str, object]:
    """The way of a matter: `current` is the index of the step being worked on; len(labels) means all are done."""
    marks = ["done" if n < current else "now" if n == current else "next" for n in range(len(labels))]
    return {"steps": list(zip(labels, marks, strict=True))}


@register.inclusion_tag("ui/parts/empty.html")
def empty(text: str, action: str = "", href: str = "", icon_name: str = "empty") -> dict[str, object]:
    """One sentence why there is nothing, and one act."""
    return {"text": text, "action": action, "href": href, "icon_name": icon_name}


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, *, hint: str = "", autocomplete: str = "") -> dict[str, object]:
    """A form field with label, help and error in the order a reader needs them; radios and boxes become big choices."""
    grouped = isinstance(bound.field.widget, RadioSelect)
    help_text = hint or bound.help_text
    described = [f"{bound.auto_id}_help"] if help_text else []
    described += [f"{bound.auto_id}_wrong"] if bound.errors else []
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    attrs |= {"aria-invalid": "true"} if bound.errors else {}
    attrs |= {"autocomplete": autocomplete} if autocomplete else {}
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attrs),
        "help": help_text,
        "described": " ".join(described),
        "check": isinstance(bound.field.widget, CheckboxInput),
        "grouped": grouped,
    }


@register.inclusion_tag("ui/parts/camera.html")
def camera(name: str = "photos", maximum: int = 6, *, required: bool = False, label: str = "") -> dict[str, object]:
    """Photos to take or choose; without JavaScript an ordinary file field. Needs `{% island "camera" %}`."""
    return {"name": name, "maximum": maximum, "required": required, "label": label or _("Photos")}


@register.inclusion_tag("ui/parts/place.html")
def place(
    geojson: str,
    name: str = "place",
    *,
    options: Sequence[tuple[str, str]] = (),
    value: str = "",
    lng: float | str = "",
    lat: float | str = "",
) -> dict[str, object]:
    """A place to point at on the plan. Posts `<name>_id`, `<name>_lng`, `<name>_lat`. Needs `{% island "place" %}`."""
    return {
        "geojson": geojson, "name": name, "options": options, "value": value, "lng": lng, "lat": lat,
    }  # fmt: skip


@register.inclusion_tag("ui/parts/map.html")
def matter_map(geojson: str, *, target: str = "", label: str = "") -> dict[str, object]:
    """Open matters on the plan, in clusters, with a list twin. Needs `{% island "map" %}`."""
    return {"geojson": geojson, "target": target, "label": label or _("Map of matters")}


@register.simple_tag
def server_now() -> str:
    """The server's time as ISO 8601."""
    return clock.now().isoformat()
