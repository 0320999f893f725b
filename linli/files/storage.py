"""Where pictures lie: a folder of content-addressed files. Only bare JPEG gets in (the gate for every upload path)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

from django.conf import settings

from linli.files.models import Photo
from linli.files.refusals import not_found
from linli.files.rules import bare_jpeg_size


class PhotoSize(StrEnum):
    """Which of the two stored pictures: at most 2048 px or at most 320 px long."""

    FULL = "full"
    THUMB = "thumb"


class PhotoStore(Protocol):
    """What a place for pictures must do; keys are relative names such as `ab/cd/abcd….jpg`, seconds are Unix time."""

    def put(self, key: str, data: bytes) -> None:
        """Make `data` durable under `key` before returning; its age counts from now even when it was there before."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Return a readable stream; raises FileNotFoundError."""
        ...

    def untouched_since(self, moment: float) -> Iterator[str]:
        """Yield the keys that were last put before `moment`, and of half-written leftovers."""
        ...

    def delete_untouched(self, key: str, moment: float) -> bool:
        """Delete `key` unless it was put again since `moment`; return whether it went."""
        ...


class LocalStore:
    """A folder on a POSIX file system: two levels of 256 folders, written by temporary file, fsync and rename."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        """Store a bare JPEG. Raises ValueError for anything else: no way in for an original (SECURITY I2)."""
        if bare_jpeg_size(data) is None:
            raise ValueError("only a JPEG without metadata may be stored")
        target = self._root / key
        with self._locked(fcntl.LOCK_SH):
            if target.exists():
                os.utime(target)
                return
            self._make_folder(target.parent)
            temporary = target.parent / f".{uuid4().hex}.part"
            with temporary.open("xb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(target)
            _sync_folder(target.parent)

    def open(self, key: str) -> BinaryIO:
        """Return a readable stream; raises FileNotFoundError."""
        return (self._root / key).open("rb")

    def untouched_since(self, moment: float) -> Iterator[str]:
        """Yield keys in no order; a file that disappears meanwhile is skipped."""
        for path in self._root.glob("??/??/*"):
            if _older(path, moment):
                yield path.relative_to(self._root).as_posix()

    def delete_untouched(self, key: str, moment: float) -> bool:
        """Delete under the lock that writers share, so that a picture put again at this instant survives."""
        path = self._root / key
        with self._locked(fcntl.LOCK_EX):
            if not _older(path, moment):
                return False
            path.unlink()
            return True

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._root / ".lock").open("ab") as lock:
            fcntl.flock(lock, kind)
            yield

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The new names must be durable too, else a power cut takes a folder that a committed row points into.
        _sync_folder(folder.parent)
        _sync_folder(folder.parent.parent)


def picture_key(sha256: str) -> str:
    """Return the key of the full picture with this digest (64 hexadecimal characters)."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.jpg"


def thumb_key(sha256: str) -> str:
    """Return the key of the thumbnail of the picture with this digest."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.320.jpg"


def photo_store() -> PhotoStore:
    """Return the store named by the settings: today always the folder `LINLI_FILES_ROOT`."""
    return LocalStore(Path(settings.LINLI_FILES_ROOT))


def open_photo(photo: Photo, size: PhotoSize = PhotoSize.FULL) -> BinaryIO:
    """Return the JPEG of a photo the caller was allowed to read; the caller closes it. Raises NotFound when gone."""
    key = photo.stored_name if size is PhotoSize.FULL else thumb_key(photo.sha256)
    try:
        return photo_store().open(key)
    except FileNotFoundError as missing:
        raise not_found() from missing


def _older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
