"""A stage for the cast: brings a matter into any state by real actions, and tells all the database holds of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import cast
import orjson
from django.conf import settings
from django.db import connection, transaction

from linli.access.api import Anyone, Principal, Reporter, as_system
from linli.accounts.api import Unit
from linli.casework.cases.api import (
    CaseState,
    Result,
    add_by_reporter,
    ask_extension,
    comment,
    decide_extension,
    escalate,
    escalate_report,
    lock_case,
    merge_report,
    open_case,
    remind,
    reopen,
    resume,
    suspend,
    void,
    withdraw_case,
)
from linli.casework.dispatch.api import accept_assignment, ask_return, dispatch_case, rule_return, transfer
from linli.casework.intake.api import (
    Channel,
    Draft,
    ReportState,
    add_to_report,
    ask_refusal,
    lock_report,
    receive_report,
    review_refusal,
    route_report,
    send_back,
    suggest,
    withdraw_report,
)
from linli.casework.timeline.api import Act, sweep
from linli.casework.verification.api import Method, Satisfaction, close_unrated, dispute, rate, verify
from linli.casework.works.api import add_step, arrive, feed_back, reach_milestone, self_handle
from linli.files.api import Photo
from linli.kernel.clock import SHANGHAI, SettableClock
from linli.kernel.errors import WrongState
from linli.kernel.ids import uuid7
from linli.outbox.api import deliver
from linli.territory.api import area_by_code

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
"""An ordinary working Monday morning, when everybody is at work."""

ITEM = "C06"
"""Change of use in a home: class O, urban management, milestones 停工 and 立案处罚, a photo of the result."""
ITEM_UNIT = "urban"
MILESTONE = "停工"
TODAY = "(now() at time zone 'Asia/Shanghai')::date"
"""The day as posts count it, in SQL; the server's own `current_date` is yesterday until eight in the morning."""
BY_COMMITTEE, BY_FIRM, OF_SAFETY = "C18", "C12", "C05"
"""Items that the committee's own people do, that a firm does, and one of class S."""


@dataclass(frozen=True)
class Matter:
    """One matter as its reporter knows it."""

    id: UUID
    number: str
    link: str


