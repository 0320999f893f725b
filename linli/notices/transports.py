"""Carriers of notices. A transport is a function of a notice; it raises NotCarried when it could not carry it."""

from __future__ import annotations

from smtplib import SMTPException

from django.core.mail import send_mail
from django.utils import translation

from linli.accounts.api import posts_of
from linli.calendar.api import today
from linli.notices.models import Notice
from linli.notices.phrases import words
from linli.notices.rules import NotCarried


def email(notice: Notice) -> None:
    """Mail to the addresses that the addressees gave; people without one read it in the application.

    Whoever no longer holds the post gets nothing. Raises NotCarried when the mail server takes no mail.
    """
    unit = [] if notice.unit is None else notice.unit.posts.select_related("user")
    posts = [notice.post] if notice.post else list(unit)
    for user in {post.user for post in posts if post.user.email and post.user.is_active}:
        if {post.id for post in posts_of(user.id, today())}.isdisjoint(post.id for post in posts):
            continue
        with translation.override(user.language or "zh-hans"):
            text = words(notice.template, notice.params)
        try:
            send_mail(text, text, None, [user.email])
        except (SMTPException, OSError) as failure:
            raise NotCarried(type(failure).__name__) from failure
