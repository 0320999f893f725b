"""Who may see and change which row: from DOMAIN §4, in plain Python over rows in memory, not from the policies."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from linli.kernel.clock import SHANGHAI, now

Row = dict[str, Any]

TABLES = {
    "casework_report": "id",
    "casework_case": "id",
    "casework_casereport": "report_id",
    "casework_entry": "id",
    "casework_clock": "id",
    "casework_assignment": "id",
    "casework_workorder": "id",
    "casework_check": "id",
    "casework_rating": "id",
    "files_photo": "id",
    "notices_notice": "id",
    "notices_receipt": "id",
    "audit_record": "id",
    "audit_opening": "id",
    "audit_seal": "n",
    "register_place": "id",
    "register_duty": "id",
    "register_legend": "id",
    "register_gradelimit": "id",
    "register_grading": "id",
    "register_charge": "id",
    "register_leave": "id",
    "register_card": "id",
    "register_person": "id",
    "register_household": "id",
    "register_member": "id",
    "register_homecheck": "id",
    "register_tag": "id",
    "register_verdict": "id",
    "register_canvass": "id",
    "register_target": "id",
    "register_attempt": "id",
    "outbox_event": "id",
    "doors_importbatch": "id",
    "doors_sheetbatch": "id",
    "doors_made": "id",
    "doors_sheetexport": "id",
    "accounts_savedfilter": "id",
    "access_glass": "id",
    "access_glassreview": "glass_id",
    "access_shredding": "id",
}
"""Every table under scope, with its key."""

PEOPLE = {
    "register_person", "register_household", "register_member", "register_homecheck", "register_tag",
    "register_verdict", "register_canvass", "register_target", "register_attempt", "doors_sheetbatch", "doors_made",
}  # fmt: skip
HEADS_SEE = {"register_person", "register_household", "register_member", "register_homecheck"}
KEPT = {
    "register_place", "register_duty", "register_charge", "register_leave", "register_card", "doors_importbatch",
    "doors_sheetexport",
}  # fmt: skip
"""Whoever may change such a row may add one."""
SITE = {"worker", "station_head"}
ONLY_ADDED = {
    "casework_entry", "audit_record", "audit_opening", "audit_seal", "notices_receipt", "register_attempt",
    "doors_made",
}  # fmt: skip
SETTINGS = {"register_legend", "register_gradelimit"}
CHARTS = {*SETTINGS, "register_grading"}
"""Set on site and in the town; how a chart is read is told to all who work."""
OPEN_PLACES = {"compound", "village_group", "building", "facility", "venue"}
MATTER = {
    "casework_report", "casework_case", "casework_casereport", "casework_entry", "casework_clock",
    "casework_assignment",
    "casework_workorder", "casework_check", "casework_rating",
}  # fmt: skip
SAID_BY_REPORTER = {"receive", "add", "rate", "dispute", "withdraw"}
RELATIONS = ("own", "sibling", "parent", "child", "foreign")


@dataclass(frozen=True)
class Me:
    """An identity as the oracle sees it. kind: area, unit, head, wide, reader, link, nobody.

    unit: whose people see by unit; post, own_unit: where notices to this person are addressed. glass: paths of areas
    that a broken glass adds.
    """

    name: str
    kind: str
    path: str = ""
    unit: int | None = None
    post: int | None = None
    own_unit: int | None = None
    user: int | None = None
    report: str | None = None
    secret: str = ""
    role: str = ""
    glass: tuple[str, ...] = ()

    def reaches(self, path: str | None) -> bool:
        return any(below(path, top) for top in (self.path, *self.glass))

    @property
    def link_key(self) -> str:
        return hashlib.sha256(self.secret.encode()).hexdigest()


@dataclass
class World:
    """Every row of every scoped table, read past row scope, with the look-ups the oracle needs."""

    rows: dict[str, dict[Any, Row]]
    paths: dict[int, str]
    shown_in: dict[Any, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for entry in self.rows["casework_entry"].values():
            for photo in entry["photos"]:
                self.shown_in[photo].append(entry)

    @classmethod
    def read(cls, connection: psycopg.Connection[Any]) -> World:
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = {}
            for table, key in TABLES.items():
                rows[table] = {row[key]: row for row in cursor.execute(f"select * from {table}").fetchall()}
            areas = cursor.execute("select id, path from territory_area").fetchall()
        return cls(rows, {area["id"]: area["path"] for area in areas})

    def path_of(self, row: Row) -> str | None:
        return self.paths.get(row["area_id"]) if row.get("area_id") is not None else None


def below(path: str | None, top: str) -> bool:
    """Whether an area is `top` or lies under it, step by step."""
    if path is None or not top:
        return False
    steps, wanted = path.split("."), top.split(".")
    return steps[: len(wanted)] == wanted


def visible(world: World, me: Me, table: str, row: Row) -> bool:
    """Whether this identity may read the row."""
    if table == "outbox_event":
        return me.kind == "wide"
    if table in SETTINGS:
        return me.kind in ("area", "unit", "head", "wide", "reader")
    return _seen(world, me, table, row)


def _seen(world: World, me: Me, table: str, row: Row) -> bool:
    if table == "accounts_savedfilter":
        return _own_setting(me, row)
    if table in PEOPLE:
        return _person(world, me, table, row)
    if table in ("register_charge", "register_leave", "register_card"):
        return _charged(world, me, table, row)
    if me.kind in ("wide", "reader"):
        return True
    return _visible_to_some(world, me, table, row)


def _visible_to_some(world: World, me: Me, table: str, row: Row) -> bool:
    """What posts over an area, units and links see of what a wide role sees whole."""
    if table == "audit_seal":  # hashes of all areas: whoever proves one row needs those of its neighbours
        return me.kind == "area" and bool(me.path)
    if table.startswith("access_"):
        return _sees_glass(world, me, table, row)
    if table == "files_photo":
        return _photo(world, me, row)
    if table == "notices_receipt":
        return visible(world, me, "notices_notice", world.rows["notices_notice"][row["notice_id"]])
    return _open_to(me, table, row) or _within(world, me, table, row)


def _person(world: World, me: Me, table: str, row: Row) -> bool:
    """People are seen where they live, their needs on site alone; no district and no auditor sees a person."""
    if me.kind == "head":
        return table in HEADS_SEE and row["home_id"] in homes_of(world, me)
    if me.kind != "area":
        return me.role == "system"
    return me.reaches(world.path_of(row)) and (table != "register_tag" or me.role in SITE)


def _charged(world: World, me: Me, table: str, row: Row) -> bool:
    """Who answers is no secret inside the staff. A card is public by consent, but through a function of its own;
    withdrawn, it is for those who keep it."""
    if table != "register_card":
        return me.kind in ("area", "unit", "head", "wide", "reader")
    if me.kind == "area":
        return me.reaches(world.path_of(row))
    if me.kind in ("unit", "head"):
        return row["withdrawn_at"] is None or (me.kind == "head" and row["post_id"] == me.post)
    return me.kind in ("wide", "reader")


def homes_of(world: World, me: Me) -> set[int]:
    """The homes a building head is charged with."""
    day = now().astimezone(SHANGHAI).date()
    places = world.rows["register_place"]
    spots = {
        charge["place_id"]
        for charge in world.rows["register_charge"].values()
        if charge["post_id"] == me.post and _runs(charge, day)
    }
    spots |= {
        world.rows["register_charge"][leave["charge_id"]]["place_id"]
        for leave in world.rows["register_leave"].values()
        if leave["stand_in_post_id"] == me.post and _runs(leave, day)
    }
    return {key for key, place in places.items() if place["kind"] == "home" and spots & set(_stands_in(places, place))}


def doors_of(world: World, me: Me) -> set[int]:
    """The entrances of these homes, and what he is charged with itself."""
    homes = homes_of(world, me)
    return {world.rows["register_place"][home]["parent_id"] for home in homes} | homes


def _runs(row: Row, day: date) -> bool:
    return row["starts_on"] <= day and (row["ends_on"] is None or row["ends_on"] > day)


def _stands_in(places: dict[Any, Row], place: Row) -> Iterable[int]:
    while True:
        yield place["id"]
        if place["parent_id"] is None:
            return
        place = places[place["parent_id"]]


def _own_setting(me: Me, row: Row) -> bool:
    """How a person arranged his own desk: for himself alone, whatever his role."""
    return me.kind in ("area", "unit", "wide", "reader") and row["user_id"] == me.user


def _sees_glass(world: World, me: Me, table: str, row: Row) -> bool:
    """One's own, and those of the posts below one; what was shredded is for wide roles."""
    if table == "access_glassreview":
        return _sees_glass(world, me, "access_glass", world.rows["access_glass"][row["glass_id"]])
    if table == "access_shredding" or me.kind != "area":
        return False
    return row["user_id"] == me.user or me.reaches(world.paths[row["home_id"]])


