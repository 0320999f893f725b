"""Which places of the invented town a matter can happen at."""

from __future__ import annotations

from collections.abc import Iterator

from linli.project.demo.dice import Dice
from linli.project.demo.matters import PlaceRef
from linli.project.demo.places import Compound, Entrance, Facility
from linli.project.demo.town import Town


class Whereabouts:
    """Finds places by leaf area and kind of place."""

    def __init__(self, town: Town) -> None:
        self._compounds: dict[str, list[Compound]] = {}
        self._points: dict[tuple[str, str], list[PlaceRef]] = {}
        for compound in town.compounds:
            self._compounds.setdefault(compound.area_code, []).append(compound)
        for ref, kind in _points(town):
            self._points.setdefault((ref.area_code, kind), []).append(ref)

    def pick(self, area_code: str, kinds: tuple[str, ...], dice: Dice) -> PlaceRef | None:
        """A place of one of these kinds in the leaf, or None when the leaf has none.

        kinds: compound, building, entrance, lift (entrance with a lift), home, house, group, venue, `facility:<kind>`.
        """
        for kind in dice.shuffled(kinds):
            found = self._one(area_code, kind, dice)
            if found is not None:
                return found
        return None

    def _one(self, area_code: str, kind: str, dice: Dice) -> PlaceRef | None:
        if kind in ("building", "entrance", "lift", "home", "compound"):
            compounds = self._compounds.get(area_code, [])
            return _within(dice.pick(compounds), kind, dice) if compounds else None
        points = self._points.get((area_code, kind), [])
        return dice.pick(points) if points else None


def _within(compound: Compound, kind: str, dice: Dice) -> PlaceRef | None:
    area, name = compound.area_code, compound.name
    if kind == "compound":
        return PlaceRef("compound", compound.code, area, name, *compound.spot)
    if kind == "building":
        building = dice.pick(compound.buildings)
        return PlaceRef("building", building.code, area, name + building.name, *building.spot)
    doors: list[Entrance] = [
        door for building in compound.buildings for door in building.entrances if kind != "lift" or door.lift
    ]
    if not doors:
        return None
    door = dice.pick(doors)
    if kind != "home":
        return PlaceRef("entrance", door.code, area, name + door.number, *door.spot)
    home = dice.pick(tuple(door.homes()))
    return PlaceRef("home", home.code, area, name + home.label, *door.spot)


def _points(town: Town) -> Iterator[tuple[PlaceRef, str]]:
    """Farmhouses, groups, venues and facilities, each with the kind it is asked for by."""
    names = {compound.code: compound.name for compound in town.compounds}
    everything: list[Facility] = [*town.facilities]
    for compound in town.compounds:
        everything += compound.facilities
    for thing in everything:
        label = names.get(thing.compound_code, "") + thing.name
        ref = PlaceRef("facility", thing.code, thing.area_code, label, *thing.spot, detail=thing.kind)
        yield ref, f"facility:{thing.kind}"
    for venue in town.venues:
        yield PlaceRef("venue", venue.code, venue.area_code, venue.name, *venue.spot), "venue"
    for group in town.groups:
        yield PlaceRef("village_group", group.code, group.area_code, group.name, *group.spot, detail="group"), "group"
        for house in group.houses:
            yield PlaceRef("house", house.code, group.area_code, group.name + house.number, *house.spot), "house"
