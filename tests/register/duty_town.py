"""A piece of town for the tests of duty: compounds with buildings and entrances, a village, and a chain over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import cast

from linli.accounts.api import Post, Role, User
from linli.register.duty.api import Chain, ChainLevel, Charge
from linli.register.people.api import Person
from linli.register.places.api import Place
from linli.territory.api import Area, area_by_code

LEVELS = (
    ("居民区", ["committee", "village"], True),
    ("片区", ["compound", "village_group", "building"], True),
    ("楼组", ["building", "entrance", "home", "compound"], True),
    ("联户", ["entrance", "home"], False),
)


@dataclass
class Built:
    """What stands there. doors: entrances, a building without any, houses; each with a charge at every level."""

    area: Area
    chain: Chain
    levels: list[ChainLevel]
    compounds: list[Place] = field(default_factory=list)
    buildings: list[Place] = field(default_factory=list)
    doors: list[Place] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def level(self, depth: int) -> ChainLevel:
        """A level by its depth."""
        return self.levels[depth - 1]

    def charge(self, door: Place, depth: int = 3) -> Charge:
        """The accountable charge on exactly this place."""
        return Charge.objects.get(place=door, level=self.level(depth), seat="accountable", ends_on=None)

    def lay(self, place: Place | None, depth: int, post: Post, **given: object) -> Charge:
        """One more charge, past every rule but the database's own."""
        area_id = place.area_id if place else self.area.id
        return Charge.objects.create(
            level=self.level(depth), area_id=area_id, place=place, post=post, **{"starts_on": cast.SINCE, **given}
        )


def build(*, compounds: int = 2, buildings: int = 2, entrances: int = 2, code: str = cast.HOME_AREA) -> Built:
    """Make it with the owner's rights, complete: nothing is missing and nothing is doubled."""
    area = area_by_code(code)
    Place.objects.filter(area=area, kind__in=["building", "entrance"]).update(kind="venue")  # the cast's own aside
    chain = Chain.objects.create(code=f"test-{code}", name="四级包干", name_en="Four levels", area=area.parent)
    levels = [
        ChainLevel.objects.create(chain=chain, depth=depth, name=name, laid_on=laid_on, must_cover=must)
        for depth, (name, laid_on, must) in enumerate(LEVELS, 1)
    ]
    town = Built(area, chain, levels)
    for nth in range(compounds):
        _compound(town, nth, buildings, entrances)
    _holders(town)
    town.lay(None, 1, town.posts[0])
    for compound in town.compounds:
        town.lay(compound, 2, town.posts[0])
    Charge.objects.bulk_create(
        Charge(
            level=town.level(3), area=area, place=door, starts_on=cast.SINCE,
            post=town.posts[nth] if nth % 2 else None, person=None if nth % 2 else town.people[nth],
        )
        for nth, door in enumerate(town.doors)
    )  # fmt: skip
    return town


def _compound(town: Built, nth: int, buildings: int, entrances: int) -> None:
    """The last compound is a village group whose houses stand straight in it; one building has no entrance."""
    village = nth == 0
    kind = "village_group" if village else "compound"
    compound = _place(town, kind, f"c{nth}", None)
    town.compounds.append(compound)
    if village:
        town.doors += [_place(town, "home", f"c0h{n}", compound) for n in range(buildings * entrances)]
        return
    for b in range(buildings):
        building = _place(town, "building", f"c{nth}b{b}", compound)
        town.buildings.append(building)
        if b == 0:
            town.doors.append(building)
            _place(town, "home", f"c{nth}b{b}h", building)
            continue
        for e in range(entrances):
            door = _place(town, "entrance", f"c{nth}b{b}e{e}", building)
            town.doors.append(door)
            _place(town, "home", f"c{nth}b{b}e{e}h", door)


def _place(town: Built, kind: str, name: str, parent: Place | None) -> Place:
    compound = (parent.compound_id or parent.id) if parent else None
    return Place.objects.create(
        code=f"town.{town.area.code}.{name}", kind=kind, area=town.area, parent=parent, compound_id=compound, name=name
    )


def _holders(town: Built) -> None:
    """A post and a resident for each door, all different, so that one who leaves leaves one door."""
    count = len(town.doors)
    users = User.objects.bulk_create(User(username=f"holder{n}", name=f"楼长{n}", password="!") for n in range(count))
    town.posts = Post.objects.bulk_create(
        Post(user=user, role=Role.BUILDING_HEAD, area=town.area, starts_on=cast.SINCE) for user in users
    )
    town.people = Person.objects.bulk_create(
        Person(area=town.area, name=f"张三{n}", source="door", checked_on=date(2026, 1, 1)) for n in range(count)
    )
