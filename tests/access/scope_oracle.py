"""Who may see and change which row: from DOMAIN §4, in plain Python over rows in memory, not from the policies."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

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
    "register_person": "id",
    "register_household": "id",
    "register_member": "id",
    "register_homecheck": "id",
    "register_tag": "id",
    "register_canvass": "id",
    "register_target": "id",
    "register_attempt": "id",
    "outbox_event": "id",
    "doors_importbatch": "id",
    "accounts_savedfilter": "id",
    "access_glass": "id",
    "access_glassreview": "glass_id",
    "access_shredding": "id",
}
"""Every table under scope, with its key."""

PEOPLE = {
    "register_person", "register_household", "register_member", "register_homecheck", "register_tag",
    "register_canvass", "register_target", "register_attempt",
}  # fmt: skip
SITE = {"worker", "station_head"}
ONLY_ADDED = {"casework_entry", "audit_record", "audit_opening", "audit_seal", "notices_receipt", "register_attempt"}
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
    """An identity as the oracle sees it. kind: area, unit, wide, reader, link, nobody.

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
    if table == "accounts_savedfilter":
        return _own_setting(me, row)
    if table in PEOPLE:
        return _person(world, me, table, row)
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
    if me.kind != "area":
        return me.role == "system"
    return me.reaches(world.path_of(row)) and (table != "register_tag" or me.role in SITE)


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
    staff = me.kind in ("area", "unit")
    return (
        (table == "register_place" and row["kind"] in OPEN_PLACES)
        or (table == "register_duty" and staff)
        or (table == "notices_notice" and staff and _addressed(me, row))
    )


def _within(world: World, me: Me, table: str, row: Row) -> bool:
    if me.kind == "area":
        return me.reaches(world.path_of(row))
    if me.kind == "unit":
        return _unit_sees(world, me, table, row)
    return me.kind == "link" and _link_sees(world, me, table, row)


def _addressed(me: Me, notice: Row) -> bool:
    mine = notice["post_id"] is not None and notice["post_id"] == me.post
    return mine or (notice["unit_id"] is not None and notice["unit_id"] == me.own_unit)


def _unit_sees(world: World, me: Me, table: str, row: Row) -> bool:
    if me.unit is None:
        return False
    if table in ("casework_report", "casework_case", "casework_assignment", "casework_workorder"):
        return row["unit_id"] == me.unit
    if table in ("casework_entry", "casework_clock"):
        case = world.rows["casework_case"].get(row["matter_id"])
        report = world.rows["casework_report"].get(row["matter_id"])
        return any(matter is not None and matter["unit_id"] == me.unit for matter in (case, report))
    if table in ("casework_casereport", "casework_check", "casework_rating"):
        return world.rows["casework_case"][row["case_id"]]["unit_id"] == me.unit
    return False


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
        return True  # not attached yet: only its sender knows the id, and he has no identity we could ask for
    if me.kind == "area":
        return me.reaches(world.path_of(row))
    shown = any(visible(world, me, "casework_entry", entry) for entry in world.shown_in[row["id"]])
    if me.kind == "link":
        return shown or row["link_key"] == me.link_key
    return me.kind == "unit" and shown


def changeable(world: World, me: Me, table: str, row: Row) -> bool:
    """Whether an UPDATE that changes nothing may touch the row."""
    if table in ONLY_ADDED or table.startswith("access_"):
        return False  # of a glass only its end is written, and no probe does that
    if table == "accounts_savedfilter":
        return _own_setting(me, row)
    if table in PEOPLE:
        return _person(world, me, table, row)
    if table in ("notices_notice", "outbox_event"):
        return me.kind == "wide"
    if table in ("register_place", "register_duty", "doors_importbatch"):
        return me.kind == "wide" or (me.kind == "area" and me.reaches(world.path_of(row)))
    if table == "files_photo":
        free = row["area_id"] is None and row["link_key"] is None
        if me.kind == "link":
            return free or row["link_key"] == me.link_key
        return me.kind in ("area", "unit", "wide") and visible(world, me, table, row)
    return me.kind in ("area", "unit", "wide", "link") and visible(world, me, table, row)


def addable(world: World, me: Me, table: str, row: Row) -> bool:
    """Whether an INSERT of this very row would pass the rights and row scope (and then meet its own key)."""
    if table in PEOPLE:
        return _person(world, me, table, row)
    return _addable_matter(world, me, table, row)


def _addable_matter(world: World, me: Me, table: str, row: Row) -> bool:
    if table in ("audit_record", "outbox_event"):
        return me.kind in ("area", "unit", "wide", "link", "nobody", "reader")
    if table in ("audit_opening", "audit_seal") or (table == "casework_case" and me.kind == "link"):
        return False  # an opening is noted by the audit role, a case is opened by the desk
    if table == "files_photo":
        return row["area_id"] is None and row["link_key"] is None and me.kind not in ("wide", "reader")
    if table.startswith("access_"):
        return _adds_review(world, me, table, row)
    if table.startswith("notices_"):
        return _adds_notice(world, me, table, row)
    if table in ("register_place", "register_duty", "doors_importbatch", "accounts_savedfilter"):
        return changeable(world, me, table, row)
    return me.kind in ("area", "unit", "wide", "link") and visible(world, me, table, row)


def _adds_notice(world: World, me: Me, table: str, row: Row) -> bool:
    if table == "notices_notice":
        return me.kind == "wide" or (me.kind == "area" and me.reaches(world.path_of(row)))
    if me.kind == "reader":  # what an auditor himself has read is the one thing he may note
        return row["user_id"] is not None and row["user_id"] == me.user
    return me.kind in ("area", "unit", "wide") and visible(world, me, table, row)


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
