"""What stood in a worker's form, kept when it is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict

from linli.files.api import MAX_PHOTOS, check_number, store_photo
from linli.kernel.errors import LinliError


@dataclass(slots=True)
class Typed:
    """The fields of any act; `photos` are stored already. `key` makes a second sending harmless."""

    key: str = field(default_factory=lambda: str(uuid4()))
    words: str = ""
    reason: str = ""
    result: str = ""
    label: str = ""
    amount: str = ""
    unit: str = ""
    photos: list[UUID] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def length(self) -> Decimal:
        """The amount as a number; 0 when it is none, which the rule refuses."""
        try:
            value = Decimal(self.amount)
        except InvalidOperation:
            return Decimal(0)
        return value if value.is_finite() and value < MOST else Decimal(0)


MOST = 1000


def read(request: HttpRequest) -> Typed:
    """The form as sent, with new photos stored."""
    data = request.POST
    typed = Typed(
        key=read_key(data.get("key", "")),
        words=data.get("words", ""),
        reason=data.get("reason", ""),
        result=data.get("result", ""),
        label=data.get("label", ""),
        amount=data.get("amount", ""),
        unit=data.get("unit", ""),
        photos=photo_ids(data, "photo"),
    )
    typed.errors = take(request.FILES.getlist("photos"), typed.photos)
    return typed


def read_key(text: str) -> str:
    """The key as sent; one that is no UUID is replaced, for then nothing can be a repeat of it."""
    try:
        return str(UUID(text))
    except ValueError:
        return str(uuid4())


def photo_ids(data: QueryDict, name: str) -> list[UUID]:
    """Ids of photos that were stored before; what is no id is left out."""
    found = []
    for text in data.getlist(name)[:MAX_PHOTOS]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def take(files: list[UploadedFile[Any]], have: list[UUID]) -> list[str]:
    """Store photos as evidence and add their ids to `have`; returns what to tell about those not taken."""
    told: list[str] = []
    for file in (file for file in files if file.size):
        try:
            check_number(len(have) + 1)
            have.append(store_photo(data=file.read(), name=file.name or "", purpose="evidence").id)
        except LinliError as error:
            told.append(str(error))
    return list(dict.fromkeys(told))
