"""Lists of one committee: homes and people by name, homes to look at, facilities and venues. Names are masked."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.access.api import StaffRequest, require, staff
from linli.audit.api import record
from linli.calendar.api import today
from linli.kernel.errors import InvalidInput, NotFound
from linli.kernel.identifiers import mask_name
from linli.kernel.text import normalise
from linli.register.households.api import CheckCause, living_in, open_checks
from linli.register.people.api import ID, PHONE, find_by_number, find_people, stale_tags
from linli.register.places.api import PlaceState, Watched, find_homes, inspect, place_by_id, set_state, watched
from linli.web.desk.homes import shown
from linli.web.desk.homes.forms import FAULTS, pairs
from linli.web.desk.pages import answer

MOST_HOMES = 40


@staff("person.read")
def search(request: StaffRequest) -> HttpResponseBase:
    """Homes by their address and people by their name, in one committee."""
    return _found(request, normalise(request.GET.get("q", ""), max_length=60, multiline=False))


@staff("person.read")
def by_number(request: StaffRequest) -> HttpResponseBase:
    """Who has exactly this phone or ID number. The number is posted: it stands in no address and in no log."""
    if request.method != "POST":
        return redirect("desk:homes")
    typed = normalise(request.POST.get("number", ""), max_length=40, multiline=False)
    try:
        people = _by_number(request, typed)
    except InvalidInput:
        wrong = _("This is neither a mobile number nor an ID number.")
        return _found(request, "", wrong=wrong, typed=typed, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    record(
        actor=request.actor, act="person.find", subject_kind="list", subject_id="number",
        area_id=request.actor.area_id, detail={"found": len(people)},
    )  # fmt: skip
    if len(people) == 1:
        return redirect("desk:person", people[0].id)
    return _found(request, "", people=people, by_number=True)


def _by_number(request: StaffRequest, typed: str) -> list[Any]:
    try:
        return find_by_number(request.actor, column=PHONE, text=typed)
    except InvalidInput:
        return find_by_number(request.actor, column=ID, text=typed)


def _found(
    request: StaffRequest, asked: str, *, people: list[Any] | None = None, status: int = HTTPStatus.OK, **more: object
) -> HttpResponseBase:
    actor = request.actor
    area, own = shown.committee(actor, request.GET.get("area", ""))
    homes = find_homes(actor, area_id=area.id, words=asked, limit=MOST_HOMES) if asked else []
    if people is None:
        people = find_people(actor, area_id=area.id, words=asked) if asked else []
    living = living_in(actor, [home.id for home in homes])
    context = {
        "asked": asked,
        "area": area,
        "areas": own,
        "homes": [(home, shown.masked(living.get(home.id, []))) for home in homes],
        "more_homes": len(homes) == MOST_HOMES,
        "people": shown.listed(people, today()),
        "searched": bool(asked) or "by_number" in more,
        **more,
    }
    return answer(request, "desk/homes/search.html", context, tab="register", status=status)


@staff("person.read")
def checks(request: StaffRequest) -> HttpResponseBase:
    """Homes to look at and needs to ask after, the most urgent first."""
    actor, now = request.actor, today()
    area, own = shown.committee(actor, request.GET.get("area", ""))
    found = open_checks(actor, area_id=area.id)
    living = living_in(actor, [one.home_id for one in found])
    rows = [
        {
            "home_id": one.home_id,
            "address": str(one.home),
            "cause": _(CheckCause(one.cause).label),
            "due": shown.day(one.due_on),
            "over": one.due_on < now,
            "people": shown.masked(living.get(one.home_id, [])),
        }
        for one in found
    ]
    stale = [
        (shown.noted(tag, now), mask_name(tag.person.name), str(tag.home) if tag.home else "")
        for tag in stale_tags(actor, area_id=area.id, today=now, limit=100)
    ]
    context = {"rows": rows, "stale": stale, "area": area, "areas": own, "may_people": actor.can("person.edit")}
    return answer(request, "desk/homes/checks.html", context, tab="register")


@staff("place.edit")
def facilities(request: StaffRequest) -> HttpResponseBase:
    """Facilities and venues: what is overdue, then what is out of order, then the rest."""
    return _facilities(request, request.GET.get("area", ""))


@staff("place.edit")
def facility(request: StaffRequest, place_id: int) -> HttpResponseBase:
    """A facility is in another state, or was inspected today. POST `do`: `state` or `inspect`."""
    if request.method != "POST":
        require(request.actor, "place.edit", area_path=place_by_id(place_id).area.path)
        return redirect("desk:facilities")
    actor, given = request.actor, request.POST
    code, state = given.get("area", ""), given.get("state", "")
    acts: dict[str, Callable[[], object]] = {
        "state": lambda: set_state(actor=actor, place_id=place_id, state=state),
        "inspect": lambda: inspect(actor=actor, place_id=place_id, state=state),
    }
    do = acts.get(given.get("do", ""))
    if do is None:
        raise NotFound(_("There is no such act."), code="act_unknown")
    try:
        with transaction.atomic():
            do()
    except FAULTS as error:
        return _facilities(request, code, wrong=_(str(error)))
    messages.success(request, _("Kept."))
    return redirect(f"{reverse('desk:facilities')}?area={shown.committee(actor, code)[0].code}")


def _facilities(request: StaffRequest, code: str, *, wrong: str = "") -> HttpResponseBase:
    area, own = shown.committee(request.actor, code)
    rows = [_watched(one) for one in watched(request.actor, area_id=area.id, today=today())]
    context = {"rows": rows, "area": area, "areas": own, "states": pairs(PlaceState), "wrong": wrong}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return answer(request, "desk/homes/facilities.html", context, tab="register", status=status)


def _watched(one: Watched) -> dict[str, object]:
    place = one.place
    return {
        "place": place,
        "kind": place.get_kind_display(),
        "state": _(PlaceState(place.state).label),
        "broken": place.state != PlaceState.WORKING,
        "inspected": shown.day(place.inspected_on),
        "due": shown.day(one.due_on) if place.inspected_on else "",
        "overdue": one.overdue,
        "never": one.overdue and place.inspected_on is None,
    }
