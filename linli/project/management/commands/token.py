"""`linli token create|revoke`: bearer tokens for programs."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from linli.access.api import close_session, close_sessions_of, open_session
from linli.accounts.api import Post, User, posts_of
from linli.audit.api import record
from linli.kernel.clock import now, shanghai_date

OWNER: Final = "owner"
MOST_DAYS: Final = 366


class Command(BaseCommand):
    """A token acts in one post of one person, and ends with that post at the latest."""

    help = "Make or end a token. A token is shown once; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        create = acts.add_parser("create", help="make a token and print it once")
        create.add_argument("--user", required=True, help="user name")
        create.add_argument("--post", type=int, help="id of the post; not needed by someone with one post")
        create.add_argument("--days", type=int, default=90, help=f"how long it lives, at most {MOST_DAYS}")
        create.add_argument("--label", required=True, help="what it is for")
        revoke = acts.add_parser("revoke", help="end one token, read from standard input, or all of a person")
        revoke.add_argument("--user", help="end every session and token of this person")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["act"] == "create":
            self._create(options["user"], options["post"], options["days"], options["label"])
        else:
            self._revoke(options["user"])

    def _create(self, username: str, post_id: int | None, days: int, label: str) -> None:
        if not 1 <= days <= MOST_DAYS:
            raise CommandError(f"--days must be from 1 to {MOST_DAYS}.")
        user = _user(username)
        post = _post(user, post_id)
        with transaction.atomic(using=OWNER):
            record(
                actor=None,
                act="token.create",
                subject_kind="user",
                subject_id=str(user.id),
                area_id=post.area_id,
                detail={"post": post.id, "days": days, "label": label[:60]},
                using=OWNER,
            )
            token = open_session(
                user_id=user.id, post_id=post.id, kind="token", ttl=timedelta(days=days), label=label[:60]
            )
        self.stderr.write(f"Token for {post}, {days} days. It is shown only now:")
        self.stdout.write(token)

    def _revoke(self, username: str | None) -> None:
        if username is None:
            close_session(sys.stdin.readline().strip())
            self.stdout.write("The token is ended.")
            return
        user = _user(username)
        close_sessions_of(user.id)
        with transaction.atomic(using=OWNER):
            record(actor=None, act="token.revoke", subject_kind="user", subject_id=str(user.id), using=OWNER)
        self.stdout.write(f"Every session and token of {user} is ended.")


def _user(username: str) -> User:
    user = User.objects.using(OWNER).filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {username!r}.")
    return user


def _post(user: User, post_id: int | None) -> Post:
    posts = posts_of(user.id, shanghai_date(now()))
    if post_id is None and len(posts) == 1:
        return posts[0]
    found = next((post for post in posts if post.id == post_id), None)
    if found is None:
        held = ", ".join(f"{post.id} ({post.role}, {post.area})" for post in posts) or "none"
        raise CommandError(f"Name one post with --post; {user} holds: {held}.")
    return found
