"""Ways to tamper with a sealed trail, each drawn at random: in the database as its superuser, and in an export.

Each gives back what of the fault must be named: the number of a seal, the id of a row, or neither.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from audit.seal_stage import IDS, Trail, dumps, loads
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from linli.audit import verifier

Found = tuple[int | None, str | None]
"""What has to be named."""

EDITS = {
    "record": ("actor_id = coalesce(actor_id, 0) + 1", "act = act || '.'", "subject_id = subject_id || ' '",
               "area_id = coalesce(area_id, 0) + 1", "at = at + interval '1 microsecond'",
               "detail = detail || '{\"x\": 1}'",
               "post_id = coalesce(post_id, 0) + 1"),
    "opening": ("actor_id = actor_id + 1", "reason = reason || '。'", "purpose = 'urgent_safety'", "field = 'name'",
                "secret_id = gen_random_uuid()", "at = at - interval '1 day'", "area_id = area_id + 1"),
}  # fmt: skip


@dataclass
class Forger:
    """Tampers with the tables of one trail. `rng` decides what and where."""

    trail: Trail
    rng: random.Random
    stranger: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def _sealed_row(self) -> tuple[str, int, str]:
        """A stream, a seal and a row it covers."""
        stream = self.rng.choice(("record", "opening"))
        rows = self.trail.run(f"select n, unnest({stream}_ids)::text from audit_seal order by 1, 2")
        n, row = self.rng.choice(rows)
        return stream, n, row

    def _numbers(self) -> list[int]:
        return self.trail.numbers()

    def edit_row(self) -> Found:
        stream, n, row = self._sealed_row()
        self.trail.force(f"update {IDS[stream]} set {self.rng.choice(EDITS[stream])} where id = '{row}'")
        return n, row

    def delete_row(self) -> Found:
        stream, n, row = self._sealed_row()
        self.trail.force(f"delete from {IDS[stream]} where id = '{row}'")
        return n, row

    def insert_row(self) -> Found:
        """A copy of a row, a day older, as if it had always been there."""
        stream, _n, row = self._sealed_row()
        table, new = IDS[stream], str(uuid4())
        columns = [name for (name,) in self.trail.run(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attname <> 'id'", table
        )]  # fmt: skip
        names = ", ".join(columns)
        self.trail.force(f"insert into {table} (id, {names}) select '{new}', {names} from {table} where id = '{row}'")
        return None, new

    def insert_row_into_a_seal(self) -> Found:
        """The same, and its id put among the ids of a seal."""
        _stream, n, _row = self._sealed_row()
        _none, new = self.insert_row()
        table = "opening" if self.trail.run("select 1 from audit_opening where id = %s", new) else "record"
        self.trail.force(f"update audit_seal set {table}_ids = {table}_ids || '{new}'::uuid where n = {n}")
        return n, None

    def swap_rows(self) -> Found:
        """Two rows of one table exchange their ids, and so their places."""
        stream, n, one = self._sealed_row()
        rows = [row for (row,) in self.trail.run(f"select unnest({stream}_ids)::text from audit_seal order by 1")]
        other = self.rng.choice([row for row in rows if row != one])
        table, between = IDS[stream], uuid4()
        self.trail.force(
            f"update {table} set id = '{between}' where id = '{one}'",
            f"update {table} set id = '{one}' where id = '{other}'",
            f"update {table} set id = '{other}' where id = '{between}'",
        )
        return n, one

    def drop_seal(self) -> Found:
        n = self.rng.choice(self._numbers()[:-1])
        self.trail.force(f"delete from audit_seal where n = {n}")
        return n + 1, None

    def drop_batch(self) -> Found:
        """A seal from the middle with all its rows."""
        n = self.rng.choice(self._numbers()[:-1])
        self._take_rows(n)
        self.trail.force(f"delete from audit_seal where n = {n}")
        return n + 1, None

    def drop_batch_and_close_the_gap(self) -> Found:
        """The same, and all later seals one number lower."""
        n = self.rng.choice(self._numbers()[:-1])
        self._take_rows(n)
        self.trail.force(
            f"delete from audit_seal where n = {n}", f"update audit_seal set n = -n where n > {n}",
            "update audit_seal set n = -n - 1 where n < 0",
        )  # fmt: skip
        return n, None

    def truncate_tail(self) -> Found:
        """The last seals with their rows, and everything that waited."""
        keep = self.rng.choice(self._numbers()[:-1])
        for n in self._numbers():
            if n > keep:
                self._take_rows(n)
        waiting = "select row_id from audit_unsealed"
        self.trail.force(
            f"delete from audit_record where id in ({waiting})", f"delete from audit_opening where id in ({waiting})",
            "delete from audit_unsealed", f"delete from audit_seal where n > {keep}",
        )  # fmt: skip
        return None, None

    def swap_seals(self) -> Found:
        one, other = self.rng.sample(self._numbers(), 2)
        self.trail.force(
            f"update audit_seal set n = -1 where n = {one}", f"update audit_seal set n = {one} where n = {other}",
            f"update audit_seal set n = {other} where n = -1",
        )  # fmt: skip
        return min(one, other), None

    def edit_seal(self) -> Found:
        """One word of what a seal says."""
        n = self.rng.choice(self._numbers())
        word = self.rng.choice((
            "sealed_at = sealed_at - interval '1 hour'", "prev = repeat('0', 63) || '1'", "key = repeat('f', 64)",
            "coverage = jsonb_set(coverage, '{record,count}', '1')",
            "coverage = jsonb_set(coverage, '{opening,root}', to_jsonb(repeat('0', 64)))",
            "coverage = jsonb_set(coverage, '{record,first}', 'null')", "coverage = coverage - 'opening'",
            "coverage = jsonb_set(coverage, '{record,count}', '1.5')", "coverage = '[]'",
        ))  # fmt: skip
        self.trail.force(f"update audit_seal set {word} where n = {n}")
        return (None if "coverage -" in word or "[]" in word or "1.5" in word else n), None

    def edit_signature(self) -> Found:
        n = self.rng.choice(self._numbers())
        bit = self.rng.randrange(512)
        self.trail.force(
            f"update audit_seal set signature = set_bit(signature, {bit}, 1 - get_bit(signature, {bit})) where n = {n}"
        )
        return n, None

    def edit_leaves(self) -> Found:
        stream, n, _row = self._sealed_row()
        ((size,),) = self.trail.run(f"select length({stream}_leaves) from audit_seal where n = %s", n)
        bit = self.rng.randrange(size * 8)
        column = f"{stream}_leaves"
        self.trail.force(
            f"update audit_seal set {column} = set_bit({column}, {bit}, 1 - get_bit({column}, {bit})) where n = {n}"
        )
        return n, None

    def forget_a_row(self) -> Found:
        """Take a row, its id and its leaf away together."""
        stream, n, row = self._sealed_row()
        ((place,),) = self.trail.run(
            f"select array_position({stream}_ids, %s::uuid) - 1 from audit_seal where n = %s", row, n
        )
        leaves = f"{stream}_leaves"
        self.trail.force(
            f"delete from {IDS[stream]} where id = '{row}'",
            f"update audit_seal set {stream}_ids = array_remove({stream}_ids, '{row}'::uuid), {leaves} ="
            f" substring({leaves} from 1 for {place * 32}) || substring({leaves} from {place * 32 + 33}) where n = {n}",
        )
        return n, None

    def sign_anew(self) -> Found:
        """Edit a row and then every hash and signature from its seal on, with a key of one's own."""
        return self._resign(self.stranger)

    def sign_anew_with_the_stolen_key(self) -> Found:
        """The same with the real key: only what was told outside shows it."""
        return self._resign(self.trail.stolen())

    def _resign(self, key: Ed25519PrivateKey) -> Found:
        stream, n, row = self._sealed_row()
        self.trail.force(f"update {IDS[stream]} set {self.rng.choice(EDITS[stream])} where id = '{row}'")
        lines = [loads(line) for line in self.trail.export()]
        rows = {line["row"]["id"]: line["row"] for line in lines if line["kind"] == "row"}
        name = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()
        prev = ""
        for line in lines:
            if line["kind"] != "seal" or line["seal"]["n"] < n:
                continue
            said = line["seal"]
            for one, ids in line["ids"].items():
                line["leaves"][one] = [verifier.leaf_of(one, rows[each]) for each in ids]
                said["streams"][one]["root"] = verifier.root_of(line["leaves"][one])
            said["key"], said["prev"] = name, prev or said["prev"]
            prev = verifier.head_of(said)
            self._store(line, key.sign(verifier.canonical(said)).hex())
        return n, None

    def _store(self, line: dict[str, Any], signature: str) -> None:
        said, leaves = line["seal"], line["leaves"]
        coverage = dumps(said["streams"]).decode().strip()
        self.trail.force(
            f"update audit_seal set key = '{said['key']}', prev = '{said['prev']}', coverage = '{coverage}',"
            f" signature = '\\x{signature}', record_leaves = '\\x{''.join(leaves['record'])}',"
            f" opening_leaves = '\\x{''.join(leaves['opening'])}' where n = {said['n']}"
        )

    def take_a_waiting_row(self) -> Found:
        """A row that is not sealed yet; that it waits is still written down."""
        stream, row = self.rng.choice(self.trail.run("select stream, row_id::text from audit_unsealed order by id"))
        self.trail.force(f"delete from {IDS[stream]} where id = '{row}'")
        return None, row

    def hide_a_waiting_row(self) -> Found:
        """The other way round: it stays, and the sealer never hears of it."""
        (row,) = self.rng.choice(self.trail.run("select row_id::text from audit_unsealed order by id"))
        self.trail.force(f"delete from audit_unsealed where row_id = '{row}'")
        return None, row

    def _take_rows(self, n: int) -> None:
        for stream, table in IDS.items():
            self.trail.force(
                f"delete from {table} where id in (select unnest({stream}_ids) from audit_seal where n = {n})"
            )


IN_TABLES: tuple[Callable[[Forger], Found], ...] = tuple(
    made for name, made in vars(Forger).items() if not name.startswith("_") and callable(made)
)
