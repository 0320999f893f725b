"""我的事: the reports of this phone, and the way to one by its link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linli.access.api import open_to_all
from linli.web.resident import mine

UNPROCESSABLE = 422


@open_to_all
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponseBase:
    """The list of this phone; a pasted link leads to its report."""
    typed = request.POST.get("link", "")
    secret = mine.secret_in(typed)
    if secret is not None:
        return redirect("resident:follow", secret=secret)
    error = _what_is_missing(typed) if request.method == "POST" else ""
    context = {"kept": mine.kept(request), "typed": typed, "error": error, "at": "mine"}
    response = render(request, "resident/mine.html", context, status=UNPROCESSABLE if error else 200)
    patch_cache_control(response, no_store=True)
    return response


def _what_is_missing(typed: str) -> str:
    if not typed.strip():
        return _("Paste the link you were given after sending.")
    return _("This is not a whole link. The number alone shows nothing; with the number the hotline can help you.")


@open_to_all
@require_POST
def forget(request: HttpRequest, secret: str) -> HttpResponse:
    """Take one report off this phone's list."""
    response = redirect("resident:mine")
    mine.forget(request, response, secret)
    return response
