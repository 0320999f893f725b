"""What goes in and out, typed. Times are UTC in RFC 3339; degrees are WGS 84 unless `datum` says otherwise."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from linli.casework.cases.api import CaseState, Result
from linli.casework.dispatch.api import RETURN_REASONS
from linli.casework.intake.api import MAX_PHOTOS
from linli.casework.verification.api import Method
from linli.kernel.geo import Datum

MAX_ID = 2**63 - 1
MAX_UNIT = 2**31 - 1

ItemCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.\-]{1,10}$")]
AreaCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{2,12}$")]
Words = Annotated[str, StringConstraints(max_length=4000)]
Line = Annotated[str, StringConstraints(max_length=160)]
Label = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]
Latitude = Annotated[float, Field(ge=-90, le=90, strict=True, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, strict=True, allow_inf_nan=False)]
Photos = Annotated[list[UUID], Field(max_length=MAX_PHOTOS)]
UnitId = Annotated[int, Field(ge=1, le=MAX_UNIT, strict=True)]
Amount = Annotated[Decimal, Field(gt=0, le=1000, max_digits=6, decimal_places=2)]
LimitUnit = Literal["e", "h", "d", "n"]
ReturnReason = Annotated[str, StringConstraints(pattern=f"^({'|'.join(RETURN_REASONS)})$")]


class Given(BaseModel):
    """Something a sender hands in: unknown fields are refused, so that a misspelt one is not lost silently."""

    model_config = ConfigDict(extra="forbid")


class ReportIn(Given):
    """A report. What: words, photos or an item. Where: a place, a point, or a committee with a text.

    id: the client's own UUID; sending it again never makes a second report. phone: sealed at once.
    """

    id: UUID | None = None
    words: Words = ""
    title: Annotated[str, StringConstraints(max_length=80)] = ""
    item_code: ItemCode | None = None
    place_id: Annotated[int, Field(ge=1, le=MAX_ID, strict=True)] | None = None
    lat: Latitude | None = None
    lng: Longitude | None = None
    datum: Datum = Datum.WGS84
    area_code: AreaCode | None = None
    place_text: Line = ""
    photos: Photos = []
    reporter_name: Annotated[str, StringConstraints(max_length=40)] = ""
    phone: Annotated[str, StringConstraints(max_length=32)] = ""
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z\-]{0,10}$")] = ""
    channel: Literal["api", "desk"] = "api"


class Promise(BaseModel):
    """What the reporter may count on: the next step, and when it is due.

    amount, unit: the limit itself; e natural hours, h working hours, d working days, n natural days.
    """

    step: str
    amount: str
    unit: LimitUnit
    due_at: datetime | None


class Received(BaseModel):
    """The receipt. `link` is the secret that opens this report; it is shown here and never again."""

    id: UUID
    number: str
    link: str
    received_at: datetime
    promise: Promise


class PhotoOut(BaseModel):
    """A photo as it is kept: drawn anew, without any metadata."""

    id: UUID
    width: int
    height: int
    size_bytes: int


class EntryOut(BaseModel):
    """One step of the story. `by` is a unit or a role, for staff also the name."""

    at: datetime
    act: str
    by: str
    words: str
    photos: list[UUID]
    public: bool


class ReportOut(BaseModel):
    """A report as its reader may see it; `case_state` once it was taken on."""

    id: UUID
    number: str
    channel: str
    state: str
    title: str
    words: str
    item_code: str
    area_code: str
    area: str
    unit: str
    place: str
    received_at: datetime
    due_at: datetime | None
    case_id: UUID | None
    case_state: CaseState | None
    promised_at: datetime | None
    story: list[EntryOut]


class UnitOut(BaseModel):
    """A unit that can be made responsible."""

    id: int
    kind: str
    name: str


class CaseRow(BaseModel):
    """A case as a list shows it: no name and no number of a person."""

    id: UUID
    number: str
    state: CaseState
    item_code: str
    cls: str
    title: str
    channel: str
    area_code: str
    area: str
    place: str
    lat: float | None
    lng: float | None
    desk: UnitOut
    unit: UnitOut
    level: int
    reports: int
    result: str
    opened_at: datetime
    promised_at: datetime | None
    due_at: datetime | None
    next_clock: str
    overdue: bool
    closed_at: datetime | None


class CasePage(BaseModel):
    """A page of cases, newest first. `next` goes into `cursor`; null at the end."""

    items: list[CaseRow]
    next: str | None


class InboxRow(BaseModel):
    """A report that waits for a decision; `suggestions` are item codes, likeliest first.

    Three for every report whose words were read; none when the reporter chose the item himself (`item_code`).
    weak_suggestions: those among them with little to go on.
    """

    id: UUID
    number: str
    state: str
    channel: str
    title: str
    item_code: str
    suggestions: list[str]
    weak_suggestions: list[str]
    area_code: str
    unit: UnitOut
    received_at: datetime
    due_at: datetime | None


class InboxPage(BaseModel):
    """A page of waiting reports, oldest first."""

    items: list[InboxRow]
    next: str | None


class ClockOut(BaseModel):
    """A deadline of a case."""

    kind: str
    label: str
    amount: str
    unit: LimitUnit
    started_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    paused: bool


class AssignmentOut(BaseModel):
    """Which unit was asked, and why it was that one."""

    unit: UnitOut
    state: str
    assigned_at: datetime
    accepted_at: datetime | None
    why: list[list[str]]


class CaseOut(CaseRow):
    """A case with everything that happened; `acts` are those its state allows to this role now."""

    report_ids: list[UUID]
    assignments: list[AssignmentOut]
    clocks: list[ClockOut]
    story: list[EntryOut]
    acts: list[str]


class Done(BaseModel):
    """The act is done. `state` is null when the matter has left the scope of the token with it."""

    id: UUID
    act: str
    state: str | None


class ItemOut(BaseModel):
    """A kind of matter of the list, as it holds in the district."""

    code: str
    name: str
    name_en: str
    cls: str
    list_kind: str
    owner_kind: str
    channels: list[str]
    promise_amount: str
    promise_unit: LimitUnit
    photo_before: bool
    photo_after: bool


class AreaOut(BaseModel):
    """An area of the tree; data hang on those that are `leaf`."""

    code: str
    kind: str
    name: str
    name_en: str
    parent_code: str | None
    leaf: bool
    lat: float | None
    lng: float | None


class Me(BaseModel):
    """Whose token this is, and what his post allows."""

    user_id: int
    name: str
    role: str
    area_id: int
    unit_id: int | None
    acts: list[str]


class Said(Given):
    """Words alone."""

    words: Words = ""


class Reason(Given):
    """A reason, which must not be empty."""

    words: Words


class Shown(Given):
    """Words and photos."""

    words: Words = ""
    photos: Photos = []


class OpenIn(Given):
    """item_code: of the list; without it the report must have been routed. conditions: of conditional limits."""

    item_code: ItemCode | None = None
    title: Annotated[str, StringConstraints(max_length=80)] = ""
    conditions: Annotated[list[Label], Field(max_length=8)] = []


class MergeIn(Given):
    """into: the case that is open already."""

    into: UUID


class ReviewIn(Given):
    """agree: whether the refusal stands."""

    agree: bool
    words: Words


class DispatchIn(Given):
    """unit_id: another unit than the proposed one, then with words."""

    unit_id: UnitId | None = None
    words: Words = ""


class TransferIn(Given):
    """unit_id: where it goes; words: why."""

    unit_id: UnitId
    words: Words


class ReturnIn(Given):
    """reason: one of the legal ones."""

    reason: ReturnReason
    words: Words


class RulingIn(Given):
    """grant: whether it is so."""

    grant: bool
    words: Words


class MilestoneIn(Shown):
    """label: the milestone as its clock names it."""

    label: Label


class FeedBackIn(Given):
    """What came of it."""

    result: Result
    words: Words
    photos: Photos = []


class SelfHandledIn(Given):
    """Found and fixed at once."""

    words: Words
    before: Photos = []
    after: Photos = []


class ExtensionIn(Given):
    """How much more time is asked for."""

    amount: Amount
    unit: LimitUnit
    words: Words


class ExtensionRulingIn(ExtensionIn):
    """How much more time is given, if any."""

    grant: bool


class VerifyIn(Given):
    """passed: whether it is good; if not, words say why."""

    passed: bool
    method: Method
    words: Words = ""
    photos: Photos = []


class CommentIn(Given):
    """public: whether the reporter reads it too."""

    words: Words
    public: bool = False
