"""After signing in: where to go, in which post, and what belongs to the person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from linli.access.api import StaffRequest, change_post, staff
from linli.accounts.api import HEAD_ROLES, UNIT_ROLES, Post, posts_of
from linli.calendar.api import today
from linli.web.worker.shell import page
from linli.web.worker.words import ROLES

DESK, REGISTER = "/desk/", "/desk/register"
"""The desk is a face of its own; this one knows only where it stands."""


@staff("catalogue.read")
@require_GET
def start(request: StaffRequest) -> HttpResponseBase:
    """The first page after signing in: units to their list, building heads to the register, the others to the desk."""
    if request.actor.role in UNIT_ROLES:
        return redirect("worker:today")
    return redirect(REGISTER if request.actor.role in HEAD_ROLES else DESK)


@staff("catalogue.read")
@require_GET
def index(request: StaffRequest) -> HttpResponse:
    """Name, posts, ways of reading, password and second factor."""
    posts = [(post, _role(post), post.id == request.actor.post_id) for post in posts_of(request.actor.user_id, today())]
    return page(request, "worker/me.html", "me", {"posts": posts, "desk": DESK, "name": request.actor.name})


@staff("catalogue.read")
@require_POST
def post(request: StaffRequest) -> HttpResponseBase:
    """Act in another of one's own posts from now on."""
    wanted = request.POST.get("post", "")
    change_post(request, int(wanted) if wanted.isascii() and wanted.isdigit() else 0)
    messages.success(request, _("You act in the other post now."))
    return redirect("worker:start")


def _role(post: Post) -> str:
    return str(ROLES.get(post.role, post.role))
