"""The privacy class of every field (DESIGN §4, SECURITY (c)6). A field without a class fails `tests/test_house.py`.

open: may be published. office: for staff within scope. personal: names or describes a person; masked in lists, never
exported without a purpose. sealed: encrypted, opened only with a committed ticket. secret: never shown.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class Privacy(StrEnum):
    """How a field is to be treated."""

    OPEN = "open"
    OFFICE = "office"
    PERSONAL = "personal"
    SEALED = "sealed"
    SECRET = "secret"  # noqa: S105  (a class of privacy, not a password)


O, F, P, X = Privacy.OPEN, Privacy.OFFICE, Privacy.PERSONAL, Privacy.SECRET

MODELS: dict[str, Privacy] = {
    "territory.Area": O,
    "territory.AreaShape": O,
    "posture.Declaration": O,
    "calendar.Day": O,
    "calendar.Shift": O,
    "catalogue.Item": O,
    "catalogue.ItemVersion": O,
    "catalogue.Override": O,
    "catalogue.Element": O,
    "catalogue.AdmissionRecord": F,
    "catalogue.OutsideTopic": O,
    "accounts.User": P,
    "accounts.Unit": O,
    "accounts.Post": F,
    "accounts.SavedFilter": P,
    "audit.Record": F,
    "audit.Opening": F,
    "audit.Seal": F,
    "audit.Unsealed": F,
    "access.Glass": F,
    "access.GlassReview": F,
    "access.Shredding": F,
    "files.Photo": P,
    "outbox.Event": F,
    "doors.ImportProfile": O,
    "doors.ImportBatch": F,
    "doors.SheetBatch": F,
    "doors.Made": P,
    "doors.SheetExport": F,
    "notices.Notice": F,
    "notices.Receipt": F,
    "register.Place": F,
    "register.PlaceName": O,
    "register.Person": P,
    "register.Tag": P,
    "register.TagKind": O,
    "register.Household": P,
    "register.Member": P,
    "register.HomeCheck": F,
    "register.Verdict": P,
    "register.Canvass": F,
    "register.Target": P,
    "register.Attempt": F,
    "register.Duty": O,
    "register.Legend": O,
    "register.Grading": F,
    "register.GradeLimit": O,
    "register.Chain": O,
    "register.ChainLevel": O,
    "register.Charge": F,
    "register.Leave": F,
    "register.Card": P,
    "casework.Report": F,
    "casework.Entry": F,
    "casework.Clock": F,
    "casework.StepLimit": O,
    "casework.Case": F,
    "casework.CaseReport": F,
    "casework.Rule": O,
    "casework.Assignment": F,
    "casework.WorkOrder": F,
    "casework.Check": F,
    "casework.Rating": F,
}
"""The class of a model's fields unless one is named below. A new model must be entered here by hand."""

FIELDS: dict[str, Privacy] = {
    "doors.SheetBatch.faults": P,
    "doors.SheetBatch.failure": P,
    "doors.SheetBatch.file_key": X,
    "doors.SheetBatch.mended_key": X,
    "doors.SheetExport.file_key": X,
    "doors.SheetExport.reason": P,
    "register.Person.id_index": X,
    "register.Person.id_secret": Privacy.SEALED,
    "register.Person.phone_index": X,
    "register.Person.phone_secret": Privacy.SEALED,
    "accounts.User.password": X,
    "accounts.User.password_stamp": X,
    "accounts.User.is_active": F,
    "accounts.User.is_staff": F,
    "access.Glass.reason": P,
    "access.Glass.subject_id": P,
    "access.GlassReview.words": P,
    "casework.Report.words": P,
    "casework.Report.reporter_name": P,
    "casework.Report.phone_mask": P,
    "casework.Report.phone_index": X,
    "casework.Report.phone_secret_id": Privacy.SEALED,
    "casework.Report.idempotency_key": X,
    "casework.Report.request_hash": X,
    "casework.Report.title": P,
    "casework.Report.place_text": P,
    "casework.Case.title": P,
    "casework.Case.place_text": P,
    "casework.Entry.words": P,
    "casework.Entry.actor_name": P,
    "casework.Rating.words": P,
    "files.Photo.link_key": X,
}


def class_of(model: type[models.Model], field: str) -> Privacy | None:
    """The privacy class of a field, or None when nobody has decided."""
    label = model._meta.label
    return FIELDS.get(f"{label}.{field}") or MODELS.get(label)
