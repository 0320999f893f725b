"""Operations on what everybody may know: the list of matters, the tree of areas; and who the token is."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from linli.access.api import PERMISSIONS
from linli.catalogue.api import ItemSpec, list_specs
from linli.doors.rest.gates import principal, public, staff
from linli.doors.rest.operations import operation
from linli.doors.rest.schemas import AreaCode, AreaOut, ItemOut, Me
from linli.territory.api import Area, area_by_code

router = Router(tags=["reference"])


@operation(router, "GET", "/items", public(), response=list[ItemOut])
def list_items(request: HttpRequest, area: Annotated[AreaCode | None, Query()] = None) -> list[dict[str, object]]:
    """The kinds of matter that can be reported, as they hold in the district or in an area."""
    path = area_by_code(area).path if area is not None else None
    return [_item(spec) for spec in list_specs(area_path=path)]


@operation(router, "GET", "/areas", public(), response=list[AreaOut])
def list_areas(request: HttpRequest, parent: Annotated[AreaCode | None, Query()] = None) -> list[dict[str, object]]:
    """The areas directly below `parent`, in the order of the tree; without it the roots."""
    above = area_by_code(parent) if parent is not None else None
    below = Area.objects.filter(parent=above) if above else Area.objects.filter(parent__isnull=True)
    return [
        {
            "code": area.code,
            "kind": area.kind,
            "name": area.name,
            "name_en": area.name_en,
            "parent_code": above.code if above else None,
            "leaf": area.is_leaf,
            "lat": area.lat,
            "lng": area.lng,
        }
        for area in below
    ]


@operation(router, "GET", "/me", staff("catalogue.read"), response=Me)
def me(request: HttpRequest) -> dict[str, object]:
    """Whose token this is, and what the post behind it allows."""
    actor = principal(request)
    return {
        "user_id": actor.user_id,
        "name": actor.name,
        "role": actor.role,
        "area_id": actor.area_id,
        "unit_id": actor.unit_id,
        "acts": sorted(act for act, roles in PERMISSIONS.items() if actor.role in roles),
    }


def _item(spec: ItemSpec) -> dict[str, object]:
    return {
        "code": spec.code,
        "name": spec.name,
        "name_en": spec.name_en,
        "cls": spec.cls,
        "list_kind": spec.list_kind,
        "owner_kind": spec.owner_kind,
        "channels": list(spec.channels),
        "promise_amount": str(spec.promise.amount),
        "promise_unit": spec.promise.unit,
        "photo_before": spec.evidence.before_photo,
        "photo_after": spec.evidence.after_photo,
    }
