from __future__ import annotations

from linli.audit.models import Opening, Record


def trail_of(subject_kind: str, subject_id: str) -> list[Record]:
    """The acts on one thing, oldest first, as far as row scope lets the reader see them."""
    return list(Record.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("id"))


def openings_of(subject_kind: str, subject_id: str) -> list[Opening]:
    """Who opened sealed values of one thing, oldest first."""
    return list(Opening.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("at"))
