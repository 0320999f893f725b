"""A stock of matters in every state, near and far, and what the inbox must show of it: plain Python over raw rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import cast
from casework.stage import CASE_MOVES, OF_SAFETY, Matter, Stage, unit
from web_desk.desk import Desk, Node, Shown

from linli.accounts.api import Role
from linli.casework.cases.api import CaseState
from linli.casework.intake.api import Channel, ReportState
from linli.casework.timeline.api import Act
from linli.kernel.clock import SHANGHAI
from linli.territory.api import area_by_code

FIRM_ITEM, FIRE_LANE = "C12", "C03"
ROLES = ("worker", "head", "head_other", "dispatcher", "dispatcher_other", "district", "responder_urban", "auditor")
"""One of every role, some of them beside or far from the home area."""
OPEN_REPORTS = {"received", "routed", "refusal_asked"}
ENDED_CASES = {"closed", "voided"}
QUIET = {"rate", "review"}


@dataclass(frozen=True)
class Thing:
    """A report or a case as the database's owner reads it. `path`: of its area; `began`: when its time began."""

    kind: str
    row: Mapping[str, Any]
    path: str

    @property
    def number(self) -> str:
        return str(self.row["number"])

    @property
    def state(self) -> str:
        return str(self.row["state"])

    @property
    def began(self) -> datetime:
        return datetime.fromisoformat(self.row["received_at" if self.kind == "report" else "opened_at"])

    @property
    def due(self) -> datetime | None:
        return datetime.fromisoformat(self.row["due_at"]) if self.row["due_at"] else None

    @property
    def warn(self) -> datetime | None:
        return datetime.fromisoformat(self.row["warn_at"]) if self.row["warn_at"] else None

    @property
    def open(self) -> bool:
        return self.state in OPEN_REPORTS if self.kind == "report" else self.state not in ENDED_CASES

    @property
    def pressing(self) -> bool:
        return self.open and self.row.get("next_clock", "") not in QUIET


class Stock:
    """Every state of a report and of a case, in five areas, by several channels, on three days."""

    def __init__(self, stage: Stage, desk: Desk) -> None:
        self.stage, self.desk = stage, desk
        self._old()
        stage.pass_time(days=1)
        self.reports = {state: stage.report_in(state) for state in ReportState}
        stage.pass_time(hours=3)
        self.cases = {state: stage.case_in(state) for state in CaseState}
        stage.pass_time(days=1, hours=1)
        self._fresh()
        self.now = stage.clock.now()

    def _old(self) -> None:
        """Two days old: by now out of time."""
        self.overdue = self.stage.receive(words="两天没人看的报告", channel=Channel.RESIDENT)
        self.late = self.stage.opened(OF_SAFETY, words="消防通道堵塞")
        self.raised = self.stage.case_in(CaseState.HANDLING)
        CASE_MOVES[Act.ESCALATE](self.stage, self.raised)
        asked = self.stage.case_in(CaseState.HANDLING)
        CASE_MOVES[Act.EXTEND_ASK](self.stage, asked)
        self.asked = asked

    def _fresh(self) -> None:
        """Of this hour, in the areas around, by other channels."""
        self.lane = self.stage.receive(words="消防车道被车堵了", title="Fire_lane 100% blocked", item_code=FIRE_LANE)
        self.firm = self.stage.opened(FIRM_ITEM, words="电梯停了", place_text="瑞和苑3号楼2单元")
        CASE_MOVES[Act.DISPATCH](self.stage, self.firm)
        for code in cast.LEAVES[1:]:
            self.stage.receive(words=f"在{code}", area_id=area_by_code(code).id)
        for channel in (Channel.PATROL, Channel.HOTLINE):
            self.stage.receive(words=f"来自{channel}", channel=channel)
        self.stage.receive(words="堆物", phone="13800138000", reporter_name="王小明")

    def things(self) -> list[Thing]:
        """Everything there is, past row scope."""
        paths = {row["id"]: row["path"] for row in self.stage.ask("select id, path from territory_area")}
        return [
            Thing(kind, row, paths[row["area_id"]])
            for kind in ("report", "case")
            for row in self.stage.ask(f"select * from casework_{kind}")
        ]

    def expected(self, who: str, keep: Callable[[Thing], bool], *, newest: bool = False) -> list[str]:
        """The numbers that this person must see, in the order of the list."""
        found = [thing for thing in self.things() if sees(who, thing) and keep(thing)]
        if newest:
            found.sort(key=lambda thing: (thing.began, thing.row["id"]), reverse=True)
        else:
            found.sort(key=lambda thing: (thing.due is None, thing.due or self.now, thing.row["id"]))
        return [thing.number for thing in found]


