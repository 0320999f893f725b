from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path

from linli.web.desk import views_bulk, views_inbox, views_items, views_map, views_matter, views_misc
from linli.web.desk.acts import DEEDS

app_name = "desk"

NUMBER = r"(?P<number>[0-9]{4}-[0-9]{3}-[0-9]{6}-[0-9A-Z])"


def _acts() -> list[URLPattern]:
    """One address for each act, each with the access rule of its own."""
    return [re_path(f"^{NUMBER}/(?P<act>{slug})$", _bare(views_matter.act_view(deed))) for slug, deed in DEEDS.items()]
