"""Class, owner, co-owners, channels, patrol, evidence and closing of the 61 items, read off the official text by hand.

Owners are kinds of unit; `A or B` in the text is written as two. Channels: p patrol, r resident, h hotline, d device.
A patrol line is (times, every, unit, season or time, which places or who, what is done).
Evidence is (a photo of the found state, a photo of the result, people kept out of the picture).
"""

from __future__ import annotations

from typing import Final

from linli.catalogue.kinds import UnitKind as K

Patrol = tuple[int, int, str, str, str, str]
DAILY: Final[Patrol] = (1, 1, "day", "", "", "")
WEEKLY: Final[Patrol] = (1, 1, "week", "", "", "")
MONTHLY: Final[Patrol] = (1, 1, "month", "", "", "")


def a_day(times: int) -> Patrol:
    """So many times a day."""
    return (times, 1, "day", "", "", "")


# fmt: off
CLASSES: Final[dict[str, str]] = {
    "S": "C02 C03 C04 C05 C09 C14 C15 C16 C17 C20 S04 S08 S12 S13 S14 S15 S19 S20 V03 V11 V12 V13 V14 V18 V20 V21",
    "O": "C01 C06 C07 C08 C12 C18 C19 S01 S02 S03 S05 S06 S07 S11 S16 S17 S18 V02 V04 V05 V15 V19",
    "C": "C10 C11 C13 S09 S10 V01 V06 V07 V08 V09 V10 V16 V17",
}

OWNERS: Final[dict[str, list[K]]] = {
    "C01": [K.PROPERTY_FIRM], "C02": [K.HOUSING_OFFICE], "C03": [K.PROPERTY_FIRM], "C04": [K.COMMITTEE],
    "C05": [K.PROPERTY_FIRM], "C06": [K.URBAN_MANAGEMENT], "C07": [K.PROPERTY_FIRM], "C08": [K.HOUSING_OFFICE],
    "C09": [K.HOUSING_OFFICE], "C10": [K.PROPERTY_FIRM], "C11": [K.PROPERTY_FIRM], "C12": [K.PROPERTY_FIRM],
    "C13": [K.PROPERTY_FIRM], "C14": [K.PROPERTY_FIRM], "C15": [K.PROPERTY_FIRM], "C16": [K.MAINTENANCE_FIRM],
    "C17": [K.PROPERTY_FIRM], "C18": [K.COMMITTEE], "C19": [K.COMMITTEE], "C20": [K.PROPERTY_FIRM],
    "S01": [K.TRAFFIC_POLICE], "S02": [K.MALL_MANAGEMENT], "S03": [K.URBAN_MANAGEMENT], "S04": [K.POLICE],
    "S05": [K.URBAN_MANAGEMENT], "S06": [K.URBAN_MANAGEMENT], "S07": [K.URBAN_MANAGEMENT],
    "S08": [K.URBAN_MANAGEMENT], "S09": [K.SANITATION], "S10": [K.ECOLOGY, K.URBAN_MANAGEMENT],
    "S11": [K.URBAN_MANAGEMENT], "S12": [K.MALL_MANAGEMENT], "S13": [K.MALL_MANAGEMENT], "S14": [K.MALL_MANAGEMENT],
    "S15": [K.FIRE, K.POLICE], "S16": [K.CIVIL_AFFAIRS], "S17": [K.TRANSPORT_ENFORCEMENT],
    "S18": [K.POLICE, K.MARKET_REGULATION], "S19": [K.MUNICIPAL_MAINTENANCE], "S20": [K.STATION],
    "V01": [K.VILLAGE_COMMITTEE], "V02": [K.AGRICULTURE_CENTER], "V03": [K.WATER_STATION],
    "V04": [K.PLANNING_OFFICE], "V05": [K.VILLAGE_COMMITTEE], "V06": [K.RIVER_MAINTENANCE], "V07": [K.WATER_STATION],
    "V08": [K.URBAN_MANAGEMENT], "V09": [K.VILLAGE_COMMITTEE], "V10": [K.VILLAGE_COMMITTEE],
    "V11": [K.VILLAGE_COMMITTEE], "V12": [K.VILLAGE_COMMITTEE], "V13": [K.VILLAGE_COMMITTEE],
    "V14": [K.VILLAGE_COMMITTEE], "V15": [K.AGRICULTURE_ENFORCEMENT], "V16": [K.AGRICULTURE_CENTER],
    "V17": [K.AGRICULTURE_CENTER], "V18": [K.MARKET_REGULATION], "V19": [K.URBAN_MANAGEMENT],
    "V20": [K.VILLAGE_COMMITTEE], "V21": [K.WATER_STATION],
}

