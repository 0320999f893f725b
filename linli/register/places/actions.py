from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.audit.api import record
from linli.calendar.api import today
from linli.kernel.errors import InvalidInput, NotFound
from linli.kernel.geo import Point
from linli.kernel.text import normalise
from linli.outbox.api import publish
from linli.register.places.events import HomeUseChanged
from linli.register.places.models import OPEN_KINDS, Place, PlaceKind, PlaceName
from linli.register.places.queries import place_by_id
from linli.register.places.rules import EDITABLE, WATCHED, CompoundKind, PlaceState, UseState, may_stand_in, overlaps
from linli.territory.api import Area

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 9
LONGEST = {"name": 80, "address": 160, "subkind": 30}
TOPS = (PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP)


def add_place(
    *,
    actor: Principal,
    area: Area,
    kind: str,
    name: str,
    parent: Place | None = None,
    address: str = "",
    subkind: str = "",
    cell: tuple[int, int, int] | None = None,
    use: str = "",
    at: Point | None = None,
    inspect_days: int | None = None,
) -> Place:
    """Add a place below `parent`, or directly below its area; its code is drawn, its compound is its parent's.

    address: by default the parent's address and the name. cell: (floor, slot, span) of a home on the grid of its
    entrance. at: WGS 84. inspect_days: of a facility or venue. Raises Forbidden, InvalidInput.
    """
    require(actor, "place.edit", area_path=area.path)
    name = _text("name", name)
    if not name:
        raise InvalidInput(_("Give it a name."), code="place_nameless")
    _must_fit(area, kind, parent)
    _must_be_known(kind, subkind, use)
    floor, slot, span = cell or (None, None, 1)
    with transaction.atomic():
        if parent is not None:
            parent = _locked(parent.id)
        _must_be_free(kind, parent, cell)
        place = Place.objects.create(
            code=f"{area.code}-{''.join(secrets.choice(ALPHABET) for _n in range(CODE_LENGTH))}",
            kind=kind, area_id=area.id, parent=parent, compound_id=_compound(parent), name=name, subkind=subkind,
            address=_text("address", address or f"{parent.address or parent.name if parent else ''}{name}"),
            floor=floor, slot=slot, span=span, use=use, inspect_days=inspect_days if kind in WATCHED else None,
            lat=at.lat if at else None, lng=at.lon if at else None,
        )  # fmt: skip
        _note(actor, "place.add", place, kind=kind, parent=parent.id if parent else None)
    return place


def correct_place(*, actor: Principal, place_id: int, changes: Mapping[str, object]) -> Place:
    """Set facts of a place right; `changes` holds columns of `rules.EDITABLE`. The trail keeps which, never what.

    A new address of a compound or a building goes on to all that stands in it. Raises Forbidden, NotFound,
    InvalidInput.
    """
    unknown = set(changes) - EDITABLE
    if unknown or ("name" in changes and not _text("name", changes["name"])):
        raise InvalidInput(_("This cannot be corrected."), code="place_fields", detail={"fields": sorted(unknown)})
    with transaction.atomic():
        place = _mine(actor, place_id)
        before = place.address
        for column, value in changes.items():
            setattr(place, column, _text(column, value) if column in LONGEST else value)
        _must_be_known(place.kind, place.subkind, place.use)
        if place.floor is not None and place.slot is not None:
            _must_be_free(place.kind, place.parent, (place.floor, place.slot, place.span), but=place.id)
        place.save(update_fields=list(changes))
        if place.address != before:
            _readdress(place, before)
        _note(actor, "place.correct", place, fields=sorted(changes))
    return place


def name_alias(*, actor: Principal, place_id: int, text: str) -> PlaceName:
    """Let an open place be found under another name. Raises Forbidden, NotFound, InvalidInput for homes and doors."""
    text = _text("address", text)
    with transaction.atomic():
        place = _mine(actor, place_id)
        if place.kind not in OPEN_KINDS:
            raise InvalidInput(_("Homes and entrances are found by their building."), code="place_closed")
        if not text:
            raise InvalidInput(_("Give it a name."), code="place_nameless")
        name, _made = PlaceName.objects.get_or_create(place=place, text=text, defaults={"alias": True})
        _note(actor, "place.alias", place)
    return name


def drop_alias(*, actor: Principal, alias_id: int) -> None:
    """Take back another name of a place; its own name stays. Raises Forbidden, NotFound."""
    with transaction.atomic():
        name = PlaceName.objects.filter(id=alias_id, alias=True).first()
        if name is None:
            raise NotFound(_("There is no such name."), code="alias_unknown")
        place = _mine(actor, name.place_id)
        name.delete()
        _note(actor, "place.unalias", place)


