"""Checks an export of the sealed trail, or the proof of one row. Needs neither Linli nor a database nor a network:

    python verifier.py EXPORT --key PUBLIC.pem --heads HEADS.jsonl

Whoever checks keeps this file, the public key and the heads himself; the export comes from those who are checked.
It shares no line with the program that seals. Formats: docs/decisions/0015-sealed-trail.md.

Ends with 0 when nothing is wrong, with 1 when something is, with 2 when it could not look.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

VERSION = 1
STREAMS = ("opening", "record")
LONGEST_WAIT = timedelta(minutes=15)
SAID = {"v", "n", "at", "prev", "key", "streams"}

Keys = Mapping[str, Ed25519PublicKey]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. n: number of the seal; row: id of the row; both None when it belongs to none."""

    kind: str
    words: str
    n: int | None = None
    row: str | None = None

    def __str__(self) -> str:
        where = [f"seal {self.n}"] if self.n is not None else []
        where += [f"row {self.row}"] if self.row is not None else []
        return f"{self.kind}: {', '.join([*where, self.words])}"


class FormError(ValueError):
    """A line that no honest export contains."""


def read_line(line: bytes) -> dict[str, Any]:
    """The object on a line. Raises FormError unless it is written in the one canonical way (RFC 8785)."""
    try:
        value = json.loads(line, parse_float=_no_fraction, parse_constant=_no_fraction)
        again = canonical(value)
    except (ValueError, RecursionError) as error:
        raise FormError(f"is no canonical JSON ({error})") from error
    if not isinstance(value, dict) or again != line.rstrip(b"\n"):
        raise FormError("is not written in the canonical way")
    return value


def _no_fraction(text: str) -> object:
    raise ValueError(f"{text} is no whole number")


