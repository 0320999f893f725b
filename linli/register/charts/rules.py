"""What a chart can show, and which post may see which of it (DOMAIN §4.2, rows 17–21). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from linli.kernel.phrases import gettext_noop


class Layer(StrEnum):
    """One thing a chart can tell of every home. Two of them are shown at once: one by colour, one by shape."""

    USE = "use"
    PEOPLE = "people"
    STAY = "stay"
    NEEDS = "needs"
    HELP = "help"
    MATTERS = "matters"
    CHECKS = "checks"
    DUTY = "duty"
    ROLES = "roles"
    GRADE = "grade"
    CONTROL = "control"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _LAYER_LABELS[self]


L = Layer
_LAYER_LABELS = {
    L.USE: gettext_noop("Use of the home"),
    L.PEOPLE: gettext_noop("Who lives there"),
    L.STAY: gettext_noop("Return of residents"),
    L.NEEDS: gettext_noop("Needs"),
    L.HELP: gettext_noop("Needs help"),
    L.MATTERS: gettext_noop("Matters in hand"),
    L.CHECKS: gettext_noop("Checks and visits"),
    L.DUTY: gettext_noop("Covered by a duty"),
    L.ROLES: gettext_noop("Party members and volunteers"),
    L.GRADE: gettext_noop("Grade of the building"),
    L.CONTROL: gettext_noop("Level of the building"),
}

VALUES: Mapping[Layer, tuple[str, ...]] = {
    L.USE: ("owned", "let", "shared", "empty", "business", "unknown"),
    L.PEOPLE: ("lived", "nobody", "unchecked"),
    L.STAY: ("home", "arrived", "away"),
    L.NEEDS: ("none", "one", "several"),
    L.HELP: ("no", "yes"),
    L.MATTERS: ("none", "open", "overdue"),
    L.CHECKS: ("none", "due", "overdue"),
    L.DUTY: ("covered", "gap"),
    L.ROLES: ("none", "volunteer", "party", "head"),
    L.GRADE: ("safe", "watch", "key", "mutual", "ungraded"),
    L.CONTROL: ("ordinary", "watch", "strict"),
}
"""Everything a layer can say of a home; a legend has a sign for each."""

ORDINARY: Mapping[Layer, str] = {
    L.USE: "unknown", L.PEOPLE: "nobody", L.STAY: "home", L.NEEDS: "none", L.HELP: "no", L.MATTERS: "none",
    L.CHECKS: "none", L.DUTY: "gap", L.ROLES: "none", L.GRADE: "ungraded", L.CONTROL: "ordinary",
}  # fmt: skip
"""What a layer says where nothing was found."""

PERSONAL = frozenset({L.PEOPLE, L.STAY, L.NEEDS, L.HELP, L.CHECKS, L.ROLES})
"""Layers that tell something about people: they are printed only when somebody asks for it."""
OF_BUILDING = frozenset({L.GRADE, L.CONTROL})
"""Layers that say the same of every home of a building."""

FRESH_DAYS = 180
"""People nobody has looked at for so long count as unchecked."""
ARRIVAL_DAYS = 14
"""So long a resident counts as just returned."""

_SITE = frozenset(Layer) - {L.HELP}
LAYERS_OF: Mapping[str, frozenset[Layer]] = {
    "worker": _SITE,
    "station_head": _SITE,
    # The town gets counts of needs elsewhere, never whose they are; roles are tags of people like needs.
    "dispatcher": frozenset({L.USE, L.PEOPLE, L.STAY, L.MATTERS, L.CHECKS, L.DUTY, L.GRADE, L.CONTROL}),
    # Public and repair layers; matters are those that lie with his unit.
    "responder": frozenset({L.USE, L.MATTERS, L.DUTY}),
    # Of a neighbour he is told that help is needed, never which.
    "building_head": frozenset({L.USE, L.PEOPLE, L.HELP, L.DUTY}),
    "district": frozenset({L.GRADE, L.CONTROL, L.MATTERS}),
    "auditor": frozenset({L.GRADE, L.CONTROL, L.MATTERS}),
}
"""Role → layers. Who is not named sees no chart. The database holds the same (scope.sql, people/scope.sql)."""

COUNTS_ONLY = frozenset({"district", "auditor"})
"""Roles that get grades and counts of buildings and not one home."""


def layers_of(role: str) -> frozenset[Layer]:
    """The layers this role may see."""
    return LAYERS_OF.get(role, frozenset())


@dataclass(frozen=True, slots=True)
class Preset:
    """A pair of layers that belong together."""

    slug: str
    label: str
    colour: Layer
    shape: Layer


PRESETS: tuple[Preset, ...] = (
    Preset("daily", gettext_noop("Every day"), L.USE, L.MATTERS),
    # 洋泾: 楼态图 and 楼组党建图 in one (DOMAIN row 19).
    Preset("two_in_one", gettext_noop("Two in one: people and volunteers"), L.PEOPLE, L.ROLES),
    Preset("care", gettext_noop("Care"), L.NEEDS, L.CHECKS),
    # 南码头 (DOMAIN row 21): colour is the control level of the building, shape how its residents return.
    Preset("triangle", gettext_noop("Three colours, three shapes"), L.CONTROL, L.STAY),
    Preset("help", gettext_noop("Who needs help"), L.HELP, L.PEOPLE),
    Preset("repair", gettext_noop("Repairs"), L.MATTERS, L.USE),
    Preset("levels", gettext_noop("Grades"), L.GRADE, L.MATTERS),
)


def presets_for(layers: frozenset[Layer]) -> tuple[Preset, ...]:
    """The presets that somebody with these layers can use, the one he starts with first."""
    return tuple(one for one in PRESETS if {one.colour, one.shape} <= layers)


def stay_of(*, arrived: bool, away: bool) -> str:
    """What is said of the return of a home's residents; who has just come back weighs more than who is away."""
    return "arrived" if arrived else "away" if away else "home"


def needs_of(count: int) -> str:
    """How many needs are known behind a door."""
    return "none" if count == 0 else "one" if count == 1 else "several"


def role_of(kinds: frozenset[str]) -> str:
    """The foremost role somebody behind a door has taken on."""
    for kind, value in (("building_head", "head"), ("party_member", "party")):
        if kind in kinds:
            return value
    return "volunteer" if kinds else "none"
