"""What somebody makes of a copy of the database who has every key that is still on disk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from linli.access import keyring, sealed
from linli.access.envelope import open_value, unwrap

Copied = tuple[UUID, UUID, bytes, int, bytes]
"""Id of the secret, subject, sealed value, epoch, wrapped key."""

ROWS = (
    "select s.id, s.subject_id, s.ciphertext, k.epoch, k.wrapped from authz.secret s"
    " join authz.subject_key k using (subject_id)"
)


def opened(copied: Iterable[Copied], names: tuple[str, ...]) -> dict[UUID, str]:
    """Secret → value, of all that any key in the folder of keys, or the master key, still opens."""
    keks = [keyring.load_key(bytes.fromhex(file.stem)) for file in keyring.folder().glob("*.kek")]
    keks.append(sealed._key("seal"))
    found = {}
    for secret, subject, data, epoch, wrapped in copied:
        for key in _keys(keks, subject, epoch, bytes(wrapped)):
            for name in names:
                value = _try(bytes(data), key, secret, subject, name)
                if value is not None:
                    found[secret] = value
    return found


def _keys(keks: list[bytes], subject: UUID, epoch: int, wrapped: bytes) -> Iterator[bytes]:
    for kek in keks:
        try:
            yield unwrap(wrapped, kek=kek, subject_id=subject, epoch=epoch)
        except InvalidTag:
            continue
    yield keks[-1]


def _try(data: bytes, key: bytes, secret: UUID, subject: UUID, name: str) -> str | None:
    try:
        return open_value(data, key=key, secret_id=secret, subject_id=subject, name=name)
    except InvalidTag:
        pass
    try:
        return AESGCM(key).decrypt(data[:12], data[12:], secret.bytes).decode()
    except InvalidTag:
        return None


def rows_of_dump(dump: Path) -> list[Copied]:
    """The same rows out of a dump in plain text."""
    secrets = {row[0]: row for row in _section(dump, "secret") if row[3] != r"\N"}
    keys = {row[0]: row for row in _section(dump, "subject_key")}
    return [
        (UUID(secret), UUID(row[3]), _bytes(row[1]), int(keys[row[3]][1]), _bytes(keys[row[3]][2]))
        for secret, row in secrets.items()
        if row[3] in keys
    ]


def _section(dump: Path, table: str) -> Iterator[list[str]]:
    text = dump.read_text(encoding="utf-8")
    found = re.search(rf"^COPY authz\.{table} \([^)]*\) FROM stdin;\n(.*?)^\\\.$", text, re.MULTILINE | re.DOTALL)
    for line in found[1].splitlines() if found else []:
        yield line.split("\t")


def _bytes(written: str) -> bytes:
    return bytes.fromhex(written.removeprefix(r"\\x"))


def found_in_files(folder: Path, pattern: re.Pattern[bytes]) -> set[bytes]:
    """Every different match in the raw bytes of every file below `folder`."""
    found: set[bytes] = set()
    for file in folder.rglob("*"):
        if file.is_file():
            found.update(pattern.findall(file.read_bytes()))
    return found