def canonical(value: object) -> bytes:
    """What RFC 8785 writes for objects of text, whole numbers, null and lists; `read_line` lets nothing else in."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def leaf_of(stream: object, row: object) -> str:
    """The leaf of a row, hexadecimal."""
    return hashlib.sha256(b"\x00" + canonical({"stream": stream, "row": row})).hexdigest()


def root_of(leaves: Iterable[str]) -> str:
    """The root of a tree of leaves (RFC 9162 §2.1.1), by one pass with a stack of whole subtrees."""
    stack: list[tuple[int, bytes]] = []
    for one in leaves:
        stack.append((1, bytes.fromhex(one)))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            _join(stack)
    while len(stack) > 1:
        _join(stack)
    return (stack[0][1] if stack else hashlib.sha256().digest()).hex()


def _join(stack: list[tuple[int, bytes]]) -> None:
    (size, right), (more, left) = stack.pop(), stack.pop()
    stack.append((size + more, hashlib.sha256(b"\x01" + left + right).digest()))


def climb(leaf: str, index: int, count: int, path: Sequence[str]) -> str | None:
    """The root that a leaf and its neighbours lead to (RFC 9162 §2.1.3.2); None for a path of a wrong length."""
    place, last, at = index, count - 1, bytes.fromhex(leaf)
    if not 0 <= index < count:
        return None
    for step in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            at = hashlib.sha256(b"\x01" + bytes.fromhex(step) + at).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            at = hashlib.sha256(b"\x01" + at + bytes.fromhex(step)).digest()
        place, last = place >> 1, last >> 1
    return at.hex() if last == 0 else None


def head_of(said: object) -> str:
    """The hash that stands for a seal and all before it."""
    return hashlib.sha256(b"\x02" + canonical(said)).hexdigest()


def signature_fault(said: Mapping[str, Any], signature: object, keys: Keys) -> Fault | None:
    """Whether one of the keys we trust signed this."""
    n = said["n"]
    key = keys.get(said["key"])
    if key is None:
        return Fault("wrong key", f"signed with {str(said['key'])[:16]}…, which is not one of the keys given", n)
    try:
        key.verify(bytes.fromhex(str(signature)), canonical(said))
    except (InvalidSignature, ValueError):
        return Fault("wrong signature", "its words are not what was signed", n)
    return None


@dataclass
class Open:
    """The seal whose rows are being read: what it says of each stream, and what was seen so far."""

    n: int
    ids: Mapping[str, Sequence[str]]
    leaves: Mapping[str, Sequence[str]]
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    latest: tuple[str, int] = ("", -1)

    def __post_init__(self) -> None:
        self.places = {(s, one): place for s in STREAMS for place, one in enumerate(self.ids[s])}


@dataclass
class Check:
    """One pass over an export, a line at a time."""

    keys: Keys
    told: Mapping[int, str]
    faults: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("seal", "row", "unsealed", "lost"), 0))
    number: int = 0
    head: str = "0" * 64
    here: Open | None = None
    at: str = ""
    ended: bool = False

    def read(self, lines: Iterable[bytes]) -> None:
        """Everything from the first line to the last."""
        for place, line in enumerate(lines, 1):
            try:
                self._take(read_line(line))
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                self.faults.append(Fault("unreadable", f"line {place}: {error}", self.here.n if self.here else None))
        self._close()
        if not self.ended:
            self.faults.append(Fault("cut", "the export has no end"))
        self._tail()

    def _take(self, line: dict[str, Any]) -> None:
        kind = line.pop("kind")
        if self.ended or (kind == "start") is bool(self.at):
            raise FormError(f"{kind!r} stands where it does not belong")
        take: Mapping[str, Callable[..., None]] = {
            "start": self._start, "seal": self._seal, "row": self._row, "unsealed": self._unsealed,
            "lost": self._lost, "end": self._end,
        }  # fmt: skip
        take[kind](**line)
        if kind in self.counts:
            self.counts[kind] += 1

    def _start(self, *, v: int, at: str) -> None:
        if v != VERSION:
            raise FormError(f"version {v} is unknown to this verifier")
        self.at = at

    def _seal(self, *, seal: dict[str, Any], signature: str, ids: Any, leaves: Any) -> None:
        self._close()
        n = seal["n"]
        if set(seal) != SAID or seal["v"] != VERSION or type(n) is not int:
            raise FormError("this is no seal")
        if n != self.number + 1:
            self._say("gap" if n > self.number else "order", f"follows seal {self.number}", n)
        elif seal["prev"] != self.head:
            self._say("broken chain", f"does not follow seal {self.number} as it is here", n)
        fault = signature_fault(seal, signature, self.keys)
        self.faults += [fault] if fault else []
        self.number, self.head = max(self.number, n), head_of(seal)
        if self.told.get(n, self.head) != self.head:
            self._say("not as told", "is not the seal that the heads know", n)
        self.here = Open(n, ids, leaves)
        for stream in STREAMS:
            self._cover(n, seal["streams"][stream], ids[stream], leaves[stream])

    def _cover(self, n: int, said: Mapping[str, Any], ids: Sequence[str], leaves: Sequence[str]) -> None:
        """Whether ids and leaves are those that the seal vouches for."""
        if root_of(leaves) != said["root"]:
            self._say("wrong root", "its leaves are not those that were sealed", n)
        ends = (ids[0], ids[-1]) if ids else (None, None)
        if (said["count"], said["count"], said["first"], said["last"]) != (len(ids), len(leaves), *ends):
            self._say("wrong count", "its first row, last row or number of rows differ", n)

    def _row(self, *, n: int, stream: str, row: dict[str, Any]) -> None:
        one, here = (stream, row["id"]), self.here
        if here is None or here.n != n:
            self._say("inserted", "belongs to no seal that stands before it", n, row["id"])
        elif one not in here.places or one in here.seen:
            self._say("inserted", "is not among the rows that were sealed", n, row["id"])
        else:
            place = here.places[one]
            if leaf_of(stream, row) != here.leaves[stream][place]:
                self._say("edited", "is not what was sealed", n, row["id"])
            if (stream, place) < here.latest:
                self._say("order", "stands in another place than it was sealed", n, row["id"])
            here.seen.add(one)
            here.latest = (stream, place)

    def _unsealed(self, *, stream: str, since: str | None, row: dict[str, Any]) -> None:
        self._close()
        if since is None:
            self._say("inserted", f"is in no seal and never waited for one ({stream})", None, row["id"])
        elif _instant(self.at) - _instant(since) > LONGEST_WAIT:
            self._say("unsealed", f"waits for its seal since {since} ({stream})", None, row["id"])

    def _lost(self, *, stream: str, id: str, since: str) -> None:  # noqa: A002  (the name in the file)
        self._close()
        self._say("deleted", f"was taken away before its seal ({stream}, waiting since {since})", None, id)

    def _end(self, **counts: int) -> None:
        self._close()
        self.ended = True
        if counts != self.counts:
            self._say("cut", f"the export says {counts} and holds {self.counts}")

    def _close(self) -> None:
        """The seal before is complete: what of its rows did not come?"""
        here, self.here = self.here, None
        for stream, one in here.places if here else ():
            if here and (stream, one) not in here.seen:
                self._say("deleted", f"was sealed and is gone ({stream})", here.n, one)

    def _tail(self) -> None:
        """What was told outside must be here."""
        missing = [n for n in self.told if n > self.number]
        if missing:
            self._say("truncated", f"seals {min(missing)} to {max(missing)} were told and are not here")

    def _say(self, kind: str, words: str, n: int | None = None, row: str | None = None) -> None:
        self.faults.append(Fault(kind, words, n, row))


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def check_proof(proof: Mapping[str, Any], keys: Keys, told: Mapping[int, str]) -> list[Fault]:
    """Whether the row of a proof stands in the trail under a seal that we trust. Raises KeyError for another file."""
    seal, stream = proof["seal"], proof["stream"]
    said, n = seal["streams"][stream], seal["n"]
    found = [fault] if (fault := signature_fault(seal, proof["signature"], keys)) else []
    if proof["count"] != said["count"] or said["root"] != climb(
        leaf_of(stream, proof["row"]), proof["index"], proof["count"], proof["path"]
    ):
        found.append(Fault("not proved", "does not lead to what the seal says", n, proof["row"]["id"]))
    if told and told.get(n) != head_of(seal):
        found.append(Fault("not as told", "the heads know another seal of this number, or none", n))
    return found


def read_keys(files: Iterable[Path]) -> dict[str, Ed25519PublicKey]:
    """Public keys by their name. Raises ValueError for another kind of key."""
    keys = {}
    for file in files:
        key = load_pem_public_key(file.read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError(f"{file} holds no Ed25519 key")
        keys[hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()] = key
    return keys


def read_heads(file: Path) -> tuple[dict[int, str], list[Fault]]:
    """Heads by number, and what is wrong with the file itself."""
    told: dict[int, str] = {}
    faults = []
    for place, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            one = read_line(line)
            n, head = int(one["n"]), str(one["head"])
        except (ValueError, KeyError, TypeError) as error:
            faults.append(Fault("heads", f"line {place} of the heads is no head ({error})"))
            continue
        if n != max(told, default=0) + 1:
            faults.append(Fault("heads", f"line {place} of the heads does not follow the line before it", n))
        told[n] = head
    return told, faults


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see `--help`."""
    parser = argparse.ArgumentParser(description="Check an export of the sealed trail, or the proof of one row.")
    parser.add_argument("file", type=Path, help="what `linli audit export` or `linli audit proof` wrote")
    parser.add_argument("--key", type=Path, action="append", required=True, help="public key (PEM); may be repeated")
    heads = parser.add_mutually_exclusive_group(required=True)
    heads.add_argument("--heads", type=Path, help="heads kept outside the database")
    heads.add_argument("--without-heads", action="store_true", help="a trail cut off at its end is then not noticed")
    given = parser.parse_args(arguments)
    try:
        return _look(given.file, read_keys(given.key), *(read_heads(given.heads) if given.heads else ({}, [])))
    except (OSError, ValueError, LookupError, TypeError) as error:
        sys.stderr.write(f"This could not be checked: {error}\n")
        return 2


def _look(file: Path, keys: Keys, told: Mapping[int, str], faults: list[Fault]) -> int:
    with file.open("rb") as lines:
        first = lines.readline()
        if first.startswith(b'{"count":'):  # the keys of a proof in their order; an export begins otherwise
            proof = read_line(first)
            if lines.read(1):
                raise FormError("a proof is one line")
            faults = faults + check_proof(proof, keys, told)
            words = f"the proof of row {proof['row']['id']} under seal {proof['seal']['n']}"
        else:
            lines.seek(0)
            check = Check(keys, told)
            check.read(lines)
            faults = faults + check.faults
            words = (
                f"{check.counts['seal']} seals, {check.counts['row']} rows, {check.counts['unsealed']} not sealed yet"
            )
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(f"{words}: {f'{len(faults)} FAULTS' if faults else 'nothing is wrong'}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
