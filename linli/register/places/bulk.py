"""Many places at once: what a list of a committee adds, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.kernel.errors import WrongState
from linli.register.bulk import Progress, delete_many, insert_many, marks_of, take_ids, update_many
from linli.register.places.models import Place, PlaceName

PLACE_COLUMNS = (
    "id", "code", "kind", "area", "parent", "compound", "name", "address", "address_key", "subkind", "floor", "slot",
    "span", "use", "state", "datum",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A building, entrance or home to be added. `id` from `take_place_ids`; `parent_id` stands or comes before it."""

    id: int
    kind: str
    area_id: int
    parent_id: int
    compound_id: int
    name: str
    address: str
    floor: int | None = None
    slot: int | None = None
    use: str = ""
    address_key: str = ""


def take_place_ids(count: int) -> list[int]:
    """Numbers for places that are going to be added."""
    return take_ids(Place, count)


def add_places(*, actor: Principal, places: Sequence[NewPlace], progress: Progress = lambda _n: None) -> None:
    """Add places; row scope refuses those outside the actor's area. Raises Forbidden. The caller notes the trail."""
    require(actor, "place.edit")
    rows = [
        (p.id, f"{p.kind}.{p.id}", p.kind, p.area_id, p.parent_id, p.compound_id, p.name, p.address, p.address_key, "",
         p.floor, p.slot, 1, p.use, "working", "wgs84")
        for p in places
    ]  # fmt: skip
    insert_many(Place, PLACE_COLUMNS, rows, progress=progress)


def set_uses(*, actor: Principal, uses: Mapping[int, str]) -> dict[int, str]:
    """Change the use of homes; returns what each had before. Raises Forbidden. The caller notes the trail."""
    require(actor, "place.edit")
    before = dict(Place.objects.filter(id__in=list(uses), kind="home").values_list("id", "use"))
    update_many(Place, "id", ["use"], [(home, uses[home]) for home in before])
    return before


def place_marks(ids: Sequence[int]) -> dict[str, int]:
    """A digest of each place as it is now, by its id as text; those that are gone are left out."""
    return marks_of(Place, PLACE_COLUMNS, ids)


def drop_places(*, actor: Principal, ids: Sequence[int]) -> int:
    """Delete places, the innermost first given. Raises Forbidden, WrongState when something still hangs on one."""
    require(actor, "place.edit")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            PlaceName.objects.filter(place_id__in=ids).delete()
            gone = delete_many(Place, ids)
            cursor.execute("set constraints all deferred")
    except IntegrityError as held:
        raise WrongState(
            _("Something hangs on one of these homes by now: a matter, a duty or a person."), code="place_in_use"
        ) from held
    return gone