CO_OWNERS: Final[dict[str, list[K]]] = {
    "C01": [K.COMMITTEE, K.HOUSING_OFFICE, K.URBAN_MANAGEMENT],
    "C02": [K.POLICE, K.COMMITTEE, K.PROPERTY_FIRM, K.URBAN_MANAGEMENT],
    "C03": [K.FIRE, K.POLICE, K.COMMITTEE],
    "C04": [K.PROPERTY_FIRM, K.BUILDING_LEADER, K.FIRE],
    "C05": [K.FIRE, K.COMMITTEE, K.POLICE],
    "C06": [K.PROPERTY_FIRM, K.COMMITTEE, K.HOUSING_OFFICE, K.PLANNING_OFFICE],
    "C07": [K.GREENING, K.URBAN_MANAGEMENT, K.COMMITTEE],
    "C08": [K.URBAN_MANAGEMENT, K.MARKET_REGULATION, K.POLICE, K.COMMITTEE],
    "C09": [K.PROPERTY_FIRM, K.URBAN_MANAGEMENT, K.COMMITTEE],
    "C10": [K.COMMITTEE, K.SANITATION, K.VOLUNTEERS],
    "C11": [K.SANITATION, K.COMMITTEE],
    "C12": [K.OWNERS_COMMITTEE, K.COMMITTEE, K.POLICE],
    "C13": [K.COMMITTEE, K.URBAN_MANAGEMENT, K.SANITATION],
    "C14": [K.HOUSING_OFFICE, K.POLICE, K.COMMITTEE],
    "C15": [K.OWNERS_COMMITTEE, K.TOWN],
    "C16": [K.PROPERTY_FIRM, K.MARKET_REGULATION, K.FIRE],
    "C17": [K.UTILITY_FIRM, K.COMMITTEE],
    "C18": [K.POLICE, K.PROPERTY_FIRM, K.URBAN_MANAGEMENT],
    "C19": [K.POLICE, K.PROPERTY_FIRM, K.URBAN_MANAGEMENT, K.ECOLOGY],
    "C20": [K.FIRE, K.OWNERS_COMMITTEE, K.COMMITTEE],
    "S01": [K.URBAN_MANAGEMENT, K.MALL_MANAGEMENT],
    "S02": [K.BIKE_SHARE_FIRM, K.URBAN_MANAGEMENT],
    "S03": [K.MALL_MANAGEMENT, K.POLICE],
    "S04": [K.MALL_MANAGEMENT, K.STATION, K.MEDICAL],
    "S05": [K.MARKET_REGULATION, K.MALL_MANAGEMENT],
    "S06": [K.MALL_MANAGEMENT, K.MARKET_REGULATION],
    "S07": [K.CONSTRUCTION_OFFICE, K.TRAFFIC_POLICE, K.MALL_MANAGEMENT],
    "S08": [K.MALL_MANAGEMENT, K.GREENING],
    "S09": [K.MALL_MANAGEMENT],
    "S10": [K.MARKET_REGULATION, K.MALL_MANAGEMENT],
    "S11": [K.POLICE, K.MALL_MANAGEMENT],
    "S12": [K.POLICE, K.TRAFFIC_POLICE, K.METRO],
    "S13": [K.FIRE, K.MARKET_REGULATION],
    "S14": [K.GAS_FIRM, K.FIRE, K.URBAN_MANAGEMENT],
    "S15": [K.MARKET_REGULATION, K.MALL_MANAGEMENT],
    "S16": [K.POLICE, K.URBAN_MANAGEMENT],
    "S17": [K.POLICE, K.TRAFFIC_POLICE],
    "S18": [K.MALL_MANAGEMENT],
    "S19": [K.MALL_MANAGEMENT, K.ASSET_OWNER],
    "S20": [K.MEDICAL, K.POLICE, K.MALL_MANAGEMENT],
    "V01": [K.URBAN_MANAGEMENT, K.AGRICULTURE_CENTER, K.FIRE],
    "V02": [K.VILLAGE_COMMITTEE, K.URBAN_MANAGEMENT, K.ECOLOGY],
    "V03": [K.VILLAGE_COMMITTEE, K.AGRICULTURE_CENTER],
    "V04": [K.VILLAGE_COMMITTEE, K.URBAN_MANAGEMENT, K.AGRICULTURE_CENTER],
    "V05": [K.PLANNING_OFFICE, K.URBAN_MANAGEMENT],
    "V06": [K.VILLAGE_COMMITTEE, K.WATER_STATION],
    "V07": [K.VILLAGE_COMMITTEE, K.AGRICULTURE_CENTER, K.ECOLOGY],
    "V08": [K.VILLAGE_COMMITTEE, K.POLICE, K.ECOLOGY],
    "V09": [K.SANITATION],
    "V10": [K.VILLAGERS, K.WOMENS_FEDERATION],
    "V11": [K.ROAD_MAINTENANCE],
    "V12": [K.POLICE, K.HOUSING_OFFICE],
    "V13": [K.FIRE, K.POWER_FIRM, K.GAS_FIRM],
    "V14": [K.WATER_STATION, K.SCHOOL],
    "V15": [K.POLICE, K.VILLAGE_COMMITTEE],
    "V16": [K.VILLAGE_COMMITTEE, K.SANITATION],
    "V17": [K.VILLAGE_COMMITTEE, K.COOPERATIVE],
    "V18": [K.ECOLOGY, K.EMERGENCY_OFFICE, K.VILLAGE_COMMITTEE],
    "V19": [K.MARKET_REGULATION, K.VILLAGE_COMMITTEE],
    "V20": [K.POWER_FIRM, K.TELECOM_FIRM, K.FORESTRY],
    "V21": [K.VILLAGE_COMMITTEE, K.EMERGENCY_OFFICE],
}

