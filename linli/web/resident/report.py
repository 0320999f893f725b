"""随手报: photo, place, kind, send. One plain form; every piece that a script adds has a way without it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linli.access.api import PublicRequest, open_to_all, public
from linli.casework.cases.api import photo_in_sight
from linli.casework.intake.api import Near, Receipt, link_of, near, receive_report
from linli.catalogue.api import spec_for
from linli.files.api import KEPT_TYPE, PhotoSize, open_photo, photos_for
from linli.kernel.clock import now
from linli.kernel.errors import Conflict, LinliError, NotFound
from linli.kernel.text import normalise
from linli.register.places.api import outline
from linli.territory.api import area_by_id
from linli.web.resident import kinds, mine, places
from linli.web.resident.filled import Filled, asked_for, position, read, take_photos

UNPROCESSABLE = 422


@open_to_all
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first screen: one large button, and what this phone has reported."""
    return render(request, "resident/home.html", {"kept": mine.kept(request)[:3], "at": "home"})


@public
@require_http_methods(["GET", "POST"])
def report(request: PublicRequest) -> HttpResponseBase:
    """The form; sending it answers with the page that follows the report."""
    if request.method == "GET":
        return _form(request, asked_for(request))
    filled = read(request)
    told = take_photos(request.FILES.getlist("photos"), filled.photos, purpose="report")
    if told or "look" in request.POST:
        return _form(request, filled, errors=told)
    if not filled.same and similar(filled):
        return _form(
            request,
            filled,
            errors=[_("Somebody reported something like this: is it the same? See below.")],
        )
    return _send(request, filled)


def _send(request: PublicRequest, filled: Filled) -> HttpResponseBase:
    try:
        receipt = _receive(request, filled)
    except Conflict as error:
        return _there_already(request, error)
    except LinliError as error:
        return _form(request, filled, errors=[_(str(error))])
    response = _go(request, receipt.link)
    mine.keep(request, response, mine.Kept(receipt.link, receipt.number, receipt.received_at))
    return response


def _receive(request: PublicRequest, filled: Filled) -> Receipt:
    """Hand the report in; a photo that has gone meanwhile is told as such, not as a fault."""
    try:
        with transaction.atomic():
            return receive_report(actor=request.actor, draft=filled.draft(get_language() or ""))
    except NotFound:
        left = {photo.id for photo in photos_for(filled.photos)}
        if left >= set(filled.photos):
            raise
        filled.photos = [one for one in filled.photos if one in left]
        raise NotFound(_("A photo is no longer there. Please add it again."), code="photo_unknown") from None


def _there_already(request: PublicRequest, error: Conflict) -> HttpResponseBase:
    """The form had arrived before and was changed since: lead to what arrived, where more can be added.

    The key in the form is the sender's secret, so whoever holds it may have the link.
    """
    matter = UUID(str((error.detail or {})["id"]))
    return _go(request, link_of(matter), again=True)


def _go(request: PublicRequest, secret: str, *, again: bool = False) -> HttpResponseBase:
    response = redirect("resident:follow", secret=secret)
    response["Location"] += "?again=1" if again else "?new=1"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
    return response


def similar(filled: Filled) -> list[Near]:
    """Open matters of the same kind close by, by the item's own radius and days."""
    spot = filled.spot
    if spot is None or not filled.item_code:
        return []
    spec = spec_for(filled.item_code)
    return list(
        near(at=spot, item_code=spec.code, radius_m=spec.duplicate_radius_m, days=spec.duplicate_days, now=now())
    )


def _form(request: PublicRequest, filled: Filled, *, errors: list[str] | None = None) -> HttpResponse:
    context = {"filled": filled, "errors": errors or [], "at": "home", **_place_part(filled), **_kind_part(filled)}
    response = render(request, "resident/report.html", context, status=UNPROCESSABLE if errors else 200)
    patch_cache_control(response, no_store=True)
    return response


def _place_part(filled: Filled) -> dict[str, object]:
    leaf = filled.leaf
    return {"filled": filled, "offers": places.offers(filled), "leaf": leaf}


def _kind_part(filled: Filled) -> dict[str, object]:
    return {
        "filled": filled,
        "choices": kinds.choices(filled.leaf, filled.words, filled.kind),
        "other": kinds.OTHER,
        "owner": kinds.owner_outside(filled.words) if filled.kind in ("", kinds.OTHER) else None,
        "similar": similar(filled),
        "usual": kinds.usual_time(spec_for(filled.item_code)) if filled.item_code else "",
    }


@public
@require_http_methods(["GET", "POST"])
def place_part(request: PublicRequest) -> HttpResponse:
    """The list of places for a search (`q`), or for a position, which is posted so that it stays out of logs."""
    look = normalise(request.GET.get("q", ""), max_length=60, multiline=False)
    filled = Filled(look=look, here=position(request.POST))
    return render(request, "resident/parts/places.html", _place_part(filled))


@public
@require_POST
def kind_part(request: PublicRequest) -> HttpResponse:
    """The kinds for the place and the words so far, and what stands near. POST, so that words stay out of logs."""
    return render(request, "resident/parts/kinds.html", _kind_part(read(request)))


@public
@require_POST
def plan_part(request: PublicRequest) -> HttpResponse:
    """The plan of the committee that the form is about, loaded when it is opened."""
    filled = read(request)
    leaf = filled.leaf
    options = [(f"p{place.id}", place.name) for place in outline(leaf.path)] if leaf else []
    return render(request, "resident/parts/plan.html", {"leaf": leaf, "options": options, "filled": filled})


@public
@require_GET
def plan_points(request: PublicRequest, area_id: int) -> JsonResponse:
    """The open places of a committee as GeoJSON."""
    return JsonResponse(places.plan(area_by_id(area_id)))


@public
@require_POST
def photo_in(request: PublicRequest) -> JsonResponse:
    """Take one photo while the rest is still being filled in; answers its id, or says why not."""
    have: list[UUID] = []
    told = take_photos(request.FILES.getlist("photos")[:1], have, purpose="report")
    if not have:
        return JsonResponse({"error": told[0] if told else _("No photo arrived.")}, status=UNPROCESSABLE)
    return JsonResponse({"id": str(have[0])})


@public
@require_GET
def photo_out(request: PublicRequest, photo_id: UUID) -> HttpResponse:
    """The small picture of a photo that belongs to no report yet."""
    with open_photo(photo_in_sight(request.actor, photo_id), PhotoSize.THUMB) as file:
        response = HttpResponse(file.read(), content_type=KEPT_TYPE)
    patch_cache_control(response, private=True, max_age=3600)
    return response
