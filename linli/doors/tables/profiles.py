"""Profiles of columns, each kept for one door."""

from __future__ import annotations

from django.utils.translation import gettext as _

from linli.doors.tables.models import ImportProfile
from linli.kernel.errors import NotFound


def profile_by_name(name: str, *, door: str) -> ImportProfile:
    """The profile of a door with this name. Raises NotFound, which lists those that exist."""
    of_door = ImportProfile.objects.filter(door=door)
    found = of_door.filter(name=name).first()
    if found is None:
        names = ", ".join(of_door.order_by("name").values_list("name", flat=True))
        raise NotFound(
            _("There is no profile “%(name)s”. There are: %(names)s.") % {"name": name, "names": names},
            code="profile_unknown",
        )
    return found
