"""Being away from a charge, and who stands in. A leave without a stand-in is a gap in the proof."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.accounts.api import Post
from linli.audit.api import record
from linli.calendar.api import today
from linli.kernel.errors import Conflict, InvalidInput, WrongState
from linli.register.duty.models import Charge, Leave
from linli.register.duty.queries import charge_by_id, leave_by_id
from linli.register.duty.rules import in_force


@transaction.atomic
def go_on_leave(
    *,
    actor: Principal,
    charge_id: int,
    starts_on: date,
    ends_on: date | None = None,
    stand_in: Charge | None = None,
    stand_in_post: Post | None = None,
) -> Leave:
    """Note that the holder of a charge is away; `ends_on` is the day he is back, None when that is not known.

    stand_in: the holder of another charge; stand_in_post: a post. Neither: the charge counts as a gap for that time.
    Raises Forbidden, NotFound, WrongState (`charge_over`), InvalidInput (`leave_backwards`, `stand_in_wrong`), Conflict
    (`leave_overlaps`).
    """
    charge = charge_by_id(charge_id)
    require(actor, "duty.edit", area_path=charge.area.path)
    if not in_force(charge.starts_on, charge.ends_on, max(starts_on, today())):
        raise WrongState(_("On that day the charge does not hold."), code="charge_over")
    if ends_on is not None and ends_on <= starts_on:
        raise InvalidInput(_("He is back before he leaves."), code="leave_backwards")
    _may_stand_in(charge, stand_in, stand_in_post, starts_on)
    try:
        with transaction.atomic():
            leave = Leave.objects.create(
                area_id=charge.area_id, charge=charge, starts_on=starts_on, ends_on=ends_on, stand_in=stand_in,
                stand_in_post=stand_in_post,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(_("A leave is noted for these days already."), code="leave_overlaps") from error
    _note(actor, "charge.leave", leave)
    return leave


@transaction.atomic
def come_back(*, actor: Principal, leave_id: int, on: date | None = None) -> Leave:
    """The holder is back from a day on, today unless said otherwise; a leave that has not begun is called off.

    Raises Forbidden, NotFound, WrongState (`leave_over`), InvalidInput (`leave_backwards`).
    """
    leave = leave_by_id(leave_id)
    require(actor, "duty.edit", area_path=leave.area.path)
    leave = Leave.objects.select_for_update().get(id=leave.id)
    if leave.ends_on is not None and leave.ends_on <= today():
        raise WrongState(_("This leave is over already."), code="leave_over")
    if on is not None and (on < leave.starts_on or (leave.ends_on is not None and on > leave.ends_on)):
        raise InvalidInput(_("That day does not lie in the leave."), code="leave_backwards")
    leave.ends_on = on or max(today(), leave.starts_on)
    leave.save(update_fields=["ends_on"])
    _note(actor, "charge.back", leave)
    return leave


def _may_stand_in(charge: Charge, stand_in: Charge | None, post: Post | None, day: date) -> None:
    himself = (stand_in is not None and _same_holder(stand_in, charge)) or (
        post is not None and post.id == charge.post_id
    )
    over = stand_in is not None and not in_force(stand_in.starts_on, stand_in.ends_on, day)
    left = post is not None and post.ends_on is not None and post.ends_on < day
    if himself or over or left or (stand_in is not None and post is not None):
        raise InvalidInput(_("This person cannot stand in."), code="stand_in_wrong")


def _same_holder(one: Charge, other: Charge) -> bool:
    return (one.post_id, one.person_id) == (other.post_id, other.person_id)


def _note(actor: Principal, act: str, leave: Leave) -> None:
    record(
        actor=actor, act=act, subject_kind="charge", subject_id=str(leave.charge_id), area_id=leave.area_id,
        detail={
            "leave": leave.id, "starts_on": str(leave.starts_on), "ends_on": str(leave.ends_on or ""),
            "stand_in": leave.stand_in_id, "stand_in_post": leave.stand_in_post_id,
        },
    )  # fmt: skip
