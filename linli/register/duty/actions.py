from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.accounts.api import Unit
from linli.audit.api import record
from linli.calendar.api import today
from linli.kernel.errors import Conflict, InvalidInput, WrongState
from linli.outbox.api import publish
from linli.register.duty.events import ChargesEnded, ChargesLaid
from linli.register.duty.models import ChainLevel, Charge, Duty, Leave
from linli.register.duty.queries import (
    Holder,
    Spot,
    charge_by_id,
    charges_of_person,
    charges_of_post,
    level_by_id,
    running,
)
from linli.register.duty.rules import Seat
from linli.register.places.api import Place

MOST_AT_ONCE = 500
"""Spots that are laid on one person in one go."""


def lay_duty(*, actor: Principal, place: Place, unit: Unit) -> Duty:
    """Make a unit answer for a place as the unit of its kind; the one before it ends today. Raises Forbidden."""
    require(actor, "duty.edit", area_path=place.area.path)
    with transaction.atomic():
        Duty.objects.filter(place=place, unit_kind=unit.kind, ends_on__isnull=True).update(ends_on=today())
        duty = Duty.objects.create(place=place, area_id=place.area_id, unit=unit, unit_kind=unit.kind)
        record(
            actor=actor, act="duty.lay", subject_kind="place", subject_id=str(place.id), area_id=place.area_id,
            detail={"unit": unit.id},
        )  # fmt: skip
    return duty


