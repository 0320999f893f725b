"""The page of a person: what is noted of him, where he lives, what he needs."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.access.api import Principal, StaffRequest, purposes_of, staff
from linli.calendar.api import today
from linli.kernel.errors import NotFound
from linli.register.households.api import Relation, memberships_of
from linli.register.people.api import (
    ID,
    PHONE,
    Person,
    Source,
    end_tag,
    open_number,
    person_by_id,
    person_left,
    person_of_tag,
    still_true,
    tag_kinds,
    tags_of,
    verdicts_of,
)
from linli.web.desk import words
from linli.web.desk.homes import shown
from linli.web.desk.homes.forms import FAULTS, CorrectForm, NeedForm
from linli.web.desk.homes.views_home import act_on, back_to
from linli.web.desk.pages import answer, is_part, part

Act = Callable[[], object]
NUMBERS = {"phone": PHONE, "id": ID}
"""The numbers of a person by their name in an address."""


def purposes() -> list[tuple[str, str]]:
    """What a number may be opened for."""
    return [(code, words.say(words.PURPOSES, code)) for code in purposes_of(PHONE)]


def _number(person: Person, field: str) -> dict[str, object]:
    label = pgettext("person", "Phone") if field == "phone" else _("ID number")
    mask = person.phone_mask if field == "phone" else person.id_mask
    secret = person.phone_secret if field == "phone" else person.id_secret
    return {"field": field, "label": label, "mask": mask, "sealed": secret is not None}


def page(actor: Principal, person: Person, **forms: Any) -> dict[str, Any]:
    """All that the page shows. forms: `correct` and `form_need` with what was typed and is wrong."""
    now = today()
    kinds = tag_kinds()
    needs = [shown.noted(tag, now) for tag in tags_of(actor, [person.id]).get(person.id, [])]
    may_edit = actor.can("person.edit") and person.merged_into_id is None
    held = {one.tag.kind_id for one in needs}
    return {
        "person": person,
        "name": shown.name_for(actor, person),
        "age": shown.years(person.born_on, now),
        "born": shown.day(person.born_on) if shown.on_site(actor) else "",
        "sex": shown.sex_word(person.sex),
        "numbers": [one for one in (_number(person, field) for field in NUMBERS) if one["mask"]],
        "may_open": actor.can("person.open"),
        "purposes": purposes(),
        "source": _(Source(person.source).label),
        "checked": shown.day(person.checked_on),
        "left": shown.day(person.left_on),
        "needs": needs,
        "sees_needs": actor.can("need.read"),
        "may_edit": may_edit,
        "memberships": [_membership(one) for one in memberships_of(actor, person.id)],
        "merges": verdicts_of(actor, person.id) if may_edit else [],
        "kinds": [(kind, shown.why_kept(kind)) for kind in kinds],
        "correct": forms.get("correct") or CorrectForm(person=person),
        "form_need": forms.get("form_need") or NeedForm(kinds=kinds, held=held),
        "wrong": forms.get("wrong", ""),
    }


def _membership(member: Any) -> dict[str, object]:
    return {
        "home_id": member.home_id,
        "address": str(member.household.home),
        "relation": _(Relation(member.relation).label),
        "lives_here": member.lives_here,
        "since": shown.day(member.since),
        "until": shown.day(member.until),
    }


@staff("person.read")
def show(request: StaffRequest, person_id: UUID) -> HttpResponseBase:
    """The page; a record that was merged leads to the one that stands for it."""
    person = person_by_id(request.actor, person_id)
    if person.merged_into_id is not None:
        messages.info(request, _("This record was merged into another one."))
        return redirect("desk:person", person.merged_into_id)
    return answer(request, "desk/homes/person.html", page(request.actor, person), tab="register")


@staff("person.edit")
def correct(request: StaffRequest, person_id: UUID) -> HttpResponseBase:
    """Set what is noted right."""
    person = person_by_id(request.actor, person_id)
    form = CorrectForm(request.POST, person=person)
    return _by_form(request, person_id, form, lambda: form.perform(request.actor), "correct")


@staff("person.edit")
def note(request: StaffRequest, person_id: UUID) -> HttpResponseBase:
    """Note a need or a role."""
    person_by_id(request.actor, person_id)
    form = NeedForm(request.POST, kinds=tag_kinds(), held=set())
    return _by_form(request, person_id, form, lambda: form.perform(request.actor, person_id), "form_need")


@staff("person.edit")
def left(request: StaffRequest, person_id: UUID) -> HttpResponseBase:
    """He is no longer of this neighbourhood."""
    person_by_id(request.actor, person_id)
    return _act(request, person_id, lambda: person_left(actor=request.actor, person_id=person_id))


@staff("person.open")
def open_it(request: StaffRequest, person_id: UUID, field: str) -> HttpResponseBase:
    """Open a number: purpose and reason first, on record before it appears, shown once."""
    person = person_by_id(request.actor, person_id)
    if field not in NUMBERS:
        raise NotFound(_("There is no such number."), code="number_missing")
    if request.method != "POST":
        return redirect("desk:person", person_id)
    asked = {"purpose": request.POST.get("purpose", ""), "reason": request.POST.get("reason", "")}
    context: dict[str, Any] = {"person": person, "one": _number(person, field) | asked, "purposes": purposes()}
    status = HTTPStatus.OK
    try:
        context["opened"] = open_number(actor=request.actor, person=person, column=NUMBERS[field], **asked)
    except FAULTS as error:
        context["wrong"], status = _(str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    if is_part(request):
        return part(request, "desk/homes/_number.html", context, status=status)
    return answer(request, "desk/homes/number.html", context, tab="register", status=status)


@staff("person.edit")
def need(request: StaffRequest, tag_id: int) -> HttpResponseBase:
    """One tap on a need: it still holds, or it has ended. From the page of a home its page is answered."""
    actor, given = request.actor, request.POST
    person = person_of_tag(actor, tag_id)
    source = given.get("source", Source.DOOR.value)
    acts: dict[str, Act] = {
        "still": lambda: still_true(actor=actor, tag_id=tag_id, source=source),
        "end": lambda: end_tag(actor=actor, tag_id=tag_id),
    }
    do = acts.get(given.get("do", ""))
    if request.method != "POST":
        return redirect("desk:person", person.id)
    if do is None:
        raise NotFound(_("There is no such act."), code="act_unknown")
    if given.get("at") == "home" and person.home_id is not None:
        return act_on(request, person.home_id, do)
    return _act(request, person.id, do)


def _act(request: StaffRequest, person_id: UUID, act: Act) -> HttpResponseBase:
    if request.method != "POST":
        return redirect("desk:person", person_id)
    try:
        with transaction.atomic():
            act()
    except FAULTS as error:
        return _shown(request, person_id, wrong=_(str(error)))
    return _done(request, person_id)


def _by_form(request: StaffRequest, person_id: UUID, form: Any, perform: Act, name: str) -> HttpResponseBase:
    if request.method != "POST":
        return redirect("desk:person", person_id)
    if form.is_valid():
        try:
            with transaction.atomic():
                perform()
        except FAULTS as error:
            form.blame(error)
        else:
            return _done(request, person_id)
    return _shown(request, person_id, **{name: form})


def _done(request: StaffRequest, person_id: UUID) -> HttpResponseBase:
    if is_part(request):
        return _shown(request, person_id, said=_("Kept."))
    messages.success(request, _("Kept."))
    return redirect(back_to(request, reverse("desk:person", args=[person_id])))


def _shown(request: StaffRequest, person_id: UUID, *, said: str = "", **forms: Any) -> HttpResponseBase:
    status = HTTPStatus.OK if said else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {**page(request.actor, person_by_id(request.actor, person_id), **forms), "said": said}
    if is_part(request):
        return part(request, "desk/homes/_person.html", context, status=status)
    return answer(request, "desk/homes/person.html", context, tab="register", status=status)
