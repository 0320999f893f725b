"""The front door: one report in, whatever its channel, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from psycopg.errors import NoDataFound

from linli.access.api import REPORTER_PURPOSES, Principal, Who, blind_index, declare_sealed, require, seal
from linli.casework.intake.links import link_of
from linli.casework.intake.numbering import next_number
from linli.casework.intake.ownership import desk_of, triage_deadline
from linli.casework.intake.rules import MAX_PHOTOS, MAX_WORDS, Channel
from linli.casework.timeline.api import ClockKind, LimitGiven
from linli.kernel.clock import now
from linli.kernel.errors import Conflict, InvalidInput, NotFound
from linli.kernel.geo import Point, haversine, point
from linli.kernel.identifiers import mask_name, mask_phone, parse_mobile
from linli.kernel.ids import hash_secret, uuid7
from linli.kernel.text import cut, normalise
from linli.register.places.api import Place, place_by_id
from linli.territory.api import Area, area_by_id, nearest_leaf

PHONE = declare_sealed("report.phone", permission="reporter.open", purposes=REPORTER_PURPOSES)
"""Sealed with the master key: a reporter without an account has no key of his own (docs/decisions/0017)."""

FARTHEST_M = 15_000
"""A point farther than this from every known area is not ours."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as a channel hands it in. Where: a place, or a point, or an area with a text; what: words or photos.

    lat, lng: WGS 84 degrees. phone: a mainland mobile number, sealed at once. extra: plain
    facts of the channel, kept with the first entry.
    """

    channel: Channel
    words: str = ""
    title: str = ""
    item_code: str = ""
    place_id: int | None = None
    area_id: int | None = None
    lat: float | None = None
    lng: float | None = None
    place_text: str = ""
    photos: Sequence[UUID] = ()
    reporter_name: str = ""
    phone: str = ""
    language: str = ""
    received_at: datetime | None = None
    idempotency_key: str | None = None
    report_id: UUID | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter gets. `fresh` is False when this key had been used: nothing was stored twice.

    limit, due_at: what was promised when the report came in; a retry reads the same, whatever was edited meanwhile.
    """

    report_id: UUID
    number: str
    link: str
    received_at: datetime
    limit: LimitGiven
    due_at: datetime
    fresh: bool


def receive_report(*, actor: Who, draft: Draft) -> Receipt:
    """Take a report in, whatever its channel: number, owner, clock, story, trail and event in one statement.

    Raises InvalidInput (nothing said, no place, too many photos, bad phone), Conflict when the idempotency key was used
    for another report, NotFound when a photo is not there.
    """
    require(actor, "report.create")
    payload = _payload(actor, draft)
    got = _store(payload)
    if not got["same"]:
        raise Conflict(
            _("This key was used for a different report."), code="idempotency_key_reused", detail={"id": got["id"]}
        )
    report_id = UUID(got["id"])
    kept = payload if got["fresh"] else got
    return Receipt(
        report_id=report_id,
        number=got["number"],
        link=link_of(report_id),
        received_at=datetime.fromisoformat(got["received_at"]),
        limit=LimitGiven(ClockKind.TRIAGE, "", Decimal(str(kept["limit_amount"])), str(kept["limit_unit"])),
        due_at=datetime.fromisoformat(str(kept["due_at"])),
        fresh=got["fresh"],
    )


