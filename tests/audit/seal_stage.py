"""A database of its own with a sealed trail in it, and all that can be done to one: export, check, break, put right."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connections, transaction
from psycopg import sql

from linli.audit import verifier
from linli.audit.api import export_trail, public_pem, read_key, seal_waiting
from linli.kernel.ids import uuid7

TABLES = ("audit_record", "audit_opening", "audit_seal", "audit_unsealed")
IDS = {"record": "audit_record", "opening": "audit_opening"}

ADD_RECORD = (
    "insert into audit_record (id, at, actor_id, post_id, act, subject_kind, subject_id, area_id, detail)"
    " values (%s, now(), %s, 2, %s, 'case', %s, 7, %s)"
)
ADD_OPENING = (
    "insert into audit_opening (id, actor_id, post_id, secret_id, subject_kind, subject_id, area_id, field, purpose,"
    " reason) values (%s, %s, 2, gen_random_uuid(), 'report', %s, 7, 'phone', 'contact_reporter', %s)"
)
WORDS = ("约时间上门", "“核实”", 'a\\b"c', "line\nbreak\ttab", "𠮷野家🏠", "\u2028\x7f\x01")
DETAILS: tuple[object, ...] = (
    {}, {"channel": "resident"}, {"n": 1, "deep": {"b": [1, None, True], "a": "楼"}}, {"price": 1.10, "big": 2**60},
)  # fmt: skip


@dataclass
class Trail:
    """One database whose trail nobody else writes to. Everything is done on the owner's connection, a superuser's."""

    name: str
    folder: Path

    @property
    def url(self) -> str:
        owner = settings.DATABASES["owner"]
        return f"postgresql://{owner['USER']}@/{self.name}?host={owner['HOST']}&port={owner['PORT']}"

    @property
    def heads(self) -> Path:
        return Path(settings.LINLI_AUDIT_HEADS)

    @property
    def key(self) -> Path:
        file = self.folder / "public.pem"
        file.write_text(public_pem(read_key()))
        return file

    def stolen(self) -> Ed25519PrivateKey:
        """The key itself, in the wrong hands."""
        return read_key()

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url)

    def run(self, statement: str, *given: object) -> list[tuple[Any, ...]]:
        """One statement, committed."""
        with connections["owner"].cursor() as cursor:
            cursor.execute(statement, given)
            return list(cursor.fetchall()) if cursor.description else []

    def force(self, *statements: str) -> None:
        """Statements of a superuser who switches every trigger off first."""
        with transaction.atomic(using="owner"):
            self.run("set local session_replication_role = replica")
            for statement in statements:
                self.run(statement)

    def add(self, records: int = 0, openings: int = 0, rng: random.Random | None = None) -> list[UUID]:
        """Rows of the trail, as different from each other as they come."""
        rng = rng or random.Random(records)
        ids = [uuid7() for _ in range(records + openings)]
        for one in ids[:records]:
            detail = json.dumps(rng.choice(DETAILS))
            self.run(
                ADD_RECORD, one, rng.choice((None, 5)), rng.choice(("case.open", "完成")), str(rng.random()), detail
            )
        for one in ids[records:]:
            self.run(ADD_OPENING, one, rng.randint(1, 9), str(rng.random()), rng.choice(WORDS))
        return ids

    def seal(self, most: int = 10_000) -> int:
        return seal_waiting(using="owner", most=most)

    def count(self, table: str) -> int:
        ((count,),) = self.run(f"select count(*) from {table}")
        return int(count)

    def covered(self, stream: str = "record") -> list[str]:
        """The ids that seals name, in the order of the seals; one that is named twice stands here twice."""
        rows = self.run(f"select unnest({stream}_ids)::text from audit_seal order by n")
        return [one for (one,) in rows]

    def numbers(self) -> list[int]:
        return [n for (n,) in self.run("select n from audit_seal order by n")]

    def export(self) -> list[bytes]:
        """The lines of an export."""
        out = io.BytesIO()
        export_trail(out, using="owner")
        return out.getvalue().splitlines(keepends=True)

    def check(self, lines: list[bytes] | None = None, *, heads: bool = True) -> list[verifier.Fault]:
        """What the verifier finds in an export."""
        told, faults = verifier.read_heads(self.heads) if heads else ({}, [])
        check = verifier.Check(verifier.read_keys([self.key]), told)
        check.read(self.export() if lines is None else lines)
        return faults + check.faults

    def keep(self) -> None:
        """Remember the tables as they are, for `put_right`."""
        for table in TABLES:
            self.run(f"create table if not exists kept_{table} as table {table}")

    def put_right(self) -> None:
        """The tables as they were when they were kept."""
        self.force(*(
            statement for table in TABLES
            for statement in (f"delete from {table}", f"insert into {table} overriding system value table kept_{table}")
        ))  # fmt: skip


def drop(name: str, admin: psycopg.Connection[Any]) -> None:
    admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def kinds(faults: list[verifier.Fault]) -> set[str]:
    return {fault.kind for fault in faults}


def names(faults: list[verifier.Fault], *, n: int | None = None, row: str | None = None) -> bool:
    """Whether one of the faults points at this seal, or at this row."""
    return any((n is None or fault.n == n) and (row is None or fault.row == row) for fault in faults)


def loads(line: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line)
    return found


def dumps(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
