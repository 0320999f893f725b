"""A report through the front door, for the fast lane and the ordinary one: the same act, the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from linli.access.api import Principal, Who
from linli.casework.intake.api import Channel, Draft, Receipt, receive_report
from linli.catalogue.api import is_active
from linli.doors.rest.operations import dump
from linli.doors.rest.schemas import ReportIn
from linli.kernel.errors import InvalidInput, NotFound
from linli.kernel.geo import Datum, point, to_wgs84
from linli.territory.api import area_by_code

KEY_PATTERN: Final = r"^[\x21-\x7e]{1,100}$"
"""An idempotency key: visible ASCII characters."""


TRIED_ID: Final = "linli.report_id"
"""WSGI key: the id under which the fast lane has tried to store this report, so that a second try cannot double it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of a 201, and where the report is."""

    body: bytes
    location: str


def take(actor: Who, given: ReportIn, key: str | None, fallback_id: UUID | None = None) -> Answer:
    """Take a report in and say what the reporter gets. The caller has put the transaction under `actor`.

    key: the Idempotency-Key. fallback_id: the id under which the same request was tried before.
    Raises what `receive_report` raises, and InvalidInput for an unknown item or area.
    """
    return answer_of(receive_report(actor=actor, draft=draft_of(actor, given, key, fallback_id)))


def draft_of(actor: Who, given: ReportIn, key: str | None, fallback_id: UUID | None = None) -> Draft:
    """What the sender said, in the words of the intake. Keys of one sender cannot meet those of another."""
    staff = actor if isinstance(actor, Principal) else None
    if given.item_code is not None and not is_active(given.item_code):
        raise InvalidInput(_("The list has no such item."), code="item_unknown")
    lat, lng = _degrees(given)
    return Draft(
        channel=Channel(given.channel) if staff else Channel.RESIDENT,
        words=given.words,
        title=given.title,
        item_code=given.item_code or "",
        place_id=given.place_id,
        area_id=_area_id(given.area_code) if given.area_code is not None else None,
        lat=lat,
        lng=lng,
        place_text=given.place_text,
        photos=given.photos,
        reporter_name=given.reporter_name,
        phone=given.phone,
        language=given.language,
        idempotency_key=_key(staff, given, key),
        report_id=fallback_id,
    )


def _key(staff: Principal | None, given: ReportIn, key: str | None) -> str | None:
    """The key under which this may be sent again. The client's own id is such a key and nothing else: were it the id of
    the report, which staff can read, it would open the reporter's link to them."""
    sender = staff.user_id if staff else "public"
    if key is not None:
        return f"rest:{sender}:{key}"
    return f"rest:{sender}:id:{given.id}" if given.id is not None else None


def answer_of(receipt: Receipt) -> Answer:
    """The receipt as the sender reads it: the same bytes whenever he asks again."""
    limit = receipt.limit
    return Answer(
        body=dump(
            {
                "id": receipt.report_id,
                "number": receipt.number,
                "link": receipt.link,
                "received_at": receipt.received_at,
                # The first step the reporter may count on: somebody looks at it until then (DOMAIN §2.2 step 2).
                "promise": {
                    "step": limit.kind, "amount": str(limit.amount), "unit": limit.unit, "due_at": receipt.due_at
                },
            }
        ),
        location=f"/api/v1/reports/{receipt.report_id}",
    )  # fmt: skip


def _degrees(given: ReportIn) -> tuple[float | None, float | None]:
    if given.lat is None or given.lng is None:
        if given.lat is not None or given.lng is not None:
            raise InvalidInput(_("A point needs both latitude and longitude."), code="half_a_point")
        return None, None
    if given.datum is Datum.WGS84:
        return given.lat, given.lng
    spot = to_wgs84(point(given.lng, given.lat), given.datum)
    return spot.lat, spot.lon


_area_ids: dict[str, int] = {}


def _area_id(code: str) -> int:
    """The id of an area. A code never changes its id, so what was found is kept."""
    found = _area_ids.get(code)
    if found is None:
        try:
            found = _area_ids[code] = area_by_code(code).id
        except NotFound as unknown:
            raise InvalidInput(_("There is no area with this code."), code="area_unknown") from unknown
    return found
