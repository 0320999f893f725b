"""Bring a file of the hotline in: every message by the front door, with its own time, number and channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID
from zlib import crc32

from django.utils.translation import gettext as _

from linli.access.api import Principal, as_system, require
from linli.casework.intake.api import Channel, Draft, receive_report
from linli.catalogue.api import is_active
from linli.doors.hotline12345.mapping import Mapped, Message, RowNote, map_table
from linli.doors.hotline12345.models import ImportBatch
from linli.doors.hotline12345.queries import DOOR
from linli.doors.tables.models import ImportProfile
from linli.doors.tables.profiles import profile_by_name
from linli.doors.tables.reader import Table, read_table
from linli.kernel.clock import now
from linli.kernel.errors import Conflict, InvalidInput
from linli.kernel.text import normalise
from linli.territory.api import Area, area_by_code, areas_under

CHUNK = 100
"""Messages in one transaction: a killed import has lost at most so many, and finds them again when it is repeated."""

Scope = Callable[[], AbstractContextManager[Principal]]
Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import will do, before it does anything."""

    table: Table
    mapped: Mapped
    profile: ImportProfile
    area: Area
    leaves: Sequence[Area]


@dataclass(slots=True)
class Outcome:
    """What became of the messages. fresh + known + refused = all that could be read."""

    batch_id: UUID
    fresh: int = 0
    known: int = 0
    refused: list[RowNote] = field(default_factory=list)


def plan_import(path: Path, *, profile: str, area: str, scope: Scope = as_system) -> Plan:
    """Read the file and say what would happen; writes nothing.

    area: a committee that gets every message, or a larger area when the file names committees or the profile spreads.
    Raises InvalidInput (`import_…`) for a file that cannot be taken, NotFound for an unknown profile or area.
    """
    table = read_table(path)
    with scope() as actor:
        require(actor, "import.hotline")
        chosen, whole = profile_by_name(profile, door=DOOR), area_by_code(area)
        leaves = [one for one in areas_under(whole.path) if one.is_leaf]
    mapped = map_table(table, columns=chosen.columns, profile=chosen.name, now=now())
    plan = Plan(table, mapped, chosen, whole, leaves)
    _drop_placeless(plan)
    return plan


def run_import(plan: Plan, *, progress: Progress = lambda _done: None, scope: Scope = as_system) -> Outcome:
    """Bring in what the plan holds, a chunk in each transaction. Repeating it adds nothing twice.

    progress: called with the number of messages just done. scope: opens one transaction under an identity.
    """
    outcome = Outcome(_begin(plan, scope))
    messages = iter(plan.mapped.messages)
    while chunk := list(islice(messages, CHUNK)):
        with scope() as actor:
            done = [_receive(actor, plan, message) for message in chunk]
            outcome.fresh += done.count(True)
            outcome.known += done.count(False)
            outcome.refused += [one for one in done if isinstance(one, RowNote)]
            _note(outcome)
        progress(len(chunk))
    with scope():
        ImportBatch.objects.filter(id=outcome.batch_id).update(finished_at=now())
    return outcome


def _begin(plan: Plan, scope: Scope) -> UUID:
    with scope() as actor:
        require(actor, "import.hotline")
        batch = ImportBatch.objects.create(
            profile=plan.profile,
            area=plan.area,
            file_name=plan.table.name[:120],
            file_hash=plan.table.digest,
            rows=len(plan.table.rows),
            started_by=actor.user_id,
            started_at=now(),
        )
    return batch.id


def _note(outcome: Outcome) -> None:
    ImportBatch.objects.filter(id=outcome.batch_id).update(
        fresh=outcome.fresh, known=outcome.known, refused=len(outcome.refused)
    )


def _receive(actor: Principal, plan: Plan, message: Message) -> bool | RowNote:
    """Whether it was new; or why the intake refused it."""
    area = _area_of(plan, message)
    if area is None:
        raise ValueError("a message without an area does not get past the plan")
    draft = Draft(
        channel=Channel.HOTLINE,
        words=message.words if normalise(message.words) else message.title,
        title=message.title,
        item_code=message.item if message.item and is_active(message.item) else "",
        area_id=area.id,
        place_text=message.place,
        reporter_name=message.name,
        phone=message.phone,
        received_at=message.received_at,
        idempotency_key=message.key,
        extra={"source": plan.profile.name, "source_number": message.number, "category": message.category},
    )
    try:
        return receive_report(actor=actor, draft=draft).fresh
    except Conflict:
        return RowNote(
            message.row,
            _("Number %(number)s came in before with other words or for another area.") % {"number": message.number},
            _("What came in first was kept as it is."),
        )
    except InvalidInput as wrong:
        return RowNote(message.row, _(str(wrong)), _("Correct the row and import the file again."))


def _drop_placeless(plan: Plan) -> None:
    """Move the messages of which nobody knows where they belong to the errors."""
    lost = [message for message in plan.mapped.messages if _area_of(plan, message) is None]
    for message in lost:
        plan.mapped.messages.remove(message)
        plan.mapped.errors.append(
            RowNote(
                message.row,
                _("No committee of %(area)s is called “%(name)s”.") % {"area": plan.area, "name": message.area},
                _("Name the committee or its code, or import into one committee."),
            )
        )


def _area_of(plan: Plan, message: Message) -> Area | None:
    """Where a message belongs: the committee it names, the one chosen for the whole file, or by its number."""
    if message.area:
        return next((leaf for leaf in plan.leaves if message.area in (leaf.code, leaf.name)), None)
    if plan.area.is_leaf:
        return plan.area
    if plan.profile.spread and plan.leaves:
        return plan.leaves[crc32(message.number.encode()) % len(plan.leaves)]
    return None