CHANNELS: Final[dict[str, str]] = {
    "p r h": "C01 C04 C06 C07 C08 C09 C11 C15 S10 V05 V07 V11 V18 V20",
    "p r h d": "C02 C14 S11",
    "p r d": "C03 C05 C10 C12 C20 S14 S15 S17 V09 V13 V15",
    "p r": "C13 S03 S08 S13 S16 V02 V03 V10 V12 V14 V16 V17 V19",
    "r d h": "C16",
    "r h d": "C17",
    "r p h": "C18 S18",
    "r h": "C19",
    "p d r": "S01 S02 S06 S07 S09 V01 V04 V06 V08 V21",
    "r d p": "S04 S20",
    "p d r h": "S05 S19",
    "d p": "S12",
}

PATROLS: Final[dict[str, list[Patrol]]] = {
    "C01": [WEEKLY],
    "C02": [(1, 1, "week", "", "", "走访"), (1, 1, "month", "", "", "排查")],
    "C03": [a_day(2)],
    "C04": [(1, 1, "week", "", "楼组长", "")],
    "C05": [(1, 1, "day", "夜间", "", "")],
    "C06": [WEEKLY], "C07": [WEEKLY], "C08": [MONTHLY],
    "C09": [(1, 3, "day", "", "装修户", "")],
    "C10": [a_day(2)], "C11": [DAILY], "C12": [a_day(2)], "C13": [WEEKLY],
    "C14": [MONTHLY, (1, 1, "denser", "大风前", "", "加密")],
    "C15": [DAILY, WEEKLY],
    "C16": [(1, 1, "day", "", "", "查运行")],
    "C17": [DAILY, (1, 1, "denser", "汛期", "", "加密")],
    "C18": [WEEKLY],
    "C19": [(1, 1, "on_report", "", "", "随报")],
    "C20": [WEEKLY, (1, 1, "month", "", "", "全查")],
    "S01": [a_day(4)], "S02": [a_day(4)], "S03": [a_day(4)],
    "S04": [(1, 1, "continuous", "24h", "", "监控")],
    "S05": [a_day(4)], "S06": [a_day(3)], "S07": [a_day(3)], "S08": [DAILY], "S09": [a_day(4)], "S10": [DAILY],
    "S11": [a_day(3)],
    "S12": [(1, 1, "continuous", "客流时段", "", "实时")],
    "S13": [a_day(2)],
    "S14": [WEEKLY, (1, 1, "spot_check", "", "", "抽查")],
    "S15": [(1, 1, "week", "", "", "夜查")],
    "S16": [a_day(3)], "S17": [a_day(2)], "S18": [a_day(3)], "S19": [a_day(2)],
    "S20": [(1, 1, "continuous", "", "", "全时")],
    "V01": [a_day(2), (4, 1, "day", "农忙", "", "")],
    "V02": [WEEKLY],
    "V03": [WEEKLY, (1, 1, "day", "汛期", "", "")],
    "V04": [WEEKLY],
    "V05": [(2, 1, "week", "", "", "")],
    "V06": [DAILY, (1, 1, "week", "", "河长", "")],
    "V07": [WEEKLY], "V08": [DAILY], "V09": [DAILY], "V10": [WEEKLY], "V11": [WEEKLY],
    "V12": [(1, 1, "month", "", "", "逐户")],
    "V13": [MONTHLY, (1, 1, "half_month", "", "独居户", "")],
    "V14": [WEEKLY, (1, 1, "day", "暑期", "", "")],
    "V15": [DAILY, (1, 1, "spot_check", "夜间", "", "抽查")],
    "V16": [DAILY],
    "V17": [WEEKLY, (1, 1, "denser", "农忙", "", "加密")],
    "V18": [MONTHLY],
    "V19": [(1, 1, "day", "早市", "", "")],
    "V20": [MONTHLY, (1, 1, "at_once", "大风后", "", "即查")],
    "V21": [(1, 1, "day", "汛期", "", ""), (1, 2, "hour", "预警时", "", "")],
}

