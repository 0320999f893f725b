"""Who may be made responsible: the unit kinds of the three station lists and of the legal owners outside them.

Codes are stable: they are stored with units and with every version of an item. Pure Python.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop


class UnitKind(StrEnum):
    """The kind of an organisation or group that answers for a matter (DOMAIN §3.1–3.3, owner columns)."""

    STATION = "station"
    TOWN = "town"
    COMMITTEE = "committee"
    VILLAGE_COMMITTEE = "village_committee"
    OWNERS_COMMITTEE = "owners_committee"
    BUILDING_LEADER = "building_leader"
    VOLUNTEERS = "volunteers"
    VILLAGERS = "villagers"
    WOMENS_FEDERATION = "womens_federation"
    COOPERATIVE = "cooperative"
    SCHOOL = "school"
    PROPERTY_FIRM = "property_firm"
    MALL_MANAGEMENT = "mall_management"
    MAINTENANCE_FIRM = "maintenance_firm"
    BIKE_SHARE_FIRM = "bike_share_firm"
    ASSET_OWNER = "asset_owner"
    UTILITY_FIRM = "utility_firm"
    GAS_FIRM = "gas_firm"
    POWER_FIRM = "power_firm"
    TELECOM_FIRM = "telecom_firm"
    METRO = "metro"
    MEDICAL = "medical"
    URBAN_MANAGEMENT = "urban_management"
    POLICE = "police"
    TRAFFIC_POLICE = "traffic_police"
    FIRE = "fire"
    HOUSING_OFFICE = "housing_office"
    MARKET_REGULATION = "market_regulation"
    SANITATION = "sanitation"
    GREENING = "greening"
    ECOLOGY = "ecology"
    CIVIL_AFFAIRS = "civil_affairs"
    TRANSPORT_ENFORCEMENT = "transport_enforcement"
    MUNICIPAL_MAINTENANCE = "municipal_maintenance"
    ROAD_MAINTENANCE = "road_maintenance"
    RIVER_MAINTENANCE = "river_maintenance"
    WATER_STATION = "water_station"
    AGRICULTURE_CENTER = "agriculture_center"
    AGRICULTURE_ENFORCEMENT = "agriculture_enforcement"
    FORESTRY = "forestry"
    PLANNING_OFFICE = "planning_office"
    CONSTRUCTION_OFFICE = "construction_office"
    EMERGENCY_OFFICE = "emergency_office"
    EDUCATION = "education"
    HEALTH = "health"
    LABOUR = "labour"
    MEDICAL_INSURANCE = "medical_insurance"
    TRANSPORT = "transport"
    HOUSING_BUREAU = "housing_bureau"
    FINANCE_SUPERVISION = "finance_supervision"
    CULTURE_TOURISM = "culture_tourism"
    JUDICIAL = "judicial"
    TAX = "tax"
    DISCIPLINE = "discipline"
    ECONOMY = "economy"

    @property
    def zh(self) -> str:
        """The field's Chinese name."""
        return LABELS[self][0]

    @property
    def en(self) -> str:
        """The English name."""
        return LABELS[self][1]


_K = UnitKind

