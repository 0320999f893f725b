"""Taking a part of the register out: asked for with a purpose, agreed to by a second person, fetched within a day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from linli.access.api import Principal, as_system, blind_index, require
from linli.audit.api import record
from linli.doors.sheets import vault
from linli.doors.sheets.actions import QUEUE
from linli.doors.sheets.book import register_table
from linli.doors.sheets.models import SheetExport
from linli.doors.sheets.queries import export_by_id
from linli.doors.sheets.rules import EXPORT_EDGES, ExportAct, ExportPurpose, ExportState, link_ends, needs_second
from linli.doors.sheets.running import Scope
from linli.doors.sheets.taking_out import Part, count, rows
from linli.kernel.clock import now, shanghai
from linli.kernel.errors import Forbidden, InvalidInput, LinliError, WrongState
from linli.kernel.text import normalise
from linli.territory.api import Area

MAKE = "sheets.make"
MOST_ROWS = 50_000
SHORTEST_REASON = 4
FORMATS = ("xlsx", "csv")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for. purpose: a value of `ExportPurpose`. place_id: one compound of the area, or all."""

    area: Area
    purpose: str
    reason: str
    format: str = "xlsx"
    language: str = "zh-hans"
    place_id: int | None = None
    empty_homes: bool = False


def ask_export(*, actor: Principal, wish: Wish) -> SheetExport:
    """Ask for a table. What needs no second person is made at once (`rules.needs_second`).

    Raises Forbidden, InvalidInput (`export_purpose`, `reason_missing`, `export_empty`, `export_too_many`).
    """
    require(actor, "register.export", area_path=wish.area.path)
    reason = normalise(wish.reason, max_length=200, multiline=False)
    if wish.purpose not in set(ExportPurpose) or wish.format not in FORMATS:
        raise InvalidInput(_("Choose a purpose from the list."), code="export_purpose")
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(_("Say in a few words why you need it."), code="reason_missing")
    people, homes = count(actor, Part(wish.area.path, wish.place_id, wish.empty_homes))
    if not 0 < people + homes <= MOST_ROWS:
        code = "export_too_many" if people + homes else "export_empty"
        raise InvalidInput(
            _("There are %(count)s rows; a table has 1 to %(most)s. Choose a compound.")
            % {"count": people + homes, "most": MOST_ROWS}, code=code,
        )  # fmt: skip
    second = needs_second(actor.role, people)
    asked = SheetExport.objects.create(
        area=wish.area, place_id=wish.place_id, empty_homes=wish.empty_homes, purpose=wish.purpose, reason=reason,
        format=wish.format, language=wish.language, people=people, homes=homes, needs_second=second,
        state=ExportState.ASKED if second else ExportState.APPROVED, asked_by=actor.user_id,
        asked_post=actor.post_id, asked_name=actor.name[:80], asked_at=now(),
    )  # fmt: skip
    _note(actor, asked, "sheets.export.ask", purpose=wish.purpose, people=people, second=second)
    if not second:
        _defer(asked)
    return asked


def decide_export(*, actor: Principal, export_id: UUID, agreed: bool, words: str = "") -> SheetExport:
    """Agree to what somebody else asked for, or turn it down. Raises Forbidden, NotFound, WrongState, InvalidInput."""
    require(actor, "export.approve")
    asked = _locked(actor, export_id)
    require(actor, "export.approve", area_path=asked.area.path)
    if asked.asked_by == actor.user_id:
        raise Forbidden(_("Somebody else has to agree to it."), code="second_person")
    said = normalise(words, max_length=200, multiline=False)
    if not agreed and len(said) < SHORTEST_REASON:
        raise InvalidInput(_("Say in a few words why not."), code="reason_missing")
    asked.decided_by, asked.decided_name, asked.decided_at = actor.user_id, actor.name[:80], now()
    asked.decision = said
    _advance(asked, ExportAct.APPROVE if agreed else ExportAct.REFUSE)
    _note(actor, asked, "sheets.export.approve" if agreed else "sheets.export.refuse", people=asked.people)
    if agreed:
        _defer(asked)
    return asked


def withdraw_export(*, actor: Principal, export_id: UUID) -> SheetExport:
    """Take one's own wish back before it is decided. Raises Forbidden, NotFound, WrongState."""
    asked = _own(actor, export_id)
    _advance(asked, ExportAct.WITHDRAW)
    _note(actor, asked, "sheets.export.withdraw")
    return asked


def open_export(*, actor: Principal, export_id: UUID) -> tuple[SheetExport, bytes]:
    """The file, for the one who asked for it, within a day; every opening is on record.

    Raises Forbidden, NotFound, WrongState (`export_expired` when its time is over).
    """
    asked = _own(actor, export_id)
    require(actor, "register.export", area_path=asked.area.path)
    if asked.expires_at is not None and asked.expires_at <= now():
        raise WrongState(_("This file has expired. Please ask for it again."), code="export_expired")
    asked.opened += 1
    _advance(asked, ExportAct.OPEN)
    data = vault.get(f"{asked.id}.out", asked.file_key)
    _note(actor, asked, "sheets.export.open", times=asked.opened, mark=asked.file_mark)
    return asked, data


