"""One-click accounts of the demonstration for the sign-in page; nothing anywhere else."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.conf import settings

from linli.accounts.api import Post
from linli.web.worker.words import ROLES

register = template.Library()

SHARED = "linli-demo-2026"
ORDER = ("building_head", "worker", "station_head", "dispatcher", "responder", "district", "auditor")


@dataclass(frozen=True, slots=True)
class Account:
    """One invented person: what the button says, and what it signs in with."""

    username: str
    name: str
    role: str
    where: str


@register.simple_tag
def demo_accounts() -> list[Account]:
    """One account for each role, in the order of a matter's way; empty outside the demonstration."""
    if not settings.LINLI_DEMO:
        return []
    posts = (
        Post.objects.filter(role__in=ORDER, ends_on__isnull=True, user__is_active=True)
        .select_related("user", "unit", "area")
        .order_by("role", "deputy", "id")
        .distinct("role")
    )
    found = sorted(posts, key=lambda post: ORDER.index(post.role))
    return [
        Account(post.user.username, post.user.name, str(ROLES[post.role]), str(post.unit or post.area))
        for post in found
    ]


@register.simple_tag
def demo_password() -> str:
    """The password that every invented account shares."""
    return SHARED if settings.LINLI_DEMO else ""