NO_PHOTO_BEFORE: Final = "C16 C18 C19 S04 S11 S12 S16 S17 S18 S20 V07 V15"
"""Where a number, a recording, a statement or a measurement may show the found state; all others need a picture."""
NO_PHOTO_AFTER: Final = "C02 C08 C09 C16 C18 C19 S04 S11 S14 S16 S17 S18 S20 V12 V15 V16 V17"
"""Where a paper, a signature or a receipt shows the result; all others need a picture."""
PEOPLE_KEPT_OUT: Final[dict[str, str]] = {"C02": "不拍人", "S16": "不拍脸", "S20": "不拍病人"}
MASKED: Final[dict[str, str]] = {"S03": "打码"}

RECHECKS: Final[dict[str, tuple[int, str, str]]] = {
    "C01": (7, "n", "复查无反弹"), "C02": (30, "n", "复查无回潮"), "C04": (15, "n", "复查"), "C05": (7, "n", "复查"),
    "C08": (30, "n", "复查"), "C18": (30, "n", "无再报"), "C19": (15, "n", "回访"), "S05": (2, "h", "复查"),
    "S06": (7, "n", "无反弹"), "S15": (30, "n", "夜查复核"), "V10": (30, "n", "复查"),
}
"""A second look after closing, where the closing condition asks for one."""

GB_MAJORS: Final[dict[str, str]] = {
    "街面秩序": "C01 C03 C12 S01 S02 S05 S06 S11 S16 S17 V19",
    "市容环境": "C04 C06 C07 C10 C11 S09 S10 V01 V05 V06 V07 V08 V09 V10 V11 V16 V17",
    "宣传广告": "C13 S03 S08",
    "施工管理": "C19 S07",
    "部件类": "C15 C20 S19 V03",
    "突发事件": "C16 C17 S04 S12 S20 V20 V21",
    "突发隐患": "C05 C14 S13 S14 S15 V13 V14",
    "其他事件": "C02 C08 C09 C18 S18 V02 V04 V12 V15 V18",
}
"""The large class of GB/T 30428.2 that stands first."""
GB_EXTENSIONS: Final = (
    "C01 C02 C05 C08 C09 C14 C16 C18 C20 S04 S12 S13 S14 S15 S18 S20 V02 V03 V04 V12 V13 V14 V15 V17 V18 V21"
)
"""Classes that the standard leaves to the place."""

NAMED_IN_SOURCE: Final = "C01 C02 C03 S01 S02 S03 S04 V01 V02 V03"

ELEMENTS: Final[dict[str, tuple[str, str]]] = {
    "A1": ("消防安全(通道、设施、电动车、三合一)", "C03 C04 C05 C20 S13 S15 V13"),
    "A2": ("用电用气安全", "C17 S14 V13"),
    "A3": ("房屋与高坠安全", "C09 C14 C02 V12"),
    "A4": ("治安防范", "S04 S18 S20"),
    "A5": ("生产经营安全(作坊、九小场所、工地)", "S13 S14 S15 V18"),
    "A6": ("防汛与临水安全", "V03 V14 V21"),
    "A7": ("道路交通与公共设施安全", "C15 C16 S19 V11 V20"),
    "A8": ("特殊人群关爱与公共卫生", ""),
    "B1": ("违法建设管控", "C06 V05"),
    "B2": ("出租房屋与实有人口", "C02 V12"),
    "B3": ("车辆停放秩序", "C01 C12 S01 S02 S17"),
    "B4": ("占道设摊与跨门经营", "S05 S06 S07 V19"),
    "B5": ("用地与种养秩序", "C08 V02 V04 V15"),
    "B6": ("矛盾纠纷化解", "C19 S18"),
    "B7": ("文明行为(养犬、噪声、广告、聚集)", "C18 C19 C13 S03 S08 S11 S12 S16"),
    "D1": ("生活垃圾分类与清运", "C10 S09 V09"),
    "D2": ("建筑装修与渣土垃圾", "C11 V08"),
    "D3": ("河道水环境", "V06 V07"),
    "D4": ("宅前屋后与公共部位整洁", "C04 V10"),
    "D5": ("道路与公共区域保洁", "S09 C13"),
    "D6": ("露天焚烧与油烟", "V01 S10"),
    "D7": ("绿化养护与农业面源", "C07 V16 V17"),
}
# fmt: on
