"""The standing cast: a piece of Zhoupu with one person for each role, made once and never changed by a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from linli.accounts.api import Post, Role, Unit, User, create_unit, create_user, grant_post
from linli.register.canvass.api import Attempt, Canvass, Target
from linli.register.duty.api import Card, Chain, ChainLevel, Charge, Duty, Leave
from linli.register.households.api import HomeCheck, Household, Member
from linli.register.people.api import Person, Tag, Verdict
from linli.register.places.api import Place
from linli.territory.api import Area

PASSWORD = "a-long-test-password"
SINCE = date(2024, 1, 1)

DISTRICT = "310115"
TOWN, OTHER_TOWN = "310115132", "310115004"
STATION, OTHER_STATION = "310115132S01", "310115132S02"
HOME_AREA, SIBLING_AREA, COUSIN_AREA = "310115132001", "310115132003", "310115132005"
VILLAGE_AREA, FOREIGN_AREA = "310115132201", "310115004001"
LEAVES = (HOME_AREA, SIBLING_AREA, COUSIN_AREA, VILLAGE_AREA, FOREIGN_AREA)


@dataclass(frozen=True)
class Part:
    """One person of the cast."""

    role: Role
    area: str
    unit: str | None


UNITS = {
    "station": ("station", STATION, "澧溪联勤联动站"),
    "station_other": ("station", OTHER_STATION, "小上海联勤联动站"),
    "station_village": ("station", "310115132S08", "村级联勤联动站"),
    "committee": ("committee", HOME_AREA, "向阳居委会"),
    "centre": ("operation_centre", TOWN, "周浦镇城运中心"),
    "centre_other": ("operation_centre", OTHER_TOWN, "潍坊新村街道城运中心"),
    "property": ("property_firm", HOME_AREA, "瑞和物业"),
    "property_other": ("property_firm", COUSIN_AREA, "安居物业"),
    "urban": ("urban_management", TOWN, "周浦镇城管中队"),
    "housing": ("housing_office", TOWN, "周浦镇房管办"),
}

CAST = {
    "worker": Part(Role.WORKER, HOME_AREA, "committee"),
    "worker_sibling": Part(Role.WORKER, SIBLING_AREA, None),
    "worker_cousin": Part(Role.WORKER, COUSIN_AREA, None),
    "worker_village": Part(Role.WORKER, VILLAGE_AREA, None),
    "head": Part(Role.STATION_HEAD, STATION, "station"),
    "head_other": Part(Role.STATION_HEAD, OTHER_STATION, "station_other"),
    "dispatcher": Part(Role.DISPATCHER, TOWN, "centre"),
    "dispatcher_other": Part(Role.DISPATCHER, OTHER_TOWN, "centre_other"),
    "district": Part(Role.DISTRICT, DISTRICT, None),
    "auditor": Part(Role.AUDITOR, DISTRICT, None),
    "responder": Part(Role.RESPONDER, HOME_AREA, "property"),
    "responder_mate": Part(Role.RESPONDER, HOME_AREA, "property"),
    "responder_other": Part(Role.RESPONDER, COUSIN_AREA, "property_other"),
    "responder_urban": Part(Role.RESPONDER, TOWN, "urban"),
    "responder_housing": Part(Role.RESPONDER, TOWN, "housing"),
    "building_head": Part(Role.BUILDING_HEAD, HOME_AREA, None),
}


def build() -> None:
    """Make the cast on the owner's connection."""
    areas = {area.code: area for area in Area.objects.using("owner").all()}
    units: dict[str, Unit] = {}
    for key, (kind, area, name) in UNITS.items():
        units[key] = create_unit(actor=None, code=f"cast.{key}", kind=kind, name=name, area=areas[area])
    for username, part in CAST.items():
        user = create_user(actor=None, username=username, name=username.replace("_", " "), password=PASSWORD)
        unit = units[part.unit] if part.unit else None
        grant_post(actor=None, user=user, role=part.role, area=areas[part.area], unit=unit, starts_on=SINCE)
    _places(areas, units)
    _charges(areas)


