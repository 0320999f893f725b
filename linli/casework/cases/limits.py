"""Which clocks a case starts with: from its item, else from the hotline's rule for matters outside the list."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from linli.casework.timeline.api import ClockKind, LimitGiven
from linli.catalogue.api import ItemSpec, Limit, milestones, promise_under

OUTSIDE_WHOLE = LimitGiven(ClockKind.WHOLE, "", Decimal(5), "d")
OUTSIDE_RESPOND = LimitGiven(ClockKind.RESPOND, "", Decimal(1), "d")
"""Complaints through 12345: contact within one working day, five to finish (DOMAIN §2.4)."""


def limits_of(spec: ItemSpec | None, conditions: Sequence[str] = ()) -> list[LimitGiven]:
    """First contact, the whole item, and one clock for each further milestone.

    conditions: which conditions of the item hold; what then runs and is promised, the catalogue says (`milestones`,
    `promise_under`). Of several promises the one listed last holds, the widest in our lists.
    """
    if spec is None:
        return [OUTSIDE_RESPOND, OUTSIDE_WHOLE]
    chosen = [condition for condition in spec.conditions if condition in conditions]
    runs = [milestones(spec.resolve, condition=condition) for condition in chosen] or [milestones(spec.resolve)]
    promises = [promise_under(spec.resolve, condition) for condition in chosen] or [spec.promise]
    whole = max(promises, key=spec.resolve.index)
    applying = [
        limit for limit in spec.resolve if (any if limit.condition else all)(limit in running for running in runs)
    ]
    respond = [limit for limit in spec.respond if limit.condition in conditions] or [spec.first_contact]
    return [
        _given(ClockKind.RESPOND, respond[0], label=""),
        _given(ClockKind.WHOLE, whole, label=""),
        *(
            _given(ClockKind.MILESTONE, limit, label=limit.label or limit.condition or "")
            for limit in applying
            if limit != whole
        ),
    ]


def _given(kind: ClockKind, limit: Limit, *, label: str) -> LimitGiven:
    return LimitGiven(kind, label, limit.amount, limit.unit)
