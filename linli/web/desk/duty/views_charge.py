"""Laying charges, and the page of one: history, handing over, leave, end."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.access.api import Principal, StaffRequest, staff
from linli.calendar.api import today
from linli.kernel.errors import LinliError
from linli.kernel.text import normalise
from linli.register.duty.api import (
    ChainLevel,
    Charge,
    Holder,
    Seat,
    Spot,
    candidates,
    charge_by_id,
    charges_of_person,
    charges_of_post,
    charges_on,
    come_back,
    end_charge,
    end_charges_of,
    go_on_leave,
    hand_over,
    holder_names,
    lay_for_many,
    leave_by_id,
    leaves_of,
    level_by_id,
    spots_of,
)
from linli.register.people.api import Person
from linli.register.places.api import place_by_id
from linli.territory.api import Area, area_by_id
from linli.web.desk.duty import words
from linli.web.desk.duty.forms import HandOverForm, LayForm, LeaveForm, spot_key
from linli.web.desk.duty.views import leaves_for
from linli.web.desk.pages import answer


@staff("duty.edit")
def lay(request: StaffRequest, level_id: int) -> HttpResponseBase:
    """Give spots of a level to somebody: one entrance from the proof, or a whole list of buildings."""
    actor, level = request.actor, level_by_id(level_id)
    area, picked = _where(request, level)
    form = LayForm(
        request.POST if request.method == "POST" else None,
        spots=spots_of(actor, level, area, today()), people=_people(request, area), today=today(),
        initial={"spots": [picked] if picked else []},
    )  # fmt: skip
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid() and _laid(request, level, form):
            return redirect(_back(request, level, area))
    context = {
        "level": level, "chain": level.chain, "area": area, "areas": leaves_for(actor), "form": form,
        "laid": words.laid_words(level.laid_on), "who": _said(request), "picked": picked, "back": _next(request),
    }  # fmt: skip
    return answer(request, "desk/duty/lay.html", context, tab="register", status=status)


def _laid(request: StaffRequest, level: ChainLevel, form: LayForm) -> bool:
    given = form.cleaned_data
    try:
        laid = lay_for_many(
            actor=request.actor, level_id=level.id, spots=form.chosen(), holder=given["holder"],
            seat=Seat(given["seat"]), starts_on=given["starts_on"],
        )  # fmt: skip
    except LinliError as error:
        form.add_error(None, str(error))
        return False
    text = ngettext("%(n)s charge was laid.", "%(n)s charges were laid.", len(laid)) % {"n": len(laid)}
    messages.success(request, text)
    return True


def _where(request: StaffRequest, level: ChainLevel) -> tuple[Area, str]:
    """The area whose spots are offered, and the spot that was asked for."""
    place, area = request.GET.get("place", ""), request.GET.get("area", "")
    if place.isascii() and place.isdigit():
        found = place_by_id(int(place))
        return found.area, spot_key(found.id, found.area_id)
    if area.isascii() and area.isdigit():
        one = area_by_id(int(area))
        return one, spot_key(None, one.id) if one.kind in level.laid_on else ""
    return area_by_id(request.actor.area_id), ""


def _people(request: StaffRequest, area: Area) -> list[Any]:
    return list(candidates(request.actor, area, today(), words=_said(request)))


def _said(request: StaffRequest) -> str:
    return normalise(request.GET.get("who", ""), max_length=30, multiline=False)


def _next(request: StaffRequest) -> str:
    """Where the page was opened from; only a page of this site."""
    asked = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/desk/")
    return asked if safe else ""


def _back(request: StaffRequest, level: ChainLevel, area: Area) -> str:
    return _next(request) or f"{reverse('desk:duty_chart')}?area={area.id}&chain={level.chain_id}"


@staff("register.read")
def show(request: StaffRequest, charge_id: int) -> HttpResponseBase:
    """One charge: what it is, what was before it, and what can be done with it."""
    return _page(request, charge_by_id(charge_id))


def _page(request: StaffRequest, charge: Charge, *, status: int = HTTPStatus.OK, **forms: object) -> HttpResponseBase:
    actor, day = request.actor, today()
    over = charge.ends_on is not None and charge.ends_on <= day
    may = actor.can("duty.edit") and actor.covers(charge.area.path) and not over
    history = charges_on(Spot(charge.area, charge.place), level_id=charge.level_id)
    names = holder_names(actor, [charge, *history])
    people = _people(request, charge.area) if may else []
    context = {
        "charge": charge, "name": names[charge.id], "over": over, "may": may, "who": _said(request),
        "seat": words.SEATS[Seat(charge.seat)], "undone": charge.ends_on == charge.starts_on,
        "history": [(one, names[one.id], words.SEATS[Seat(one.seat)]) for one in history],
        "leaves": leaves_of([charge.id], day), "more": _more(charge) - 1, "today": day,
        "last": charge.ends_on - timedelta(days=1) if charge.ends_on else None,
        "hand_over": HandOverForm(people=people, today=day), "leave": _leave_form(actor, charge, people),
        "begun_today": charge.starts_on >= day, "may_card": actor.can("card.edit"), **forms,
    }  # fmt: skip
    return answer(request, "desk/duty/charge.html", context, tab="register", status=status)


def _more(charge: Charge) -> int:
    """How much the holder answers for altogether."""
    if charge.post_id:
        return len(charges_of_post(charge.post_id, today()))
    return len(charges_of_person(charge.person_id, today())) if charge.person_id else 0


def _leave_form(actor: Principal, charge: Charge, people: list[Any], data: object = None) -> LeaveForm:
    beside = [one for one in charges_on(Spot(charge.area, charge.place)) if one.id != charge.id and one.ends_on is None]
    names = holder_names(actor, beside)
    return LeaveForm(data, charges=[(one, names[one.id]) for one in beside], people=people, today=today())


@staff("duty.edit")
def hand_on(request: StaffRequest, charge_id: int) -> HttpResponseBase:
    """Hand a charge over to somebody else."""
    charge = charge_by_id(charge_id)
    if request.method != "POST":
        return redirect("desk:duty_charge", charge_id)
    form = HandOverForm(request.POST, people=_people(request, charge.area), today=today())
    if form.is_valid():
        try:
            new = hand_over(
                actor=request.actor, charge_id=charge.id, holder=form.cleaned_data["holder"],
                on=form.cleaned_data["on"],
            )  # fmt: skip
        except LinliError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Handed over. There is no day without somebody and none with two."))
            return redirect("desk:duty_charge", new.id)
    return _page(request, charge, status=HTTPStatus.UNPROCESSABLE_ENTITY, hand_over=form)


@staff("duty.edit")
def leave(request: StaffRequest, charge_id: int) -> HttpResponseBase:
    """Note a leave and who stands in."""
    charge = charge_by_id(charge_id)
    if request.method != "POST":
        return redirect("desk:duty_charge", charge_id)
    form = _leave_form(request.actor, charge, _people(request, charge.area), request.POST)
    if form.is_valid():
        try:
            noted = go_on_leave(actor=request.actor, charge_id=charge.id, **form.given())
        except LinliError as error:
            form.add_error(None, str(error))
        else:
            stands = noted.stand_in_id or noted.stand_in_post_id
            messages.success(request, _("Noted.") if stands else _("Noted. Nobody stands in: it counts as a gap."))
            return redirect("desk:duty_charge", charge.id)
    return _page(request, charge, status=HTTPStatus.UNPROCESSABLE_ENTITY, leave=form)


@staff("duty.edit")
def back(request: StaffRequest, leave_id: int) -> HttpResponseBase:
    """The holder is back, or the leave is called off."""
    noted = leave_by_id(leave_id)
    if request.method == "POST":
        come_back(actor=request.actor, leave_id=noted.id)
        messages.success(request, _("He is back."))
    return redirect("desk:duty_charge", noted.charge_id)


@staff("duty.edit")
def end(request: StaffRequest, charge_id: int) -> HttpResponseBase:
    """End a charge today; one that was laid today never held."""
    if request.method == "POST":
        ended = end_charge(actor=request.actor, charge_id=charge_id)
        undone = ended.ends_on == ended.starts_on
        messages.success(request, _("Taken back: it never held.") if undone else _("Ended. The proof shows the gap."))
    return redirect(_next_of(request) or reverse("desk:duty_charge", args=[charge_id]))


def _next_of(request: StaffRequest) -> str:
    asked = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/desk/")
    return asked if safe else ""


@staff("duty.edit")
def end_all(request: StaffRequest, charge_id: int) -> HttpResponseBase:
    """The holder leaves: everything he answers for here ends today."""
    charge = charge_by_id(charge_id)
    if request.method == "POST":
        person = Person.objects.filter(id=charge.person_id).first() if charge.person_id else None
        holder = Holder(post=charge.post) if charge.post else Holder(person=person)
        ended = end_charges_of(actor=request.actor, holder=holder)
        messages.success(request, _("%(n)s charges ended. The proof shows the gaps.") % {"n": len(ended)})
    return redirect("desk:duty_charge", charge_id)
