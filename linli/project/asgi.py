"""What the web server runs: `granian --interface asgi linli.project.asgi:application`."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from linli.project.server import Asgi, Composite, Wsgi, WsgiBridge

PREFIXES: dict[str, str] = {"/live": "linli.web.ui.live.stream"}
"""Path prefix → dotted name of the ASGI callable that answers it; every other path is an ordinary Django page."""


def _straight(pages: Wsgi) -> Wsgi:
    return pages


def _application() -> Composite:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.project.settings")
    django = get_wsgi_application()  # from here on the apps are loaded
    lane = import_string(settings.LINLI_FRONT_LANE) if hasattr(settings, "LINLI_FRONT_LANE") else _straight
    pages = WsgiBridge(lane(django), threads=int(os.environ.get("WEB_THREADS", "8")))
    handlers: dict[str, Asgi] = {prefix: import_string(name) for prefix, name in PREFIXES.items()}
    return Composite(handlers, pages)


application = _application()
