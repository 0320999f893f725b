"""Cards for the public, and the poster for a notice board."""

from __future__ import annotations

from http import HTTPStatus

import segno
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from linli.access.api import Principal, StaffRequest, staff
from linli.kernel.errors import LinliError, NotFound
from linli.register.duty.api import (
    Charge,
    Holder,
    Seat,
    card_of,
    cards,
    cards_at,
    charge_by_id,
    give_card,
    holder_names,
    withdraw_card,
)
from linli.register.people.api import Person
from linli.web.desk.duty import words
from linli.web.desk.duty.forms import CardForm
from linli.web.desk.pages import answer

WHO = "/who/"
"""The public page is another face's; this one knows only where it stands."""


@staff("card.edit")
def index(request: StaffRequest) -> HttpResponseBase:
    """Every card that is shown of one's area."""
    return answer(request, "desk/duty/cards.html", {"cards": cards(request.actor)}, tab="register")


@staff("card.edit")
def give(request: StaffRequest, charge_id: int) -> HttpResponseBase:
    """Show the card of whoever holds a charge, with his consent."""
    charge = charge_by_id(charge_id)
    holder = _holder(charge)
    name = holder_names(request.actor, [charge])[charge.id]
    kept = card_of(request.actor, holder)
    initial = {"shown_name": name, "duty_words": f"{charge.level} · {charge.place or charge.area}"}
    if kept is not None:
        initial = {
            "shown_name": kept.shown_name, "duty_words": kept.duty_words, "promise": kept.promise, "reach": kept.reach,
        }  # fmt: skip
    form = CardForm(request.POST or None, initial=initial, own=charge.post_id == request.actor.post_id)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid() and _given(request, charge, holder, form):
            messages.success(request, _("The card is shown from now on."))
            return redirect("desk:duty_charge", charge.id)
    context = {"charge": charge, "form": form, "card": kept, "name": name}
    return answer(request, "desk/duty/card.html", context, tab="register", status=status)


def _given(request: StaffRequest, charge: Charge, holder: Holder, form: CardForm) -> bool:
    try:
        give_card(
            actor=request.actor, holder=holder, area=charge.area, words=form.words(),
            consents=form.cleaned_data["consents"],
        )  # fmt: skip
    except LinliError as error:
        form.add_error(None, str(error))
        return False
    return True


def _holder(charge: Charge) -> Holder:
    """Who holds it. Raises NotFound for a resident whom the reader does not see."""
    if charge.post:
        return Holder(post=charge.post)
    person = Person.objects.filter(id=charge.person_id).first() if charge.person_id else None
    if person is None:
        raise NotFound(_("No such person."), code="person_unknown")
    return Holder(person=person)


@staff("card.edit")
def withdraw(request: StaffRequest, card_id: int) -> HttpResponseBase:
    """Hide a card at once."""
    if request.method == "POST":
        withdraw_card(actor=request.actor, card_id=card_id)
        messages.success(request, _("Withdrawn. Nobody sees the card any more."))
    return redirect("desk:duty" if _own_only(request.actor) else "desk:duty_cards")


def _own_only(actor: Principal) -> bool:
    return not actor.can("duty.edit") and not actor.can("place.edit")


@staff("register.read")
def poster(request: StaffRequest, place_id: int) -> HttpResponseBase:
    """A sheet for the notice board of a building or an entrance: who answers, and the way to the page."""
    address, found = cards_at(place_id)
    url = request.build_absolute_uri(f"{WHO}?place={place_id}")
    shown = [(card, words.SEATS[Seat(card.seat)]) for card in found]
    drawn = segno.make(url, error="m", micro=False)
    context = {
        "address": address, "shown": shown, "url": url, "place_id": place_id,
        "qr": str(drawn.svg_data_uri(scale=6, border=2)),
    }  # fmt: skip
    return answer(request, "desk/duty/poster.html", context, tab="register")