class Stage:
    """People of the cast act one after another inside the test's transaction, under a clock that a test may move."""

    def __init__(
        self,
        clock: SettableClock,
        acting: Callable[[str], Principal],
        anyone: Callable[[], Anyone],
        by_link: Callable[[str], Reporter],
    ) -> None:
        self.clock = clock
        self._acting, self._anyone, self._by_link = acting, anyone, by_link

    def do(self, who: str, action: Callable[..., Any], **given: object) -> Any:
        """One of the cast acts; what he leaves half done is undone."""
        actor = self._acting(who)
        with transaction.atomic():
            return action(actor=actor, **given)

    def link(self, matter: Matter, action: Callable[..., Any], **given: object) -> Any:
        """The reporter acts, by the secret link alone."""
        actor = self._by_link(matter.link)
        with transaction.atomic():
            return action(actor=actor, **given)

    def system(self, action: Callable[..., Any], **given: object) -> Any:
        """Linli itself acts."""
        with as_system() as actor:
            return action(actor=actor, **given)

    def see(self, who: str, query: Callable[..., Any], *given: object, **named: object) -> Any:
        """What one of the cast reads."""
        return query(self._acting(who), *given, **named)

    def see_by_link(self, matter: Matter, query: Callable[..., Any], *given: object) -> Any:
        """What the reporter reads."""
        return query(self._by_link(matter.link), *given)

    def receive(self, **draft: object) -> Matter:
        """A resident reports; by default four words about the home area."""
        said: dict[str, Any] = {"channel": Channel.RESIDENT, "words": "楼道里堆满了纸箱"} | draft
        if not {"area_id", "place_id", "lat"} & set(said):
            said["area_id"] = area_by_code(cast.HOME_AREA).id
        actor = self._anyone()
        with transaction.atomic():
            got = receive_report(actor=actor, draft=Draft(**said))
        return Matter(got.report_id, got.number, got.link)

    def opened(self, item_code: str = ITEM, **draft: object) -> Matter:
        """A case that was just filed."""
        matter = self.receive(**draft)
        self.do("worker", open_case, report_id=matter.id, item_code=item_code)
        return matter

    def case_in(self, state: CaseState, *, item_code: str = ITEM) -> Matter:
        """A case in this state, brought there by actions alone."""
        matter = self.opened(item_code)
        for act in WAY_TO_CASE[state]:
            CASE_MOVES[act](self, matter)
        assert self.case(matter)["state"] == state
        return matter

    def report_in(self, state: ReportState) -> Matter:
        """A report in this state, brought there by actions alone."""
        matter = self.receive()
        for act in WAY_TO_REPORT[state]:
            REPORT_MOVES[act](self, matter)
        assert self.report(matter)["state"] == state
        return matter

    def ask(self, query: str, *given: object) -> list[dict[str, Any]]:
        """Rows as the database's owner sees them, whoever is acting."""
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('role')")
            (role,) = cursor.fetchone()
            cursor.execute("select set_config('role', %s, true)", [settings.DATABASES["owner"]["USER"]])
            cursor.execute(f"select to_jsonb(the_row)::text from ({query}) the_row", given)
            rows = [orjson.loads(row) for (row,) in cursor.fetchall()]
            cursor.execute("select set_config('role', %s, true)", [role])
        return rows

    def one(self, query: str, *given: object) -> Any:
        """The single value of a query, as the owner sees it."""
        (row,) = self.ask(query, *given)
        (value,) = row.values()
        return value

    def own(self, statement: str, *given: object) -> None:
        """Write with the rights of the database's owner: the setting of a test, never its subject."""
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('role')")
            (role,) = cursor.fetchone()
            cursor.execute("select set_config('role', %s, true)", [settings.DATABASES["owner"]["USER"]])
            cursor.execute(statement, given)
            cursor.execute("select set_config('role', %s, true)", [role])

    def case(self, matter: Matter) -> dict[str, Any]:
        """The case's row."""
        (row,) = self.ask("select * from casework_case where id = %s", matter.id)
        return row

    def report(self, matter: Matter) -> dict[str, Any]:
        """The report's row."""
        (row,) = self.ask("select * from casework_report where id = %s", matter.id)
        return row

    def entries(self, matter: Matter) -> list[dict[str, Any]]:
        """The story, oldest first."""
        return self.ask("select * from casework_entry where matter_id = %s order by at, id", matter.id)

    def acts(self, matter: Matter) -> list[str]:
        """The story in one word for each step."""
        return [entry["act"] for entry in self.entries(matter)]

    def clocks(self, matter: Matter) -> dict[tuple[str, str], dict[str, Any]]:
        """The stored clocks by kind and label."""
        rows = self.ask("select * from casework_clock where matter_id = %s", matter.id)
        return {(row["kind"], row["label"]): row for row in rows}

    def running(self, matter: Matter) -> set[str]:
        """The kinds of clock that run or stand still, but are not met."""
        return {kind for (kind, _), clock in self.clocks(matter).items() if clock["met_at"] is None}

    def assignments(self, matter: Matter) -> list[dict[str, Any]]:
        """Who was asked to act, oldest first."""
        return self.ask("select * from casework_assignment where case_id = %s order by assigned_at, id", matter.id)

    def snapshot(self, matter: Matter) -> dict[str, list[dict[str, Any]]]:
        """Everything the database holds of a matter and around it: equal before and after means nothing changed."""
        of_case = (
            "casework_casereport",
            "casework_assignment",
            "casework_workorder",
            "casework_check",
            "casework_rating",
        )
        tables = {
            "casework_report": "id", "casework_case": "id", "casework_entry": "matter_id",
            "casework_clock": "matter_id",
            **dict.fromkeys(of_case, "case_id"),
        }  # fmt: skip
        kept = {
            table: self.ask(f"select * from {table} where {column} = %s order by 1", matter.id)
            for table, column in tables.items()
        }
        counted = "(select count(*) from audit_record) a, (select count(*) from outbox_event) e"
        return kept | {"counts": self.ask(f"select {counted}, (select count(*) from procrastinate_jobs) j")}

    def undelivered(self, name: str = "%") -> list[UUID]:
        """Events that wait, oldest first."""
        rows = self.ask(
            "select id from outbox_event where delivered_at is null and name like %s order by created_at, id", name
        )
        return [UUID(row["id"]) for row in rows]

    def deliver_all(self) -> int:
        """Deliver until nothing waits; returns how many."""
        done = 0
        while waiting := self.undelivered():
            for event_id in waiting:
                done += deliver(event_id)
        return done

    def sweep(self) -> int:
        """Run the sweeper once, as the worker does."""
        with as_system():
            return sweep()

    def notices(self, template: str = "%") -> list[dict[str, Any]]:
        """The notices written so far, oldest first."""
        return self.ask("select * from notices_notice where template like %s order by id", template)

    def pass_time(self, **length: float) -> None:
        """Move the clock."""
        self.clock.advance(timedelta(**length))


def unit(key: str) -> Unit:
    """A unit of the cast."""
    return Unit.objects.select_related("area").get(code=f"cast.{key}")


