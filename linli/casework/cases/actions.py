from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, Reporter, Who, require
from linli.accounts.api import unit_for
from linli.audit.api import record
from linli.casework.cases.events import (
    CaseEnded,
    CaseOpened,
    CaseReopened,
    CaseWithdrawn,
    ExtensionAsked,
    ReportMerged,
)
from linli.casework.cases.limits import limits_of
from linli.casework.cases.models import FROM_FIRST_REPORTER, Case, CaseReport
from linli.casework.cases.rules import ENDED, MAX_EXTENSIONS, TOP_LEVEL, CaseState, after
from linli.casework.intake.api import Report, advance_report, desk_of, report_for
from linli.casework.timeline.api import (
    Act,
    ClockKind,
    LimitGiven,
    Reading,
    Visibility,
    announce,
    append,
    need_words,
    next_of,
    step_limit,
    story,
)
from linli.catalogue.api import in_force, is_active
from linli.files.api import attach
from linli.kernel.clock import now
from linli.kernel.errors import Forbidden, InvalidInput, NotFound, WrongState
from linli.kernel.ids import hash_secret
from linli.kernel.text import normalise
from linli.outbox.api import publish

MAX_WORDS = 4000
CENTRE = "operation_centre"


def lock_case(case_id: UUID, *, by_link: bool = False) -> Case:
    """The case, locked until the transaction ends. Raises NotFound, also when row scope hides it.

    by_link: for a reporter, who may be the second one and then reads nothing of what the first one said.
    """
    # First the bare row, then what hangs on it: joined in one statement, a case whose unit changed while we waited
    # for the lock would not be found at all.
    locked = list(Case.objects.select_for_update().filter(id=case_id).values_list("id", flat=True))
    if not locked:
        raise NotFound(_("There is no such matter."), code="case_unknown")
    rows = Case.objects.defer(*FROM_FIRST_REPORTER) if by_link else Case.objects.all()
    return rows.select_related("area", "unit", "desk").get(id=case_id)


def case_for(*, actor: Who, act: str, case_id: UUID, of_unit: bool = False) -> Case:
    """May I, lock, may I here: the case, locked, for somebody whose role and post allow `act` on it.

    The role is asked first: one that only reads may not even lock, and would get the database's refusal, not ours.
    of_unit: whether the people of the responsible unit reach it too. Raises Forbidden, NotFound.
    """
    require(actor, act)
    case = lock_case(case_id, by_link=isinstance(actor, Reporter))
    require(actor, act, area_path=case.area.path, unit_id=case.unit_id if of_unit else None)
    return case


def advance(
    *,
    actor: Who,
    case: Case,
    act: Act,
    words: str = "",
    data: Mapping[str, object] | None = None,
    limits: Sequence[LimitGiven] = (),
    photos: Sequence[UUID] = (),
    visibility: Visibility = Visibility.PUBLIC,
) -> None:
    """Take one edge of the state table: rule, story, clocks, save, trail.

    The caller holds the lock and has asked `require`. Fields that the caller changed on `case` are saved with it.
    Raises WrongState when the table has no such edge.
    """
    to = after(CaseState(case.state), act)
    if to is None:
        raise WrongState(
            _("This matter has moved on; that step is not possible now."),
            code="case_wrong_state",
            detail={"state": case.state, "act": act},
        )
    case.state = to
    readings = append(
        actor=actor,
        matter_id=case.id,
        area_id=case.area_id,
        act=act,
        words=normalise(words, max_length=MAX_WORDS),
        data=data,
        limits=limits,
        photos=photos,
        visibility=visibility,
    )
    _show(case, readings)
    case.closed_at = now() if to in ENDED else None
    case.save()
    record(actor=actor, act=f"case.{act}", subject_kind="case", subject_id=str(case.id), area_id=case.area_id)
    announce(area_path=case.area.path, kind="case", thing_id=str(case.id))
    if to in ENDED:
        publish(CaseEnded(case.id, case.area_id, to))


def _show(case: Case, readings: Sequence[Reading]) -> None:
    clock = None if case.state in ENDED else next_of(readings)
    case.due_at, case.warn_at, case.next_clock = (
        (clock.due_at, clock.warn_at, clock.kind) if clock else (None, None, "")
    )
    whole = next((reading for reading in readings if reading.kind is ClockKind.WHOLE), None)
    case.promised_at = whole.due_at if whole else None


