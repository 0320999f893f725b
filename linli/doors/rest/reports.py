"""Operations on reports and photos: the front door and its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Header, Router, Status, UploadedFile

from linli.access.api import Reporter
from linli.casework.cases.api import Case, case_of_report, cases, own_story
from linli.casework.intake.api import Report, own_report, report_by_id
from linli.casework.timeline.api import Entry, story
from linli.doors.rest.gates import FORM_TYPE, JSON_TYPE, link_or_staff, principal, public, whoever
from linli.doors.rest.operations import operation
from linli.doors.rest.receiving import KEY_PATTERN, TRIED_ID, take
from linli.doors.rest.schemas import PhotoOut, Received, ReportIn, ReportOut
from linli.doors.rest.shown import entry_out
from linli.files.api import Photo, store_photo
from linli.kernel.errors import NotFound

router = Router(tags=["reports"])

EXAMPLE: Final = {"words": "三楼楼道堆满纸箱", "item_code": "C04", "area_code": "310115132001"}
"""What a reader of the OpenAPI file, or a program that tries it out, can send as it stands."""

Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=KEY_PATTERN)]


@operation(
    router, "POST", "/reports", public("report.create"), body=JSON_TYPE, response={201: Received},
    openapi_extra={"requestBody": {"content": {JSON_TYPE: {"example": EXAMPLE}}}},
)  # fmt: skip
def create_report(request: HttpRequest, given: ReportIn, key: Key = None) -> HttpResponse:
    """Report something. Needs no account; with a token the person behind it has reported it.

    Send an `Idempotency-Key` or your own `id`: the same request again gets the same answer and stores nothing; the same
    key with another body is refused with 422.
    """
    answer = take(whoever(request), given, key, request.META.get(TRIED_ID))
    response = HttpResponse(answer.body, status=201, content_type="application/json; charset=utf-8")
    response["Location"] = answer.location
    response["Cache-Control"] = "no-store"
    return response


@operation(router, "POST", "/photos", public("report.create"), body=FORM_TYPE, response={201: PhotoOut})
def create_photo(request: HttpRequest, file: File[UploadedFile]) -> Status[PhotoOut]:
    """Hand in one photo (JPEG, PNG, WebP, HEIC or GIF, at most 20 MB) before the report that names its id.

    It is drawn anew: place, camera and every other hidden entry are gone before it is stored.
    """
    photo = store_photo(data=file.read(), name=file.name or "", purpose=Photo.Purpose.REPORT)
    return Status(201, PhotoOut(id=photo.id, width=photo.width, height=photo.height, size_bytes=photo.size_bytes))


@operation(router, "GET", "/reports/{report_id}", link_or_staff("report.read"), response=ReportOut)
def get_report(request: HttpRequest, report_id: UUID) -> dict[str, object]:
    """A report with its story: for its reporter by the link, for staff by token."""
    reporter = whoever(request)
    if isinstance(reporter, Reporter):
        report = own_report(reporter)
        if report.id != report_id:
            raise NotFound(_("There is no such report."), code="report_unknown")
        return _shown(report, case_of_report(reporter), own_story(reporter), for_staff=False)
    actor = principal(request)
    report = report_by_id(actor, report_id)
    return _shown(report, cases(actor).filter(id=report.id).first(), story([report.id]), for_staff=True)


def _shown(report: Report, case: Case | None, told: Sequence[Entry], *, for_staff: bool) -> dict[str, object]:
    return {
        "id": report.id,
        "number": report.number,
        "channel": report.channel,
        "state": report.state,
        "title": report.title,
        "words": report.words,
        "item_code": report.item_code,
        "area_code": report.area.code,
        "area": str(report.area),
        "unit": str((case or report).unit),
        "place": report.place_text,
        "received_at": report.received_at,
        "due_at": report.due_at,
        "case_id": case.id if case else None,
        "case_state": case.state if case else None,
        "promised_at": case.promised_at if case else None,
        "story": [entry_out(entry, for_staff=for_staff) for entry in told],
    }
