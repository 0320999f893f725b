"""Notices, the trail, and acting in another of one's posts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from linli.access.api import SignInNeeded, StaffRequest, change_post, open_to_all, staff
from linli.accounts.api import User, posts_of
from linli.audit.api import openings_of, trail_of
from linli.calendar.api import today
from linli.casework.cases.api import cases
from linli.casework.intake.api import reports
from linli.kernel.clock import now
from linli.kernel.errors import InvalidInput, NotFound
from linli.kernel.numbers import parse_number
from linli.kernel.text import normalise
from linli.notices.api import Notice, mark_read, notices_for, unread_count
from linli.notices.api import words as sentence
from linli.web.desk import words
from linli.web.desk.pages import answer, part
from linli.web.ui import times

NEWEST = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as it is read."""

    id: UUID
    text: str
    number: str
    at: datetime
    urgent: bool
    is_read: bool


def _shown(notice: Notice) -> Shown:
    given = dict(notice.params)
    due = parse_datetime(str(given.get("due", "")).replace("Z", "+00:00")) if given.get("due") else None
    if due is not None:
        given["due"] = times.promise(due, now())
    read = bool(getattr(notice, "is_read", False))
    number = str(given.get("number", ""))
    return Shown(notice.id, sentence(notice.template, given), number, notice.created_at, notice.urgent, read)


@staff("notice.read")
def notices(request: StaffRequest) -> HttpResponseBase:
    """What was sent to this post and its unit, newest first; POST marks what is shown as read."""
    if request.method == "POST":
        mark_read(actor=request.actor, notice_ids=_ids(request.POST.getlist("id")))
        return redirect("desk:notices")
    found = [_shown(notice) for notice in notices_for(request.actor, limit=NEWEST)]
    unread = [one for one in found if not one.is_read]
    return answer(request, "desk/notices.html", {"notices": found, "unread": unread}, tab="notices")


def _ids(given: list[str]) -> list[UUID]:
    """What is no id at all names no notice."""
    found = []
    for one in given:
        with suppress(ValueError):
            found.append(UUID(one))
    return found


@staff("notice.read")
def bell(request: StaffRequest) -> HttpResponseBase:
    """The count on the bell."""
    return part(request, "desk/_bell.html", {"unread": unread_count(request.actor)})


@staff("audit.read")
def trails(request: StaffRequest) -> HttpResponseBase:
    """Where an auditor says what he looks for."""
    asked = normalise(request.GET.get("q", ""), max_length=80, multiline=False).replace("/", " ")
    if asked:
        return redirect("desk:trail", asked)
    return answer(request, "desk/trails.html", {}, tab="trail")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail: an act, or the opening of a sealed value (with purpose and reason)."""

    at: datetime
    who: str
    act: str
    about: str
    opening: bool


@staff("audit.read")
def trail(request: StaffRequest, subject: str) -> HttpResponseBase:
    """Every act on one thing. subject: a matter's number, or `kind:id` such as `catalogue_item:C03`."""
    keys = _subjects(request, subject)
    acts = [(record, key) for key in keys for record in trail_of(*key)]
    opened = [(opening, key) for key in keys for opening in openings_of(*key)]
    ids = {one.actor_id for one, _key in acts if one.actor_id} | {one.actor_id for one, _key in opened}
    names = {user.id: f"{user.name} ({user.username})" for user in User.objects.filter(id__in=ids)}
    lines = [
        Line(one.at, names.get(one.actor_id or 0, _("without an account")), one.act, _detail(one.detail), opening=False)
        for one, _key in acts
    ]
    lines += [
        Line(
            one.at, names.get(one.actor_id, ""), f"sealed.{one.field}",
            f"{words.say(words.PURPOSES, one.purpose)}: {one.reason}", opening=True,
        )
        for one, _key in opened
    ]  # fmt: skip
    lines.sort(key=lambda line: line.at)
    return answer(request, "desk/trail.html", {"subject": subject, "lines": lines, "keys": keys}, tab="trail")


def _detail(detail: dict[str, object]) -> str:
    return " · ".join(f"{name}: {value}" for name, value in detail.items())


def _subjects(request: StaffRequest, subject: str) -> list[tuple[str, str]]:
    """What a number stands for: the case, and every report in it."""
    subject = normalise(subject, multiline=False)
    if ":" in subject:
        kind, _colon, thing = subject.partition(":")
        return [(kind[:30], thing[:60])]
    try:
        number = str(parse_number(subject))
    except InvalidInput:
        return [("catalogue_item", subject[:60])]
    case = cases(request.actor).filter(number=number).first()
    report = reports(request.actor).filter(number=number).first()
    if case is None and report is None:
        raise NotFound(_("There is no such matter."), code="matter_unknown")
    found = [("report", str(report.id))] if report is not None else []
    return [*found, ("case", str(case.id))] if case is not None else found


@open_to_all
def posts(request: HttpRequest) -> HttpResponseBase:
    """Choose in which of one's posts to act. Touches no scoped table: it must work before any post is entered."""
    if not request.user.is_authenticated:
        raise SignInNeeded("Please sign in.", code="sign_in_needed")
    if request.method == "POST":
        chosen = request.POST.get("post", "")
        change_post(request, int(chosen) if chosen.isascii() and chosen.isdigit() else 0)
        messages.success(request, _("You act in another post now."))
        return redirect("desk:inbox")
    held = posts_of(int(str(request.user.pk)), today())
    shown = [(post, words.say(words.ROLES, post.role)) for post in held]
    return render(request, "desk/posts.html", {"posts": shown, "now": request.session.get("linli.post")})
