"""A person's saved filters as the list shows them: the address they stand for, and what of it is no longer there."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from linli.access.api import Principal
from linli.accounts.api import AREA_ROLES, WIDE_ROLES
from linli.web.desk.filters import Filter
from linli.web.desk.frame import Frame
from linli.web.desk.lists import VIEWS, View, views_for


def query_of(chosen: Filter, view: View) -> str:
    """The address of what is shown, with its view written out: the same list has the same address for everybody."""
    return replace(chosen, view=view.slug if view.slug in VIEWS else chosen.view).query


def notes(actor: Principal, chosen: Filter, frame: Frame) -> list[str]:
    """What a filter names that is gone or out of reach. The list stays as narrow as it says: nothing slips in."""
    said = []
    if chosen.area and not (frame.area_name and _meets(actor, chosen.area)):
        said.append(_("The area of this filter is no longer there, or lies outside your own: nothing can match."))
    if chosen.unit and not frame.unit_name:
        said.append(_("The unit of this filter is no longer at work: only what still lies with it is shown."))
    if chosen.view in VIEWS and chosen.view not in {view.slug for view in views_for(actor)}:
        said.append(_("The view of this filter belongs to people of a unit; another one is shown in its place."))
    return said


def _meets(actor: Principal, area: str) -> bool:
    """Whether the area and the person's own have anything in common; people of a unit are led by their unit."""
    if actor.role in WIDE_ROLES or actor.role not in AREA_ROLES:
        return True
    return actor.covers(area) or actor.area_path.startswith(f"{area}.")
