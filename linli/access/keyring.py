"""Key-encryption keys: one small file for each epoch, in a folder outside the database (docs/decisions/0017).

A file is named after the fingerprint of its key, so that two databases may share a folder and none takes the key of
another for its own. Nothing is kept in memory: a key that was destroyed is gone from every process at its next use.
"""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from pathlib import Path

from django.conf import settings

KEY_BYTES = 32
FINGERPRINT_BYTES = 16
SUFFIX = ".kek"


class KeyMissing(RuntimeError):
    """A key that must be there is not, or the folder of keys cannot be used; the message says what to do."""


def make_key() -> bytes:
    """Make a key, store it durably and return its fingerprint (16 bytes). Raises KeyMissing."""
    key = secrets.token_bytes(KEY_BYTES)
    fingerprint = fingerprint_of(key)
    partial = folder() / f"{fingerprint.hex()}.{os.getpid()}"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(urlsafe_b64encode(key) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    partial.rename(_file(fingerprint))
    _sync_folder()
    return fingerprint


def load_key(fingerprint: bytes) -> bytes:
    """The key (32 bytes) with this fingerprint. Raises KeyMissing when its file is not there or holds another."""
    file = _file(fingerprint)
    try:
        key = urlsafe_b64decode(file.read_bytes())
    except FileNotFoundError:
        raise KeyMissing(
            f"The key {file.name} is not in {file.parent}. Mount the folder of keys that belongs to this database "
            "(LINLI_KEYS), or restore it from its backup."
        ) from None
    except NotBase64:
        key = b""
    if len(key) != KEY_BYTES or not hmac.compare_digest(fingerprint_of(key), fingerprint):
        raise KeyMissing(f"The file {file.name} in {file.parent} does not hold the key it is named after.")
    return key


def destroy_key(fingerprint: bytes) -> bool:
    """Overwrite a key and remove its file; whether it was there.

    On a disk that writes elsewhere instead of over what was there, and in backups of the folder, the bytes may last
    longer: docs/operations.md says what to do about both.
    """
    file = _file(fingerprint)
    try:
        with file.open("r+b") as out:
            out.write(urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
    except FileNotFoundError:
        return False
    file.unlink(missing_ok=True)
    _sync_folder()
    return True


def has_key(fingerprint: bytes) -> bool:
    """Whether the file of this key is in the folder."""
    return _file(fingerprint).exists()


def fingerprint_of(key: bytes) -> bytes:
    """What names a key and tells nothing of it (16 bytes)."""
    return hmac.digest(key, b"linli fingerprint", "sha256")[:FINGERPRINT_BYTES]


def folder() -> Path:
    """The folder of keys, made at its first use outside production. Raises KeyMissing."""
    path = Path(settings.LINLI_KEYS)
    if not path.is_dir():
        if settings.LINLI_PRODUCTION:
            raise KeyMissing(
                f"LINLI_KEYS names {path}, and there is no such folder. Mount it in every web and worker process; "
                "for a new installation make it: mode 0700, outside the database and its backups."
            )
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:
        raise KeyMissing(f"The folder of keys {path} is open to others. Say: chmod 700 {path}")
    return path


def _file(fingerprint: bytes) -> Path:
    return folder() / f"{fingerprint.hex()}{SUFFIX}"


def _sync_folder() -> None:
    """A file is durable only when the folder that names it is."""
    descriptor = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
