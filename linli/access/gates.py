"""Access rules of views: every URL carries one, and the rule opens the transaction the view runs in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.access.permissions import Anyone, Principal, Reporter, Who
from linli.access.scope import close_session, enter, enter_link, enter_public, open_session, under_identity
from linli.accounts.api import posts_of
from linli.kernel.clock import SHANGHAI
from linli.kernel.errors import Forbidden

P = ParamSpec("P")
A = TypeVar("A", bound="ActorRequest")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

RULE = "access_rule"
"""The attribute of a view that carries its access rule."""


class ActorRequest(HttpRequest):
    """A request whose transaction is under somebody's identity."""


class StaffRequest(ActorRequest):
    """A request of a signed-in person."""

    actor: Principal


class LinkRequest(ActorRequest):
    """A request with a report's secret link."""

    actor: Reporter


class PublicRequest(ActorRequest):
    """A request of anybody."""

    actor: Anyone


SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_KEY = "linli.token"  # noqa: S105  (the name of a session entry)
POST_KEY = "linli.post"
SESSION_LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may come in: `staff` (with an act), `link`, `public`, or `open` (touches no scoped table)."""

    kind: str
    act: str | None = None


class SignInNeeded(Forbidden):
    """Nobody is signed in; a face sends the person to the sign-in page."""


def staff(act: str) -> Callable[[Callable[Concatenate[StaffRequest, P], HttpResponseBase]], View[P]]:
    """Only for people whose role may do `act`. A GET runs in a READ ONLY transaction."""

    def decorate(view: Callable[Concatenate[StaffRequest, P], HttpResponseBase]) -> View[P]:
        return _guard(view, AccessRule("staff", act), _enter_staff(act))

    return decorate


def link(view: Callable[Concatenate[LinkRequest, P], HttpResponseBase]) -> View[P]:
    """Only with a report's secret link, given as the view's `secret` argument. `request.actor` is the Reporter."""
    return _guard(
        view, AccessRule("link"), lambda request, given: enter_link(given["secret"], read_only=_reads(request))
    )


def public(view: Callable[Concatenate[PublicRequest, P], HttpResponseBase]) -> View[P]:
    """For everybody. `request.actor` is Anyone: open places and the front door."""
    return _guard(view, AccessRule("public"), lambda request, given: enter_public(read_only=_reads(request)))


def open_to_all(view: View[P]) -> View[P]:
    """For pages that touch no scoped table: static texts, health, sign-in. Opens no transaction."""
    return tagged(view, AccessRule("open"))


V = TypeVar("V", bound=Callable[..., object])


def tagged(view: V, rule: AccessRule) -> V:
    """Write the access rule on the view, for `tests/test_house.py` to find."""
    setattr(view, RULE, rule)
    return view


def token_of(request: HttpRequest) -> str:
    """The opaque token of a signed-in person or of a bearer; opened at the first request after sign-in.

    Raises SignInNeeded.
    """
    bearer = request.headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        return bearer[7:].strip()
    if not request.user.is_authenticated:
        raise SignInNeeded(_("Please sign in."), code="sign_in_needed")
    token = request.session.get(TOKEN_KEY)
    if token is None:
        token = request.session[TOKEN_KEY] = _open_for(request)
    return str(token)


def change_post(request: HttpRequest, post_id: int) -> None:
    """Act in another of one's own posts from the next request on. Raises Forbidden when it is not one's own."""
    held = {post.id for post in posts_of(_user_id(request), timezone.localdate(timezone=SHANGHAI))}
    if post_id not in held:
        raise Forbidden(_("This post is not yours."), code="post_unknown")
    sign_out(request)
    request.session[POST_KEY] = post_id


def sign_out(request: HttpRequest) -> None:
    """End the database session of this browser at once."""
    token = request.session.pop(TOKEN_KEY, None)
    if token is not None:
        close_session(token)


def _open_for(request: HttpRequest) -> str:
    posts = posts_of(_user_id(request), timezone.localdate(timezone=SHANGHAI))
    if not posts:
        raise Forbidden(_("You hold no post today."), code="no_post")
    wanted = request.session.get(POST_KEY)
    post = next((post for post in posts if post.id == wanted), posts[0])
    methods = request.session.get("account_authentication_methods", [])
    second = any(method.get("method") == "mfa" for method in methods)
    return open_session(
        user_id=_user_id(request),
        post_id=post.id,
        kind="web",
        ttl=SESSION_LIFE,
        mfa_at=timezone.now() if second else None,
    )


def _enter_staff(act: str) -> Callable[[HttpRequest, dict[str, Any]], Principal]:
    def open_as(request: HttpRequest, kwargs: dict[str, Any]) -> Principal:
        try:
            actor = enter(token_of(request), read_only=_reads(request), what=f"{request.method} {request.path}")
        except SignInNeeded:
            raise
        except Forbidden:
            request.session.pop(TOKEN_KEY, None)
            raise
        if not actor.can(act):
            raise Forbidden(_("Your role may not do that."), code="not_permitted", detail={"act": act})
        return actor

    return open_as


def _guard(
    view: Callable[Concatenate[A, P], HttpResponseBase],
    rule: AccessRule,
    come_in: Callable[[HttpRequest, dict[str, Any]], Who],
) -> View[P]:
    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        with under_identity():
            acting: Any = request
            acting.actor = come_in(request, dict(kwargs))
            response = view(acting, *args, **kwargs)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    return tagged(guarded, rule)


def _user_id(request: HttpRequest) -> int:
    return int(str(request.user.pk))


def _reads(request: HttpRequest) -> bool:
    return request.method in SAFE
