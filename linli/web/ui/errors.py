"""Error pages: what happened, what was kept, what to do, and a number that support can look up."""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from linli.kernel.errors import Conflict, Forbidden, InvalidInput, LinliError, NotFound, WrongState
from linli.web.ui.context import shell

logger = logging.getLogger(__name__)

STATUS_OF: dict[type[LinliError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    WrongState: HTTPStatus.CONFLICT,
}

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_PAGES = frozenset({400, 403, 404, 500, 503})


def support_number() -> str:
    """Return eight characters that are easy to read out: `7K3Q-M2XD`."""
    text = "".join(secrets.choice(_ALPHABET) for _n in range(8))
    return f"{text[:4]}-{text[4:]}"


def page(
    request: HttpRequest | None,
    status: int,
    *,
    message: str = "",
    kept: str = "",
    cause: BaseException | None = None,
) -> HttpResponse:
    """Return an error page that needs neither database nor session. An htmx request gets the notice alone."""
    number = support_number()
    logger.log(
        logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO,
        "error page %s, support number %s, path %s",
        status,
        number,
        request.path if request else "",
        exc_info=cause if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None,
    )
    template = f"ui/errors/{status if status in _PAGES else 400}.html"
    small = request is not None and request.headers.get("HX-Request") == "true"
    context = {
        "linli": shell(request),
        "status": status,
        "number": number,
        "message": message,
        "kept": kept,
        "request": None,
        "here": request.path if request else "/",
    }
    response = HttpResponse(
        render_to_string("ui/errors/notice.html" if small else template, context), status=int(status)
    )
    response.headers["Cache-Control"] = "no-store"
    if small:
        response.headers["HX-Retarget"] = "#messages"
        response.headers["HX-Reswap"] = "afterbegin"
    return response


def linli_error(request: HttpRequest | None, error: LinliError) -> HttpResponse:
    """Return the page (or, for htmx, the notice) for an error a rule raised."""
    status = next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
    kept = "" if error.kept is None else _(str(error.kept))
    return page(request, status, message=_(str(error)), kept=kept, cause=error)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    return page(request, HTTPStatus.BAD_REQUEST, cause=exception)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return page(request, HTTPStatus.FORBIDDEN, cause=exception)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return page(request, HTTPStatus.NOT_FOUND, cause=exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500."""
    return page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def unavailable(request: HttpRequest | None) -> HttpResponse:
    """The database or another needed part is away: 503 with Retry-After."""
    response = page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = "20"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the form was open for too long, or cookies are off."""
    logger.info("csrf refused: %s", reason)
    return page(
        request,
        HTTPStatus.FORBIDDEN,
        message=_("The page was open for too long, so the form could not be trusted any more."),
        kept=_("Go back: what you typed is still in the form. Reload the page and send it again."),
    )
