"""Photos for people who are signed in. Which ones exist for them, code and database decide alike."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET

from linli.access.api import StaffRequest, staff
from linli.casework.cases.api import photo_in_sight
from linli.files.api import KEPT_TYPE, PhotoSize, open_photo


@staff("case.read")
@require_GET
def show(request: StaffRequest, photo_id: UUID, size: str) -> HttpResponse:
    """The picture, at most 320 or 2048 pixels long."""
    with open_photo(
        photo_in_sight(request.actor, photo_id), PhotoSize.THUMB if size == "thumb" else PhotoSize.FULL
    ) as file:
        response = HttpResponse(file.read(), content_type=KEPT_TYPE)
    patch_cache_control(response, private=True, max_age=86_400)
    return response
