"""Records that may be one person: side by side, merged, taken apart again, or said to be two people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.access.api import Principal, StaffRequest, staff
from linli.calendar.api import today
from linli.kernel.errors import WrongState
from linli.register.households.api import memberships_of, merge_people, undo_merge
from linli.register.people.api import Person, keep_apart, likely_duplicates, person_by_id, tags_of
from linli.web.desk import words
from linli.web.desk.homes import shown
from linli.web.desk.homes.forms import FAULTS
from linli.web.desk.pages import answer


@staff("person.edit")
def index(request: StaffRequest) -> HttpResponseBase:
    """The pairs of one committee about which nobody has decided."""
    area, own = shown.committee(request.actor, request.GET.get("area", ""))
    now = today()
    found = likely_duplicates(request.actor, area_id=area.id)
    rows = [(pair, shown.listed([pair.one, pair.other], now), [_(why.label) for why in pair.why]) for pair in found]
    return answer(request, "desk/homes/duplicates.html", {"rows": rows, "area": area, "areas": own}, tab="register")


@staff("person.edit")
def pair(request: StaffRequest, one_id: UUID, other_id: UUID) -> HttpResponseBase:
    """Two records side by side. POST `do`: `one` or `other` is kept, or `apart`."""
    actor = request.actor
    one, other = person_by_id(actor, one_id), person_by_id(actor, other_id)
    wrong = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                return _decided(request, one, other)
        except FAULTS as error:
            wrong = _(str(error))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return answer(
        request, "desk/homes/pair.html", _side_by_side(actor, one, other, wrong), tab="register", status=status
    )


def _decided(request: StaffRequest, one: Person, other: Person) -> HttpResponseBase:
    do, actor = request.POST.get("do", ""), request.actor
    if do == "apart":
        keep_apart(actor=actor, one_id=one.id, other_id=other.id)
        messages.success(request, _("They are two people. The pair is not shown again."))
        return redirect("desk:duplicates")
    if do not in ("one", "other"):
        raise WrongState(_("Say which record is to be kept."), code="merge_which")
    keep, drop = (one, other) if do == "one" else (other, one)
    merge_people(actor=actor, keep_id=keep.id, drop_id=drop.id)
    messages.success(request, _("The two records are one now. It can be undone on this page."))
    return redirect("desk:person", keep.id)


@staff("person.edit")
def undo(request: StaffRequest, verdict_id: int) -> HttpResponseBase:
    """Take a merge back."""
    if request.method != "POST":
        return redirect("desk:duplicates")
    verdict = undo_merge(actor=request.actor, verdict_id=verdict_id)
    messages.success(request, _("They are two records again, as they were before."))
    return redirect("desk:duplicate", *sorted((verdict.keep_id, verdict.drop_id)))


def _side_by_side(actor: Principal, one: Person, other: Person, wrong: str) -> dict[str, Any]:
    now = today()
    needs = tags_of(actor, [one.id, other.id])
    columns = [_facts(actor, person, [str(tag) for tag in needs.get(person.id, [])], now) for person in (one, other)]
    rows = [(what, left, right, left != right) for (what, left), (_w, right) in zip(*columns, strict=True)]
    gone = one.merged_into_id is not None or other.merged_into_id is not None
    return {"one": one, "other": other, "rows": rows, "wrong": wrong, "decided": gone}


def _facts(actor: Principal, person: Person, needs: list[str], now: Any) -> list[tuple[str, str]]:
    homes = [str(member.household.home) for member in memberships_of(actor, person.id) if member.until is None]
    return [
        (_("Name"), person.name),
        (_("Born on"), f"{shown.day(person.born_on)} {shown.years(person.born_on, now)}".strip()),
        (_("Sex"), shown.sex_word(person.sex)),
        (_("ID number"), person.id_mask),
        (pgettext("person", "Phone"), person.phone_mask),
        (_("Home"), str(person.home) if person.home else ""),
        (_("Households"), "\n".join(homes)),
        (_("Needs and roles"), words.listed(needs)),
        (_("Last confirmed"), shown.day(person.checked_on)),
    ]