def set_use(*, actor: Principal, home_id: int, use: str) -> Place:
    """Say what a home is used for; a change is told, so that somebody looks (HomeUseChanged).

    Raises Forbidden, NotFound, InvalidInput for a use that is not in the list and for what is no home.
    """
    with transaction.atomic():
        home = _mine(actor, home_id)
        if home.kind != PlaceKind.HOME or use not in set(UseState):
            raise InvalidInput(_("Choose a use from the list."), code="use_unknown")
        before, home.use = home.use, use
        if before != use:
            home.save(update_fields=["use"])
            _note(actor, "place.use", home, before=before, after=use)
            publish(HomeUseChanged(home.id, home.area_id, before, use))
    return home


def set_state(*, actor: Principal, place_id: int, state: str) -> Place:
    """Say in which state a facility or a venue is. Raises Forbidden, NotFound, InvalidInput."""
    with transaction.atomic():
        place = _watched(actor, place_id, state)
        before, place.state = place.state, state
        place.save(update_fields=["state"])
        _note(actor, "place.state", place, before=before, after=state)
    return place


def inspect(*, actor: Principal, place_id: int, state: str) -> Place:
    """A facility or a venue was looked at today and found in this state. Raises Forbidden, NotFound, InvalidInput."""
    with transaction.atomic():
        place = _watched(actor, place_id, state)
        before, place.state, place.inspected_on = place.state, state, today()
        place.save(update_fields=["state", "inspected_on"])
        _note(actor, "place.inspect", place, before=before, after=state)
    return place


def looked_at(*, home_id: int, day: date) -> None:
    """A home was looked at on this day: for the room of households, inside an act of its own."""
    Place.objects.filter(id=home_id).update(looked_on=day)


def _mine(actor: Principal, place_id: int) -> Place:
    """The place, if the actor may edit it, locked."""
    require(actor, "place.edit", area_path=place_by_id(place_id).area.path)
    return _locked(place_id)


def _watched(actor: Principal, place_id: int, state: str) -> Place:
    place = _mine(actor, place_id)
    if place.kind not in WATCHED or state not in set(PlaceState):
        raise InvalidInput(_("Choose a state from the list."), code="state_unknown")
    return place


def _locked(place_id: int) -> Place:
    return Place.objects.select_for_update(of=("self",)).select_related("area", "parent").get(id=place_id)


def _text(column: str, value: object) -> str:
    return normalise(str(value), max_length=LONGEST[column], multiline=False)


def _compound(parent: Place | None) -> int | None:
    if parent is None:
        return None
    return parent.id if parent.kind in TOPS else parent.compound_id


def _must_fit(area: Area, kind: str, parent: Place | None) -> None:
    if kind not in set(PlaceKind) or not may_stand_in(kind, parent.kind if parent else None):
        raise InvalidInput(_("A place of this kind cannot stand there."), code="place_misplaced")
    if not area.is_leaf or (parent is not None and parent.area_id != area.id):
        raise InvalidInput(_("A place lies in the committee of what it stands in."), code="place_other_area")


def _must_be_known(kind: str, subkind: str, use: str) -> None:
    known_kind = kind != PlaceKind.COMPOUND or not subkind or subkind in set(CompoundKind)
    if not known_kind or (use and use not in set(UseState)) or (use and kind != PlaceKind.HOME):
        raise InvalidInput(_("Choose a use from the list."), code="use_unknown")


def _must_be_free(kind: str, parent: Place | None, cell: tuple[int, int, int] | None, *, but: int = 0) -> None:
    if cell is None:
        return
    floor, slot, span = cell
    if kind != PlaceKind.HOME or slot < 1 or span < 1:
        raise InvalidInput(_("Only homes have a cell; it begins at slot 1."), code="cell_wrong")
    beside = Place.objects.filter(parent=parent, kind=PlaceKind.HOME, floor=floor, slot__isnull=False)
    taken = [(floor, start or 0, wide) for start, wide in beside.exclude(id=but).values_list("slot", "span")]
    if overlaps(floor, slot, span, taken):
        raise InvalidInput(_("Another home is in this cell already."), code="cell_taken")


def _readdress(place: Place, before: str) -> None:
    """What stands in it begins with its address: the new one takes the place of the old one, in one statement."""
    if not before:
        return
    start = Substr(Concat(Value(place.address), Substr("address", len(before) + 1)), 1, LONGEST["address"])
    _within(place).filter(address__startswith=before).update(address=start)


def _within(place: Place) -> QuerySet[Place]:
    """All that stands in a place, however deep."""
    if place.kind in TOPS:
        return Place.objects.filter(compound_id=place.id)
    found: list[int] = []
    below = [place.id]
    while below:
        below = list(Place.objects.filter(parent_id__in=below).values_list("id", flat=True))
        found += below
    return Place.objects.filter(id__in=found)


def _note(actor: Principal, act: str, place: Place, **detail: object) -> None:
    record(actor=actor, act=act, subject_kind="place", subject_id=str(place.id), area_id=place.area_id, detail=detail)
