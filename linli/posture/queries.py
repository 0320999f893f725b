from __future__ import annotations

from datetime import datetime

from linli.posture.models import Declaration
from linli.posture.rules import Mode, strictest


def mode_of(area_path: str, now: datetime) -> Mode:
    """The mode that holds at `area_path`: the strictest of those declared for it or for any area above."""
    steps = area_path.split(".")
    above = [".".join(steps[:n]) for n in range(1, len(steps) + 1)]
    held = Declaration.objects.filter(area__path__in=above, since__lte=now, until__gt=now)
    return strictest([Mode(mode) for mode in held.values_list("mode", flat=True)])