def open_case(
    *, actor: Principal, report_id: UUID, item_code: str = "", title: str = "", conditions: Sequence[str] = ()
) -> Case:
    """Take a report on (立案): a case with the report's id and number, an owner and its clocks.

    item_code: of the list; empty for a matter outside it, which keeps the unit it was routed to. conditions: which
    conditional limits apply. Raises Forbidden, NotFound, InvalidInput, WrongState also for an item that left the list.
    """
    with transaction.atomic():
        report = report_for(actor=actor, act="report.triage", report_id=report_id, of_unit=True)
        if not item_code and not report.topic:
            raise InvalidInput(_("Choose the kind of matter."), code="item_missing")
        item = in_force(item_code, report.area.path) if item_code else None
        if item and not is_active(item_code):
            raise WrongState(_("This item has left the list."), code="item_retired", detail={"code": item_code})
        spec = item.spec if item else None
        report.item_code = item_code
        readings = advance_report(
            actor=actor, report=report, act=Act.OPEN, data={"item_code": item_code, "topic": report.topic},
            limits=[step_limit(ClockKind.DISPATCH), *limits_of(spec, conditions)],
        )  # fmt: skip
        outside = unit_for(CENTRE, report.area.path) if spec is None else None
        case = Case(
            id=report.id,
            number=report.number,
            state=CaseState.FILED,
            area=report.area,
            desk=outside or desk_of(report.area),
            unit_id=report.unit_id,
            level=report.level,
            item_code=item_code,
            item_version=item.version if item else 0,
            topic="" if spec else report.topic,
            cls=spec.cls if spec else "",
            title=normalise(title, max_length=80, multiline=False) or report.title,
            channel=report.channel,
            place_id=report.place_id,
            place_text=report.place_text,
            lat=report.lat,
            lng=report.lng,
            opened_at=now(),
        )
        _show(case, readings)
        case.save(force_insert=True)
        CaseReport.objects.create(report=report, case=case, area_id=case.area_id, joined_at=case.opened_at)
        publish(CaseOpened(case.id, case.area_id))
    return case


def merge_report(*, actor: Principal, report_id: UUID, into: UUID) -> Case:
    """Add a report to a case that is open already. Both reporters follow the same story from now on.

    Raises WrongState when either has ended, Forbidden outside the actor's area.
    """
    with transaction.atomic():
        report = report_for(actor=actor, act="report.triage", report_id=report_id, of_unit=True)
        case = case_for(actor=actor, act="report.triage", case_id=into, of_unit=True)
        advance_report(actor=actor, report=report, act=Act.MERGE, data={"into": case.number})
        CaseReport.objects.create(report=report, case=case, area_id=case.area_id, joined_at=now())
        case.reports += 1
        advance(
            actor=actor, case=case, act=Act.MERGE, data={"merged": report.number, "report": str(report.id)},
            visibility=Visibility.STAFF,
        )  # fmt: skip
        publish(ReportMerged(case.id, report.id, case.area_id))
    return case


def comment(*, actor: Principal, case_id: UUID, words: str, public: bool = False) -> None:
    """Say something on a matter. Changes no clock. Raises InvalidInput when nothing is said."""
    with transaction.atomic():
        case = case_for(actor=actor, act="case.comment", case_id=case_id, of_unit=True)
        need_words(words)
        advance(
            actor=actor, case=case, act=Act.COMMENT, words=words,
            visibility=Visibility.PUBLIC if public else Visibility.STAFF,
        )  # fmt: skip


def ask_extension(*, actor: Principal, case_id: UUID, amount: Decimal, unit: str, words: str) -> None:
    """Ask for more time, before the deadline, once (DOMAIN §2.2). Raises WrongState, InvalidInput."""
    with transaction.atomic():
        case = case_for(actor=actor, act="case.extend.ask", case_id=case_id, of_unit=True)
        need_words(words)
        _need_time(amount, unit)
        if case.extensions >= MAX_EXTENSIONS or case.extension_asked:
            raise WrongState(_("More time was asked for already."), code="extension_used")
        if case.promised_at is not None and case.promised_at <= now():
            raise WrongState(
                _("The deadline has passed; more time can only be asked before it."), code="extension_late"
            )
        case.extension_asked = True
        advance(
            actor=actor, case=case, act=Act.EXTEND_ASK, words=words, visibility=Visibility.STAFF,
            data={"amount": str(amount), "unit": unit}, limits=[step_limit(ClockKind.EXTENSION)],
        )  # fmt: skip
        publish(ExtensionAsked(case.id, case.area_id))


def decide_extension(*, actor: Principal, case_id: UUID, grant: bool, amount: Decimal, unit: str, words: str) -> None:
    """Grant or deny more time; granted, the reporter sees the new date and the reason.

    Raises Forbidden for the person who asked: nobody decides his own request. Raises WrongState, InvalidInput.
    """
    with transaction.atomic():
        case = case_for(actor=actor, act="case.extend.decide", case_id=case_id)
        need_words(words)
        if not case.extension_asked:
            raise WrongState(_("Nobody asked for more time."), code="extension_not_asked")
        if actor.user_id == _asked_by(case.id):
            raise Forbidden(_("Somebody else must decide on your request."), code="own_extension")
        if grant:
            _need_time(amount, unit)
        case.extension_asked = False
        if grant:
            case.extensions += 1
        advance(
            actor=actor,
            case=case,
            act=Act.EXTEND_GRANT if grant else Act.EXTEND_DENY,
            words=words,
            limits=[LimitGiven(ClockKind.WHOLE, "", amount, unit)] if grant else [],
            visibility=Visibility.PUBLIC if grant else Visibility.STAFF,
        )


