"""The identities that the probes take: everybody of the cast, links, and everything that must resolve to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import cast
import psycopg
from scope_oracle import Me, World
from scope_world import EXTRA, open_token

from linli.access.api import open_session
from linli.accounts.api import Post

KINDS = {
    "worker": "area", "station_head": "area", "dispatcher": "area", "responder": "unit", "building_head": "head",
    "district": "wide", "system": "wide", "auditor": "reader", "system_admin": "area", "security_admin": "area",
}  # fmt: skip
POWERLESS = {"sysadmin", "secadmin"}
GONE = {"disabled", "ended", "not_yet"}


@dataclass(frozen=True)
class Identity:
    """How to come in (`how`: staff, link, unset), with what, and what the oracle says of it."""

    me: Me
    how: str
    token: str


def identities(world: World, links: Mapping[str, str]) -> list[Identity]:
    """Call it while every alias speaks to the world's database."""
    found = [_staff(world, username) for username in (*cast.CAST, *EXTRA, "linli")]
    nobody = {"empty": "", "unknown": "not-a-token", "expired": _expired(), "or_true": "' or true --"}
    found += [Identity(Me(name, "nobody"), "staff", token) for name, token in nobody.items()]
    found.append(Identity(Me("unset", "nobody"), "unset", ""))
    found.append(Identity(Me("link_unknown", "nobody"), "link", "AAAAAAAAAAAAAAAAAAAAAAAA"))
    found.append(Identity(Me("link_empty", "nobody"), "link", ""))
    for number, report in enumerate(sorted(world.rows["casework_report"])):
        secret = links[str(report)]
        me = Me(f"link_{number}", "link", report=report, secret=secret)
        found.append(Identity(me, "link", secret))
    return found


def _staff(world: World, username: str) -> Identity:
    post = Post.objects.using("owner").filter(user__username=username).order_by("id")[0]
    kind = "nobody" if username in GONE else KINDS[post.role]
    path = world.paths[post.area_id] if username not in POWERLESS and kind == "area" else ""
    unit = post.unit_id if kind == "unit" else None
    me = Me(
        username, kind, path=path, unit=unit, post=post.id, own_unit=post.unit_id, user=post.user_id, role=post.role
    )
    return Identity(me, "staff", open_token(username))


def _expired() -> str:
    post = Post.objects.using("owner").filter(user__username="dispatcher")[0]
    return open_session(user_id=post.user_id, post_id=post.id, kind="web", ttl=timedelta(seconds=-1))


def come_in(cursor: psycopg.Cursor[Any], who: Identity) -> None:
    """Put the open transaction under the identity, as `linli.access.scope` does."""
    if who.how == "unset":
        return
    function = "enter_link" if who.how == "link" else "enter"
    cursor.execute(f"select authz.{function}(%s, false)", [who.token])
