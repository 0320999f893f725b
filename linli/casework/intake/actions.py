from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, Reporter, Who, require
from linli.accounts.api import Unit
from linli.audit.api import record
from linli.casework.intake.events import RefusalAsked, ReportClosed, ReportRouted
from linli.casework.intake.models import Report
from linli.casework.intake.ownership import desk_of, triage_deadline
from linli.casework.intake.rules import MAX_WORDS, OPEN_STATES, Channel, ReportState, after
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
from linli.files.api import attach
from linli.kernel.clock import now
from linli.kernel.errors import Forbidden, InvalidInput, NotFound, WrongState
from linli.kernel.ids import hash_secret
from linli.kernel.text import normalise
from linli.outbox.api import publish

CHANGED = ("state", "unit", "level", "topic", "item_code", "reason", "asked_by", "due_at", "warn_at")


def lock_report(report_id: UUID) -> Report:
    """The report, locked until the transaction ends. Raises NotFound, also when row scope hides it."""
    report = Report.objects.select_for_update(of=("self",)).select_related("area").filter(id=report_id).first()
    if report is None:
        raise NotFound(_("There is no such report."), code="report_unknown")
    return report


def report_for(*, actor: Who, act: str, report_id: UUID, of_unit: bool = False) -> Report:
    """May I, lock, may I here: the report, locked, for somebody whose role and post allow `act` on it.

    The role is asked first: one that only reads may not even lock, and would get the database's refusal, not ours.
    of_unit: whether the people of the unit it lies with reach it too. Raises Forbidden, NotFound.
    """
    require(actor, act)
    report = lock_report(report_id)
    require(actor, act, area_path=report.area.path, unit_id=report.unit_id if of_unit else None)
    return report


def advance_report(
    *,
    actor: Who,
    report: Report,
    act: Act,
    words: str = "",
    data: Mapping[str, object] | None = None,
    limits: Sequence[LimitGiven] = (),
    photos: Sequence[UUID] = (),
    visibility: Visibility = Visibility.PUBLIC,
) -> list[Reading]:
    """Take one edge of the report's state table: rule, save, story, clocks, trail. The caller holds the lock.

    Raises WrongState when the table has no such edge.
    """
    to = after(ReportState(report.state), act)
    if to is None:
        raise WrongState(
            _("This report has moved on; that step is not possible now."),
            code="report_wrong_state",
            detail={"state": report.state, "act": act},
        )
    report.state = to
    readings = append(
        actor=actor,
        matter_id=report.id,
        area_id=report.area_id,
        act=act,
        words=words,
        data=data,
        limits=limits,
        photos=photos,
        visibility=visibility,
    )
    clock = next_of(readings) if to in OPEN_STATES else None
    report.due_at, report.warn_at = (clock.due_at, clock.warn_at) if clock else (None, None)
    report.save(
        update_fields=["state", "unit", "level", "topic", "item_code", "reason", "asked_by", "due_at", "warn_at"]
    )
    record(
        actor=actor, act=f"report.{act}", subject_kind="report", subject_id=str(report.id), area_id=report.area_id
    )  # fmt: skip
    announce(area_path=report.area.path, kind="report", thing_id=str(report.id))
    return readings


def route_report(*, actor: Principal, report_id: UUID, topic: str, unit: Unit, words: str = "") -> Report:
    """Send a report outside the list to its legal owner, who gets a clock of his own (准入机制).

    Raises Forbidden, WrongState.
    """
    with transaction.atomic():
        report = report_for(actor=actor, act="report.route", report_id=report_id, of_unit=True)
        report.topic, report.unit = topic, unit
        limit = step_limit(ClockKind.TRIAGE, case="routed")
        data = {"topic": topic, "unit": unit.id, "unit_name": unit.name}
        advance_report(actor=actor, report=report, act=Act.ROUTE, words=words, data=data, limits=[limit])
        publish(ReportRouted(report.id, report.area_id, unit.id))
    return report