def make_export(export_id: UUID, scope: Scope) -> None:
    """Write the file of an export that was agreed to; a second call does nothing."""
    try:
        with scope() as actor:
            asked = _waiting(export_id)
            if asked is not None:
                _make(actor, asked)
    except LinliError as error:
        with as_system() as system:
            failed = _waiting(export_id)
            if failed is None:
                return
            with override(failed.language):
                failed.failure = _(str(error))[:200]
            _advance(failed, ExportAct.FAIL)
            _note(system, failed, "sheets.export.fail", code=error.code)


def _waiting(export_id: UUID) -> SheetExport | None:
    found = SheetExport.objects.select_for_update(of=("self",)).select_related("area").filter(id=export_id).first()
    return found if found is not None and found.state == ExportState.APPROVED else None


def _make(actor: Principal, asked: SheetExport) -> None:
    require(actor, "register.export", area_path=asked.area.path)
    body = rows(actor, Part(asked.area.path, asked.place_id, asked.empty_homes), asked.language)
    people = sum(1 for row in body if row.get("name"))
    if not asked.needs_second and needs_second(actor.role, people):
        raise WrongState(_("There are more people by now than one person may take out alone."), code="export_grown")
    made_at = now()
    with override(asked.language):
        data = register_table(
            body, language=asked.language, format_=asked.format, watermark=watermark(asked, made_at_text(made_at))
        )
    asked.file_mark = blind_index(hashlib.sha256(data).hexdigest(), column="sheet.export").hex()
    asked.file_key = vault.put(f"{asked.id}.out", data)
    asked.people, asked.homes = people, len(body) - people
    asked.made_at, asked.expires_at = made_at, link_ends(made_at)
    _advance(asked, ExportAct.MAKE)
    _note(actor, asked, "sheets.export.make", people=people, homes=asked.homes, mark=asked.file_mark)


def made_at_text(at: object) -> str:
    """A moment as a table tells it, in Shanghai."""
    return f"{shanghai(at):%Y-%m-%d %H:%M}"  # type: ignore[arg-type]


def watermark(asked: SheetExport, at: str) -> Sequence[str]:
    """The lines that say whose copy a table is."""
    agreed = _("agreed to by %(name)s") % {"name": asked.decided_name} if asked.decided_name else ""
    purpose = _(ExportPurpose(asked.purpose).label)
    return (
        " · ".join(filter(None, (_("Personal data: for “%(purpose)s” only") % {"purpose": purpose}, str(asked.area)))),
        " · ".join(filter(None, (_("Taken out by %(name)s") % {"name": asked.asked_name}, at, agreed))),
        _("Export %(id)s · every copy can be traced; delete it after use") % {"id": asked.id},
    )


def expire_exports() -> int:
    """Let every file go whose day is over, and every wish nobody decided in a week; how many."""
    gone = 0
    moment = now()
    for asked in SheetExport.objects.select_for_update().filter(
        state__in=[ExportState.MADE, ExportState.OPENED], expires_at__lte=moment
    ):
        asked.file_key = ""
        _advance(asked, ExportAct.EXPIRE)
        transaction.on_commit(lambda name=f"{asked.id}.out": vault.drop(name))  # type: ignore[misc]
        gone += 1
    return gone


def _own(actor: Principal, export_id: UUID) -> SheetExport:
    require(actor, "register.export")
    asked = _locked(actor, export_id)
    if asked.asked_by != actor.user_id:
        raise Forbidden(_("Only the one who asked for it may have it."), code="export_of_another")
    return asked


def _locked(actor: Principal, export_id: UUID) -> SheetExport:
    export_by_id(actor, export_id)
    return SheetExport.objects.select_for_update(of=("self",)).select_related("area").get(id=export_id)


def _advance(asked: SheetExport, act: ExportAct) -> None:
    after = EXPORT_EDGES.get((ExportState(asked.state), act))
    if after is None:
        raise WrongState(
            _("This export is “%(state)s”; that is not possible now.") % {"state": _(ExportState(asked.state).label)},
            code="export_state", detail={"state": asked.state, "act": str(act)},
        )  # fmt: skip
    asked.state = after
    asked.save()


def _defer(asked: SheetExport) -> None:
    app.configure_task(name=MAKE, queue=QUEUE, lock=f"{QUEUE}.{asked.id}").defer(
        export_id=str(asked.id), user_id=asked.asked_by, post_id=asked.asked_post
    )


def _note(actor: Principal, asked: SheetExport, act: str, **detail: object) -> None:
    record(
        actor=actor, act=act, subject_kind="sheet_export", subject_id=str(asked.id), area_id=asked.area_id,
        detail=detail,
    )  # fmt: skip
