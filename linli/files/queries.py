"""Look photos up. Row scope in the database decides which rows exist for the caller."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from linli.files.models import Photo
from linli.files.refusals import not_found


def photo_for(photo_id: UUID, *, link_key: str | None = None) -> Photo:
    """Return a photo. link_key: when given, only a photo of that report link counts. Raises NotFound."""
    rows = Photo.objects.filter(pk=photo_id)
    if link_key is not None:
        rows = rows.filter(link_key=link_key)
    photo = rows.first()
    if photo is None:
        raise not_found()
    return photo


def photos_for(photo_ids: Iterable[UUID]) -> list[Photo]:
    """Return the visible photos among these ids, oldest first, in one statement."""
    return list(Photo.objects.filter(pk__in=list(photo_ids)).order_by("pk"))


def photos_of_link(link_key: str) -> list[Photo]:
    """Return the photos of one report link, oldest first. link_key: `kernel.ids.hash_secret` of the link."""
    return list(Photo.objects.filter(link_key=link_key).order_by("pk"))
