"""The heads of the chain in a plain file outside the database: what is told there can no longer be taken back.

One JSON line for each seal. Kept where the database's administrator cannot write, it shows a chain that was cut off at
its end or replaced as a whole, which no signature can show (docs/operations.md).
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from linli.audit.models import Seal
from linli.audit.queries import heads_only, instant, newest_seal, said_by, seals_after
from linli.audit.rules import SealError, canonical, head

log = logging.getLogger(__name__)

LONGEST_LINE = 4096


@dataclass(frozen=True, slots=True)
class Told:
    """A head that the file holds."""

    n: int
    head: str


def heads_file() -> Path:
    """Where the heads lie."""
    return Path(settings.LINLI_AUDIT_HEADS)


def line_of(seal: Seal) -> bytes:
    """The line that is kept of a seal."""
    told = {"n": seal.n, "head": head(said_by(seal)), "at": instant(seal.sealed_at), "key": seal.key}
    return canonical(told) + b"\n"


def compare(*, using: str) -> None:
    """Raise SealError when the chain in the database is not the one that was told so far.

    Trying and developing throws databases away: there the file of another database is set aside. In production a
    chain that begins anew is a fault like any other.
    """
    with _locked() as file:
        told = _last(file)
    newest = newest_seal(using=using)
    if told is None:
        return
    if newest is None and not settings.LINLI_PRODUCTION:
        aside = heads_file().with_suffix(f".{told.head[:12]}.jsonl")
        heads_file().replace(aside)
        log.warning("The heads of another database were set aside as %s.", aside.name)
        return
    if newest is None or newest.n < told.n:
        raise SealError(
            f"The trail was cut off, or an older database restored: seal {told.n} was told in {heads_file().name},"
            f" the last one here is {newest.n if newest else 'none'}. See docs/operations.md, “The sealed trail”."
        )
    known = newest if newest.n == told.n else heads_only(using=using).filter(n=told.n).first()
    if known is None or head(said_by(known)) != told.head:
        raise SealError(f"Seal {told.n} is not the one that was told in {heads_file().name}.")


def tell(*, using: str) -> int:
    """Append every head that the file does not hold yet; the number of new lines.

    Called after the commit, so that no seal is told that might never have been; a worker that dies in between leaves
    it to the next one. Several may call it at the same time.
    """
    with _locked() as file:
        told = _last(file)
        count = 0
        for seal in seals_after(told.n if told else 0, using=using):
            file.write(line_of(seal))
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


@contextmanager
def _locked() -> Iterator[IO[bytes]]:
    heads_file().parent.mkdir(parents=True, exist_ok=True)
    with heads_file().open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _last(file: IO[bytes]) -> Told | None:
    """The last whole line; what a power cut left behind it is taken off. Raises SealError for another content."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LONGEST_LINE))
    tail = file.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    if len(whole) < len(tail):
        file.truncate(size - len(tail) + len(whole))
    lines = whole.splitlines()
    if not lines:
        return None
    try:
        told = json.loads(lines[-1])
        return Told(int(told["n"]), str(told["head"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SealError(f"The last line of {heads_file().name} is no head.") from error
