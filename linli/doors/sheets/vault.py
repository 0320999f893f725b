"""Where files of people lie while somebody needs them: each under a key of its own, which stands sealed in its row.

Without the row's key a file is noise; whoever takes the key from the row has destroyed the file in every copy.
"""

from __future__ import annotations

import os
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Container
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from linli.access.api import seal_text, unseal_text
from linli.kernel.errors import WrongState

NONCE_BYTES = 12


def put(name: str, data: bytes) -> str:
    """Keep a file under a name; returns its key, sealed. An earlier file of the name is replaced."""
    key, nonce = AESGCM.generate_key(256), secrets.token_bytes(NONCE_BYTES)
    target = _path(name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = target.with_name(f".{uuid4().hex}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(nonce + AESGCM(key).encrypt(nonce, data, name.encode()))
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(target)
    return seal_text(b64encode(key).decode())


class FileGone(WrongState):
    """A file is no longer kept, or was kept under another key."""


def get(name: str, sealed_key: str) -> bytes:
    """The file of this name. Raises FileGone."""
    gone = FileGone(_("This file is no longer kept."), code="file_gone")
    if not sealed_key:
        raise gone
    try:
        data = _path(name).read_bytes()
        return AESGCM(b64decode(unseal_text(sealed_key))).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], name.encode())
    except (FileNotFoundError, InvalidTag) as error:
        raise gone from error


def drop(name: str) -> None:
    """Let the file of this name go; one that is not there does no harm."""
    _path(name).unlink(missing_ok=True)


def sweep(kept: Container[str], *, older_than_seconds: float) -> int:
    """Let every file go that no row names and that nobody has written for so long. Returns how many."""
    root, gone = _root(), 0
    # The file system's own clock: a clock moved ahead in a demonstration must not age real files.
    oldest = time.time() - older_than_seconds
    for path in root.iterdir() if root.is_dir() else ():
        if path.name not in kept and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def progress(batch: UUID, done: int, total: int) -> None:
    """Note how far a job is: beside the database, whose transaction nobody sees into before it ends."""
    path = _path(f"{batch}.progress")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{uuid4().hex}.part")
    temporary.write_text(f"{done} {total}", encoding="ascii")
    temporary.replace(path)


def progress_of(batch: UUID) -> tuple[int, int]:
    """How far a job is: (done, all); (0, 0) when nobody has said."""
    try:
        done, total = _path(f"{batch}.progress").read_text(encoding="ascii").split()
        return int(done), int(total)
    except (FileNotFoundError, ValueError):
        return 0, 0


def _root() -> Path:
    return Path(settings.LINLI_FILES_ROOT) / "sheets"


def _path(name: str) -> Path:
    if not name or "/" in name or name.startswith("."):
        raise ValueError(name)
    return _root() / name
