from __future__ import annotations

from enum import StrEnum

from linli.kernel.phrases import gettext_noop


class Role(StrEnum):
    """Roles of DOMAIN §4.1 that this version needs."""

    WORKER = "worker"
    STATION_HEAD = "station_head"
    DISPATCHER = "dispatcher"
    DISTRICT = "district"
    RESPONDER = "responder"
    BUILDING_HEAD = "building_head"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return LABELS[self]


LABELS = {
    Role.WORKER: gettext_noop("Committee worker"),
    Role.STATION_HEAD: gettext_noop("Station head"),
    Role.DISPATCHER: gettext_noop("Town dispatcher"),
    Role.DISTRICT: gettext_noop("District operation centre"),
    Role.RESPONDER: gettext_noop("Unit worker"),
    Role.BUILDING_HEAD: gettext_noop("Building head"),
    Role.AUDITOR: gettext_noop("Auditor"),
    Role.SYSTEM_ADMIN: gettext_noop("System administrator"),
    Role.SECURITY_ADMIN: gettext_noop("Security administrator"),
    Role.SYSTEM: gettext_noop("Linli"),
}

AREA_ROLES = frozenset({Role.WORKER, Role.STATION_HEAD, Role.DISPATCHER})
UNIT_ROLES = frozenset({Role.RESPONDER})
HEAD_ROLES = frozenset({Role.BUILDING_HEAD})
"""Roles that reach the homes they are charged with and nothing else."""
WIDE_ROLES = frozenset({Role.DISTRICT, Role.AUDITOR, Role.SYSTEM})

MAX_FILTER_NAME = 40
MAX_FILTER_QUERY = 2000
MAX_FILTERS = 20
"""Saved filters of one person: more than fit beside the list help nobody."""
