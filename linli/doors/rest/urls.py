from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from linli.access.api import open_to_all
from linli.doors.rest import health
from linli.doors.rest.gates import guard, reading
from linli.doors.rest.openapi import PREFIX, document
from linli.doors.rest.operations import GATES
from linli.doors.rest.problems import problem
from linli.doors.rest.service import api


@reading
@open_to_all
def openapi(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI file."""
    return HttpResponse(document(), content_type="application/json")


@csrf_exempt
@open_to_all
def nothing_here(_request: HttpRequest) -> HttpResponse:
    """An answer a program can read, where it asks for a path that does not exist."""
    return problem(HTTPStatus.NOT_FOUND, "no_such_path", _("The interface has no such path; see openapi.json."))


def _guarded() -> Iterator[URLPattern]:
    """The framework's paths, each behind the gate of its operation. A path without one is not served."""
    patterns, _app, _namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.name in GATES:
            yield path(PREFIX + str(pattern.pattern), guard(pattern.callback, GATES[pattern.name]), name=pattern.name)


urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path(PREFIX + "openapi.json", openapi),
    *_guarded(),
    re_path(r"^api(?:/.*)?$", nothing_here),
]
