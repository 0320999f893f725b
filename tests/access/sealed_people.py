"""Sealed fields of people that no room has declared yet, one for each level, and how the cast opens them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import cast

from linli.access.api import PERSON_PURPOSES, Level, declare_sealed, open_sealed
from linli.territory.api import area_by_code

PHONE, NUMBER = "tested.phone", "tested.id_number"
BY_LEVEL = {level: f"tested.{level}" for level in Level}


def declare() -> None:
    """Once for each process; saying the same again is allowed."""
    for name in (PHONE, NUMBER):
        declare_sealed(name, permission="person.open", purposes=PERSON_PURPOSES)
    for level, name in BY_LEVEL.items():
        declare_sealed(name, permission="person.open", purposes=PERSON_PURPOSES, level=level)


def opened(actor: Any, subject: UUID, secret: UUID, name: str = PHONE, **changed: object) -> str:
    """Open a value of a person who lives in the home area."""
    area = area_by_code(cast.HOME_AREA)
    kind, _dot, field = name.partition(".")
    asked: dict[str, Any] = {
        "secret_id": secret, "subject_kind": kind, "subject_id": str(subject), "area_id": area.id,
        "area_path": area.path, "field": field, "purpose": "home_visit", "reason": "约时间上门走访", **changed,
    }  # fmt: skip
    return open_sealed(actor=actor, **asked)


declare()
