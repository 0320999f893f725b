"""What a phone needs to work without a connection: who is signed in, the page of waiting acts, the service worker.

The acts themselves wait in the browser (`static/worker/outbox.js`) and come in by their ordinary addresses; each brings
a key, so that one that is sent twice is done once.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET

from linli.access.api import StaffRequest, open_to_all, staff
from linli.web.worker.shell import page


@staff("case.read")
@require_GET
def state(request: StaffRequest) -> HttpResponseBase:
    """Asked before each sending: whose acts may go out now, and the form token they need."""
    response = JsonResponse({"who": str(request.actor.user_id), "token": get_token(request)})
    patch_cache_control(response, no_store=True)
    return response


@staff("case.read")
@require_GET
def waiting(request: StaffRequest) -> HttpResponse:
    """The acts that wait on this phone; the browser fills it. Also shown for a page that was not kept (`?unkept`)."""
    return page(request, "worker/waiting.html", "waiting", {"unkept": "unkept" in request.GET})


@open_to_all
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps pages; its address decides that it reaches the worker's face and nothing else."""
    response = render(request, "worker/sw.js", content_type="text/javascript")
    patch_cache_control(response, no_cache=True)
    return response