def sees(who: str, thing: Thing) -> bool:
    """Row scope as the house promises it: an area and what lies below; a unit's own; everything."""
    part = cast.CAST[who]
    if part.role in (Role.DISTRICT, Role.AUDITOR):
        return True
    if part.role is Role.RESPONDER:
        assert part.unit is not None
        return bool(thing.row["unit_id"] == unit(part.unit).id)
    own = area_by_code(part.area).path.split(".")
    return thing.path.split(".")[: len(own)] == own


def own_unit(who: str) -> int | None:
    key = cast.CAST[who].unit
    return unit(key).id if key else None


def in_view(slug: str, who: str, now: datetime) -> Callable[[Thing], bool]:
    """What a named view promises, from its label."""
    waiting = {
        "triage": ("report", "received"), "refusals": ("report", "refusal_asked"), "outside": ("report", "routed"),
        "dispatch": ("case", "filed"), "verify": ("case", "fed_back"), "returns": ("case", "return_asked"),
        "suspended": ("case", "suspended"), "rating": ("case", "verified"),
    }  # fmt: skip
    if slug in waiting:
        return lambda thing: (thing.kind, thing.state) == waiting[slug]
    unit_id = own_unit(who)
    return {
        "routed": lambda one: (one.kind, one.state) == ("report", "routed") and one.row["unit_id"] == unit_id,
        "extensions": lambda one: one.kind == "case" and one.state == "handling" and one.row["extension_asked"],
        "overdue": lambda one: one.pressing and one.due is not None and one.due <= now,
        "warned": lambda one: one.pressing and one.due is not None and one.warn <= now < one.due,
        "units": lambda one: one.kind == "case" and one.state in ("dispatched", "handling"),
        "mine": lambda one: one.open and one.row["unit_id"] == unit_id,
        "open": lambda one: one.open,
        "closed": lambda one: one.state in ({"refused", "withdrawn"} if one.kind == "report" else ENDED_CASES),
    }[slug]


def day_of(moment: datetime) -> date:
    """The day in Shanghai, which is what a person means by one."""
    return (moment.astimezone(SHANGHAI)).date()


def shown_numbers(page: Shown | Node) -> list[str]:
    """The numbers of the rows, in their order; a row that stands there twice is there twice."""
    rows = [one for one in page.all("li") if one.attrs.get("class", "") == "d-row"]
    return [row.all("a")[0].attrs["href"].rstrip("/").rsplit("/", 1)[-1] for row in rows]


def more_of(page: Shown | Node) -> str:
    """The address of the next page below /desk/, or nothing."""
    more = [one for one in page.all("li") if one.attrs.get("class", "") == "d-more"]
    return more[0].one("a").attrs["href"].removeprefix("/desk/") if more else ""


def everything(desk: Desk, who: str, query: str) -> list[str]:
    """All rows of a list, page after page, as a browser scrolls."""
    page = desk.get(who, f"?{query}", part=True)
    found = shown_numbers(page)
    while address := more_of(page):
        page = desk.get(who, address, part=True)
        found += shown_numbers(page)
    return found


def count_on_rail(page: Shown, label: str) -> int | None:
    """The count beside a view on the left; None where nobody counts."""
    link = next(one for one in page.one("nav", id="views").all("a") if one.text.startswith(label))
    counts = [one.text for one in link.all("span") if one.attrs.get("class", "") == "l-count"]
    return int(counts[0]) if counts else None


def make_more(stage: Stage, n: int, **draft: object) -> list[Matter]:
    """So many reports of the home area, one each minute."""
    made = []
    for count in range(n):
        made.append(stage.receive(words=f"第{count}件", **draft))
        stage.clock.advance(timedelta(minutes=1))
    return made
