"""The view model of a matter: the whole page, the preview beside the list, and the parts that live updates fetch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from linli.access.api import purposes_of
from linli.casework.cases.api import Case
from linli.casework.intake.api import Report
from linli.casework.timeline.api import Act, story
from linli.web.desk import acts, place, points, words
from linli.web.desk import story as telling
from linli.web.desk.acts import Deed, Possible
from linli.web.desk.forms_base import DeedForm
from linli.web.desk.matter import Matter
from linli.web.ui.story import Photo

Context = dict[str, object]
PARTS: Mapping[str, str] = {
    "head": "desk/_head.html",
    "story": "desk/_story.html",
    "side": "desk/_side.html",
    "acts": "desk/_acts.html",
}


@dataclass(frozen=True, slots=True)
class ActPanel:
    """One act with its form. `opened`: unfolded; `form` None: blocked, `blocked` says why."""

    deed: Deed
    form: DeedForm | None
    blocked: str
    opened: bool
    url: str


def page(matter: Matter, *, opened: str = "", bound: DeedForm | None = None) -> Context:
    """Everything of the page."""
    return {
        **_base(matter),
        **_story(matter),
        **side(matter),
        **panels(matter, opened=opened, bound=bound),
        "where": "page",
    }


def preview(matter: Matter, *, opened: str = "", bound: DeedForm | None = None) -> Context:
    """What the list shows beside itself: head, what was said, what was shown, and the acts."""
    return {
        **_base(matter),
        **panels(matter, opened=opened, bound=bound),
        "photos": _photos(matter),
        "why": place.why_here(matter),
        "latest": telling.steps(matter)[-3:],
        "where": "peek",
    }


def part_of(name: str, matter: Matter, *, where: str = "page") -> Context:
    """One part, for a live update. `where`: "page", or "peek" beside the list."""
    makers: dict[str, Callable[[], Context]] = {
        "head": dict,
        "story": lambda: _story(matter),
        "side": lambda: side(matter),
        "acts": lambda: panels(matter),
    }
    return {**_base(matter), **makers[name](), "where": where}


def _base(matter: Matter) -> Context:
    thing = matter.thing
    return {
        "matter": matter,
        "places": place.where(matter),
        "class_name": words.class_name(matter.spec.cls) if matter.spec else "",
        "channel": words.say(words.CHANNELS, thing.channel),
        "level": words.LEVELS[thing.level],
        "clock_name": words.say(words.CLOCKS, matter.case.next_clock) if matter.case and matter.case.next_clock else "",
        "result": words.say(words.RESULTS, matter.case.result) if matter.case and matter.case.result else "",
    }


def _story(matter: Matter) -> Context:
    return {"story": telling.steps(matter)}


def _photos(matter: Matter) -> list[Photo]:
    told = [entry for entry in story(matter.ids) if entry.act in (Act.RECEIVE, Act.ADD)]
    return [telling.photo(one, str(words.ACTS[Act.RECEIVE])) for entry in told for one in entry.photos]


def side(matter: Matter) -> Context:
    """Place, clocks, why here, near and same, who looked."""
    thing = matter.thing
    return {
        "clocks": place.clock_lines(matter),
        "why": place.why_here(matter),
        "beside": place.beside(matter.actor, thing, thing.item_code),
        "repeats": place.repeats(matter),
        "demands": place.demands(matter.spec),
        "looks": place.looks(matter.reports),
        "may_open": matter.actor.can("reporter.open"),
        "purposes": [(code, words.say(words.PURPOSES, code)) for code in purposes_of("report.phone")],
        "has_point": thing.lat is not None,
    }


def panels(matter: Matter, *, opened: str = "", bound: DeedForm | None = None) -> Context:
    """The acts with their forms; `bound` is one that was sent and came back with errors."""
    found = acts.possible(matter)
    shown = [_panel(one, matter, opened, bound) for one in found]
    lost = bound if not any(one.form is bound for one in shown) else None
    return {
        "panels": shown[:3],
        "more_panels": shown[3:],
        "more_open": any(one.opened for one in shown[3:]),
        "lost": _why_lost(lost) if lost is not None else "",
        "lost_words": str(lost.data.get("words", "")) if lost is not None else "",
    }


def _why_lost(form: DeedForm) -> str:
    """Why the act is not possible any more: faults of single fields help nobody whose form is gone."""
    return " ".join(str(one) for one in form.non_field_errors()) or _(
        "This matter has moved on; that step is not possible now."
    )


def _panel(one: Possible, matter: Matter, opened: str, bound: DeedForm | None) -> ActPanel:
    url = reverse(f"desk:act-{one.deed.slug}", args=[matter.number])
    if one.blocked:
        return ActPanel(one.deed, None, one.blocked, opened == one.deed.slug, url)
    mine = bound is not None and bound.slug == one.deed.slug
    form = bound if mine and bound is not None else one.deed.form(matter=matter, slug=one.deed.slug)
    return ActPanel(one.deed, form, "", mine or opened == one.deed.slug, url)


def plan(matter: Matter) -> dict[str, object]:
    """This matter and those beside it as GeoJSON."""
    thing = matter.thing
    around: list[Case | Report] = [thing, *(one.case for one in place.beside(matter.actor, thing, thing.item_code))]
    return points.collection(around)


def address(matter: Matter) -> str:
    """The page's own address."""
    return reverse("desk:matter", args=[matter.number])