def _asked_by(case_id: UUID) -> int | None:
    """Who asked last for more time, as the story tells it."""
    return next((said.actor_id for said in reversed(story([case_id])) if said.act == Act.EXTEND_ASK), None)


def _need_time(amount: Decimal, unit: str) -> None:
    if amount <= 0 or unit not in set("ehdn"):
        raise InvalidInput(_("Say how much more time you need."), code="extension_amount")


def suspend(*, actor: Principal, case_id: UUID, reason: str) -> None:
    """Let the clocks stand still while a matter waits for a season, a court, a vote; a weekly reminder runs."""
    with transaction.atomic():
        case = case_for(actor=actor, act="case.suspend.decide", case_id=case_id)
        need_words(reason)
        case.waiting_for = normalise(reason, max_length=200, multiline=False)
        advance(actor=actor, case=case, act=Act.SUSPEND, words=reason, limits=[step_limit(ClockKind.REVIEW)])


def remind(*, actor: Principal, case_id: UUID) -> None:
    """Start the next week of the reminder; by the timer, or by somebody who has looked."""
    with transaction.atomic():
        case = case_for(actor=actor, act="case.resume", case_id=case_id, of_unit=True)
        advance(
            actor=actor, case=case, act=Act.REMIND, visibility=Visibility.STAFF, limits=[step_limit(ClockKind.REVIEW)]
        )  # fmt: skip


def resume(*, actor: Principal, case_id: UUID, words: str = "") -> None:
    """Let the clocks go on from where they stood."""
    with transaction.atomic():
        case = case_for(actor=actor, act="case.resume", case_id=case_id, of_unit=True)
        case.waiting_for = ""
        advance(actor=actor, case=case, act=Act.RESUME, words=words)


def void(*, actor: Principal, case_id: UUID, words: str) -> None:
    """Set a duplicate or invalid case aside, with its reason; it stays readable. Raises Forbidden, WrongState."""
    with transaction.atomic():
        case = case_for(actor=actor, act="case.void", case_id=case_id)
        need_words(words)
        advance(actor=actor, case=case, act=Act.VOID, words=words)


def reopen(*, actor: Principal, case_id: UUID, words: str) -> None:
    """Send a closed case back to work; the whole-item clock goes on from where it stood (重办)."""
    with transaction.atomic():
        case = case_for(actor=actor, act="case.reopen", case_id=case_id)
        need_words(words)
        case.reworks += 1
        case.result = ""
        advance(actor=actor, case=case, act=Act.REOPEN, words=words)
        publish(CaseReopened(case.id, case.area_id))


def escalate(*, actor: Principal, case_id: UUID, data: Mapping[str, object], limits: Sequence[LimitGiven] = ()) -> Case:
    """Raise a matter to the next level, at most to the third. The promise to the reporter stays as it was.

    limits: the time that the next level has for the step that was missed.
    """
    with transaction.atomic():
        case = case_for(actor=actor, act="case.escalate", case_id=case_id)
        case.level = min(TOP_LEVEL, case.level + 1)
        advance(
            actor=actor, case=case, act=Act.ESCALATE, data={**data, "level": case.level}, limits=limits,
            visibility=Visibility.STAFF,
        )  # fmt: skip
    return case


def escalate_report(
    *, actor: Principal, report: Report, data: Mapping[str, object], limits: Sequence[LimitGiven] = ()
) -> None:
    """The same for a report that nobody has picked up. The caller holds the lock."""
    require(actor, "case.escalate", area_path=report.area.path)
    report.level = min(TOP_LEVEL, report.level + 1)
    advance_report(
        actor=actor, report=report, act=Act.ESCALATE, data={**data, "level": report.level}, limits=limits,
        visibility=Visibility.STAFF,
    )  # fmt: skip


def add_by_reporter(*, actor: Reporter, case_id: UUID, words: str, photos: Sequence[UUID] = ()) -> None:
    """A reporter says more on an open matter. Changes no clock."""
    with transaction.atomic():
        case = case_for(actor=actor, act="report.add", case_id=case_id)
        if not words.strip() and not photos:
            raise InvalidInput(_("Say what is wrong, or send a photo."), code="report_empty")
        attach(photos, area_id=case.area_id, link_key=hash_secret(actor.link))
        advance(actor=actor, case=case, act=Act.ADD, words=words, photos=photos)


def withdraw_case(*, actor: Reporter, case_id: UUID, words: str = "") -> None:
    """The only reporter takes a matter back before anybody was sent. Raises WrongState afterwards."""
    with transaction.atomic():
        case = case_for(actor=actor, act="report.withdraw", case_id=case_id)
        if case.reports > 1:
            raise WrongState(_("Others have reported the same; it goes on for them."), code="others_wait")
        advance(actor=actor, case=case, act=Act.WITHDRAW, words=words)
        publish(CaseWithdrawn(case.id, case.area_id, case.unit_id))
