"""The few addresses the frame itself answers: reading preferences, app manifest, gallery."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from linli.access.api import open_to_all
from linli.web.ui import context, samples
from linli.web.ui.middleware import remember_language

ICON_SIZES = (192, 512)


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


@open_to_all
@require_POST
def preferences(request: HttpRequest) -> HttpResponseBase:
    """Set elder (0/1), theme (light/dark/auto), contrast (0/1) or language in cookies and return to `next`."""
    response = HttpResponseRedirect(_back(request))
    chosen = {
        context.ELDER_COOKIE: (request.POST.get("elder"), {"0", "1"}),
        context.THEME_COOKIE: (request.POST.get("theme"), set(context.THEMES)),
        context.CONTRAST_COOKIE: (request.POST.get("contrast"), {"0", "1"}),
    }
    for name, (value, allowed) in chosen.items():
        if value in allowed and value is not None:
            response.set_cookie(
                name, value, max_age=context.YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
    language = request.POST.get("language", "")
    if language in {code for code, _name in settings.LANGUAGES}:
        remember_language(response, language)
    return response


@open_to_all
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest, in the reader's language."""
    icons = [
        {
            "src": static(f"linli/icons/icon-{n}.png"),
            "sizes": f"{n}x{n}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for n in ICON_SIZES
    ]
    body = {
        "name": _("Linli: joint neighbourhood action"),
        "short_name": _("Linli"),
        "lang": request.LANGUAGE_CODE if hasattr(request, "LANGUAGE_CODE") else settings.LANGUAGE_CODE,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#F6F9FA",
        "theme_color": "#17667F",
        "icons": icons,
    }
    return JsonResponse(body, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@open_to_all
@require_GET
def gallery(request: HttpRequest, frame: str = "desk") -> HttpResponse:
    """Every component in every state, in the demonstration only. `frame` is desk, phone or plain."""
    if not getattr(settings, "LINLI_DEMO", False):
        raise Http404
    base = {"desk": "ui/desk_base.html", "phone": "ui/phone_base.html", "plain": "ui/plain_base.html"}.get(frame)
    if base is None:
        raise Http404
    return render(request, "ui/gallery.html", {"base": base, "frame": frame, **samples.gallery()})


@open_to_all
@require_GET
def gallery_geojson(_request: HttpRequest, kind: str) -> HttpResponse:
    """Synthetic places (`places`) or matters (`matters`) for the gallery's maps."""
    if not getattr(settings, "LINLI_DEMO", False):
        raise Http404
    return JsonResponse(samples.places() if kind == "places" else samples.matters())
