"""The world as a test holds it: rows, identities, and connections as the application or as the owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import house_db as house
import psycopg
from django.conf import settings
from scope_oracle import World
from scope_people import Identity, identities

from linli.project.environment import role_password


def sign_in(database: str, role: str) -> psycopg.Connection[Any]:
    """A connection as one of the login roles, with its own password: no way to more than it has."""
    owner = settings.DATABASES["owner"]
    return psycopg.connect(
        host=owner["HOST"], port=owner["PORT"] or None, dbname=database, user=role,
        password=role_password(role, settings.SECRET_KEY),
    )  # fmt: skip


@dataclass
class Stage:
    """`links`: report id → secret of its link. `phones`: every phone number that somebody left."""

    database: str
    world: World
    people: Sequence[Identity]
    links: dict[str, str]
    phones: frozenset[str]

    @classmethod
    def open(cls, database: str) -> Stage:
        with house.admin(database) as owner:
            world = World.read(owner)
            links, phones = owner.execute("select links, phones from probe.built").fetchone()
        return cls(database, world, identities(world, links), links, frozenset(phones))

    def person(self, name: str) -> Identity:
        return next(who for who in self.people if who.me.name == name)
