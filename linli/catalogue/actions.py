from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from linli.access.api import Principal, require
from linli.audit.api import record
from linli.catalogue.changes import LOCAL, apply_changes, checked, read_changes
from linli.catalogue.events import ItemAdmitted, ItemOverridden, ItemRefused, ItemRetired, ItemRevised
from linli.catalogue.models import AdmissionRecord, Element, Item, ItemVersion, Override
from linli.catalogue.queries import forget
from linli.catalogue.rules import Admission, AdmissionTest, Answer, admission
from linli.catalogue.shipped import from_json, to_json
from linli.catalogue.spec import ItemSpec
from linli.kernel.clock import now
from linli.kernel.errors import Conflict, InvalidInput, NotFound, WrongState
from linli.kernel.phrases import gettext_noop
from linli.kernel.text import normalise
from linli.outbox.api import publish
from linli.territory.api import area_by_id

SUBJECT = "catalogue_item"


@transaction.atomic
def admit_item(
    *,
    actor: Principal,
    spec: ItemSpec,
    answers: Mapping[AdmissionTest, Answer],
    elements: Iterable[str] = (),
    note: str = "",
) -> Admission:
    """Put a matter to the five tests (DOMAIN row 76); admitted, it stands on the list at once as version 1.

    elements: codes of the elements it feeds. A refusal is a result, kept on record like an admission.
    Raises Forbidden (`catalogue.admit`), Conflict (`item_exists`), InvalidInput (an unanswered test, a bad value),
    NotFound (`element_unknown`).
    """
    require(actor, "catalogue.admit")
    checked(from_json(to_json(spec)))
    outcome = admission(answers)
    # One after the other, so that two who admit the same code at once are told apart here and not by the index.
    Item.objects.select_for_update().order_by("position").first()
    if Item.objects.filter(code=spec.code).exists():
        raise Conflict(
            gettext_noop("The list already has an item with this code."),
            code="item_exists",
            detail={"code": spec.code},
        )
    _keep_answers(actor, spec, answers, outcome)
    if outcome.admitted:
        _put_on_list(actor, spec, tuple(elements), note)
    record(
        actor=actor,
        act="catalogue.admit",
        subject_kind=SUBJECT,
        subject_id=spec.code,
        detail={"admitted": outcome.admitted, "failed": [test.value for test in outcome.failed]},
    )
    publish(
        ItemAdmitted(code=spec.code, list_kind=spec.list_kind.value)
        if outcome.admitted
        else ItemRefused(code=spec.code, failed=tuple(test.value for test in outcome.failed))
    )
    transaction.on_commit(forget)
    return outcome


def _keep_answers(
    actor: Principal, spec: ItemSpec, answers: Mapping[AdmissionTest, Answer], outcome: Admission
) -> None:
    AdmissionRecord.objects.create(
        item_code=spec.code,
        name=spec.name,
        answers={
            test.value: {"passed": answers[test].passed, "reason": normalise(answers[test].reason, max_length=500)}
            for test in AdmissionTest
        },
        admitted=outcome.admitted,
        decided_by=actor.user_id,
    )


def _put_on_list(actor: Principal, spec: ItemSpec, elements: tuple[str, ...], note: str) -> None:
    last = Item.objects.aggregate(last=Max("position"))["last"] or 0
    item = Item.objects.create(code=spec.code, list_kind=spec.list_kind.value, cls=spec.cls.value, position=last + 1)
    _add_version(actor, item, 1, spec, now(), note)
    found = list(Element.objects.select_for_update().filter(code__in=elements))
    missing = sorted(set(elements) - {element.code for element in found})
    if missing:
        raise NotFound(gettext_noop("No such element."), code="element_unknown", detail={"code": missing[0]})
    for element in found:
        element.fed_by = [*element.fed_by, spec.code]
        element.save(update_fields=["fed_by"])


def _add_version(actor: Principal, item: Item, number: int, spec: ItemSpec, valid_from: datetime, note: str) -> None:
    ItemVersion.objects.create(
        item=item,
        version=number,
        spec=to_json(spec),
        valid_from=valid_from,
        created_by=actor.user_id,
        note=normalise(note, max_length=300, multiline=False),
    )


