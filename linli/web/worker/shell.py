"""What every page of the worker's face shows around its content."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from linli.access.api import StaffRequest
from linli.notices.api import unread_count

UNPROCESSABLE = 422


def page(
    request: StaffRequest, template: str, at: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """The page with the bar at its foot; kept by no cache, since the next person may hold this phone."""
    around = {"at": at, "unread": unread_count(request.actor), "may_report": request.actor.can("report.create")}
    response = render(request, template, {**around, **context}, status=status)
    patch_cache_control(response, no_store=True)
    return response
