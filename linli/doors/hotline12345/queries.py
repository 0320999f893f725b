from __future__ import annotations

from django.utils.translation import gettext as _

from linli.access.api import Principal, within
from linli.doors.hotline12345.models import ImportBatch, ImportProfile
from linli.kernel.errors import NotFound

USUAL_PROFILE = "letters"


def profile_by_name(name: str) -> ImportProfile:
    """The profile with this name. Raises NotFound, which lists those that exist."""
    found = ImportProfile.objects.filter(name=name).first()
    if found is None:
        names = ", ".join(ImportProfile.objects.order_by("name").values_list("name", flat=True))
        raise NotFound(
            _("There is no profile “%(name)s”. There are: %(names)s.") % {"name": name, "names": names},
            code="profile_unknown",
        )
    return found


def batches(actor: Principal) -> list[ImportBatch]:
    """The imports this person may see, the latest first."""
    return list(within(ImportBatch.objects.all(), actor).select_related("profile", "area").order_by("-id"))
