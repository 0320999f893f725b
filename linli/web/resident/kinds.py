"""The kinds of matter as a resident calls them: nine large choices for each list, and what the words suggest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from linli.catalogue.api import ItemSpec, ListKind, amount_shown, is_active, list_specs, outside, suggest
from linli.territory.api import Area, AreaKind

OTHER = "other"
"""Something else: the desk decides what it is."""

COMMON: Mapping[ListKind, Mapping[str, Promise]] = {
    ListKind.COMMUNITY: {
        "C12": _("Cars or bikes badly parked"),
        "C10": _("Rubbish overflowing or unsorted"),
        "C04": _("Things left in the stairwell"),
        "C05": _("E-bike indoors or on a loose cable"),
        "C03": _("Fire lane blocked"),
        "C15": _("Lamp, door or path broken"),
        "C11": _("Bulky or building waste dumped"),
        "C19": _("Noise or a quarrel next door"),
        "C17": _("No water or power, or a burst pipe"),
    },
    ListKind.AREA: {
        "S01": _("Cars badly parked"),
        "S02": _("Bikes badly parked"),
        "S05": _("Street vendors in the way"),
        "S06": _("Shop goods on the pavement"),
        "S09": _("Rubbish or a dirty road"),
        "S10": _("Cooking fumes or dirty water"),
        "S11": _("Loudspeaker noise"),
        "S19": _("Manhole, railing or lamp broken"),
        "S13": _("Emergency exit blocked"),
    },
    ListKind.VILLAGE: {
        "V01": _("Straw or rubbish burning"),
        "V06": _("Dirty river"),
        "V07": _("Sewage or manure let out"),
        "V08": _("Rubble dumped secretly"),
        "V09": _("Rubbish lying about"),
        "V10": _("Things piled around houses"),
        "V11": _("Village road or bridge broken"),
        "V19": _("Stalls on the road"),
        "V20": _("Fallen tree or hanging cable"),
    },
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One kind to tap: its code, its words, and whether the reporter's own words pointed to it."""

    code: str
    words: str
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers by law for a matter outside the list."""

    topic: str
    unit: str


def list_kind_of(area: Area | None) -> ListKind:
    """The list whose kinds are offered at a place; the community list where nothing is known."""
    kinds = {AreaKind.VILLAGE: ListKind.VILLAGE, AreaKind.SPECIAL: ListKind.AREA}
    return kinds.get(AreaKind(area.kind), ListKind.COMMUNITY) if area is not None else ListKind.COMMUNITY


def choices(area: Area | None, words: str = "", chosen: str = "") -> list[Choice]:
    """What the words suggest first, then the common kinds of the place's list; a kind chosen before stays in sight."""
    kind = list_kind_of(area)
    common = {code: str(text) for code, text in COMMON[kind].items() if is_active(code)}
    known = {spec.code: spec for spec in list_specs(kind)}
    meant = [one.code for one in suggest(words, list_kinds=(kind,), top=2)] if words.strip() else []
    first = list(dict.fromkeys([*meant, *([chosen] if chosen in known else [])]))
    rare = [code for code in first if code not in common and code in known]
    return [
        *(Choice(code, name_of(known[code]), code in meant) for code in rare),
        *(Choice(code, text, code in meant) for code, text in common.items()),
    ]


def is_kind(code: str) -> bool:
    """Whether a resident may send this code: an active item of the list."""
    return any(spec.code == code for spec in list_specs())


def owner_outside(words: str) -> Owner | None:
    """Whom the law makes answer when the words clearly mean something outside the list."""
    match = outside(words) if words.strip() else None
    if match is None:
        return None
    if _english():
        return Owner(match.topic.name_en, match.topic.owner_name_en)
    return Owner(match.topic.name, match.topic.owner_name)


def name_of(spec: ItemSpec) -> str:
    """The plain word for an item where there is one, else the name in the list."""
    for common in COMMON.values():
        if spec.code in common:
            return str(common[spec.code])
    return spec.name_en if _english() else spec.name


def usual_time(spec: ItemSpec) -> str:
    """`4 hours`, `3 working days`: how long matters of this kind may take."""
    return amount_shown(spec.promise, english=_english())


def _english() -> bool:
    return (get_language() or "").startswith("en")
