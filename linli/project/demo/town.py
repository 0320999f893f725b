"""The invented town as one value: real committees and stations of Zhoupu, everything inside them made up.

Pure: no Django, no clock, no file but the shipped area data. The same scale and seed give the same town.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from linli.project.demo.book import pairs
from linli.project.demo.countryside import (
    group_count,
    group_disc,
    special_disc,
    special_facilities,
    special_venues,
    village_facilities,
    village_group,
)
from linli.project.demo.dice import Dice
from linli.project.demo.estates import Estate, estate, heads, settle, start_disc
from linli.project.demo.layout import Disc, Plane, spread
from linli.project.demo.places import Building, Compound, Entrance, Facility, House, Venue, VillageGroup
from linli.project.demo.seeds import AreaSeed, Scale, StationSeed, leaves, stations
from linli.project.demo.units import PersonSeed, UnitSeed, build_people, build_units, firm_codes

SEED: Final = 310115
GAP: Final = 16.0
ROADS_PER_STATION: Final = 3


@dataclass(frozen=True, slots=True)
class Town:
    """Everything a demonstration loads below the shipped areas."""

    scale: Scale
    leaves: tuple[AreaSeed, ...]
    stations: tuple[StationSeed, ...]
    compounds: tuple[Compound, ...]
    groups: tuple[VillageGroup, ...]
    facilities: tuple[Facility, ...]
    venues: tuple[Venue, ...]
    units: tuple[UnitSeed, ...]
    people: tuple[PersonSeed, ...]

    def buildings(self) -> Iterator[tuple[Compound, Building]]:
        """Every building of every estate, with its estate."""
        for compound in self.compounds:
            for building in compound.buildings:
                yield compound, building

    def entrances(self) -> Iterator[tuple[Compound, Building, Entrance]]:
        """Every door of every estate."""
        for compound, building in self.buildings():
            for entrance in building.entrances:
                yield compound, building, entrance

    def houses(self) -> Iterator[tuple[VillageGroup, House]]:
        """Every farmhouse, with its group."""
        for group in self.groups:
            for house in group.houses:
                yield group, house


def build_town(scale: Scale = Scale.TOWN, *, seed: int = SEED) -> Town:
    """Return the invented town: about 120 estates and 40,000 homes, or the corner of it that `Scale.SMALL` names."""
    here, served = leaves(scale), stations(scale)
    estates = _estates(here, served, seed)
    villages = [leaf for leaf in here if leaf.kind == "village"]
    groups = [(v, n, group_count(v, seed)) for v in villages for n in range(1, group_count(v, seed) + 1)]
    special = [leaf for leaf in here if leaf.kind == "special"]
    wished = [disc for _, disc in estates]
    wished += [group_disc(v, n, of, seed) for v, n, of in groups]
    wished += [special_disc(leaf) for leaf in special]
    middles = [Plane(disc.x, disc.y) for disc in spread(wished, gap=GAP)]
    at_groups, at_special = len(estates), len(estates) + len(groups)
    facilities: list[Facility] = [thing for v in villages for thing in village_facilities(v)]
    venues: list[Venue] = []
    for leaf, middle in zip(special, middles[at_special:], strict=True):
        facilities += special_facilities(leaf, middle)
        venues += special_venues(leaf, middle)
    units = build_units(scale, seed=seed)
    return Town(
        scale=scale,
        leaves=here,
        stations=served,
        compounds=_settled([drawn for drawn, _ in estates], middles[:at_groups], served, seed),
        groups=tuple(
            village_group(v, n, middle, seed=seed)
            for (v, n, _), middle in zip(groups, middles[at_groups:at_special], strict=True)
        ),
        facilities=tuple(facilities),
        venues=tuple(venues),
        units=units,
        people=build_people(units, scale, seed=seed),
    )


def _estates(here: Sequence[AreaSeed], served: Sequence[StationSeed], seed: int) -> list[tuple[Estate, Disc]]:
    """The estates of all committees; names are dealt so that none appears twice."""
    station_of = {member: station for station in served for member in station.members}
    deck = heads(seed)
    drawn: list[tuple[Estate, Disc]] = []
    used: set[str] = set()
    for leaf in here:
        if leaf.kind != "committee":
            continue
        dice = Dice(seed, "committee", leaf.code)
        of = dice.weighted((2, 3, 4), (0.6, 0.33, 0.07))
        station = station_of[leaf.code]
        for nth in range(1, of + 1):
            road = dice.pick(roads(station)) + "路"
            one = _named(leaf, station.code[-3:], nth, road, deck, used, seed)
            used.add(one.name)
            drawn.append((one, start_disc(one, nth, of, dice)))
    return drawn


def _named(
    leaf: AreaSeed, station: str, nth: int, road: str, deck: list[tuple[str, str]], used: set[str], seed: int
) -> Estate:
    """The estate with the first name of the deck that is still free for its ending, which then goes to the bottom."""
    for at, head in enumerate(deck):
        one = estate(leaf, station, nth, road=road, head=head, seed=seed)
        if one.name not in used:
            deck.append(deck.pop(at))
            return one
    raise ValueError("the deck of estate names is exhausted")


def roads(station: StationSeed) -> tuple[str, ...]:
    """The invented roads around a community-centre station, without 路."""
    first = (int(station.code[-2:]) - 1) * ROADS_PER_STATION
    return tuple(zh for zh, _ in pairs("road_heads")[first : first + ROADS_PER_STATION])


def _settled(
    drawn: Sequence[Estate], middles: Sequence[Plane], served: Sequence[StationSeed], seed: int
) -> tuple[Compound, ...]:
    station_of = {member: station for station in served for member in station.members}
    next_lane: dict[str, int] = {}
    compounds = []
    for one, middle in zip(drawn, middles, strict=True):
        dice = Dice(seed, "contract", one.code)
        firm = dice.pick(firm_codes(station_of[one.area.code])) if dice.chance(0.93) else "property-15"
        lane = next_lane.get(one.road, 80) + dice.between(4, 30) * 2
        next_lane[one.road] = lane
        compounds.append(settle(one, middle, lane=lane, firm=firm))
    return tuple(compounds)
