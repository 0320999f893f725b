from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.access.api import StaffRequest, staff
from linli.kernel.errors import LinliError, NotFound
from linli.kernel.phrases import gettext_noop
from linli.register.canvass.api import (
    CanvassAct,
    CanvassState,
    Channel,
    Mismatch,
    Outcome,
    TargetState,
    attempts_at,
    canvass_by_id,
    canvasses,
    change_canvass,
    compare_with_register,
    homes_with_gaps,
    leave_out,
    progress,
    remaining,
    take_back,
    target_by_id,
)
from linli.territory.api import area_by_id
from linli.web.desk.canvass.forms import CompareForm, DrawUpForm, TryForm
from linli.web.desk.pages import answer

PAGE = 60
MISMATCHES = {
    "address": gettext_noop("There is no such home here"),
    "unknown": gettext_noop("Nobody of this name is registered"),
    "elsewhere": gettext_noop("Registered in another home"),
    "absent": gettext_noop("Registered here, not on the list"),
}


@staff("canvass.walk")
def index(request: StaffRequest) -> HttpResponseBase:
    """Every canvass of one's area, open ones first."""
    rows = [(one, _(CanvassState(one.state).label)) for one in canvasses(request.actor)[:200]]
    return answer(
        request, "desk/canvass/index.html", {"rows": rows, "may_run": request.actor.can("canvass.run")}, tab="register"
    )


@staff("canvass.run")
def new(request: StaffRequest) -> HttpResponseBase:
    """Draw one up."""
    area = area_by_id(request.actor.area_id)
    form = DrawUpForm(request.POST or None, actor=request.actor, area=area)
    if request.method == "POST" and form.is_valid():
        try:
            made = form.perform()
        except LinliError as error:
            form.add_error(None, _(str(error)))
        else:
            messages.success(request, _("Drawn up. Look at the homes, then open it."))
            return redirect("desk:canvass", made.id)
    return answer(request, "desk/canvass/new.html", {"form": form}, tab="register", status=_status(request))


@staff("canvass.walk")
def show(request: StaffRequest, canvass_id: UUID) -> HttpResponseBase:
    """How far it is, and the homes that are left in the order of a walk."""
    canvass = canvass_by_id(request.actor, canvass_id)
    gapped = request.GET.get("list") == "gaps"
    rows = homes_with_gaps(request.actor, canvass) if gapped else remaining(request.actor, canvass)
    done = progress(request.actor, canvass)
    context = {
        "canvass": canvass,
        "state": _(CanvassState(canvass.state).label),
        "done": done,
        "states": [(_(state.label), n) for state, n in done.by_state.items()],
        "channels": [(_(channel.label), n) for channel, n in done.by_channel.items()],
        "acts": _acts(request, CanvassState(canvass.state)),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "gapped": gapped,
    }
    return answer(request, "desk/canvass/show.html", context, tab="register")


def _acts(request: StaffRequest, state: CanvassState) -> list[tuple[str, str]]:
    words = {
        CanvassState.DRAFT: (CanvassAct.OPEN, _("Open it")),
        CanvassState.OPEN: (CanvassAct.CLOSE, _("End it")),
        CanvassState.CLOSED: (CanvassAct.REOPEN, _("Open it again")),
    }
    return [words[state]] if request.actor.can("canvass.run") else []


@require_POST
@staff("canvass.run")
def change(request: StaffRequest, canvass_id: UUID, act: str) -> HttpResponseBase:
    """Open, end or reopen it."""
    if act not in set(CanvassAct):
        raise NotFound(_("There is no such page."), code="page_unknown")
    change_canvass(actor=request.actor, canvass_id=canvass_id, act=CanvassAct(act))
    return redirect("desk:canvass", canvass_id)


@staff("canvass.walk")
def home(request: StaffRequest, canvass_id: UUID, target_id: int) -> HttpResponseBase:
    """One home: what was tried, and the next try. Done, the next home of the list opens by itself."""
    canvass = canvass_by_id(request.actor, canvass_id)
    target = target_by_id(request.actor, canvass, target_id)
    form = TryForm(request.POST or None, target=target)
    if request.method == "POST" and form.is_valid():
        try:
            form.perform(request.actor)
        except LinliError as error:
            form.add_error(None, _(str(error)))
        else:
            messages.success(request, _("Kept."))
            following = remaining(request.actor, canvass).exclude(id=target_id).first()
            return (
                redirect("desk:canvass_home", canvass_id, following.id)
                if following
                else redirect("desk:canvass", canvass_id)
            )
    tried = [(one, _(Channel(one.channel).label), _(Outcome(one.outcome).label)) for one in attempts_at(target)]
    context = {
        "canvass": canvass, "target": target, "form": form, "tried": tried,
        "state": _(TargetState(target.state).label), "left": target.state in {"waiting", "tried"},
        "open": canvass.state == CanvassState.OPEN,
    }  # fmt: skip
    return answer(request, "desk/canvass/home.html", context, tab="register", status=_status(request))


@require_POST
@staff("canvass.walk")
def leave(request: StaffRequest, canvass_id: UUID, target_id: int) -> HttpResponseBase:
    """Leave a home out, with a reason."""
    leave_out(actor=request.actor, target_id=target_id, words=request.POST.get("words", ""))
    return redirect("desk:canvass", canvass_id)


@require_POST
@staff("canvass.walk")
def back(request: StaffRequest, canvass_id: UUID, target_id: int) -> HttpResponseBase:
    """Put a home back on the remaining list."""
    take_back(actor=request.actor, target_id=target_id)
    return redirect("desk:canvass_home", canvass_id, target_id)


@staff("person.edit")
def compare(request: StaffRequest) -> HttpResponseBase:
    """Hold another list against the register. Nothing of the list is kept."""
    form = CompareForm(request.POST or None)
    found: list[tuple[Mismatch, str]] | None = None
    if request.method == "POST" and form.is_valid():
        area = area_by_id(request.actor.area_id)
        claims = form.cleaned_data["lines"]
        found = [(one, _(MISMATCHES[one.kind])) for one in compare_with_register(request.actor, area, claims)]
    status = HTTPStatus.OK if found is not None else _status(request)
    return answer(request, "desk/canvass/compare.html", {"form": form, "found": found}, tab="register", status=status)


def _status(request: StaffRequest) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