def user_id(who: str) -> int:
    """The id of one of the cast."""
    return cast.user_of(who).id


def photo() -> UUID:
    """A stored photo that nobody took yet, as far as the database knows it."""
    shot = Photo(sha256=uuid7().hex * 2, size_bytes=1, width=1, height=1, stored_name="a.jpg", purpose="evidence")
    shot.save(force_insert=True)
    return shot.id


def when(value: str | None) -> datetime | None:
    """An instant as `ask` gives it."""
    return None if value is None else datetime.fromisoformat(value)


Move = Callable[[Stage, Matter], object]


def hands_for(stage: Stage, matter: Matter) -> str:
    """Somebody of the unit that has to act."""
    code = stage.one(
        "select u.code from casework_case c join accounts_unit u on u.id = c.unit_id where c.id = %s", matter.id
    )
    return {"cast.urban": "responder_urban", "cast.property": "responder", "cast.housing": "responder_housing"}.get(
        code, "head"
    )


def _second_report(stage: Stage, matter: Matter) -> object:
    another = stage.receive(words="我也看到了同样的事")
    return stage.do("worker", merge_report, report_id=another.id, into=matter.id)


def _into_open_case(stage: Stage, matter: Matter) -> object:
    return stage.do("worker", merge_report, report_id=matter.id, into=stage.opened().id)


def _close(stage: Stage, matter: Matter) -> None:
    # The timer's action answers False where others refuse, because a timer that comes late is no error.
    if not stage.system(close_unrated, case_id=matter.id):
        raise WrongState("not closed", code="not_closed")


def _escalate_case(stage: Stage, matter: Matter) -> object:
    return stage.system(escalate, case_id=matter.id, data={"clock": "whole"})


def _escalate_report(stage: Stage, matter: Matter) -> object:
    with as_system() as system:
        return escalate_report(actor=system, report=lock_report(matter.id), data={"clock": "triage"})


def _extension(*, grant: bool) -> Move:
    given = {"grant": grant, "amount": Decimal(2), "unit": "d", "words": "同意" if grant else "不同意"}
    return lambda stage, matter: stage.do("worker", decide_extension, case_id=matter.id, **given)


def _by_hands(action: Callable[..., Any], **given: object) -> Move:
    return lambda stage, matter: stage.do(hands_for(stage, matter), action, case_id=matter.id, **given)


def _by(who: str, action: Callable[..., Any], **given: object) -> Move:
    return lambda stage, matter: stage.do(who, action, case_id=matter.id, **given)


CASE_MOVES: Mapping[Act, Move] = {
    Act.DISPATCH: _by("worker", dispatch_case),
    Act.ACCEPT: _by_hands(accept_assignment),
    Act.ARRIVE: _by_hands(arrive, words="到场"),
    Act.STEP: _by_hands(add_step, words="已约谈"),
    Act.MILESTONE: _by_hands(reach_milestone, label=MILESTONE),
    Act.FEED_BACK: _by_hands(feed_back, result=Result.EXPLAINED, words="已向居民说明"),
    Act.VERIFY: _by("worker", verify, passed=True, method=Method.ON_SITE),
    Act.REWORK: _by("worker", verify, passed=False, method=Method.ON_SITE, words="还没做完"),
    Act.RATE: lambda stage, matter: stage.link(matter, rate, satisfaction=Satisfaction.SATISFIED),
    Act.DISPUTE: lambda stage, matter: stage.link(matter, dispute, words="还是老样子"),
    Act.CLOSE: _close,
    Act.SELF_HANDLE: lambda stage, matter: stage.do(
        "worker", self_handle, case_id=matter.id, words="当场清走", before=[photo()], after=[photo()]
    ),
    Act.RETURN_ASK: _by_hands(ask_return, reason="not_our_duty", words="不属于我单位"),
    Act.RETURN_GRANT: _by("dispatcher", rule_return, grant=True, words="同意退单"),
    Act.RETURN_DENY: _by("dispatcher", rule_return, grant=False, words="仍由你单位办"),
    Act.TRANSFER: lambda stage, matter: stage.do(
        "worker", transfer, case_id=matter.id, unit_id=unit("housing").id, words="归房管办"
    ),
    Act.EXTEND_ASK: _by_hands(ask_extension, amount=Decimal(2), unit="d", words="要等材料"),
    Act.EXTEND_GRANT: _extension(grant=True),
    Act.EXTEND_DENY: _extension(grant=False),
    Act.SUSPEND: _by("worker", suspend, reason="等业主大会表决"),
    Act.REMIND: lambda stage, matter: stage.system(remind, case_id=matter.id),
    Act.RESUME: _by_hands(resume, words="表决通过"),
    Act.REOPEN: _by("worker", reopen, words="又出现了"),
    Act.VOID: _by("head", void, words="重复"),
    Act.WITHDRAW: lambda stage, matter: stage.link(matter, withdraw_case, case_id=matter.id),
    Act.COMMENT: _by("worker", comment, words="留意一下"),
    Act.ADD: lambda stage, matter: stage.link(matter, add_by_reporter, case_id=matter.id, words="又多了几箱"),
    Act.ESCALATE: _escalate_case,
    Act.MERGE: _second_report,
}
"""Every act of the case table and the action that performs it, by somebody who may."""