def _store(payload: Mapping[str, object]) -> dict[str, Any]:
    """What the database answers. After NotFound the caller's transaction can only be undone."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select casework_receive(%s)", [orjson.dumps(payload).decode()])
            answer = cursor.fetchone()[0]
    except DatabaseError as error:
        if isinstance(error.__cause__, NoDataFound):
            raise NotFound(_("A photo of this report is not there any more."), code="photo_not_found") from error
        raise
    found: dict[str, Any] = orjson.loads(answer) if isinstance(answer, str) else answer
    return found


def _payload(actor: Who, draft: Draft) -> dict[str, object]:
    words = normalise(draft.words, max_length=MAX_WORDS)
    title = normalise(draft.title, max_length=80, multiline=False) or cut(words.replace("\n", " "), 40)
    if not words and not draft.photos and not draft.item_code:
        raise InvalidInput(_("Say what is wrong, or send a photo."), code="report_empty")
    if len(draft.photos) > MAX_PHOTOS:
        raise InvalidInput(_("At most six photos."), code="too_many_photos", detail={"limit": MAX_PHOTOS})
    place, area, spot = _where(draft)
    desk = desk_of(area)
    at = draft.received_at or now()
    report_id = draft.report_id or uuid7()
    limit = triage_deadline(draft.channel, at)
    link_hash = hash_secret(link_of(report_id))
    return {
        "id": str(report_id),
        "event_id": str(uuid7()),
        "entry_id": str(uuid7()),
        "audit_id": str(uuid7()),
        "number": next_number(area, at),
        "channel": draft.channel,
        "area_id": area.id,
        "unit_id": desk.id,
        "place_id": place.id if place else None,
        "place_text": normalise(draft.place_text, max_length=160, multiline=False)
        or (place.address or place.name if place else ""),
        "lat": spot.lat if spot else None,
        "lng": spot.lon if spot else None,
        "item_code": draft.item_code,
        "title": title or draft.item_code,
        "words": words,
        "photos": [str(photo) for photo in draft.photos],
        "reporter_name": mask_name(normalise(draft.reporter_name, max_length=40, multiline=False)),
        "language": draft.language,
        "received_at": at.isoformat(),
        "due_at": limit.due_at.isoformat(),
        "warn_at": limit.warn_at.isoformat(),
        "limit_amount": str(limit.given.amount),
        "limit_unit": limit.given.unit,
        "idempotency_key": draft.idempotency_key,
        "request_hash": _fingerprint(draft),
        "link_hash": link_hash,
        "entry_data": {
            "channel": draft.channel,
            "item_code": draft.item_code,
            "limits": [limit.given.as_data()],
            "due_at": limit.due_at.isoformat(),
            **draft.extra,
        },
        **_sealed_phone(draft.phone),
        **_actor_columns(actor),
    }


def _actor_columns(actor: Who) -> dict[str, object]:
    staff = actor if isinstance(actor, Principal) else None
    return {
        "actor_id": actor.user_id,
        "post_id": actor.post_id,
        "actor_name": actor.name,
        "actor_role": str(staff.role) if staff else "",
        "actor_unit_id": staff.unit_id if staff else None,
    }


def _sealed_phone(phone: str) -> dict[str, object]:
    if not phone.strip():
        return {"phone_mask": "", "phone_index": None, "phone_secret_id": None, "sealed_phone": None}
    number = parse_mobile(phone)
    secret_id = uuid7()
    return {
        "phone_mask": mask_phone(number),
        "phone_index": blind_index(number, column="report.phone").hex(),
        "phone_secret_id": str(secret_id),
        "sealed_phone": seal(number, secret_id=secret_id).hex(),
    }


def _fingerprint(draft: Draft) -> str:
    """What makes two requests the same: everything the sender said, nothing that we added."""
    said = [
        str(draft.channel), draft.words, draft.title, draft.item_code, draft.place_id, draft.area_id, draft.lat,
        draft.lng, draft.place_text, len(draft.photos), draft.reporter_name, draft.phone,
    ]  # fmt: skip
    return hash_secret(orjson.dumps(said).decode())


def _where(draft: Draft) -> tuple[Place | None, Area, Point | None]:
    """The place, its area, and the point. A place decides the area; else the area nearest to the point."""
    spot = point(draft.lng, draft.lat) if draft.lat is not None and draft.lng is not None else None
    if draft.place_id is not None:
        place = place_by_id(draft.place_id)
        own = point(place.lng, place.lat) if place.lng is not None and place.lat is not None else None
        return place, place.area, spot or own
    if draft.area_id is not None:
        return None, _leaf(area_by_id(draft.area_id)), spot
    if spot is None:
        raise InvalidInput(_("Say where it is: choose a place or a point on the plan."), code="report_without_place")
    area = nearest_leaf(spot.lat, spot.lon)
    if area is None or haversine(spot, point(area.lng or 0.0, area.lat or 0.0)) > FARTHEST_M:
        raise InvalidInput(
            _("This point lies outside the district."), code="point_outside", detail={"lat": spot.lat, "lng": spot.lon}
        )
    return None, area, spot


def _leaf(area: Area) -> Area:
    if not area.is_leaf:
        raise InvalidInput(_("Choose the committee or village, not a larger area."), code="area_not_leaf")
    return area