def lay_charge(
    *,
    actor: Principal,
    level_id: int,
    spot: Spot,
    holder: Holder,
    seat: Seat = Seat.ACCOUNTABLE,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Charge:
    """Make somebody answer for a spot at a level, from today unless said otherwise; `ends_on` is the first day after.

    Raises Forbidden, NotFound, InvalidInput (`level_not_laid_here`, `spot_outside_chain`, `holder_gone`,
    `term_backwards`), Conflict (`spot_taken`, `charge_doubled`).
    """
    laid = lay_for_many(
        actor=actor, level_id=level_id, spots=[spot], holder=holder, seat=seat, starts_on=starts_on, ends_on=ends_on
    )
    return laid[0]


@transaction.atomic
def lay_for_many(
    *,
    actor: Principal,
    level_id: int,
    spots: Sequence[Spot],
    holder: Holder,
    seat: Seat = Seat.ACCOUNTABLE,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> list[Charge]:
    """Make one person answer for a list of spots, all or none. Raises as `lay_charge`; a Conflict names the spots."""
    for path in {spot.area.path for spot in spots}:
        require(actor, "duty.edit", area_path=path)
    if not 0 < len(spots) <= MOST_AT_ONCE:
        raise InvalidInput(_("Choose what he is to answer for."), code="spots_number")
    level = level_by_id(level_id)
    starts = starts_on or today()
    for spot in spots:
        _fits(level, spot)
    _in_office(holder, starts)
    if ends_on is not None and ends_on <= starts:
        raise InvalidInput(_("The end lies before the beginning."), code="term_backwards")
    _not_twice(level, spots, holder, starts)
    charges = [
        Charge(
            level=level, area_id=spot.area.id, place_id=spot.place.id if spot.place else None, seat=seat,
            starts_on=starts, ends_on=ends_on, **holder.key,
        )
        for spot in spots
    ]  # fmt: skip
    with _nobody_else(level, spots, starts):
        Charge.objects.bulk_create(charges)
    for charge in charges:
        _note(actor, "charge.lay", charge, seat=str(seat), starts_on=str(starts))
    _tell(charges, holder, spots[0])
    return charges


@transaction.atomic
def end_charge(*, actor: Principal, charge_id: int, on: date | None = None) -> Charge:
    """End a charge on a day, today unless said otherwise; from that day on it does not hold.

    One that has not begun, or began today, then never held: so a mistake is undone. Raises Forbidden, NotFound,
    WrongState (`charge_over`), InvalidInput (`term_backwards`).
    """
    charge = _locked(actor, charge_id)
    last = max(on or today(), charge.starts_on)
    if on is not None and on < charge.starts_on:
        raise InvalidInput(_("The end lies before the beginning."), code="term_backwards")
    _close(charge, last)
    _note(actor, "charge.end", charge, ends_on=str(last))
    publish(ChargesEnded(area_id=charge.area_id, charge_ids=(charge.id,)))
    return charge


@transaction.atomic
def hand_over(*, actor: Principal, charge_id: int, holder: Holder, on: date | None = None) -> Charge:
    """Give a charge to somebody else from a day on, today unless said otherwise: no gap and no overlap between the two.

    The old charge stays as history and names the new one; a planned end and the seat go over; leaves end that day.
    Raises Forbidden, NotFound, WrongState (`charge_over`), InvalidInput (`holder_same`, `holder_gone`,
    `term_backwards`).
    """
    old = _locked(actor, charge_id)
    day = on or max(today(), old.starts_on)
    if day < old.starts_on or (old.ends_on is not None and day >= old.ends_on):
        raise InvalidInput(_("On that day the charge does not hold."), code="term_backwards")
    if (old.post_id, old.person_id) == (holder.key["post_id"], holder.key["person_id"]):
        raise InvalidInput(_("He has it already."), code="holder_same")
    _in_office(holder, day)
    ends_on = old.ends_on
    _close(old, day)
    spot = Spot(old.area, old.place)
    with _nobody_else(old.level, [spot], day):
        new = Charge.objects.create(
            level_id=old.level_id, area_id=old.area_id, place_id=old.place_id, seat=old.seat, starts_on=day,
            ends_on=ends_on, **holder.key,
        )  # fmt: skip
    Charge.objects.filter(id=old.id).update(handed_over_to=new)
    _note(actor, "charge.hand_over", old, to=new.id, on=str(day))
    _tell([new], holder, spot, replaced=True)
    return new


@transaction.atomic
def end_charges_of(*, actor: Principal, holder: Holder, on: date | None = None) -> list[Charge]:
    """End everything somebody answers for, as he leaves his post or the neighbourhood. Returns what is open now.

    Charges outside the actor's area are left for those who may end them. Raises Forbidden when none is within.
    """
    day = on or today()
    held = charges_of_post(holder.post.id, day) if holder.post else []
    held += charges_of_person(holder.person.id, day) if holder.person else []
    mine = [charge for charge in held if actor.covers(charge.area.path)]
    if held and not mine:
        require(actor, "duty.edit", area_path=held[0].area.path)
    require(actor, "duty.edit")
    return [end_charge(actor=actor, charge_id=charge.id, on=on if charge.starts_on <= day else None) for charge in mine]


def _locked(actor: Principal, charge_id: int) -> Charge:
    """The charge, locked. Only who may change it can lock it: so permission is asked of what was read before."""
    require(actor, "duty.edit", area_path=charge_by_id(charge_id).area.path)
    rows = Charge.objects.select_for_update(of=("self",)).select_related("area", "place", "level")
    found = rows.get(id=charge_id)
    if found.ends_on is not None and found.ends_on <= today():
        raise WrongState(_("This charge is over already."), code="charge_over")
    return found


def _close(charge: Charge, day: date) -> None:
    charge.ends_on = day
    charge.save(update_fields=["ends_on"])
    for leave in Leave.objects.filter(charge=charge):
        if leave.ends_on is None or leave.ends_on > day:
            leave.ends_on = max(day, leave.starts_on)
            leave.save(update_fields=["ends_on"])


def _fits(level: ChainLevel, spot: Spot) -> None:
    if not level.chain.is_active or spot.kind not in level.laid_on:
        raise InvalidInput(
            _("%(spot)s: charges of this level are not laid there.") % {"spot": spot}, code="level_not_laid_here"
        )
    top = level.chain.area.path
    if spot.area.path != top and not spot.area.path.startswith(f"{top}."):
        raise InvalidInput(
            _("%(spot)s lies outside the area of the chain.") % {"spot": spot}, code="spot_outside_chain"
        )


def _in_office(holder: Holder, day: date) -> None:
    post, person = holder.post, holder.person
    left = post is not None and (post.starts_on > day or (post.ends_on is not None and post.ends_on < day))
    moved = person is not None and (person.merged_into_id is not None or (person.left_on or date.max) <= day)
    if left or moved:
        raise InvalidInput(_("This person is not there on that day."), code="holder_gone")


def _not_twice(level: ChainLevel, spots: Sequence[Spot], holder: Holder, day: date) -> None:
    held = Charge.objects.filter(running(day), level=level, **holder.key).values_list("area_id", "place_id")
    twice = {(spot.area.id, spot.place.id if spot.place else None) for spot in spots} & set(held)
    if twice:
        named = [str(spot) for spot in spots if (spot.area.id, spot.place.id if spot.place else None) in twice]
        raise Conflict(
            _("He answers there already: %(spots)s") % {"spots": "、".join(named[:5])}, code="charge_doubled"
        )


@contextmanager
def _nobody_else(level: ChainLevel, spots: Sequence[Spot], day: date) -> Iterator[None]:
    """The database says whether a spot is free: a look beforehand would not see another window's."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        taken = Charge.objects.filter(running(day), level=level, seat=Seat.ACCOUNTABLE)
        there = set(taken.values_list("area_id", "place_id"))
        named = [str(spot) for spot in spots if (spot.area.id, spot.place.id if spot.place else None) in there]
        raise Conflict(
            _("Somebody is accountable there already: %(spots)s. Hand the charge over instead.")
            % {"spots": "、".join(named[:5])},
            code="spot_taken",
        ) from error


def _note(actor: Principal, act: str, charge: Charge, **detail: object) -> None:
    record(
        actor=actor, act=act, subject_kind="charge", subject_id=str(charge.id), area_id=charge.area_id,
        detail={"level": charge.level_id, "place": charge.place_id, "post": charge.post_id, **detail},
    )  # fmt: skip


def _tell(charges: Sequence[Charge], holder: Holder, first: Spot, *, replaced: bool = False) -> None:
    publish(
        ChargesLaid(
            area_id=charges[0].area_id, level_id=charges[0].level_id, post_id=holder.post.id if holder.post else None,
            charge_ids=tuple(charge.id for charge in charges), spot=str(first), replaced=replaced,
        )
    )  # fmt: skip