def send_back(*, actor: Principal, report_id: UUID, words: str) -> Report:
    """The legal owner says, with a reason, that it is not his; the desk decides again, as if nobody had routed it.

    Each owner may say so once: routed to him again, he keeps it. Raises Forbidden, InvalidInput, WrongState.
    """
    with transaction.atomic():
        report = report_for(actor=actor, act="report.triage", report_id=report_id, of_unit=True)
        need_words(words)
        if any(said.act == Act.SEND_BACK and said.data["unit"] == report.unit_id for said in story([report.id])):
            raise WrongState(_("This unit sent it back once; it stays with this unit now."), code="send_back_used")
        report.topic = ""
        advance_report(
            actor=actor, report=report, act=Act.SEND_BACK, words=words, data={"unit": report.unit_id},
            limits=[triage_deadline(Channel(report.channel), now()).given], visibility=Visibility.STAFF,
        )  # fmt: skip
        _hand_back(report, desk_of(report.area))
    return report


def _hand_back(report: Report, desk: Unit) -> None:
    """By a function of the database: row scope lets nobody take a row out of his own sight."""
    with connection.cursor() as cursor:
        cursor.execute("select casework_hand_back(%s, %s)", [report.id, desk.id])
        done = cursor.fetchone()[0]
    if not done:
        raise NotFound(_("There is no such report."), code="report_unknown")
    report.unit = desk


def ask_refusal(*, actor: Principal, report_id: UUID, reason: str) -> Report:
    """Propose not to take a report on. Another person must review it before anybody is told no."""
    with transaction.atomic():
        report = report_for(actor=actor, act="report.refuse.propose", report_id=report_id, of_unit=True)
        need_words(reason)
        report.reason, report.asked_by = normalise(reason, max_length=400), actor.user_id
        limit = step_limit(ClockKind.REFUSAL)
        advance_report(
            actor=actor, report=report, act=Act.REFUSE_ASK, words=reason, limits=[limit], visibility=Visibility.STAFF
        )
        publish(RefusalAsked(report.id, report.area_id))
    return report


def review_refusal(*, actor: Principal, report_id: UUID, agree: bool, words: str) -> Report:
    """Decide on a proposed refusal: an honest no with its reason, or back to triage.

    Raises Forbidden for the person who proposed it: nobody reviews his own refusal.
    """
    with transaction.atomic():
        report = report_for(actor=actor, act="report.refuse.review", report_id=report_id)
        if report.asked_by == actor.user_id:
            raise Forbidden(_("Somebody else must review your proposal."), code="own_refusal")
        need_words(words)
        limits = [] if agree else [triage_deadline(Channel(report.channel), now()).given]
        act = Act.REFUSE if agree else Act.REFUSE_DENY
        visibility = Visibility.PUBLIC if agree else Visibility.STAFF
        advance_report(actor=actor, report=report, act=act, words=words, limits=limits, visibility=visibility)
        if agree:
            publish(ReportClosed(report.id, report.area_id, report.state))
    return report


def withdraw_report(*, actor: Reporter, report_id: UUID, words: str = "") -> Report:
    """The reporter takes a report back before anybody works on it. Raises WrongState afterwards."""
    with transaction.atomic():
        report = report_for(actor=actor, act="report.withdraw", report_id=report_id)
        advance_report(actor=actor, report=report, act=Act.WITHDRAW, words=normalise(words, max_length=400))
        publish(ReportClosed(report.id, report.area_id, report.state))
    return report


def add_to_report(*, actor: Reporter, report_id: UUID, words: str, photos: Sequence[UUID] = ()) -> Report:
    """The reporter adds words or photos while the report waits. Changes no clock."""
    with transaction.atomic():
        report = report_for(actor=actor, act="report.add", report_id=report_id)
        said = normalise(words, max_length=MAX_WORDS)
        if not said and not photos:
            raise InvalidInput(_("Say what is wrong, or send a photo."), code="report_empty")
        attach(photos, area_id=report.area_id, link_key=hash_secret(actor.link))
        advance_report(actor=actor, report=report, act=Act.ADD, words=said, photos=photos)
    return report


def suggest(*, actor: Principal, report_id: UUID, suggestions: Sequence[Mapping[str, object]]) -> None:
    """Store the likeliest items for the desk; a technical entry, no decision. Does nothing once triage is over."""
    with transaction.atomic():
        report = report_for(actor=actor, act="report.triage", report_id=report_id, of_unit=True)
        if after(ReportState(report.state), Act.SUGGEST) is None:
            return
        report.suggestions = [dict(one) for one in suggestions]
        report.save(update_fields=["suggestions"])
        announce(area_path=report.area.path, kind="report", thing_id=str(report.id))
