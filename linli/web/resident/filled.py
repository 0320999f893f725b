"""A report form as it was filled in: read leniently, so that nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict

from linli.casework.intake.api import Channel, Draft
from linli.files.api import MAX_PHOTOS, check_number, store_photo
from linli.kernel.errors import InvalidInput, LinliError, NotFound
from linli.kernel.geo import Point, haversine, point
from linli.kernel.text import normalise
from linli.register.places.api import OPEN_KINDS, Place, place_by_id
from linli.territory.api import LEAF_KINDS, Area, area_by_id, nearest_leaf
from linli.web.resident.kinds import OTHER, is_kind


@dataclass(slots=True)
class Filled:
    """What stands in the form. `key` makes a second sending harmless; `photos` are stored already."""

    key: UUID = field(default_factory=uuid4)
    photos: list[UUID] = field(default_factory=list)
    place: Place | None = None
    area: Area | None = None
    here: Point | None = None
    place_text: str = ""
    look: str = ""
    kind: str = ""
    words: str = ""
    name: str = ""
    phone: str = ""
    same: str = ""

    @property
    def leaf(self) -> Area | None:
        """The area that is known so far: of the place, or chosen, or nearest to the position."""
        if self.place is not None:
            return self.place.area
        if self.area is not None:
            return self.area
        return nearest_leaf(self.here.lat, self.here.lon) if self.here is not None else None

    @property
    def spot(self) -> Point | None:
        """Where similar matters are looked for: the place, else the position."""
        if self.place is not None and self.place.lat is not None and self.place.lng is not None:
            return point(self.place.lng, self.place.lat)
        return self.here

    @property
    def item_code(self) -> str:
        """The kind as the intake takes it; empty when the desk shall decide."""
        return self.kind if self.kind != OTHER and is_kind(self.kind) else ""

    def draft(self, language: str) -> Draft:
        """The report to hand in."""
        here = self.here if self.place is None or self._stands_there() else None
        return Draft(
            channel=Channel.RESIDENT,
            words=self.words,
            item_code=self.item_code,
            place_id=self.place.id if self.place else None,
            area_id=self.area.id if self.area and not self.place else None,
            lat=here.lat if here else None,
            lng=here.lon if here else None,
            place_text=self.place_text,
            photos=self.photos,
            reporter_name=self.name,
            phone=self.phone,
            language=language,
            idempotency_key=f"web:{self.key}",
            extra={"same_as_near": self.same} if self.same else {},
        )

    def _stands_there(self) -> bool:
        """A position far from the chosen place says where the reporter sits, not where the matter is."""
        spot = self.spot
        return spot is not None and self.here is not None and haversine(spot, self.here) < FAR_METRES


FAR_METRES = 300


def read(request: HttpRequest) -> Filled:
    """The form as sent. What cannot be understood is left out, never an error here."""
    data = request.POST
    return Filled(
        key=_uuid(data.get("key", "")) or uuid4(),
        photos=_ids(data.getlist("photo"))[:MAX_PHOTOS],
        place=chosen_place(data),
        area=chosen_area(data),
        here=position(data),
        place_text=data.get("place_text", ""),
        look=normalise(data.get("q", ""), max_length=60, multiline=False),
        kind=data.get("kind", ""),
        words=data.get("words", ""),
        name=data.get("name", ""),
        phone=data.get("phone", ""),
        same=data.get("same", "") if data.get("same") in SAME else "",
    )


SAME = frozenset({"mine", "other"})
"""Answers to “somebody reported this already”: add mine to it, or it is another matter."""


def asked_for(request: HttpRequest) -> Filled:
    """An empty form, with the place of a scanned code (`?p=`) when it is one that anybody may know."""
    code = normalise(request.GET.get("p", ""), max_length=40, multiline=False)
    place = Place.objects.select_related("area").filter(code=code, kind__in=OPEN_KINDS).first() if code else None
    return Filled(place=place)


def chosen_place(data: QueryDict) -> Place | None:
    """The place of the list that was tapped; values of `place` are `p<id>` and `a<id>`."""
    number = _number(data.get("place", ""), "p")
    try:
        return place_by_id(number) if number is not None else None
    except NotFound:
        return None


def chosen_area(data: QueryDict) -> Area | None:
    """The committee or village chosen instead of a place."""
    number = _number(data.get("place", ""), "a")
    try:
        area = area_by_id(number) if number is not None else None
    except NotFound:
        return None
    return area if area is not None and area.kind in LEAF_KINDS else None


def position(data: QueryDict) -> Point | None:
    """The position that the phone told, or None."""
    try:
        return point(float(data.get("lng", "")), float(data.get("lat", "")))
    except (ValueError, InvalidInput):
        return None


def take_photos(files: Sequence[UploadedFile[Any]], have: list[UUID], *, purpose: str) -> list[str]:
    """Store what was sent and add it to `have`; returns what to tell about photos that were not taken."""
    told: list[str] = []
    sent = [file for file in files if file.size]
    try:
        check_number(len(have) + len(sent))
    except InvalidInput as error:
        told.append(str(error))
        sent = sent[: max(0, MAX_PHOTOS - len(have))]
    for file in sent:
        try:
            have.append(store_photo(data=file.read(), name=file.name or "", purpose=purpose).id)
        except LinliError as error:
            told.append(str(error))
    return told


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _ids(texts: Sequence[str]) -> list[UUID]:
    return list(dict.fromkeys(found for text in texts if (found := _uuid(text)) is not None))


LONGEST_ID = 16


def _number(text: str, prefix: str) -> int | None:
    digits = text.removeprefix(prefix)
    plain = digits.isascii() and digits.isdigit() and len(digits) < LONGEST_ID
    return int(digits) if text.startswith(prefix) and plain else None