_HANDLING = (Act.DISPATCH, Act.ACCEPT)
_FED_BACK = (*_HANDLING, Act.FEED_BACK)
WAY_TO_CASE: Mapping[CaseState, Sequence[Act]] = {
    CaseState.FILED: (),
    CaseState.DISPATCHED: (Act.DISPATCH,),
    CaseState.RETURN_ASKED: (Act.DISPATCH, Act.RETURN_ASK),
    CaseState.HANDLING: _HANDLING,
    CaseState.SUSPENDED: (*_HANDLING, Act.SUSPEND),
    CaseState.FED_BACK: _FED_BACK,
    CaseState.VERIFIED: (*_FED_BACK, Act.VERIFY),
    CaseState.CLOSED: (*_FED_BACK, Act.VERIFY, Act.RATE),
    CaseState.VOIDED: (Act.VOID,),
}
"""The acts that bring a filed case into each state."""

PRELUDE: Mapping[Act, Sequence[Act]] = {Act.EXTEND_GRANT: (Act.EXTEND_ASK,), Act.EXTEND_DENY: (Act.EXTEND_ASK,)}
"""What must have happened in the same state before an act makes sense."""


def _send_back(stage: Stage, matter: Matter) -> object:
    routed = stage.ask("select id from casework_report where id = %s and state = 'routed'", matter.id)
    who = "responder_urban" if routed else "worker"
    return stage.do(who, send_back, report_id=matter.id, words="不归我们管")


def _route(stage: Stage, matter: Matter) -> object:
    return stage.do("worker", route_report, report_id=matter.id, topic="X10", unit=unit("urban"))


REPORT_MOVES: Mapping[Act, Move] = {
    Act.OPEN: lambda stage, matter: stage.do("worker", open_case, report_id=matter.id, item_code=ITEM),
    Act.MERGE: _into_open_case,
    Act.ROUTE: _route,
    Act.SEND_BACK: _send_back,
    Act.REFUSE_ASK: lambda stage, matter: stage.do("worker", ask_refusal, report_id=matter.id, reason="不在清单"),
    Act.REFUSE: lambda stage, matter: stage.do(
        "head", review_refusal, report_id=matter.id, agree=True, words="属实，不予受理"
    ),
    Act.REFUSE_DENY: lambda stage, matter: stage.do(
        "head", review_refusal, report_id=matter.id, agree=False, words="应当受理"
    ),
    Act.WITHDRAW: lambda stage, matter: stage.link(matter, withdraw_report, report_id=matter.id),
    Act.ADD: lambda stage, matter: stage.link(matter, add_to_report, report_id=matter.id, words="补充一句"),
    Act.SUGGEST: lambda stage, matter: stage.system(
        suggest, report_id=matter.id, suggestions=[{"code": "C04", "score": 0.9, "reasons": ["纸箱"]}]
    ),
    Act.ESCALATE: _escalate_report,
}
"""Every act of the report table and the action that performs it, by somebody who may."""

WAY_TO_REPORT: Mapping[ReportState, Sequence[Act]] = {
    ReportState.RECEIVED: (),
    ReportState.ROUTED: (Act.ROUTE,),
    ReportState.REFUSAL_ASKED: (Act.REFUSE_ASK,),
    ReportState.ACCEPTED: (Act.OPEN,),
    ReportState.MERGED: (Act.MERGE,),
    ReportState.REFUSED: (Act.REFUSE_ASK, Act.REFUSE),
    ReportState.WITHDRAWN: (Act.WITHDRAW,),
}
"""The acts that bring a received report into each state."""

__all__ = [
    "BY_COMMITTEE",
    "BY_FIRM",
    "CASE_MOVES",
    "ITEM",
    "MILESTONE",
    "MONDAY",
    "OF_SAFETY",
    "PRELUDE",
    "REPORT_MOVES",
    "WAY_TO_CASE",
    "WAY_TO_REPORT",
    "Matter",
    "Stage",
    "hands_for",
    "lock_case",
    "photo",
    "unit",
    "user_id",
    "when",
]
