"""The page of a home, and what is done there: its use, its people, a look at it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from linli.access.api import StaffRequest, staff
from linli.kernel.errors import NotFound
from linli.register.households.api import (
    ask_look,
    check_home,
    home_of_household,
    home_of_member,
    home_story,
    household_moves_out,
    member_leaves,
    set_relation,
)
from linli.register.places.api import home_by_id, set_use
from linli.web.desk.homes import home
from linli.web.desk.homes.forms import FAULTS, MoveInForm
from linli.web.desk.pages import answer, is_part, part

Act = Callable[[], object]


@staff("register.read")
def show(request: StaffRequest, home_id: int) -> HttpResponseBase:
    """The page of a home."""
    return answer(request, "desk/homes/home.html", home.page(request.actor, home_id), tab="register")


@staff("place.edit")
def use(request: StaffRequest, home_id: int) -> HttpResponseBase:
    """Say what the home is used for."""
    chosen = request.POST.get("use", "")
    return act_on(request, home_id, lambda: set_use(actor=request.actor, home_id=home_id, use=chosen))


@staff("place.edit")
def ask(request: StaffRequest, home_id: int) -> HttpResponseBase:
    """Ask that somebody looks at the home."""
    return act_on(request, home_id, lambda: ask_look(actor=request.actor, home_id=home_id))


@staff("person.edit")
def check(request: StaffRequest, home_id: int) -> HttpResponseBase:
    """One tap: looked at, all as noted, or noted anew. Asked from the list of homes to look at, its row is answered."""
    found = request.POST.get("found", "")

    def look() -> object:
        return check_home(actor=request.actor, home_id=home_id, found=found)

    if request.method == "POST" and request.POST.get("row") and is_part(request):
        return part(request, "desk/homes/_checked.html", {"home": look()})
    return act_on(request, home_id, look)


@staff("person.edit")
def member(request: StaffRequest, member_id: int) -> HttpResponseBase:
    """A member leaves, or is something else to the head of the household."""
    actor, given = request.actor, request.POST
    home_id = home_of_member(actor, member_id)
    acts: dict[str, Act] = {
        "leave": lambda: member_leaves(actor=actor, member_id=member_id, gone=given.get("gone") == "on"),
        "relation": lambda: set_relation(actor=actor, member_id=member_id, relation=given.get("relation", "")),
    }
    return act_on(request, home_id, acts.get(given.get("do", ""), _unknown))


@staff("person.edit")
def move_out(request: StaffRequest, household_id: UUID) -> HttpResponseBase:
    """Everybody of a household moves out."""
    actor, gone = request.actor, request.POST.get("gone") == "on"
    home_id = home_of_household(actor, household_id)
    return act_on(request, home_id, lambda: household_moves_out(actor=actor, household_id=household_id, gone=gone))


@staff("person.edit")
def move_in_page(request: StaffRequest, home_id: int) -> HttpResponseBase:
    """Somebody moves in. GET asks; POST does it, or asks what is not clear yet."""
    story = home_story(request.actor, home_id)
    form = MoveInForm(request.POST or None, actor=request.actor, story=story)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if tried(form, form.perform):
            messages.success(request, _("%(name)s is noted in this home.") % {"name": form.cleaned_data["name"]})
            return redirect("desk:home", home_id)
    context = {"story": story, "home": story.home, "form": form}
    return answer(request, "desk/homes/move_in.html", context, tab="register", status=status)


def tried(form: MoveInForm, perform: Act) -> bool:
    """Do what a valid form says; what goes wrong stands in the form."""
    if not form.is_valid():
        return False
    try:
        perform()
    except FAULTS as error:
        form.blame(error)
        return False
    return True


def act_on(request: StaffRequest, home_id: int, act: Act) -> HttpResponseBase:
    """Do an act on a home and answer with its page as it stands then; a fault is told on it (422)."""
    if request.method != "POST":
        return redirect("desk:home", home_by_id(request.actor, home_id).id)
    wrong = ""
    try:
        with transaction.atomic():
            act()
    except FAULTS as error:
        wrong = _(str(error))
    if is_part(request):
        context = {**home.page(request.actor, home_id, wrong=wrong), "said": "" if wrong else _("Kept.")}
        return part(request, "desk/homes/_home.html", context, status=_status(wrong))
    if wrong:
        context = home.page(request.actor, home_id, wrong=wrong)
        return answer(request, "desk/homes/home.html", context, tab="register", status=_status(wrong))
    messages.success(request, _("Kept."))
    return redirect(back_to(request, reverse("desk:home", args=[home_id])))


def back_to(request: StaffRequest, otherwise: str) -> str:
    """Where the form said it stands (`back`), if that is a page of ours."""
    back = request.POST.get("back", "")
    return back if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None) else otherwise


def _status(wrong: str) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK


def _unknown() -> object:
    raise NotFound(_("There is no such act."), code="act_unknown")