@transaction.atomic
def revise_item(
    *,
    actor: Principal,
    code: str,
    changes: Mapping[str, Any],
    note: str,
    valid_from: datetime | None = None,
    expected_version: int | None = None,
) -> int:
    """Add a version of an item for the whole district and return its number; cases already open keep their limits.

    changes: fields of `ItemSpec`, structured or in the notation of the list (see `changes.read_changes`).
    valid_from: aware, not before now; None: at once. expected_version: refuse if somebody revised it meanwhile.
    Raises Forbidden (`catalogue.revise`), NotFound, WrongState (`item_retired`), Conflict (`item_changed`,
    `later_change_planned`), InvalidInput (`note_missing`, `starts_in_past`, a bad value).
    """
    require(actor, "catalogue.revise")
    said = _said(note)
    item = _locked(code)
    latest = ItemVersion.objects.filter(item=item).order_by("-version")[0]
    if expected_version is not None and expected_version != latest.version:
        raise Conflict(
            gettext_noop("Somebody else has changed this item meanwhile."),
            code="item_changed",
            detail={"version": latest.version},
        )
    plain = read_changes(changes)
    spec = apply_changes(from_json(latest.spec), plain)
    begins = _begins(valid_from, after=latest.valid_from)
    _add_version(actor, item, latest.version + 1, spec, begins, said)
    Item.objects.filter(id=item.id).update(cls=spec.cls.value)
    record(
        actor=actor,
        act="catalogue.revise",
        subject_kind=SUBJECT,
        subject_id=code,
        detail={"version": latest.version + 1, "fields": sorted(plain), "valid_from": begins.isoformat()},
    )
    publish(ItemRevised(code=code, version=latest.version + 1))
    transaction.on_commit(forget)
    return latest.version + 1


@transaction.atomic
def override_item(
    *,
    actor: Principal,
    area_id: int,
    code: str,
    changes: Mapping[str, Any],
    reason: str,
    valid_from: datetime | None = None,
) -> int:
    """Set an area's own values for an item, for itself and all below it, and return the override's version.

    The new set replaces the area's former one; empty `changes` take it back. Only fields in `changes.LOCAL`.
    Raises Forbidden (`catalogue.override`, or an area outside the actor's), NotFound, WrongState (`item_retired`),
    Conflict (`later_change_planned`), InvalidInput (`note_missing`, `field_fixed`, `starts_in_past`, a bad value).
    """
    area = area_by_id(area_id)
    require(actor, "catalogue.override", area_path=area.path)
    said = _said(reason)
    item = _locked(code)
    plain = read_changes(changes, allowed=LOCAL) if changes else {}
    latest = ItemVersion.objects.filter(item=item).order_by("-version")[0]
    apply_changes(from_json(latest.spec), plain)
    former = Override.objects.filter(item=item, area=area).order_by("-version").first()
    number = former.version + 1 if former else 1
    begins = _begins(valid_from, after=former.valid_from if former else None)
    Override.objects.create(
        item=item,
        area=area,
        version=number,
        fields=plain,
        valid_from=begins,
        created_by=actor.user_id,
        reason=said,
    )
    record(
        actor=actor,
        act="catalogue.override",
        subject_kind=SUBJECT,
        subject_id=code,
        area_id=area.id,
        detail={"version": number, "fields": sorted(plain), "valid_from": begins.isoformat()},
    )
    publish(ItemOverridden(code=code, area_id=area.id, version=number))
    transaction.on_commit(forget)
    return number


@transaction.atomic
def retire_item(*, actor: Principal, code: str, reason: str) -> None:
    """Take an item off its list: nothing new is opened under it, old cases keep it.

    Raises Forbidden (`catalogue.revise`), NotFound, WrongState (`item_retired`), InvalidInput (`note_missing`).
    """
    require(actor, "catalogue.revise")
    said = _said(reason)
    item = _locked(code)
    Item.objects.filter(id=item.id).update(retired_at=now())
    record(actor=actor, act="catalogue.retire", subject_kind=SUBJECT, subject_id=code, detail={"reason": said})
    publish(ItemRetired(code=code))
    transaction.on_commit(forget)


def _said(text: str) -> str:
    said = normalise(text, max_length=300, multiline=False)
    if not said:
        raise InvalidInput(gettext_noop("Please give a reason."), code="note_missing")
    return said


def _locked(code: str) -> Item:
    item = Item.objects.select_for_update().filter(code=code).first()
    if item is None:
        raise NotFound(gettext_noop("The list has no such item."), code="item_unknown", detail={"code": code})
    if item.retired_at is not None:
        raise WrongState(gettext_noop("This item has left the list."), code="item_retired", detail={"code": code})
    return item


def _begins(wanted: datetime | None, *, after: datetime | None) -> datetime:
    """When a change begins: now or later, and not before the one it builds on, so that the last one counts."""
    moment = now()
    begins = moment if wanted is None else wanted
    if begins < moment:
        raise InvalidInput(gettext_noop("A change cannot begin in the past."), code="starts_in_past")
    if after is not None and begins < after:
        raise Conflict(
            gettext_noop("A later change is already planned; this one cannot begin before it."),
            code="later_change_planned",
            detail={"begins": after.isoformat()},
        )
    return begins
