"""How the trail is hashed and what a seal says. Plain Python.

`verifier.py` holds the same formats a second time and shares no line with this: a fault here must not blind it.
Trees, leaves and nodes are those of RFC 9162 §2.1: a leaf can never be passed off as a node.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

VERSION = 1
"""Of leaves and seals together. Another column in a trail table is another version."""

OPENING, RECORD = "opening", "record"
STREAMS = (OPENING, RECORD)

COLUMNS: Mapping[str, Mapping[str, str]] = {
    RECORD: {
        "id": "uuid", "at": "time", "actor_id": "int", "post_id": "int", "act": "text", "subject_kind": "text",
        "subject_id": "text", "area_id": "int", "detail": "json",
    },
    OPENING: {
        "id": "uuid", "at": "time", "actor_id": "int", "post_id": "int", "secret_id": "uuid", "subject_kind": "text",
        "subject_id": "text", "area_id": "int", "field": "text", "purpose": "text", "reason": "text",
    },
}  # fmt: skip
"""Every column of a row of the trail, and how it is written in a leaf (see `queries.EXPRESSIONS`)."""

NO_HEAD = "0" * 64
"""What the first seal names as its predecessor."""

EXACT = 2**53
"""Whole numbers from here on are not the same in every reader of JSON."""

Row: TypeAlias = Mapping[str, str | int | None]


class SealError(RuntimeError):
    """Sealing must not go on: key missing, or the chain is not the one that was told outside the database."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one seal says of one stream: rows in the order of their ids, and a leaf (32 bytes) for each."""

    ids: tuple[str, ...]
    leaves: tuple[bytes, ...]

    def coverage(self) -> dict[str, str | int | None]:
        """The signed words about it."""
        first, last = (self.ids[0], self.ids[-1]) if self.ids else (None, None)
        return {"count": len(self.ids), "first": first, "last": last, "root": root(self.leaves).hex()}


def canonical(value: object) -> bytes:
    """The value as RFC 8785 writes it. Raises TypeError for what two writers of JSON could write differently.

    For text, whole numbers below 2^53, null, lists and objects with ASCII keys Python writes what RFC 8785 demands;
    anything else (fractions above all) is refused, so no further package is needed.
    """
    _must_be_plain(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _must_be_plain(value: object) -> None:
    if value is None or isinstance(value, str):
        return
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < EXACT:
        return
    if isinstance(value, dict) and all(isinstance(key, str) and key.isascii() for key in value):
        for part in value.values():
            _must_be_plain(part)
    elif isinstance(value, list):
        for part in value:
            _must_be_plain(part)
    else:
        raise TypeError(f"{value!r} has no one way to be written")


def leaf(stream: str, row: Row) -> bytes:
    """The hash of one row: 32 bytes. The stream is part of it, so no row can change tables."""
    return hashlib.sha256(b"\x00" + canonical({"row": dict(row), "stream": stream})).digest()


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The tree from the leaves up; a node without a neighbour goes up as it is. No leaves: no levels."""
    tree = [list(leaves)] if leaves else []
    while tree and len(tree[-1]) > 1:
        below = tree[-1]
        above = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(below[::2], below[1::2], strict=False)]
        tree.append(above + below[len(above) * 2 :])
    return tree


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash of the whole tree; of no leaves the hash of nothing."""
    tree = levels(leaves)
    return tree[-1][0] if tree else hashlib.sha256(b"").digest()


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The neighbours by which the leaf at `index` is led up to the root, from below."""
    found = []
    for level in levels(leaves)[:-1]:
        if index ^ 1 < len(level):
            found.append(level[index ^ 1])
        index //= 2
    return found


def statement(*, n: int, at: str, prev: str, key: str, streams: Mapping[str, object]) -> dict[str, object]:
    """What is signed. at: UTC to the microsecond; prev: `head` of seal n − 1; key: which key signs."""
    return {"v": VERSION, "n": n, "at": at, "prev": prev, "key": key, "streams": dict(streams)}


def head(said: Mapping[str, object]) -> str:
    """The one hash that stands for a seal and all before it: 64 hexadecimal characters."""
    return hashlib.sha256(b"\x02" + canonical(dict(said))).hexdigest()


def split(leaves: bytes) -> list[bytes]:
    """Leaves as they are stored, one after another."""
    return [leaves[start : start + 32] for start in range(0, len(leaves), 32)]
