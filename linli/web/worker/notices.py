"""What Linli has told this post or its unit."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from linli.access.api import StaffRequest, staff
from linli.notices.api import Notice, mark_read, notices_for, words
from linli.web.worker.shell import page


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in the reader's words; `unread` before this page was opened."""

    notice: Notice
    words: str
    unread: bool


@staff("notice.read")
@require_GET
def index(request: StaffRequest) -> HttpResponse:
    """The newest fifty; opening the page marks them as read (a script does it, or the button)."""
    lines = [
        Line(notice, words(notice.template, notice.params), not getattr(notice, "is_read", False))
        for notice in notices_for(request.actor)
    ]
    return page(request, "worker/notices.html", "notices", {"lines": lines, "any": any(line.unread for line in lines)})


@staff("notice.read")
@require_POST
def read(request: StaffRequest) -> HttpResponseBase:
    """Mark what is shown as read."""
    mark_read(actor=request.actor, notice_ids=[notice.id for notice in notices_for(request.actor)])
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204)
    return redirect("worker:notices")
