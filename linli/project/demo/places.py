"""What stands in the invented town: estates, buildings, entrances, homes, village groups, facilities, venues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from linli.project.demo.layout import Spot
from linli.register.places.api import CompoundKind


class FacilityKind(StrEnum):
    """Fixed things a matter can hang on."""

    GATE = "gate"
    WASTE_ROOM = "waste_room"
    BIKE_SHED = "bike_shed"
    FIRE_LANE = "fire_lane"
    HYDRANT = "hydrant"
    FITNESS = "fitness"
    CAR_PARK = "car_park"
    STREET_LAMP = "street_lamp"
    GREEN = "green"
    MANHOLE = "manhole"
    BRIDGE = "bridge"
    SLUICE = "sluice"
    RIVER_SECTION = "river_section"
    FIELD = "field"
    VILLAGE_ROAD = "village_road"
    PARTY_SERVICE = "party_service"
    RECEPTION = "reception"
    CULTURE = "culture"
    JOINT_DUTY = "joint_duty"
    CLINIC = "clinic"
    PLAZA = "plaza"
    EXIT = "exit"
    ROADSIDE = "roadside"


class VenueKind(StrEnum):
    """Premises of others inside a special area."""

    SHOP = "shop"
    RESTAURANT = "restaurant"
    SUPERMARKET = "supermarket"
    CINEMA = "cinema"
    TRAINING = "training"
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class Home:
    """One dwelling. `room` as on the door (merged homes 501-502); `label` 3号501室; `position` from 1."""

    code: str
    room: str
    floor: int
    position: int
    span: int
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Entrance:
    """One door (号): the 楼组. `missing` rooms were never built (passage, pump room), `merged` pairs are one home."""

    code: str
    number: str
    address: str
    spot: Spot
    floors: int
    homes_per_floor: int
    lift: bool
    missing: frozenset[str]
    merged: frozenset[tuple[str, str]]

    def homes(self) -> Iterator[Home]:
        """All homes from the ground upwards, as they lie."""
        second = {b for _, b in self.merged}
        wider = dict(self.merged)
        for floor in range(1, self.floors + 1):
            for position in range(1, self.homes_per_floor + 1):
                room = f"{floor}{position:02d}"
                if room in self.missing or room in second:
                    continue
                twin = wider.get(room)
                door = f"{room}-{twin}" if twin else room
                label = f"{self.number}{door}室"
                yield Home(
                    f"{self.code}-{room}", door, floor, position, 2 if twin else 1, label, f"{self.address}{door}室"
                )


@dataclass(frozen=True, slots=True)
class Building:
    """One house of an estate; width and depth in metres, bearing of the long side in degrees from east."""

    code: str
    name: str
    spot: Spot
    width: float
    depth: float
    bearing: float
    floors: int
    entrances: tuple[Entrance, ...]


@dataclass(frozen=True, slots=True)
class Facility:
    """A fixed thing at a point; `compound_code` "" outside estates."""

    code: str
    area_code: str
    compound_code: str
    kind: FacilityKind
    name: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Venue:
    """A shop or other premises at a point."""

    code: str
    area_code: str
    kind: VenueKind
    name: str
    address: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Compound:
    """One estate (小区). `lane` is its address up to 弄; `property_unit` the code of the firm that runs it."""

    code: str
    area_code: str
    name: str
    kind: CompoundKind
    lane: str
    spot: Spot
    property_unit: str
    buildings: tuple[Building, ...]
    facilities: tuple[Facility, ...]


@dataclass(frozen=True, slots=True)
class House:
    """One farmhouse: number 陈家宅12号, full address, two or three floors, one home."""

    code: str
    number: str
    address: str
    spot: Spot
    floors: int


@dataclass(frozen=True, slots=True)
class VillageGroup:
    """One villagers' group (村民小组)."""

    code: str
    area_code: str
    name: str
    spot: Spot
    houses: tuple[House, ...]