def _open_to(me: Me, table: str, row: Row) -> bool:
    """What is seen wherever it lies: open places, duties for staff, notices to oneself."""
    staff = me.kind in ("area", "unit", "head")
    return (
        (table == "register_place" and row["kind"] in OPEN_PLACES)
        or (table == "register_duty" and staff)
        or (table == "notices_notice" and staff and _addressed(me, row))
    )


def _of_head(world: World, me: Me, table: str, row: Row) -> bool:
    return table == "register_place" and row["id"] in doors_of(world, me)


def _within(world: World, me: Me, table: str, row: Row) -> bool:
    if me.kind == "area":
        return me.reaches(world.path_of(row))
    if me.kind == "unit":
        return _unit_sees(world, me, table, row)
    if me.kind == "head":
        return _of_head(world, me, table, row)
    return me.kind == "link" and _link_sees(world, me, table, row)


def _addressed(me: Me, notice: Row) -> bool:
    mine = notice["post_id"] is not None and notice["post_id"] == me.post
    return mine or (notice["unit_id"] is not None and notice["unit_id"] == me.own_unit)


def _unit_sees(world: World, me: Me, table: str, row: Row) -> bool:
    if me.unit is None:
        return False
    if table == "register_place":
        return row["compound_id"] is not None and row["compound_id"] in _compounds_of(world, me.unit)
    if table in ("casework_report", "casework_case", "casework_assignment", "casework_workorder"):
        return row["unit_id"] == me.unit
    if table in ("casework_entry", "casework_clock"):
        case = world.rows["casework_case"].get(row["matter_id"])
        report = world.rows["casework_report"].get(row["matter_id"])
        return any(matter is not None and matter["unit_id"] == me.unit for matter in (case, report))
    if table in ("casework_casereport", "casework_check", "casework_rating"):
        return world.rows["casework_case"][row["case_id"]]["unit_id"] == me.unit
    return False


