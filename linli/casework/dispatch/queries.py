from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from linli.access.api import Principal, within
from linli.accounts.api import Unit, unit_by_id
from linli.casework.cases.api import Case, spec_of
from linli.casework.dispatch.models import Assignment, Rule
from linli.casework.dispatch.rules import RuleSpec, Situation, choose
from linli.casework.intake.api import desk_of
from linli.catalogue.api import ItemSpec, outside_topics
from linli.kernel.clock import shanghai
from linli.register.duty.api import who_answers


@dataclass(frozen=True, slots=True)
class Proposal:
    """The unit that should act, and why: steps as (kind, value) pairs that a face puts into words."""

    unit: Unit
    why: tuple[tuple[str, str], ...]
    rule_id: int | None


def propose(case: Case, *, at: datetime) -> Proposal:
    """Which unit answers for this case here and now, and why.

    The most specific rule wins; its unit kind, or else the legal owner of the item, or of the topic for a matter
    outside the list, is looked up by duty (place, then area).
    When no such unit exists the desk itself answers, and the reasons say so: nothing is left without an owner.
    """
    spec = spec_of(case)
    rule = choose(_rules(at), _situation(case, spec, at))
    if rule is not None and rule.unit_id is not None:
        unit = unit_by_id(rule.unit_id)
        return Proposal(unit, (("rule", str(rule.id)), ("unit", unit.name)), rule.id)
    kinds = _kinds(rule, spec, case.topic)
    for kind in kinds:
        answer = who_answers(kind, place=case.place, area_path=case.area.path)
        if answer is not None:
            why = (
                _reason(rule, spec, case.topic, kind),
                (f"duty_{answer.by}", answer.where),
            )
            return Proposal(answer.unit, why, rule.id if rule else None)
    last = desk_of(case.area) if spec is not None else case.desk
    return Proposal(last, (("no_unit", ", ".join(kinds)), ("last_resort", "")), rule.id if rule else None)


def _kinds(rule: RuleSpec | None, spec: ItemSpec | None, topic: str) -> list[str]:
    if rule is not None:
        return [rule.unit_kind]
    if spec is not None:
        return [spec.owner_kind, *spec.owner_alternates]
    return [outside.owner_kind for outside in outside_topics() if outside.code == topic]


def _reason(rule: RuleSpec | None, spec: ItemSpec | None, topic: str, kind: str) -> tuple[str, str]:
    if rule is not None:
        return ("rule", str(rule.id))
    return ("item_owner", kind) if spec is not None else ("legal_owner", topic)


def _situation(case: Case, spec: ItemSpec | None, at: datetime) -> Situation:
    return Situation(
        item_code=case.item_code,
        cls=case.cls,
        list_kind=spec.list_kind if spec else "",
        area_path=case.area.path,
        place_kind=case.place.kind if case.place else "",
        at=shanghai(at).time(),
    )


def _rules(at: datetime) -> list[RuleSpec]:
    # A rule whose own unit has given up holds for nobody: the next one does, and at last the list.
    standing = Q(unit__isnull=True) | Q(unit__is_active=True)
    rows = Rule.objects.filter(standing, Q(valid_to__isnull=True) | Q(valid_to__gt=at), valid_from__lte=at)
    return [
        RuleSpec(
            id=row.id,
            item_code=row.item_code,
            cls=row.cls,
            list_kind=row.list_kind,
            area_path=row.area.path if row.area else "",
            place_kind=row.place_kind,
            from_time=row.from_time,
            to_time=row.to_time,
            unit_id=row.unit_id,
            unit_kind=row.unit_kind,
        )
        for row in rows.select_related("area")
    ]


def assignments(actor: Principal, case_id: UUID) -> list[Assignment]:
    """Who was asked to act on a case, oldest first."""
    found = within(Assignment.objects.filter(case_id=case_id), actor, unit="unit_id")
    return list(found.select_related("unit", "rule").order_by("assigned_at", "id"))


def current(case: Case) -> Assignment | None:
    """The assignment that runs, if any."""
    return Assignment.objects.filter(case=case, ended_at__isnull=True).select_related("unit").first()
