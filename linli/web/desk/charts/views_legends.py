"""The legend editor: a row for each value, a chart that shows at once what comes of it, in colour and in grey."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from django.contrib import messages
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from linli.access.api import StaffRequest, staff
from linli.kernel.errors import LinliError, NotFound
from linli.register.charts.api import (
    MAX_LABEL,
    PALETTE,
    VALUES,
    Fault,
    Layer,
    Reading,
    Shape,
    Sign,
    faults_of,
    legend_history,
    legends_at,
    restore_legend,
    retire_legend,
    save_legend,
)
from linli.web.desk.charts import glyphs
from linli.web.desk.charts.draw import said
from linli.web.desk.charts.glyphs import Signal
from linli.web.desk.pages import answer, part

SAMPLE_FLOORS = 5
FIELDS = ("colour", "own", "shape", "letter", "zh", "en")
OWN = "own"
"""The choice of a colour that is not of the palette."""


def _layer(said_layer: str) -> Layer:
    found = next((layer for layer in Layer if layer.value == said_layer), None)
    if found is None:
        raise NotFound(_("There is no such legend here."), code="legend_unknown")
    return found


@staff("legend.edit")
def index(request: StaffRequest) -> HttpResponseBase:
    """Every layer with the legend that holds here."""
    held = legends_at(request.actor.area_path, list(Layer))
    rows = [
        (layer.value, _(layer.label), [said(sign) for sign in held[layer].signs], held[layer]) for layer in Layer
    ]  # fmt: skip
    return answer(request, "desk/charts/legends.html", {"rows": rows}, tab="register")


@staff("legend.edit")
def legend(request: StaffRequest, layer: str) -> HttpResponseBase:
    """Edit the legend of one layer, and see its versions."""
    of = _layer(layer)
    held = legends_at(request.actor.area_path, [of])[of]
    if request.method != "POST":
        return _page(request, of, held.signs, [])
    signs = signs_from(request.POST, of)
    try:
        save_legend(actor=request.actor, layer=of, signs=signs, note=request.POST.get("note", ""))
    except LinliError as error:
        faults = faults_of(of, signs)
        if not faults:
            messages.error(request, str(error))
        return _page(request, of, signs, faults, HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Kept as a new version; it holds from now on."))
    return redirect("desk:legend", of.value)


def signs_from(given: QueryDict, layer: Layer) -> tuple[Sign, ...]:
    """The signs a form holds, one for each value of the layer."""
    return tuple(_sign(given, value) for value in VALUES[layer])


def _sign(given: QueryDict, value: str) -> Sign:
    said_of = {name: given.get(f"{name}-{value}", "").strip()[:60] for name in FIELDS}
    colour = said_of["own"].lower() if said_of["colour"] == OWN else said_of["colour"]
    return Sign(value, colour, said_of["shape"], said_of["letter"], said_of["zh"], said_of["en"])


def _page(
    request: StaffRequest, layer: Layer, signs: Iterable[Sign], faults: list[Fault], status: int = HTTPStatus.OK
) -> HttpResponseBase:
    signs = tuple(signs)
    history = list(legend_history(request.actor, layer))
    context = {
        "layer": layer.value,
        "name": _(layer.label),
        "rows": [(sign, sign.colour not in PALETTE, _wrong(faults, sign.value)) for sign in signs],
        "colours": [(one.token, _(one.label)) for one in PALETTE.values()],
        "shapes": [(shape.value, _(shape.label)) for shape in Shape],
        "most": MAX_LABEL,
        "history": history,
        "holds": next((one.id for one in history if one.area_id and not one.retired_at), None),
        **_preview(layer, signs, faults),
    }
    return answer(request, "desk/charts/legend.html", context, tab="register", status=status)


def _wrong(faults: list[Fault], value: str) -> bool:
    return any(value in fault.values for fault in faults)


@staff("legend.edit")
def preview(request: StaffRequest, layer: str) -> HttpResponseBase:
    """What the rows as they stand would look like, and why they would be refused. Keeps nothing."""
    of = _layer(layer)
    signs = signs_from(request.POST if request.method == "POST" else request.GET, of)
    return part(request, "desk/charts/_preview.html", _preview(of, signs, faults_of(of, signs)))


def _preview(layer: Layer, signs: tuple[Sign, ...], faults: list[Fault]) -> dict[str, object]:
    whole = tuple(sign for sign in signs if sign.shape in {shape.value for shape in Shape})
    return {
        "faults": [_(fault.message) % fault.params for fault in faults],
        "screen": _sample(layer, whole, "a-", paper=False),
        "paper": _sample(layer, whole, "b-", paper=True),
        "legend_rows": [(sign, said(sign)) for sign in whole],
    }


def _sample(layer: Layer, signs: tuple[Sign, ...], prefix: str, *, paper: bool) -> SafeString:
    """A small building in which every sign stands beside every other."""
    signal = Signal(Reading(layer, signs, 0, None))
    pairs = [(one.value, one.value) for one in signs]
    symbols = glyphs.definitions(signal, signal, pairs, prefix=prefix, paper_only=paper)
    rows = []
    for floor in range(SAMPLE_FLOORS if signs else 0):
        turned = [signs[(at * (floor + 1) + floor) % len(signs)] for at in range(len(signs))]
        cells = glyphs.joined(glyphs.sample_cell(f"{prefix}g-{one.value}-{one.value}", one.letter) for one in turned)
        rows.append(glyphs.sample_row(cells))
    return glyphs.joined([symbols, glyphs.sample_table(glyphs.joined(rows))])


@staff("legend.edit")
def restore(request: StaffRequest, layer: str) -> HttpResponseBase:
    """Let an earlier version, or the shipped one, hold again as the newest."""
    return _act(request, layer, restore_legend, _("It holds again, as a new version."))


@staff("legend.edit")
def retire(request: StaffRequest, layer: str) -> HttpResponseBase:
    """Take a version out of use."""
    return _act(request, layer, retire_legend, _("The version is out of use; the one before it holds."))


def _act(request: StaffRequest, layer: str, act: object, done: str) -> HttpResponseBase:
    of, which = _layer(layer), request.POST.get("legend", "")
    if request.method == "POST" and callable(act):
        act(actor=request.actor, legend_id=int(which) if which.isascii() and which.isdigit() and len(which) < 19 else 0)
        messages.success(request, done)
    return redirect("desk:legend", of.value)