def _compounds_of(world: World, unit: int) -> set[Any]:
    """The compounds a unit has an open duty on: there it sees doors and homes on the chart."""
    laid = [row["place_id"] for row in world.rows["register_duty"].values() if row["unit_id"] == unit]
    open_ones = {row["place_id"] for row in world.rows["register_duty"].values() if row["ends_on"] is None}
    places = world.rows["register_place"]
    return {one for one in laid if one in open_ones and places[one]["kind"] in ("compound", "village_group")}


def _own_matters(world: World, me: Me) -> set[Any]:
    joined = world.rows["casework_casereport"].get(me.report)
    return {me.report} | ({joined["case_id"]} if joined else set())


def _link_sees(world: World, me: Me, table: str, row: Row) -> bool:
    if table == "casework_report":
        return row["id"] == me.report
    if table in ("casework_casereport", "casework_rating"):
        return row["report_id"] == me.report
    if table == "casework_case":
        return row["id"] in _own_matters(world, me)
    if table == "casework_clock":
        return row["matter_id"] in _own_matters(world, me)
    if table == "casework_entry":
        return _link_reads(world, me, row)
    return False


def _link_reads(world: World, me: Me, entry: Row) -> bool:
    """The public story of the own matter; what reporters said only when it was this one."""
    if entry["visibility"] != "public" or entry["matter_id"] not in _own_matters(world, me):
        return False
    if entry["act"] not in SAID_BY_REPORTER:
        return True
    speaker = entry["data"].get("report_id")
    return speaker == str(me.report) if speaker else entry["matter_id"] == me.report


def _photo(world: World, me: Me, row: Row) -> bool:
    if row["area_id"] is None and row["link_key"] is None:
        return (
            me.kind != "head"
        )  # not attached yet: only its sender knows the id, and he has no identity we could ask for
    if me.kind == "area":
        return me.reaches(world.path_of(row))
    shown = any(visible(world, me, "casework_entry", entry) for entry in world.shown_in[row["id"]])
    if me.kind == "link":
        return shown or row["link_key"] == me.link_key
    return me.kind == "unit" and shown


def changeable(world: World, me: Me, table: str, row: Row) -> bool:
    """Whether an UPDATE that changes nothing may touch the row."""
    if table in CHARTS:
        return table != "register_gradelimit" and _charted(world, me, row)
    return _changeable(world, me, table, row)


def _charted(world: World, me: Me, row: Row) -> bool:
    """Legends, grades and their limits are written on site and in the town alone."""
    return me.kind == "area" and me.reaches(world.path_of(row))


