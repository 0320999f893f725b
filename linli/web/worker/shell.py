"""What every page of the worker's face shows around its content."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from linli.access.api import StaffRequest
from linli.notices.api import unread_count

UNPROCESSABLE = 422


def page(
    request: StaffRequest, template: str, at: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """The page with the bar at its foot; kept by no cache, since the next person may hold this phone."""
    around = {
        "at": at,
        "who": request.actor.user_id,
        "unread": unread_count(request.actor),
        "may_report": request.actor.can("report.create"),
    }
    response = render(request, template, {**around, **context}, status=status)
    patch_cache_control(response, no_store=True)
    return response


def done(request: StaffRequest, said: str, to: str, **where: object) -> HttpResponseBase:
    """An act was taken: on to the next page, or for an act that waited on the phone a plain yes (204)."""
    if request.headers.get("X-Linli-Outbox") == "1":
        return HttpResponse(status=204)
    messages.success(request, said)
    return redirect(reverse(to, kwargs=where))
