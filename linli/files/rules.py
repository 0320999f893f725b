"""What a photo must be to be kept: limits, formats, refusals, and the shape of a file without metadata. Pure Python."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from linli.kernel.text import cut, normalise

MAX_PHOTOS = 6
"""Most photos on one report or one piece of evidence (0 is allowed)."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF")
"""Formats accepted, named as Pillow names its decoders; the file's name and declared type are never believed."""

ACCEPT = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/gif"
"""The same formats for the `accept` attribute of a file field; only a help to the person, not a check."""

KEPT_TYPE = "image/jpeg"
"""Media type of every stored picture."""

_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one photo may cost (SECURITY I2). Bytes, pixels, seconds; sides in pixels."""

    file_bytes: int = 20 * 1024 * 1024
    frame_pixels: int = 25_000_000
    total_pixels: int = 50_000_000
    frames: int = 200
    side: int = 2048
    # A JPEG decodes seven times faster at half or quarter scale; a scaled picture this long is sharp enough to keep.
    side_enough: int = 1920
    thumb_side: int = 320
    cpu_seconds: int = 5
    wall_seconds: int = 5
    memory_bytes: int = 512 * 1024 * 1024


LIMITS = Limits()


class Refusal(StrEnum):
    """Why a photo is not taken; the value is the end of the error's code (`photo_<value>`)."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_FORMAT = "unknown_format"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    TOO_MANY_PHOTOS = "too_many_photos"


def refusal_before_reading(size: int, limits: Limits = LIMITS) -> Refusal | None:
    """Return why a file of `size` bytes need not even be opened, or None."""
    if size == 0:
        return Refusal.EMPTY
    if size > limits.file_bytes:
        return Refusal.TOO_LARGE
    return None


def too_many(count: int) -> bool:
    """Return whether `count` photos are more than one report may carry."""
    return count > MAX_PHOTOS


def display_name(name: str) -> str:
    """Return a file name fit to be shown: its last path part, normalised, on one line, at most 60 characters.

    The end is kept when the name is shortened, since it tells the kind of file. Empty when nothing visible is left.
    """
    shown = normalise(re.split(r"[\\/]", name)[-1], multiline=False)
    if len(shown) <= _NAME_LENGTH:
        return shown
    return cut(shown, _NAME_LENGTH - 11) + "…" + shown[-10:]


_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
_APP0, _SOF0, _DHT, _DQT, _SOS = 0xE0, 0xC0, 0xC4, 0xDB, 0xDA
_PLAIN = frozenset({_APP0, _SOF0, _DHT, _DQT, _SOS})
_JFIF = re.compile(rb"JFIF\x00\x01[\x00-\x02]\x00\x00\x01\x00\x01\x00\x00", re.DOTALL)
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)


def bare_jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) in pixels of a JPEG that holds nothing but a picture, else None.

    Allowed: SOI, a 14-byte JFIF header without density or thumbnail, DQT, SOF0, DHT, one SOS, entropy-coded data, EOI
    at the very end (ITU-T T.81 annex B). Every other segment (EXIF, XMP, ICC, IPTC, comment, a second image) and any
    trailing byte makes the answer None. This is the gate before the store: it does not trust who made the file.
    """
    if not (data.startswith(_SOI) and data.endswith(_EOI)):
        return None
    size: tuple[int, int] | None = None
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF or data[at + 1] not in _PLAIN:
            return None
        marker = data[at + 1]
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : end]
        if marker == _APP0 and not _JFIF.fullmatch(body):
            return None
        if marker == _SOF0:
            size = (int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"))
        if marker == _SOS:
            following = _MARKER.search(data, end)
            return size if following and following.start() == len(data) - 2 else None
        at = end
    return None
