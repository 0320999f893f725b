"""Who answers for my building: the cards of those who agreed to be shown. For everybody, without an account."""

from __future__ import annotations

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from linli.access.api import PublicRequest, public
from linli.kernel.text import normalise
from linli.register.duty.api import ShownCard, cards_at
from linli.register.places.api import Place, PlaceKind, find_places

MOST = 12
ASKABLE = (PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP, PlaceKind.BUILDING)


@public
@require_GET
def who(request: PublicRequest) -> HttpResponse:
    """The cards of a place (`?place=`), or the search for one (`?q=`)."""
    asked = request.GET.get("place", "")
    look = normalise(request.GET.get("q", ""), max_length=60, multiline=False)
    address, shown = cards_at(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 19 else ("", [])
    context = {
        "address": address, "look": look, "found": _found(look), "levels": _levels(shown), "at": "who",
        "url": request.build_absolute_uri(f"{reverse('resident:who')}?place={asked}") if address else "",
    }  # fmt: skip
    context["qr"] = qr(str(context["url"])) if address else ""
    return render(request, "resident/who.html", context)


def _found(look: str) -> list[Place]:
    return [place for place in find_places(look, limit=MOST * 2) if place.kind in ASKABLE][:MOST] if look else []


def _levels(shown: list[ShownCard]) -> list[tuple[str, list[ShownCard]]]:
    """The cards by level, the nearest level first."""
    levels: dict[str, list[ShownCard]] = {}
    for card in shown:
        levels.setdefault(card.level, []).append(card)
    return list(levels.items())


def qr(url: str) -> str:
    """An address as a QR code: an SVG picture in a data address."""
    drawn = segno.make(url, error="m", micro=False)
    return str(drawn.svg_data_uri(scale=4, border=2))
