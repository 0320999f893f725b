"""The way in by a report's secret link: a wrong link looks like a page that does not exist."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from linli.access.api import LinkRequest, link
from linli.kernel.errors import Forbidden, NotFound

P = ParamSpec("P")


def by_link(
    view: Callable[Concatenate[LinkRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """`access.link`, answering an unknown link with 404; kept by no cache and found by no search engine."""
    inner = link(view)

    @functools.wraps(inner)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            response = inner(request, *args, **kwargs)
        except Forbidden as error:
            if error.code != "link_unknown":
                raise
            raise NotFound(_("This page is not there. Please check the link."), code="page_unknown") from None
        if "Cache-Control" not in response.headers:
            patch_cache_control(response, no_store=True)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded
