"""What somebody may see of imports and exports."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal, require, within
from linli.doors.sheets.models import SheetBatch, SheetExport
from linli.doors.sheets.problems import Fault
from linli.doors.sheets.rules import BatchState, ExportState
from linli.doors.tables.models import ImportProfile
from linli.kernel.errors import NotFound
from linli.register.people.api import TagKind
from linli.register.places.api import Place
from linli.territory.api import ids_under

DOOR = "sheets"
MOST_SHOWN = 50


def batches(actor: Principal) -> list[SheetBatch]:
    """The imports of one's area, the latest first."""
    require(actor, "register.import")
    return list(within(SheetBatch.objects.all(), actor).select_related("area").order_by("-id")[:MOST_SHOWN])


def batch_by_id(actor: Principal, batch_id: UUID) -> SheetBatch:
    """One import. Raises Forbidden, NotFound, also when row scope hides it."""
    require(actor, "register.import")
    found = within(SheetBatch.objects.all(), actor).select_related("area", "profile").filter(id=batch_id).first()
    if found is None:
        raise NotFound(_("There is no such import."), code="batch_unknown")
    return found


def faults_of(batch: SheetBatch) -> list[Fault]:
    """The faults of an import that are kept, in the order of the rows."""
    return [Fault.from_stored(one) for one in batch.faults]


def came_in_before(batch: SheetBatch) -> SheetBatch | None:
    """The same file, brought into the same area earlier and not undone."""
    return (
        SheetBatch.objects.filter(area_id=batch.area_id, file_hash=batch.file_hash, state=BatchState.DONE)
        .exclude(id=batch.id)
        .first()
    )


def profiles() -> list[ImportProfile]:
    """The remembered ways to read columns, by name."""
    return list(ImportProfile.objects.filter(door=DOOR).order_by("name"))


def words_here(area_path: str, language: str) -> tuple[list[str], list[str]]:
    """For a template: names of the needs and roles, and of the compounds of an area."""
    kinds = TagKind.objects.filter(is_active=True).order_by("position")
    tags = [kind.name_en if language.startswith("en") else kind.name for kind in kinds]
    tops = Place.objects.filter(area_id__in=ids_under(area_path), kind__in=["compound", "village_group"])
    return tags, sorted(tops.values_list("name", flat=True))


def compounds_of(area_path: str) -> Sequence[tuple[int, str]]:
    """The compounds and village groups of an area: id and name."""
    tops = Place.objects.filter(area_id__in=ids_under(area_path), kind__in=["compound", "village_group"])
    return list(tops.order_by("name").values_list("id", "name"))


def _exports(actor: Principal) -> QuerySet[SheetExport]:
    return within(SheetExport.objects.all(), actor).select_related("area").order_by("-id")


def exports_of(actor: Principal) -> list[SheetExport]:
    """What one has asked for oneself, the latest first."""
    require(actor, "register.export")
    return list(_exports(actor).filter(asked_by=actor.user_id)[:MOST_SHOWN])


def waiting_for(actor: Principal) -> list[SheetExport]:
    """What waits for this person as the second: asked by somebody else for an area his post covers."""
    if not actor.can("export.approve"):
        return []
    found = _exports(actor).filter(state=ExportState.ASKED).exclude(asked_by=actor.user_id)
    return [one for one in found if actor.covers(one.area.path)]


def export_by_id(actor: Principal, export_id: UUID) -> SheetExport:
    """One export: what was asked for and agreed to, for everybody of its area; the file is the asker's alone.

    Raises NotFound, also when row scope hides it.
    """
    found = _exports(actor).filter(id=export_id).first()
    if found is None:
        raise NotFound(_("There is no such export."), code="export_unknown")
    return found