def _changeable(world: World, me: Me, table: str, row: Row) -> bool:
    if table in ONLY_ADDED or table.startswith("access_"):
        return False  # of a glass only its end is written, and no probe does that
    if table == "accounts_savedfilter":
        return _own_setting(me, row)
    if table in ("notices_notice", "outbox_event"):
        return me.kind == "wide"
    if table in PEOPLE | KEPT:
        return _keeps(world, me, table, row)
    if table == "files_photo":
        free = row["area_id"] is None and row["link_key"] is None
        if me.kind == "link":
            return free or row["link_key"] == me.link_key
        return me.kind in ("area", "unit", "wide") and visible(world, me, table, row)
    return me.kind in ("area", "unit", "wide", "link") and visible(world, me, table, row)


def _keeps(world: World, me: Me, table: str, row: Row) -> bool:
    """Who may change the register and what was imported. A building head keeps his own card and nothing else."""
    if table in PEOPLE:
        return me.kind != "head" and _person(world, me, table, row)
    if table == "register_card":
        mine = me.kind == "head" and row["post_id"] == me.post
        return mine or me.role == "system" or (me.kind == "area" and me.reaches(world.path_of(row)))
    return me.kind == "wide" or (me.kind == "area" and me.reaches(world.path_of(row)))


def addable(world: World, me: Me, table: str, row: Row) -> bool:
    """Whether an INSERT of this very row would pass the rights and row scope (and then meet its own key)."""
    if table in PEOPLE:
        return _keeps(world, me, table, row)
    if table == "doors_sheetexport":  # asked for by those of its area; the district only agrees
        return me.kind == "area" and me.reaches(world.path_of(row))
    return _charted(world, me, row) if table in CHARTS else _addable(world, me, table, row)


def _addable(world: World, me: Me, table: str, row: Row) -> bool:
    if table in ("audit_record", "outbox_event"):
        return me.kind in ("area", "unit", "head", "wide", "link", "nobody", "reader")
    if table in ("audit_opening", "audit_seal") or (table == "casework_case" and me.kind == "link"):
        return False  # an opening is noted by the audit role, a case is opened by the desk
    if table == "files_photo":
        return row["area_id"] is None and row["link_key"] is None and me.kind not in ("head", "wide", "reader")
    if table.startswith("access_"):
        return _adds_review(world, me, table, row)
    if table.startswith("notices_"):
        return _adds_notice(world, me, table, row)
    if table in KEPT | {"accounts_savedfilter"}:
        return changeable(world, me, table, row)
    return me.kind in ("area", "unit", "wide", "link") and visible(world, me, table, row)


def _adds_notice(world: World, me: Me, table: str, row: Row) -> bool:
    if table == "notices_notice":
        return me.kind == "wide" or (me.kind == "area" and me.reaches(world.path_of(row)))
    if me.kind == "reader":  # what an auditor himself has read is the one thing he may note
        return row["user_id"] is not None and row["user_id"] == me.user
    return me.kind in ("area", "unit", "head", "wide") and visible(world, me, table, row)


def _adds_review(world: World, me: Me, table: str, row: Row) -> bool:
    """A glass is broken now, not at another time; a tombstone is laid by shredding alone."""
    if table != "access_glassreview" or row["reviewer_id"] != me.user:
        return False
    return me.kind in ("area", "wide", "reader") and visible(world, me, table, row)


def relation(world: World, me: Me, row: Row) -> str | None:
    """How the row lies to the identity. For a unit or a link only whose it is counts: own, or the nearest other."""
    path = world.path_of(row)
    if path is None or not me.path:
        return None
    if path == me.path:
        return "own"
    if below(path, me.path):
        return "child"
    if below(me.path, path):
        return "parent"
    return "sibling" if path.split(".")[:2] == me.path.split(".")[:2] else "foreign"


MARK = re.compile(r"ZQ\d{6}[0-9a-f]{4}")
NUMBER = re.compile(r"\b\d{4}-\d{3}-\d{6}-\d\b")


def traces(world: World, find: Iterable[re.Pattern[str]] = (MARK, NUMBER)) -> dict[str, list[tuple[str, Row]]]:
    """Mark or number → the rows it stands in: a page may show it to whoever may read one of them."""
    found: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for table in TABLES:
        for row in world.rows[table].values():
            text = " ".join(map(str, row.values()))
            for trace in {match for pattern in find for match in pattern.findall(text)}:
                found[trace].append((table, row))
    return found


Rule = Callable[[World, Me, str, Row], bool]
