"""The reader's language: `?lang=`, then the cookie, then the installation's own.

The browser's Accept-Language is not asked: staff machines are often set to English while their owners work in Chinese.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers


class LanguageMiddleware:
    """Stands where Django's LocaleMiddleware would stand."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.GET.get("lang", "").lower()
        known = {code for code, _name in settings.LANGUAGES}
        language = asked if asked in known else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "").lower()
        if language not in known:
            language = settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self._get_response(request)
            response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Cookie",))
        if asked in known:
            remember_language(response, language)
        return response


def remember_language(response: HttpResponseBase, language: str) -> None:
    """Keep the choice for a year, as `django.views.i18n.set_language` would."""
    if isinstance(response, HttpResponse) or hasattr(response, "set_cookie"):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
