"""The key that signs the trail: an Ed25519 key in a file, never in the database."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from linli.audit.rules import SealError


def key_file() -> Path:
    """Where the private key lies: PEM (PKCS 8), readable by the worker's account alone."""
    return Path(settings.LINLI_KEYS) / "audit-seal.pem"


def read_key() -> Ed25519PrivateKey:
    """The private key. Raises SealError when the file is missing or holds something else."""
    try:
        key = load_pem_private_key(key_file().read_bytes(), password=None)
    except FileNotFoundError as error:
        raise SealError(f"The key of the trail is not there: {key_file()}.") from error
    except (ValueError, TypeError) as error:
        raise SealError(f"{key_file()} holds no private key in PEM.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SealError(f"{key_file()} holds a key of another kind than Ed25519.")
    return key


def make_key() -> Ed25519PrivateKey:
    """A new key, unless there is one: of several makers at the same time one wins and all get his."""
    file = key_file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        out.flush()
        os.fsync(out.fileno())
    try:
        with suppress(FileExistsError):
            os.link(partial, file)  # unlike a rename it never takes the place of a key that is there
    finally:
        partial.unlink()
    return read_key()


def key_for(*, first: bool) -> Ed25519PrivateKey:
    """The key to seal with. Only the very first seal may make one: a later one without the key is a fault.

    Raises SealError.
    """
    if first and not key_file().exists():
        return make_key()
    return read_key()


def public_pem(key: Ed25519PrivateKey) -> str:
    """The public half, for whoever verifies."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_id(public: Ed25519PublicKey) -> str:
    """The name of a key in seals: SHA-256 of its 32 raw bytes, hexadecimal."""
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()
