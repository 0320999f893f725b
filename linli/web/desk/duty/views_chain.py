"""Chains and their levels."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from linli.access.api import StaffRequest, staff
from linli.kernel.errors import InvalidInput, LinliError
from linli.register.duty.api import (
    Chain,
    ChainLevel,
    add_chain,
    add_level,
    chain_by_id,
    change_chain,
    change_level,
    charges_by_level,
    level_by_id,
    preset,
    presets,
    raise_level,
    remove_level,
)
from linli.territory.api import area_by_id
from linli.web.desk.duty import words
from linli.web.desk.duty.forms import ChainForm, LevelForm, NewChainForm
from linli.web.desk.pages import answer
from linli.web.desk.words import listed, named


@staff("duty.edit")
def new(request: StaffRequest) -> HttpResponseBase:
    """Begin a chain over one's own area: one of those that are shipped, or an empty one."""
    offered = [
        (code, f"{one} ({listed(named(level.name, level.name_en) for level in one.levels)})")
        for code, one in presets().items()
    ]
    form = NewChainForm(request.POST or None, presets=offered)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                made = _begin(request, form)
            except LinliError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The chain stands. Lay the charges level by level."))
                return redirect("desk:duty_chain", made.id)
    return answer(request, "desk/duty/chain_new.html", {"form": form}, tab="register", status=status)


def _begin(request: StaffRequest, form: NewChainForm) -> Chain:
    area = area_by_id(request.actor.area_id)
    name = form.cleaned_data["name"]
    if not form.cleaned_data["preset"]:
        return add_chain(actor=request.actor, area=area, name=name)
    shipped = preset(form.cleaned_data["preset"])
    return add_chain(
        actor=request.actor, area=area, name=name or shipped.name, name_en="" if name else shipped.name_en,
        levels=shipped.levels,
    )  # fmt: skip


@staff("register.read")
def show(request: StaffRequest, chain_id: int) -> HttpResponseBase:
    """A chain with its levels; who leads its area may change them."""
    chain = chain_by_id(chain_id)
    if request.method == "POST":
        form = ChainForm(request.POST)
        if form.is_valid():
            try:
                change_chain(actor=request.actor, chain_id=chain.id, **form.cleaned_data)
            except InvalidInput as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Kept."))
                return redirect("desk:duty_chain", chain.id)
        return _page(request, chain, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _page(request, chain)


def _page(
    request: StaffRequest,
    chain: Chain,
    *,
    form: ChainForm | None = None,
    wrong: tuple[int, LevelForm] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponseBase:
    held = charges_by_level(chain.id)
    may = request.actor.can("duty.edit") and request.actor.covers(chain.area.path)
    levels = [
        (level, words.laid_words(level.laid_on), held.get(level.id, 0), _form(level, wrong))
        for level in chain.levels.all()
    ]
    context = {
        "chain": chain, "levels": levels, "may": may,
        "form": form or ChainForm(initial={"name": chain.name, "name_en": chain.name_en, "is_active": chain.is_active}),
        "new": wrong[1] if wrong and wrong[0] == 0 else LevelForm(auto_id="new-%s"), "wrong": wrong[0] if wrong else -1,
    }  # fmt: skip
    return answer(request, "desk/duty/chain.html", context, tab="register", status=status)


def _form(level: ChainLevel, wrong: tuple[int, LevelForm] | None) -> LevelForm:
    if wrong and wrong[0] == level.id:
        return wrong[1]
    kept = {name: getattr(level, name) for name in LevelForm.base_fields}
    return LevelForm(initial=kept, auto_id=f"level{level.id}-%s")


@staff("duty.edit")
def add(request: StaffRequest, chain_id: int) -> HttpResponseBase:
    """Add a level below the lowest."""
    chain = chain_by_id(chain_id)
    if request.method != "POST":
        return redirect("desk:duty_chain", chain.id)
    form = LevelForm(request.POST, auto_id="new-%s")
    if form.is_valid():
        try:
            add_level(actor=request.actor, chain_id=chain.id, draft=form.draft())
        except LinliError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The level was added."))
            return redirect("desk:duty_chain", chain.id)
    return _page(request, chain, wrong=(0, form), status=HTTPStatus.UNPROCESSABLE_ENTITY)


@staff("duty.edit")
def change(request: StaffRequest, level_id: int) -> HttpResponseBase:
    """Change a level, put it one higher, or take it out."""
    level = level_by_id(level_id)
    if request.method != "POST":
        return redirect("desk:duty_chain", level.chain_id)
    asked = request.POST.get("do", "")
    if asked in ("raise", "remove"):
        return _move(request, level, asked)
    form = LevelForm(request.POST, auto_id=f"level{level.id}-%s")
    if form.is_valid():
        try:
            change_level(actor=request.actor, level_id=level.id, draft=form.draft())
        except LinliError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kept."))
            return redirect("desk:duty_chain", level.chain_id)
    chain = chain_by_id(level.chain_id)
    return _page(request, chain, wrong=(level.id, form), status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _move(request: StaffRequest, level: ChainLevel, asked: str) -> HttpResponseBase:
    if asked == "raise":
        raise_level(actor=request.actor, level_id=level.id)
    else:
        remove_level(actor=request.actor, level_id=level.id)
        messages.success(request, _("The level is gone."))
    return redirect("desk:duty_chain", level.chain_id)
