"""The lists: what is station duty and what it demands here; overrides by a town, admission by the district."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from linli.access.api import Principal, StaffRequest, staff
from linli.accounts.api import WIDE_ROLES
from linli.catalogue.api import ListKind
from linli.kernel.errors import LinliError
from linli.web.desk import items, words
from linli.web.desk.forms_items import AdmitForm, OverrideForm
from linli.web.desk.pages import answer


def _path(actor: Principal) -> str | None:
    """Where the lists are read: at one's own area, for the district as they stand."""
    return None if actor.role in WIDE_ROLES else actor.area_path


@staff("catalogue.read")
def index(request: StaffRequest) -> HttpResponseBase:
    """One of the three lists, or the topics outside them."""
    kind = request.GET.get("list", "")
    kinds = [(one.value, words.list_name(one)) for one in ListKind]
    asked = request.GET.get("q", "").strip()[:40]
    rows = items.rows(_path(request.actor), kind if kind in {k for k, _word in kinds} else "", asked)
    context = {
        "rows": rows,
        "kinds": kinds,
        "kind": kind,
        "asked": asked,
        "outside": items.outside() if kind == "outside" else [],
        "may_admit": request.actor.can("catalogue.admit"),
    }
    return answer(request, "desk/items.html", context, tab="items")


@staff("catalogue.read")
def item(request: StaffRequest, code: str) -> HttpResponseBase:
    """One item: limits, evidence, closing condition, and what the town set for itself."""
    found = items.detail(code, _path(request.actor))
    form = (
        OverrideForm(code=code, area_path=request.actor.area_path) if request.actor.can("catalogue.override") else None
    )
    context = {"item": found, "form": form, "feeds": items.feeds(code)}
    return answer(request, "desk/item.html", context, tab="items")


@staff("catalogue.override")
def override(request: StaffRequest, code: str) -> HttpResponseBase:
    """The town's own limits, with a reason; equal to the district's, they are taken back."""
    if request.method != "POST":
        return redirect("desk:item", code)
    actor = request.actor
    form = OverrideForm(request.POST, code=code, area_path=actor.area_path)
    if form.is_valid():
        try:
            form.perform(actor)
        except LinliError as error:
            form.add_error(None, _(str(error)))
        else:
            messages.success(request, str(form.done))
            return redirect("desk:item", code)
    context = {"item": items.detail(code, _path(actor)), "form": form, "feeds": items.feeds(code)}
    return answer(request, "desk/item.html", context, tab="items", status=HTTPStatus.UNPROCESSABLE_ENTITY)


@staff("catalogue.admit")
def admit(request: StaffRequest) -> HttpResponseBase:
    """Put a matter to the five tests; passed, it stands on the list at once."""
    form = AdmitForm(request.POST) if request.method == "POST" else AdmitForm()
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                outcome = form.perform(request.actor)
            except LinliError as error:
                form.add_error(None, _(str(error)))
            else:
                return _admitted(request, form, outcome.admitted)
    return answer(request, "desk/admit.html", {"form": form}, tab="items", status=status)


def _admitted(request: StaffRequest, form: AdmitForm, admitted: bool) -> HttpResponseBase:
    if admitted:
        messages.success(request, _("It stands on the list now."))
        return redirect("desk:item", form.cleaned_data["code"])
    messages.warning(request, _("Not admitted: it did not pass all five tests. The answers are on record."))
    return redirect("desk:items")
