from __future__ import annotations

from linli.access.api import Principal, within
from linli.doors.hotline12345.models import ImportBatch

DOOR = "hotline12345"
USUAL_PROFILE = "letters"


def batches(actor: Principal) -> list[ImportBatch]:
    """The imports this person may see, the latest first."""
    return list(within(ImportBatch.objects.all(), actor).select_related("profile", "area").order_by("-id"))
