"""What stays of an act: one entry in the story, one line in the trail, the events with their exact payload."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import cast
import pytest
from casework.acts import CASES, DEEDS, INTAKE, VERIFICATION, Deed, of_case, of_report
from casework.stage import CASE_MOVES, REPORT_MOVES, Matter, Stage, unit, user_id

from linli.casework.cases.api import EDGES, CaseState, merge_report
from linli.casework.intake.api import EDGES as REPORT_EDGES
from linli.casework.intake.api import Channel, ReportState
from linli.casework.timeline.api import Act
from linli.outbox.api import is_heard

pytestmark = pytest.mark.django_db

BY_LINK: dict[tuple[str, Act], tuple[Callable[[Stage], Matter], Any, list[tuple[str, Any]]]] = {
    ("report", Act.ADD): (lambda s: s.report_in(ReportState.RECEIVED), REPORT_MOVES[Act.ADD], []),
    ("report", Act.WITHDRAW): (
        lambda s: s.report_in(ReportState.RECEIVED), REPORT_MOVES[Act.WITHDRAW],
        [(INTAKE + "ReportClosed", lambda s, m: of_report(s, m) | {"state": "withdrawn"})],
    ),
    ("case", Act.ADD): (lambda s: s.case_in(CaseState.HANDLING), CASE_MOVES[Act.ADD], []),
    ("case", Act.WITHDRAW): (
        lambda s: s.case_in(CaseState.DISPATCHED), CASE_MOVES[Act.WITHDRAW],
        [(CASES + "CaseEnded", lambda s, m: of_case(s, m) | {"state": "voided"}),
         (CASES + "CaseWithdrawn", lambda s, m: of_case(s, m) | {"unit_id": unit("urban").id})],
    ),
    ("case", Act.RATE): (
        lambda s: s.case_in(CaseState.VERIFIED), CASE_MOVES[Act.RATE],
        [(CASES + "CaseEnded", lambda s, m: of_case(s, m) | {"state": "closed"}),
         (VERIFICATION + "CaseRated", lambda s, m: of_case(s, m) | {"satisfaction": "satisfied"})],
    ),
    ("case", Act.DISPUTE): (
        lambda s: s.case_in(CaseState.VERIFIED), CASE_MOVES[Act.DISPUTE],
        [(VERIFICATION + "WorkSentBack",
          lambda s, m: of_case(s, m) | {"unit_id": unit("urban").id, "by_reporter": True})],
    ),
}  # fmt: skip
"""What a reporter does: how the matter comes there, the step, the events."""


def trail(stage: Stage, matter: Matter) -> list[dict[str, Any]]:
    return stage.ask("select * from audit_record where subject_id = %s order by id", str(matter.id))


def published(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    rows = stage.ask("select name, payload from outbox_event order by id")
    return [(row["name"], row["payload"]) for row in rows]


def person(stage: Stage, who: str) -> tuple[int | None, int | None]:
    """(user, post) of somebody of the cast, or of Linli itself."""
    name = "linli" if who == "system" else who
    role = "p.role = 'system'" if who == "system" else "u.username = %s"
    (row,) = stage.ask(
        f"select p.user_id, p.id from accounts_post p join accounts_user u on u.id = p.user_id where {role}",
        *(() if who == "system" else (name,)),
    )
    return row["user_id"], row["id"]


def take(stage: Stage, deed: Deed, matter: Matter) -> None:
    if deed.who == "system":
        stage.system(deed.action, case_id=matter.id, **dict(deed.given(stage, matter)))
    else:
        deed.take(stage, matter)


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed.act is not Act.MERGE], ids=str)
def test_an_act_leaves_one_entry_one_line_and_its_events(stage: Stage, deed: Deed) -> None:
    matter = deed.bring(stage)
    lines, told, events = trail(stage, matter), stage.entries(matter), published(stage)
    take(stage, deed, matter)
    user, post = person(stage, deed.who)
    silent = deed.act is Act.SUGGEST
    assert published(stage)[len(events) :] == [(name, payload(stage, matter)) for name, payload in deed.publishes]
    new = trail(stage, matter)[len(lines) :]
    assert [(n["act"], n["actor_id"], n["post_id"], n["subject_kind"]) for n in new] == (
        [] if silent else [(f"{deed.on}.{deed.act}", user, post, deed.on)]
    )
    assert all(line["detail"] == {} and line["area_id"] == stage.report(matter)["area_id"] for line in new)
    entries = stage.entries(matter)[len(told) :]
    assert [(e["act"], e["actor_id"], e["post_id"]) for e in entries] == ([] if silent else [(deed.act, user, post)])
    if deed.who != "system" and not silent:
        part = cast.CAST[deed.who]
        assert entries[0]["actor_role"] == part.role
        assert entries[0]["unit_id"] == (unit(part.unit).id if part.unit else None)
        assert entries[0]["actor_name"] == deed.who.replace("_", " ")


@pytest.mark.parametrize(("on", "act"), list(BY_LINK), ids=str)
def test_what_a_reporter_does_leaves_the_same_and_names_nobody(stage: Stage, on: str, act: Act) -> None:
    bring, step, expected = BY_LINK[on, act]
    matter = bring(stage)
    lines, told, events = trail(stage, matter), stage.entries(matter), published(stage)
    step(stage, matter)
    assert published(stage)[len(events) :] == [(name, payload(stage, matter)) for name, payload in expected]
    (line,) = trail(stage, matter)[len(lines) :]
    assert (line["act"], line["actor_id"], line["post_id"], line["detail"]) == (f"{on}.{act}", None, None, {})
    (entry,) = stage.entries(matter)[len(told) :]
    assert (entry["act"], entry["actor_id"], entry["actor_name"], entry["actor_role"]) == (act, None, "", "")
    assert entry["data"]["report_id"] == str(matter.id)


def test_a_merge_stands_in_both_stories_and_is_told_once(stage: Stage) -> None:
    matter, other = stage.opened(), stage.receive(words="我也看到了")
    events = len(published(stage))
    stage.do("worker", merge_report, report_id=other.id, into=matter.id)
    assert published(stage)[events:] == [
        (CASES + "ReportMerged", of_case(stage, matter) | {"report_id": str(other.id)})
    ]  # fmt: skip
    worker = (user_id("worker"), "report.merge"), (user_id("worker"), "case.merge")
    last = trail(stage, other)[-1], trail(stage, matter)[-1]
    assert tuple((line["actor_id"], line["act"]) for line in last) == worker
    into, merged = stage.entries(other)[-1], stage.entries(matter)[-1]
    assert (into["data"], into["visibility"]) == ({"into": matter.number}, "public")
    assert merged["data"] == {"merged": other.number, "report": str(other.id)}
    assert merged["visibility"] == "staff"


def test_a_report_that_comes_in_leaves_the_same(stage: Stage) -> None:
    events = len(published(stage))
    matter = stage.receive()
    area = stage.report(matter)["area_id"]
    assert published(stage)[events:] == [
        (INTAKE + "ReportReceived", {"report_id": str(matter.id), "area_id": area, "channel": Channel.RESIDENT})
    ]
    (line,) = trail(stage, matter)
    assert (line["act"], line["actor_id"], line["area_id"]) == ("report.receive", None, area)
    assert line["detail"] == {"channel": Channel.RESIDENT}


def test_every_act_of_both_tables_has_a_row_here() -> None:
    rows = {(deed.on, deed.act) for deed in DEEDS} | set(BY_LINK) | {("report", Act.MERGE), ("report", Act.ESCALATE)}
    tables = {("case", act) for _, act in EDGES} | {("report", act) for _, act in REPORT_EDGES}
    assert tables - rows == set()


def test_every_event_that_is_published_is_heard_or_its_silence_is_explained() -> None:
    found = {}
    for room in ("cases", "dispatch", "intake", "verification", "works"):
        module = import_module(f"linli.casework.{room}.events")
        own = [thing for thing in vars(module).values() if isinstance(thing, type)]
        found |= {f"casework.{room}.{t.__name__}": t for t in own if t.__module__ == module.__name__}
    known = {name for deed in DEEDS for name, _ in deed.publishes}
    known |= {name for _, _, events in BY_LINK.values() for name, _ in events}
    known |= {CASES + "ReportMerged", INTAKE + "ReportReceived"}
    assert set(found) == known
    assert all(is_heard(event) for event in found.values())


def test_no_line_of_the_trail_holds_what_was_said(stage: Stage) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    said = {entry["words"] for entry in stage.entries(matter) if entry["words"]}
    assert len(said) >= 2
    lines = str(trail(stage, matter))
    assert not [words for words in said if words in lines]