def _places(areas: dict[str, Area], units: dict[str, Unit]) -> None:
    for code in LEAVES:
        area = areas[code]
        lat, lng = area.lat or 31.11, area.lng or 121.57
        compound = Place.objects.using("owner").create(
            code=f"cast.{code}",
            kind="compound",
            area_id=area.id,
            name="瑞和苑",
            address=f"{area.name}瑞和苑",
            lat=lat,
            lng=lng,
        )
        building = Place.objects.using("owner").create(
            code=f"cast.{code}.3", kind="building", area_id=area.id, parent_id=compound.id,
            compound_id=compound.id, name="3号楼",
            address=f"{area.name}瑞和苑3号楼", lat=lat + 0.0004, lng=lng + 0.0004,
        )  # fmt: skip
        home = Place.objects.using("owner").create(
            code=f"cast.{code}.3.501", kind="home", area_id=area.id, parent_id=building.id, compound_id=compound.id,
            name="501室", address=f"{area.name}瑞和苑3号楼501室", floor=5, slot=1, use="owned",
        )  # fmt: skip
        _family(home)
    laid = Place.objects.using("owner").get(code=f"cast.{HOME_AREA}")
    Duty.objects.using("owner").create(
        area_id=laid.area_id, place_id=laid.id, unit_id=units["property"].id, unit_kind="property_firm"
    )


def _charges(areas: dict[str, Area]) -> None:
    """A chain of two levels over the town; the building head has building 3, a neighbour has a charge elsewhere."""
    town = areas[TOWN]
    chain = Chain.objects.using("owner").create(code="cast", name="两级包干", name_en="Two levels", area_id=town.id)
    levels = [
        ChainLevel.objects.using("owner").create(
            chain_id=chain.id, depth=depth, name=name, name_en=name_en, laid_on=laid_on, must_cover=True
        )
        for depth, name, name_en, laid_on in (
            (1, "居民区", "Committee", ["committee", "village"]), (2, "楼组", "Building", ["building", "entrance"]),
        )
    ]  # fmt: skip
    building = Place.objects.using("owner").get(code=f"cast.{HOME_AREA}.3")
    other = Place.objects.using("owner").get(code=f"cast.{COUSIN_AREA}.3")
    post = Post.objects.using("owner").get(user__username="building_head")
    worker = Post.objects.using("owner").get(user__username="worker")
    person = Person.objects.using("owner").get(area_id=other.area_id, home_id__isnull=False)
    at_home = {"level_id": levels[1].id, "area_id": building.area_id, "place_id": building.id, "starts_on": SINCE}
    charge = Charge.objects.using("owner").create(**at_home, post_id=post.id)
    Charge.objects.using("owner").create(
        level_id=levels[0].id, area_id=building.area_id, post_id=worker.id, starts_on=SINCE
    )
    Charge.objects.using("owner").create(
        level_id=levels[1].id, area_id=other.area_id, place_id=other.id, person_id=person.id, starts_on=SINCE
    )
    Leave.objects.using("owner").create(
        area_id=building.area_id, charge_id=charge.id, starts_on=date(2024, 2, 1), ends_on=date(2024, 2, 9),
        stand_in_post_id=worker.id,
    )  # fmt: skip
    said = {"duty_words": "包干3号楼", "promise": "有事敲门", "reach": "居委会值班室"}
    Card.objects.using("owner").create(area_id=building.area_id, post_id=post.id, shown_name="楼组长老陈", **said)
    Card.objects.using("owner").create(area_id=other.area_id, person_id=person.id, shown_name="王阿婆", **said)


def _family(home: Place) -> None:
    """An aged woman who lives alone and her son, who is registered with her and lives elsewhere."""
    at = {"area_id": home.area_id, "home_id": home.id}
    household = Household.objects.using("owner").create(**at, tenure="own", moved_in=SINCE)
    both: list[Person] = []
    for name, born, relation in (("王阿婆", date(1941, 5, 4), "head"), ("李大军", date(1970, 9, 1), "child")):
        lives_here = relation == "head"
        person = Person.objects.using("owner").create(
            area_id=home.area_id, home_id=home.id if lives_here else None, name=name, born_on=born, source="door",
            checked_on=SINCE,
        )  # fmt: skip
        both.append(person)
        Member.objects.using("owner").create(
            **at, household_id=household.id, person_id=person.id, relation=relation, lives_here=lives_here, since=SINCE
        )
        if lives_here:
            Tag.objects.using("owner").create(
                **at, person_id=person.id, kind_id="living_alone", source="door", stale_on=date(2024, 2, 1)
            )
    canvass = Canvass.objects.using("owner").create(
        area_id=home.area_id, title="走访", purpose="取暖安全", due_on=SINCE, made_by=1
    )
    target = Target.objects.using("owner").create(**at, canvass_id=canvass.id)
    Attempt.objects.using("owner").create(
        area_id=home.area_id, target_id=target.id, post_id=1, channel="door", outcome="nobody"
    )
    HomeCheck.objects.using("owner").create(**at, cause="stale", due_on=date(2024, 3, 1))
    Verdict.objects.using("owner").create(area_id=home.area_id, keep=both[0], drop=both[1], same=False)


def user_of(username: str) -> User:
    """One of the cast."""
    return User.objects.get(username=username)