LABELS: Final[dict[UnitKind, tuple[str, str]]] = {
    _K.STATION: ("联勤联动站", "joint-duty station"),
    _K.TOWN: ("街镇", "town or sub-district office"),
    _K.COMMITTEE: ("居委", "residents' committee"),
    _K.VILLAGE_COMMITTEE: ("村委", "villagers' committee"),
    _K.OWNERS_COMMITTEE: ("业委会", "owners' committee"),
    _K.BUILDING_LEADER: ("楼组长", "building leader"),
    _K.VOLUNTEERS: ("志愿者", "volunteers"),
    _K.VILLAGERS: ("村民", "villagers"),
    _K.WOMENS_FEDERATION: ("妇联", "women's federation"),
    _K.COOPERATIVE: ("合作社", "farm cooperative"),
    _K.SCHOOL: ("学校", "school"),
    _K.PROPERTY_FIRM: ("物业", "property management firm"),
    _K.MALL_MANAGEMENT: ("商管", "commercial site management"),
    _K.MAINTENANCE_FIRM: ("维保单位", "lift maintenance firm"),
    _K.BIKE_SHARE_FIRM: ("共享单车企业", "bike-share operator"),
    _K.ASSET_OWNER: ("权属单位", "owner of the facility"),
    _K.UTILITY_FIRM: ("水电气公司", "water, power and gas companies"),
    _K.GAS_FIRM: ("燃气", "gas company"),
    _K.POWER_FIRM: ("供电", "power company"),
    _K.TELECOM_FIRM: ("通信", "telecom operator"),
    _K.METRO: ("地铁", "metro operator"),
    _K.MEDICAL: ("医疗急救", "medical emergency service (120)"),
    _K.URBAN_MANAGEMENT: ("城管中队", "urban management squad"),
    _K.POLICE: ("派出所", "police station"),
    _K.TRAFFIC_POLICE: ("交警", "traffic police"),
    _K.FIRE: ("消防", "fire and rescue"),
    _K.HOUSING_OFFICE: ("房管办", "town housing office"),
    _K.MARKET_REGULATION: ("市场所", "market regulation office"),
    _K.SANITATION: ("环卫", "sanitation service"),
    _K.GREENING: ("绿化市容", "greening and city appearance"),
    _K.ECOLOGY: ("生态环境", "ecology and environment bureau"),
    _K.CIVIL_AFFAIRS: ("民政救助", "civil affairs and relief"),
    _K.TRANSPORT_ENFORCEMENT: ("交通执法", "transport enforcement"),
    _K.MUNICIPAL_MAINTENANCE: ("市政养护", "municipal maintenance"),
    _K.ROAD_MAINTENANCE: ("交通养护", "road maintenance"),
    _K.RIVER_MAINTENANCE: ("河道养护", "river maintenance"),
    _K.WATER_STATION: ("水务站", "water affairs station"),
    _K.AGRICULTURE_CENTER: ("农业服务中心", "agricultural service centre"),
    _K.AGRICULTURE_ENFORCEMENT: ("农业执法", "agricultural enforcement"),
    _K.FORESTRY: ("林业", "forestry station"),
    _K.PLANNING_OFFICE: ("规划资源所", "planning and natural resources office"),
    _K.CONSTRUCTION_OFFICE: ("建管", "construction management"),
    _K.EMERGENCY_OFFICE: ("应急", "emergency management office"),
    _K.EDUCATION: ("教育局", "education bureau"),
    _K.HEALTH: ("卫生健康委", "health commission"),
    _K.LABOUR: ("人力资源社会保障局", "human resources and social security bureau"),
    _K.MEDICAL_INSURANCE: ("医疗保障局", "medical insurance bureau"),
    _K.TRANSPORT: ("交通委", "transport commission"),
    _K.HOUSING_BUREAU: ("住建房管部门", "housing and construction authority"),
    _K.FINANCE_SUPERVISION: ("金融监管部门", "financial supervision authority"),
    _K.CULTURE_TOURISM: ("文化和旅游局", "culture and tourism bureau"),
    _K.JUDICIAL: ("司法部门", "courts and justice bureau"),
    _K.TAX: ("税务局", "tax bureau"),
    _K.DISCIPLINE: ("纪检监察机关", "discipline inspection and supervision"),
    _K.ECONOMY: ("经济和商务部门", "economic and commerce authority"),
}

OTHER_NAMES: Final[dict[str, UnitKind]] = {
    "街镇房管办": _K.HOUSING_OFFICE,
    "房管": _K.HOUSING_OFFICE,
    "公安": _K.POLICE,
    "消防救援站": _K.FIRE,
    "城管": _K.URBAN_MANAGEMENT,
    "居委(调解)": _K.COMMITTEE,
    "村委保洁": _K.VILLAGE_COMMITTEE,
    "村委(队长)": _K.VILLAGE_COMMITTEE,
    "村委(村河长)": _K.VILLAGE_COMMITTEE,
    "规划": _K.PLANNING_OFFICE,
    "绿化所": _K.GREENING,
    "农服": _K.AGRICULTURE_CENTER,
    "水务": _K.WATER_STATION,
    "联勤站": _K.STATION,
    "联勤队员": _K.STATION,
    "医疗": _K.MEDICAL,
    "120": _K.MEDICAL,
}

NAMES: Final[dict[str, UnitKind]] = (
    {zh: kind for kind, (zh, _) in LABELS.items()} | OTHER_NAMES | {kind.value: kind for kind in UnitKind}
)


def unit_kind(name: str) -> UnitKind:
    """The kind meant by a name in an owner column, or by a stable code.

    Raises InvalidInput (`unit_kind_unknown`): an owner is never guessed, because a wrong one costs a return (退单).
    """
    kind = NAMES.get(name)
    if kind is None:
        raise InvalidInput(
            gettext_noop("No kind of unit has this name."), code="unit_kind_unknown", detail={"name": name}
        )
    return kind
