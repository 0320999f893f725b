"""How a result is checked and rated. Pure."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """How a result was checked."""

    ON_SITE = "on_site"
    CALL_BACK = "call_back"
    PHOTOS = "photos"


class Satisfaction(StrEnum):
    """The four answers of Shanghai's 12345 (满意 / 基本满意 / 一般 / 不满意), with their weights in `WEIGHTS`."""

    SATISFIED = "satisfied"
    MOSTLY = "mostly"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"


WEIGHTS = {
    Satisfaction.SATISFIED: 1.0,
    Satisfaction.MOSTLY: 0.8,
    Satisfaction.FAIR: 0.6,
    Satisfaction.DISSATISFIED: 0.0,
}
"""DOMAIN §2.4."""
