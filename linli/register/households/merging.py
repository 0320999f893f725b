"""Merging two records of one person, memberships included, and taking the merge back exactly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Manager

from linli.access.api import Principal
from linli.calendar.api import today
from linli.outbox.api import publish
from linli.register.households.checking import raise_check
from linli.register.households.events import MergeUndone, PeopleMerged
from linli.register.households.models import HomeCheck, Household, Member
from linli.register.households.rules import CheckCause, last_day
from linli.register.people.api import (
    Journal,
    Person,
    Tag,
    Verdict,
    lock_two,
    lock_verdict,
    mark_undone,
    put_back,
    take_over,
)
from linli.register.places.api import Place

TABLES: Mapping[str, Manager[Any]] = {
    "person": Person.objects,
    "tag": Tag.objects,
    "member": Member.objects,
    "household": Household.objects,
    "homecheck": HomeCheck.objects,
}


def merge_people(*, actor: Principal, keep_id: UUID, drop_id: UUID) -> Verdict:
    """One person was noted twice: `drop` goes into `keep`, with memberships, needs and roles.

    Where both say something, `keep` counts: its home, its name, its numbers; of the same need the fresher day. A home
    where only `drop` was noted is looked at again. Every row is remembered as it was (`undo_merge`). Raises Forbidden,
    NotFound, WrongState, InvalidInput for one record twice and for records of two committees.
    """
    with transaction.atomic():
        keep, drop = lock_two(actor, keep_id, drop_id)
        journal = Journal()
        home_id = _merge_members(keep, drop, journal)
        verdict = take_over(actor=actor, keep=keep, drop=drop, journal=journal, home_id=home_id)
        publish(PeopleMerged(keep.id, drop.id, keep.area_id))
    return verdict


def undo_merge(*, actor: Principal, verdict_id: int) -> Verdict:
    """They are two people after all: every row the merge touched is as it was before.

    Raises Forbidden, NotFound, WrongState when it was undone or another merge came later, Conflict when one of the rows
    has been changed since.
    """
    with transaction.atomic():
        verdict = lock_verdict(actor, verdict_id)
        put_back(verdict.changes, TABLES)
        mark_undone(actor=actor, verdict=verdict)
        publish(MergeUndone(verdict.keep_id, verdict.drop_id, verdict.area_id))
    return verdict


def _merge_members(keep: Person, drop: Person, journal: Journal) -> int | None:
    """Move the memberships of `drop`; where `keep` lives from now on."""
    own = {one.household_id: one for one in Member.objects.filter(person=keep, until__isnull=True)}
    lives = next((one for one in own.values() if one.lives_here), None)
    home_id = keep.home_id
    for row in Member.objects.filter(person=drop).select_related("household__home").order_by("id"):
        twin = own.get(row.household_id)
        if row.until is not None:
            journal.set(row, person_id=keep.id)
        elif row.lives_here and lives is None:
            if twin is not None:  # registered here by one record, living here by the other
                journal.set(twin, until=_end(twin))
            journal.set(row, person_id=keep.id)
            home_id = row.home_id
        elif twin is not None:
            journal.set(row, until=_end(row))  # said twice: the second time stays with the record that goes
        elif row.lives_here:
            journal.set(row, person_id=keep.id, until=_end(row))
            _left_behind(row, journal)
        else:
            journal.set(row, person_id=keep.id)
    return home_id


def _end(member: Member) -> date:
    return last_day(member.since, today())


def _left_behind(member: Member, journal: Journal) -> None:
    """He was noted in another home too, where he does not live: somebody looks at it."""
    household = member.household
    if not Member.objects.filter(household=household, until__isnull=True).exists():
        journal.set(household, moved_out=last_day(household.moved_in, today()))
    if raise_check(household.home, CheckCause.PEOPLE):
        check = _check_of(household.home)
        journal.added(check, done_at=None)


def _check_of(home: Place) -> HomeCheck:
    return HomeCheck.objects.get(home=home, done_at__isnull=True)
