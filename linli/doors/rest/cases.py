"""Operations that read cases and waiting reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import AwareDatetime, BaseModel, Field

from linli.access.api import Principal
from linli.casework.cases.api import Case, CaseState, cases
from linli.casework.intake.api import Report, triage_inbox
from linli.casework.timeline.api import Entry
from linli.doors.rest.gates import principal, staff
from linli.doors.rest.operations import operation
from linli.doors.rest.paging import MOST, USUAL, page, question, read_cursor, recorded_since, write_cursor
from linli.doors.rest.schemas import MAX_UNIT, AreaCode, CaseOut, CasePage, InboxPage, ItemCode
from linli.doors.rest.shown import case_out, case_row, inbox_row
from linli.kernel.clock import now
from linli.kernel.errors import InvalidInput, NotFound
from linli.kernel.numbers import parse_number
from linli.territory.api import END, area_by_code

router = Router(tags=["cases"])

Limit = Annotated[int, Field(ge=1, le=MOST)]
Cursor = Annotated[str, Field(max_length=400, pattern=r"^[A-Za-z0-9_:.\-]+$")]


class Paging(BaseModel):
    """Where in the list."""

    limit: Limit = USUAL
    cursor: Cursor | None = None


class CaseFilter(Paging):
    """Which cases. Several states may be given.

    area: a committee, station, town or district with everything below it. updated_since: something was recorded on the
    case at or after this instant.
    """

    state: list[CaseState] = []
    item: ItemCode | None = None
    area: AreaCode | None = None
    unit: Annotated[int, Field(ge=1, le=MAX_UNIT)] | None = None
    overdue: bool | None = None
    updated_since: AwareDatetime | None = None


@operation(router, "GET", "/cases", staff("case.read"), response=CasePage)
def list_cases(request: HttpRequest, wanted: Query[CaseFilter]) -> Mapping[str, object]:
    """The cases within the scope of the token, newest first."""
    asked = question("cases", wanted.model_dump(mode="json", exclude={"limit", "cursor"}))
    after = read_cursor(wanted.cursor, asked)
    at = now()
    shown, more = page(
        _filtered(cases(principal(request)), wanted, at),
        by="opened_at",
        newest_first=True,
        after=after,
        limit=wanted.limit,
        at=lambda case: case.opened_at,
    )
    return {"items": [case_row(case, at) for case in shown], "next": write_cursor(more, asked) if more else None}


@operation(router, "GET", "/cases/{case}", staff("case.read"), response=CaseOut)
def get_case(request: HttpRequest, case: str) -> Mapping[str, object]:
    """One case, by id or number, with its whole story and clocks."""
    actor = principal(request)
    return case_out(actor, find_case(actor, case), now())


@operation(router, "GET", "/inbox", staff("report.triage"), response=InboxPage)
def list_inbox(request: HttpRequest, wanted: Query[Paging]) -> Mapping[str, object]:
    """The reports that wait for a decision within the scope of the token, oldest first."""
    asked = question("inbox", {})
    rows: QuerySet[Report] = triage_inbox(principal(request))
    shown, more = page(
        rows,
        by="received_at",
        newest_first=False,
        after=read_cursor(wanted.cursor, asked),
        limit=wanted.limit,
        at=lambda report: report.received_at,
    )
    return {"items": [inbox_row(report) for report in shown], "next": write_cursor(more, asked) if more else None}


def find_case(actor: Principal, key: str) -> Case:
    """A case by id or by number, however the number was typed. Raises NotFound, also outside the actor's scope."""
    found = cases(actor).filter(**_by(key)).first()
    if found is None:
        raise _unknown()
    return found


def _by(key: str) -> dict[str, object]:
    try:
        return {"id": UUID(key)}
    except ValueError:
        pass
    try:
        return {"number": str(parse_number(key))}
    except InvalidInput as wrong:
        raise _unknown() from wrong


def _unknown() -> NotFound:
    return NotFound(_("There is no such matter."), code="case_unknown")


def _filtered(rows: QuerySet[Case], wanted: CaseFilter, at: datetime) -> QuerySet[Case]:
    if wanted.state:
        rows = rows.filter(state__in=wanted.state)
    if wanted.item is not None:
        rows = rows.filter(item_code=wanted.item)
    if wanted.area is not None:
        path = area_by_code(wanted.area).path
        rows = rows.filter(area__path__gte=path, area__path__lt=path + END)
    if wanted.unit is not None:
        rows = rows.filter(unit_id=wanted.unit)
    if wanted.overdue is not None:
        rows = rows.filter(due_at__lt=at) if wanted.overdue else rows.exclude(due_at__lt=at)
    if wanted.updated_since is not None:
        since = recorded_since(wanted.updated_since)
        rows = rows.filter(id__in=Entry.objects.filter(id__gte=since).values("matter_id"))
    return rows
