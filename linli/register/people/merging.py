"""Two records of one person become one, and every row that was touched is remembered as it was and as it became."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, require, within
from linli.audit.api import record
from linli.calendar.api import today
from linli.kernel.clock import now
from linli.kernel.errors import Conflict, InvalidInput, NotFound, WrongState
from linli.register.people.actions import mine
from linli.register.people.models import Person, Tag, Verdict
from linli.register.people.rules import Sex

Change = dict[str, Any]
"""{"table", "id", "was": {column: value} or None for a row that was added, "now": {…}}, values as in JSON."""


class Journal:
    """Writes rows and remembers each as it was and as it became; played backwards it puts everything back."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def set(self, row: models.Model, **columns: object) -> None:
        """Change columns of a row and save them."""
        names = list(columns)
        was = {name: getattr(row, name) for name in names}
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(update_fields=[row._meta.get_field(name).name for name in names])
        self._remember(row, was, {name: getattr(row, name) for name in names})

    def added(self, row: models.Model, **untouched: object) -> None:
        """A row was added; undoing takes it away, unless these columns have got other values by then."""
        self._remember(row, None, untouched)

    def _remember(self, row: models.Model, was: Mapping[str, object] | None, became: Mapping[str, object]) -> None:
        self.changes.append(
            {
                "table": row._meta.model_name or "",
                "id": plain(row.pk),
                "was": None if was is None else plain_all(was),
                "now": plain_all(became),
            }
        )


def plain(value: object) -> object:
    """A value as JSON keeps it."""
    return value if value is None or isinstance(value, bool | int | str) else DjangoJSONEncoder().default(value)


def plain_all(columns: Mapping[str, object]) -> dict[str, object]:
    """Columns as JSON keeps them."""
    return {name: plain(value) for name, value in columns.items()}


def put_back(changes: Iterable[Change], tables: Mapping[str, models.Manager[Any]]) -> None:
    """Undo changes, the last first. Raises Conflict when a row is not any more as the merge left it."""
    for change in reversed(list(changes)):
        rows = tables[change["table"]].filter(pk=change["id"])
        if change["was"] is None:
            rows.filter(**change["now"]).delete()
            continue
        found = rows.select_for_update().values(*change["now"]).first()
        if found is None or plain_all(found) != change["now"]:
            raise Conflict(
                _("Something of these two was changed after the merge. Set it right by hand."), code="merge_overtaken"
            )
        rows.update(**change["was"])


def lock_two(actor: Principal, keep_id: UUID, drop_id: UUID) -> tuple[Person, Person]:
    """Both people, locked in the order of their ids. Raises as `people.actions.mine`, and InvalidInput."""
    if keep_id == drop_id:
        raise InvalidInput(_("These are one and the same record."), code="merge_itself")
    found = {one: mine(actor, one) for one in sorted((keep_id, drop_id))}
    keep, drop = found[keep_id], found[drop_id]
    if keep.area_id != drop.area_id:
        raise InvalidInput(_("They are of two committees. Let one of them move first."), code="merge_across")
    return keep, drop


def take_over(*, actor: Principal, keep: Person, drop: Person, journal: Journal, home_id: int | None) -> Verdict:
    """`drop` goes into `keep`, which lives at `home_id` from now on: gaps are filled, needs and roles follow.

    For the room of households, which has moved the memberships into the same journal, both people locked.
    """
    for column, value in _gaps(keep, drop).items():
        journal.set(keep, **{column: value})
    _merge_tags(keep, drop, home_id, journal)
    if keep.home_id != home_id:
        journal.set(keep, home_id=home_id, left_on=None)
    journal.set(drop, home_id=None, merged_into_id=keep.id)
    verdict = Verdict.objects.create(
        area_id=keep.area_id, keep=keep, drop=drop, same=True, changes=journal.changes, made_by=actor.user_id
    )
    _note(actor, "person.merge", keep, other=str(drop.id), verdict=verdict.id)
    return verdict


def _gaps(keep: Person, drop: Person) -> dict[str, object]:
    """What only the other record knows. Sealed numbers stay with it: they are sealed for that record alone."""
    found: dict[str, object] = {}
    if keep.sex == Sex.UNKNOWN and drop.sex != Sex.UNKNOWN:
        found["sex"] = drop.sex
    if keep.born_on is None and drop.born_on is not None:
        found["born_on"] = drop.born_on
    if not keep.language and drop.language:
        found["language"] = drop.language
    if drop.checked_on > keep.checked_on:
        found["checked_on"] = drop.checked_on
    return found


def _merge_tags(keep: Person, drop: Person, home_id: int | None, journal: Journal) -> None:
    """Both have the same need: the fresher day counts, and the other one ends where it stands."""
    own = {tag.kind_id: tag for tag in Tag.objects.filter(person=keep, ended_on__isnull=True)}
    for tag in own.values():
        if tag.home_id != home_id:
            journal.set(tag, home_id=home_id)
    for tag in Tag.objects.filter(person=drop).order_by("id"):
        twin = own.get(tag.kind_id) if tag.ended_on is None else None
        if twin is None:
            journal.set(tag, person_id=keep.id, home_id=home_id if tag.ended_on is None else tag.home_id)
            continue
        if tag.stale_on > twin.stale_on:
            journal.set(twin, stale_on=tag.stale_on, source=tag.source)
        journal.set(tag, ended_on=today(), home_id=None)


def lock_verdict(actor: Principal, verdict_id: int) -> Verdict:
    """A merge that holds and is the last one of its record, locked. Raises Forbidden, NotFound, WrongState."""
    require(actor, "person.edit")
    found = within(Verdict.objects.filter(id=verdict_id, same=True), actor).select_related("area").first()
    if found is None:
        raise NotFound(_("There is no such merge in your area."), code="merge_unknown")
    require(actor, "person.edit", area_path=found.area.path)
    verdict = Verdict.objects.select_for_update(of=("self",)).select_related("keep", "drop").get(id=verdict_id)
    if verdict.undone_at is not None:
        raise WrongState(_("This merge was undone already."), code="merge_undone")
    later = Verdict.objects.filter(same=True, undone_at__isnull=True, id__gt=verdict.id)
    if later.filter(keep_id=verdict.keep_id).exists() or later.filter(drop_id=verdict.keep_id).exists():
        raise WrongState(_("A later merge comes first: undo that one."), code="merge_not_last")
    return verdict


def mark_undone(*, actor: Principal, verdict: Verdict) -> None:
    """The merge holds no longer; its rows were put back."""
    verdict.undone_at, verdict.undone_by = now(), actor.user_id
    verdict.save(update_fields=["undone_at", "undone_by"])
    _note(actor, "person.unmerge", verdict.keep, other=str(verdict.drop_id), verdict=verdict.id)


def keep_apart(*, actor: Principal, one_id: UUID, other_id: UUID) -> Verdict:
    """Say that two records are two people: they are not proposed again. Raises Forbidden, NotFound, InvalidInput."""
    first, second = sorted((one_id, other_id))
    with transaction.atomic():
        one, other = lock_two(actor, first, second)
        verdict, _made = Verdict.objects.get_or_create(
            keep=one, drop=other, same=False, undone_at=None,
            defaults={"area_id": one.area_id, "made_by": actor.user_id},
        )  # fmt: skip
        _note(actor, "person.apart", one, other=str(other.id))
    return verdict


def _note(actor: Principal, act: str, person: Person, **detail: object) -> None:
    record(
        actor=actor, act=act, subject_kind="person", subject_id=str(person.id), area_id=person.area_id, detail=detail
    )
