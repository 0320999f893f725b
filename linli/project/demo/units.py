"""The bodies that answer for matters in the invented town, and the people who work there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from linli.project.demo.dice import Dice
from linli.project.demo.seeds import DISTRICT, TOWN, AreaSeed, Scale, StationSeed, leaves, stations
from linli.project.demo.words import FIRM_HEADS, People

CENTRE: Final = "town-centre"
STAFF_PHONES: Final = 10_000_000

# code, unit kind (UnitKind of the catalogue), Chinese and English name, area
TOWN_UNITS: Final[tuple[tuple[str, str, str, str, str], ...]] = (
    (CENTRE, "town", "周浦镇城市运行管理中心", "Zhoupu Town Operation Centre", TOWN),
    ("urban-management", "urban_management", "周浦镇城管中队", "Zhoupu Urban Management Squad", TOWN),
    ("police", "police", "周浦派出所", "Zhoupu Police Station", TOWN),
    ("traffic-police", "traffic_police", "交警周浦警组", "Zhoupu Traffic Police Team", TOWN),
    ("fire", "fire", "周浦消防救援站", "Zhoupu Fire and Rescue Station", TOWN),
    ("housing-office", "housing_office", "周浦镇房管办", "Zhoupu Housing Office", TOWN),
    ("market", "market_regulation", "周浦市场监督管理所", "Zhoupu Market Regulation Office", TOWN),
    ("sanitation", "sanitation", "周浦环卫服务站", "Zhoupu Sanitation Service", TOWN),
    ("greening", "greening", "周浦镇绿化市容管理所", "Zhoupu Greening and City Appearance Office", TOWN),
    ("civil-affairs", "civil_affairs", "周浦镇社会事务办(民政救助)", "Zhoupu Civil Affairs and Relief", TOWN),
    ("municipal", "municipal_maintenance", "周浦市政养护所", "Zhoupu Municipal Maintenance", TOWN),
    ("roads", "road_maintenance", "周浦公路养护班", "Zhoupu Road Maintenance", TOWN),
    ("rivers", "river_maintenance", "周浦河道养护社", "Zhoupu River Maintenance", TOWN),
    ("water-station", "water_station", "周浦镇水务站", "Zhoupu Water Affairs Station", TOWN),
    ("agriculture", "agriculture_center", "周浦镇农业服务中心", "Zhoupu Agricultural Service Centre", TOWN),
    ("forestry", "forestry", "周浦镇林业站", "Zhoupu Forestry Station", TOWN),
    ("planning", "planning_office", "周浦规划资源所", "Zhoupu Planning and Natural Resources Office", TOWN),
    ("construction", "construction_office", "周浦镇规建办", "Zhoupu Construction Office", TOWN),
    ("emergency", "emergency_office", "周浦镇应急管理办", "Zhoupu Emergency Management Office", TOWN),
    ("womens-federation", "womens_federation", "周浦镇妇联", "Zhoupu Women's Federation", TOWN),
    ("volunteers", "volunteers", "周浦镇平安志愿者总队", "Zhoupu Volunteers", TOWN),
    ("cooperative", "cooperative", "禾畔蔬菜专业合作社", "Hepan Vegetable Cooperative", TOWN),
    ("school", "school", "周浦镇学校安全联络组", "Zhoupu School Safety Liaison", TOWN),
    ("lift-1", "maintenance_firm", "安梯电梯维保", "Anti Lift Maintenance", TOWN),
    ("bike-share", "bike_share_firm", "共享单车周浦运维组", "Bike-share Operations, Zhoupu", TOWN),
    ("utilities", "utility_firm", "水电气联合抢修班", "Water, Power and Gas Repair Crew", TOWN),
    ("gas", "gas_firm", "燃气周浦服务站", "Gas Service Station, Zhoupu", TOWN),
    ("power", "power_firm", "供电周浦服务站", "Power Service Station, Zhoupu", TOWN),
    ("telecom", "telecom_firm", "通信线路周浦班组", "Telecom Line Crew, Zhoupu", TOWN),
    ("metro", "metro", "地铁站区管理组", "Metro Station Area Office", TOWN),
    ("medical", "medical", "周浦急救分站", "Zhoupu Emergency Medical Station", TOWN),
    ("asset-owner", "asset_owner", "设施权属单位联络组", "Facility Owners' Liaison", TOWN),
    ("ecology", "ecology", "区生态环境局周浦联络组", "Ecology Bureau Liaison, Zhoupu", DISTRICT),
    ("transport-enforcement", "transport_enforcement", "区交通执法大队", "Transport Enforcement Brigade", DISTRICT),
    ("agri-enforcement", "agriculture_enforcement", "区农业综合执法队", "Agricultural Enforcement Team", DISTRICT),
    ("education", "education", "区教育局", "Education Bureau", DISTRICT),
    ("health", "health", "区卫生健康委", "Health Commission", DISTRICT),
    ("labour", "labour", "区人力资源社会保障局", "Human Resources and Social Security Bureau", DISTRICT),
    ("medical-insurance", "medical_insurance", "区医疗保障局", "Medical Insurance Bureau", DISTRICT),
    ("transport", "transport", "区交通委", "Transport Commission", DISTRICT),
    ("housing-bureau", "housing_bureau", "区建交委(房管)", "Housing and Construction Authority", DISTRICT),
    ("finance", "finance_supervision", "区金融监管部门", "Financial Supervision Authority", DISTRICT),
    ("culture", "culture_tourism", "区文化和旅游局", "Culture and Tourism Bureau", DISTRICT),
    ("judicial", "judicial", "区司法局", "Justice Bureau", DISTRICT),
    ("tax", "tax", "区税务局", "Tax Bureau", DISTRICT),
    ("discipline", "discipline", "区纪检监察机关", "Discipline Inspection and Supervision", DISTRICT),
    ("economy", "economy", "区商务委", "Commerce Commission", DISTRICT),
)
MALLS: Final = {
    f"{TOWN}901": ("mall-901", "万达广场商管", "Wanda Plaza Management"),
    f"{TOWN}902": ("mall-902", "小上海步行街商管", "Little Shanghai Street Management"),
}
FIRMS_PER_STATION: Final = 2


@dataclass(frozen=True, slots=True)
class UnitSeed:
    """A body: `kind` is a UnitKind code, `area_code` where it answers."""

    code: str
    kind: str
    name: str
    name_en: str
    area_code: str
    phone: str


@dataclass(frozen=True, slots=True)
class PostSeed:
    """A role (Role code of accounts) over an area; `unit_code` "" for the three administrators and the auditor."""

    role: str
    area_code: str
    unit_code: str
    deputy: bool = False


@dataclass(frozen=True, slots=True)
class PersonSeed:
    """An invented member of staff: pinyin user name, Chinese name, title, a number allotted to nobody, his posts."""

    username: str
    name: str
    title: str
    phone: str
    posts: tuple[PostSeed, ...]


def build_units(scale: Scale, *, seed: int) -> tuple[UnitSeed, ...]:
    """All bodies of this scale: operation centre, departments, stations, committees, property firms, malls."""
    people = People(Dice(seed, "units"), start=STAFF_PHONES + 5_000)
    rows = [*TOWN_UNITS, *_stations(scale), *_leaf_units(scale), *_firms(scale)]
    return tuple(UnitSeed(code, kind, zh, en, area, people.phone()) for code, kind, zh, en, area in rows)


def firm_codes(station: StationSeed) -> tuple[str, ...]:
    """The property firms that work in the area of a community-centre station; the fifteenth works everywhere."""
    nth = int(station.code[-2:])
    first = (nth - 1) * FIRMS_PER_STATION + 1
    return tuple(f"property-{n:02d}" for n in range(first, first + FIRMS_PER_STATION))


def build_people(units: tuple[UnitSeed, ...], scale: Scale, *, seed: int) -> tuple[PersonSeed, ...]:
    """The staff: heads and deputies of stations, committee workers, dispatchers, two or three per unit."""
    people = People(Dice(seed, "staff"), start=STAFF_PHONES)
    staff = []
    for title, posts in _posts(units, scale):
        name, sound = people.name()
        staff.append(PersonSeed(people.username(sound), name, title, people.phone(), posts))
    return tuple(staff)


def _stations(scale: Scale) -> Iterator[tuple[str, str, str, str, str]]:
    for station in stations(scale):
        yield f"station-{station.code[-3:]}", "station", station.name, station.name_en, station.code


def _leaf_units(scale: Scale) -> Iterator[tuple[str, str, str, str, str]]:
    for leaf in leaves(scale):
        if leaf.kind == "special":
            code, zh, en = MALLS[leaf.code]
            yield code, "mall_management", zh, en, leaf.code
        else:
            kind = "committee" if leaf.kind == "committee" else "village_committee"
            yield leaf_unit(leaf), kind, leaf.name, leaf.name_en, leaf.code


def leaf_unit(leaf: AreaSeed) -> str:
    """The code of the committee, village committee or mall management of a leaf."""
    if leaf.kind == "special":
        return MALLS[leaf.code][0]
    return f"{leaf.kind}-{leaf.code[-3:]}"


def _firms(scale: Scale) -> Iterator[tuple[str, str, str, str, str]]:
    for station in stations(scale):
        if station.kind == "community":
            for code in firm_codes(station):
                zh, en = FIRM_HEADS[int(code[-2:]) - 1]
                yield code, "property_firm", f"{zh}物业", f"{en} Property Management", station.code
    zh, en = FIRM_HEADS[-1]
    yield "property-15", "property_firm", f"{zh}物业", f"{en} Property Management", TOWN


def _posts(units: tuple[UnitSeed, ...], scale: Scale) -> Iterator[tuple[str, tuple[PostSeed, ...]]]:
    yield from (("区城运中心值班长", (PostSeed("district", DISTRICT, ""),)) for _ in range(2))
    yield "审计员", (PostSeed("auditor", DISTRICT, ""),)
    yield "系统管理员", (PostSeed("system_admin", DISTRICT, ""),)
    yield "安全管理员", (PostSeed("security_admin", DISTRICT, ""),)
    for title in ("镇城运中心主任", "派遣员", "派遣员", "值班派遣员"):
        yield title, (PostSeed("dispatcher", TOWN, CENTRE),)
    for unit in units:
        if unit.code != CENTRE:
            yield from _unit_posts(unit)
    special = [leaf for leaf in leaves(scale) if leaf.kind == "special"]
    station_of = {member: station for station in stations(scale) for member in station.members}
    for leaf in special:
        unit_code = f"station-{station_of[leaf.code].code[-3:]}"
        yield from (("联勤队员", (PostSeed("worker", leaf.code, unit_code),)) for _ in range(2))


def _unit_posts(unit: UnitSeed) -> Iterator[tuple[str, tuple[PostSeed, ...]]]:
    doer = PostSeed("responder", unit.area_code, unit.code)
    if unit.kind == "station":
        yield "第一站长", (PostSeed("station_head", unit.area_code, unit.code),)
        yield "副站长", (PostSeed("station_head", unit.area_code, unit.code, deputy=True),)
        yield "联勤队员", (doer,)
        return
    if unit.kind in ("committee", "village_committee"):
        worker = PostSeed("worker", unit.area_code, unit.code)
        chair, clerk, fieldworker = _LEAF_TITLES[unit.kind]
        yield chair, (worker, doer)
        yield clerk, (worker,)
        yield fieldworker, (worker, doer)
        return
    titles = _TITLES.get(unit.kind, ("联络员", "经办人"))
    yield from ((title, (doer,)) for title in titles)


_LEAF_TITLES: Final = {"committee": ("居委主任", "社工", "社工"), "village_committee": ("村委主任", "村干部", "网格员")}
_TITLES: Final[dict[str, tuple[str, ...]]] = {
    "property_firm": ("项目经理", "维修工", "保安队长"),
    "urban_management": ("中队长", "执法队员", "执法队员"),
    "police": ("社区民警", "社区民警", "值班民警"),
    "fire": ("站长", "消防监督员"),
    "mall_management": ("运营经理", "安保主管", "工程主管"),
    "maintenance_firm": ("维保班长", "维保工"),
    "sanitation": ("作业班长", "作业员"),
    "housing_office": ("房管员", "房管员"),
}
