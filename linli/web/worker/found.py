"""Found on a round: report it, or report it and say at once how it was settled (发现并已处理)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.access.api import Principal, StaffRequest, staff
from linli.casework.cases.api import open_case
from linli.casework.intake.api import Channel, Draft, Receipt, receive_report
from linli.casework.works.api import self_handle
from linli.catalogue.api import LIST_NAMES, ItemSpec, ListKind, is_active, list_specs
from linli.kernel.errors import InvalidInput, LinliError, NotFound
from linli.kernel.geo import Point, haversine, point
from linli.kernel.text import normalise
from linli.register.places.api import Place, find_places, place_by_id, places_near
from linli.web.worker.shell import UNPROCESSABLE, done, page
from linli.web.worker.telling import photo_list
from linli.web.worker.typed import photo_ids, take
from linli.web.worker.words import english, item_name

MOST = 8
LONGEST_ID = 16


@dataclass(slots=True)
class Found:
    """The form as filled in; photos are stored already. `settled` asks for the second half."""

    key: UUID = field(default_factory=uuid4)
    place: Place | None = None
    here: Point | None = None
    look: str = ""
    place_text: str = ""
    kind: str = ""
    words: str = ""
    settled: bool = False
    before: list[UUID] = field(default_factory=list)
    after: list[UUID] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@staff("report.create")
@require_http_methods(["GET", "POST"])
def report(request: StaffRequest) -> HttpResponseBase:
    """The form of a patrol's find."""
    if request.method == "GET":
        return _form(request, Found())
    found = _read(request)
    if found.errors or "look" in request.POST:
        return _form(request, found)
    try:
        receipt = _hand_in(request.actor, found)
    except LinliError as error:
        found.errors = [_(str(error))]
        return _form(request, found)
    said = _("Settled and noted: %(number)s.") if found.settled else _("Reported: %(number)s. The desk decides.")
    said %= {"number": receipt.number}
    if found.settled:
        return done(request, said, "worker:task", case_id=receipt.report_id)
    return done(request, said, "worker:today")


def _hand_in(actor: Principal, found: Found) -> Receipt:
    """One transaction: a find that cannot be settled on the spot is not half reported either."""
    if not is_active(found.kind):
        raise InvalidInput(_("Choose the kind of matter."), code="item_missing")
    with transaction.atomic():
        receipt = receive_report(actor=actor, draft=_draft(found))
        if found.settled and receipt.fresh:
            open_case(actor=actor, report_id=receipt.report_id, item_code=found.kind)
            self_handle(
                actor=actor, case_id=receipt.report_id, words=found.words, before=found.before, after=found.after
            )
    return receipt


def _draft(found: Found) -> Draft:
    return Draft(
        channel=Channel.PATROL,
        words=found.words,
        item_code=found.kind,
        place_id=found.place.id if found.place else None,
        lat=found.here.lat if found.here and not found.place else None,
        lng=found.here.lon if found.here and not found.place else None,
        place_text=found.place_text,
        photos=[] if found.settled else found.before,
        language=get_language() or "",
        idempotency_key=f"patrol:{found.key}",
    )


def _read(request: StaffRequest) -> Found:
    data = request.POST
    found = Found(
        key=_uuid(data.get("key", "")),
        place=_place(data.get("place", "")),
        here=_here(data.get("lat", ""), data.get("lng", "")),
        look=normalise(data.get("q", ""), max_length=60, multiline=False),
        place_text=data.get("place_text", ""),
        kind=data.get("kind", ""),
        words=data.get("words", ""),
        settled=data.get("settled") == "1",
        before=photo_ids(data, "photo_before"),
        after=photo_ids(data, "photo_after"),
    )
    found.errors = take(request.FILES.getlist("before"), found.before) + take(
        request.FILES.getlist("after"), found.after
    )
    return found


def _form(request: StaffRequest, found: Found) -> HttpResponse:
    context = {
        "found": found,
        "offers": _offers(found),
        "lists": _lists(),
        "kept_before": list(zip(found.before, photo_list(found.before), strict=True)),
        "kept_after": list(zip(found.after, photo_list(found.after), strict=True)),
        "may_settle": request.actor.can("case.self_handle"),
    }
    status = UNPROCESSABLE if found.errors else 200
    return page(request, "worker/found.html", "found", context, status=status)


@staff("report.create")
@require_http_methods(["GET", "POST"])
def places(request: StaffRequest) -> HttpResponse:
    """The list of places for a search, or for a position, which is posted."""
    look = normalise(request.GET.get("q", ""), max_length=60, multiline=False)
    found = Found(look=look, here=_here(request.POST.get("lat", ""), request.POST.get("lng", "")))
    return render(request, "worker/parts/places.html", {"found": found, "offers": _offers(found)})


def _offers(found: Found) -> list[tuple[Place, int | None, bool]]:
    """Places to tap, their distance in metres, whether chosen; beforehand the nearest is."""
    rows = find_places(found.look, limit=MOST) if found.look else []
    if found.here is not None and not found.look:
        rows = places_near(found.here, limit=MOST)
    held = [found.place] if found.place is not None else []
    listed = list({place.id: place for place in [*held, *rows]}.values())
    chosen = found.place or (listed[0] if listed and found.here is not None and not found.look else None)
    return [(place, _metres(place, found.here), place == chosen) for place in listed]


def _metres(place: Place, here: Point | None) -> int | None:
    if here is None or place.lat is None or place.lng is None:
        return None
    return int(haversine(here, point(place.lng, place.lat)) // 10 * 10)


def _lists() -> Sequence[tuple[str, list[tuple[str, str]]]]:
    """The items of the three lists, each under its list's name."""
    specs = sorted(list_specs(), key=lambda spec: (list(LIST_NAMES).index(spec.list_kind), spec.code))
    return [(LIST_NAMES[kind][english()], [_named(spec) for spec in rows]) for kind, rows in groupby(specs, _kind)]


def _kind(spec: ItemSpec) -> ListKind:
    return spec.list_kind


def _named(spec: ItemSpec) -> tuple[str, str]:
    return spec.code, f"{spec.code} {item_name(spec)}"


def _place(text: str) -> Place | None:
    if not (text.isascii() and text.isdigit() and len(text) < LONGEST_ID):
        return None
    try:
        return place_by_id(int(text))
    except NotFound:
        return None


def _here(lat: str, lng: str) -> Point | None:
    try:
        return point(float(lng), float(lat))
    except (ValueError, InvalidInput):
        return None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
