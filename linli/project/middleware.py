"""Errors of ours become pages: what happened, what was kept, what to do."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from linli.access.api import SignInNeeded
from linli.kernel.errors import LinliError
from linli.web.ui.errors import linli_error


class ErrorPages:
    """Shows an error that no view has answered. The view's transaction has been undone by then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer errors of ours; anything else is a fault and goes on."""
        if isinstance(error, SignInNeeded):
            login = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
            return HttpResponseRedirect(login)
        return linli_error(request, error) if isinstance(error, LinliError) else None
