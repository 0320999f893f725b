"""The shipped area data as plain rows, and the part of it that a demonstration uses."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final

DISTRICT: Final = "310115"
TOWN: Final = "310115132"


class Scale(StrEnum):
    """How much of Zhoupu is built: everything, or a corner for tests."""

    SMALL = "small"
    TOWN = "town"


SMALL_LEAVES: Final = frozenset(
    f"{TOWN}{leaf}" for leaf in ("006", "021", "017", "031", "202", "208", "901")
)  # four committees of four stations, two villages, one special area


@dataclass(frozen=True, slots=True)
class AreaSeed:
    """One row of `pudong_310115.csv`; centre in WGS 84 degrees, None where unknown."""

    code: str
    name: str
    name_en: str
    kind: str
    parent_code: str
    lng: float | None
    lat: float | None
    official: bool

    @property
    def short(self) -> str:
        """The name as people say it: 向阳居委, 姚桥村, 万达广场."""
        if self.kind == "committee":
            return self.name.removesuffix("会")
        return self.name.removesuffix("村委会") if self.kind == "village" else self.name


@dataclass(frozen=True, slots=True)
class StationSeed:
    """One row of `zhoupu_stations.csv`; kind community, village or special_area; members are leaf codes."""

    code: str
    name: str
    name_en: str
    kind: str
    members: tuple[str, ...]
    lng: float
    lat: float


def read_areas() -> tuple[AreaSeed, ...]:
    """All rows of the district, parents before children, as shipped."""
    return tuple(
        AreaSeed(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            parent_code=row["parent_code"],
            lng=float(row["centre_lng"]) if row["centre_lng"] else None,
            lat=float(row["centre_lat"]) if row["centre_lat"] else None,
            official=row["official"] == "1",
        )
        for row in _rows("pudong_310115.csv")
    )


def read_stations() -> tuple[StationSeed, ...]:
    """The 19 stations of Zhoupu (DOMAIN row 122)."""
    return tuple(
        StationSeed(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            members=tuple(row["members"].split()),
            lng=float(row["centre_lng"]),
            lat=float(row["centre_lat"]),
        )
        for row in _rows("zhoupu_stations.csv")
    )


def leaves(scale: Scale) -> tuple[AreaSeed, ...]:
    """Committees, villages and special areas of Zhoupu at this scale, in order of code."""
    mine = (area for area in read_areas() if area.parent_code == TOWN)
    return tuple(area for area in mine if scale is Scale.TOWN or area.code in SMALL_LEAVES)


def stations(scale: Scale) -> tuple[StationSeed, ...]:
    """The stations that hold at least one leaf of this scale; all 19 at full size."""
    present = {leaf.code for leaf in leaves(scale)}
    return tuple(station for station in read_stations() if present & set(station.members))


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("linli.territory") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
