from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from linli.files.rules import (
    LIMITS,
    MAX_PHOTOS,
    Refusal,
    bare_jpeg_size,
    display_name,
    refusal_before_reading,
    too_many,
)


def bare(size: tuple[int, int] = (30, 20), **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG", **options)
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack("!H", len(body) + 2) + body


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, Refusal.EMPTY),
        (1, None),
        (LIMITS.file_bytes, None),
        (LIMITS.file_bytes + 1, Refusal.TOO_LARGE),
    ],
)
def test_only_empty_and_oversized_files_are_refused_unread(size: int, expected: Refusal | None) -> None:
    assert refusal_before_reading(size) is expected


def test_the_limits_are_those_of_the_goal_sheet() -> None:
    assert (LIMITS.file_bytes, LIMITS.frame_pixels, LIMITS.total_pixels, LIMITS.frames, LIMITS.wall_seconds) == (
        20 * 1024 * 1024,
        25_000_000,
        50_000_000,
        200,
        5,
    )


@pytest.mark.parametrize(("count", "refused"), [(0, False), (MAX_PHOTOS, False), (MAX_PHOTOS + 1, True)])
def test_six_photos_are_enough(count: int, refused: bool) -> None:
    assert too_many(count) is refused


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("IMG_0001.HEIC", "IMG_0001.HEIC"),
        ("C:\\fakepath\\楼道.jpg", "楼道.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nc.jpg", "ab c.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("e\u0301.png", "é.png"),
        ("  ", ""),
        ("x" * 200 + "-0001.jpeg", "x" * 49 + "…" + "-0001.jpeg"),
    ],
)
def test_a_name_is_made_fit_to_be_shown(name: str, shown: str) -> None:
    assert display_name(name) == shown


@given(st.text(max_size=300))
def test_a_shown_name_is_one_short_line(name: str) -> None:
    shown = display_name(name)
    assert len(shown) <= 60
    assert not set(shown) & set("\n\r\x00/\\\u202e\u2066")


@pytest.mark.parametrize("size", [(1, 1), (30, 20), (20, 30), (2048, 7)])
def test_a_fresh_jpeg_is_bare(size: tuple[int, int]) -> None:
    assert bare_jpeg_size(bare(size)) == size


def test_progressive_files_are_not_bare() -> None:
    assert bare_jpeg_size(bare(progressive=True)) is None


@pytest.mark.parametrize(
    "extra",
    [
        segment(0xE1, b"Exif\x00\x00II*\x00"),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta/>"),
        segment(0xE2, b"ICC_PROFILE\x00\x01\x01"),
        segment(0xED, b"Photoshop 3.0\x008BIM"),
        segment(0xEE, b"Adobe\x00d\x00\x00\x00\x00\x01"),
        segment(0xFE, b"a comment"),
        segment(0xE0, b"JFXX\x00\x10thumbnail"),
        segment(0xE0, b"JFIF\x00\x01\x01\x01\x00\x48\x00\x48\x00\x00"),
    ],
    ids=["exif", "xmp", "icc", "iptc", "adobe", "comment", "jfxx", "density"],
)
def test_any_other_segment_is_caught(extra: bytes) -> None:
    good = bare()
    assert bare_jpeg_size(good[:2] + extra + good[2:]) is None
    scan = good.index(b"\xff\xda")
    assert bare_jpeg_size(good[:scan] + extra + good[scan:]) is None


@pytest.mark.parametrize("tail", [b"\x00", b"PK\x03\x04", b"\xff\xd9", bare()])
def test_trailing_bytes_are_caught(tail: bytes) -> None:
    assert bare_jpeg_size(bare() + tail) is None


def test_a_second_picture_inside_the_scan_is_caught() -> None:
    good = bare()
    assert bare_jpeg_size(good[:-2] + bare()) is None


@given(st.binary(max_size=200))
def test_other_bytes_are_not_bare_jpeg(data: bytes) -> None:
    assert bare_jpeg_size(data) is None
    assert bare_jpeg_size(b"\xff\xd8" + data + b"\xff\xd9") is None


@given(st.integers(0, 600))
def test_a_cut_jpeg_is_not_bare(cut: int) -> None:
    good = bare()
    assert bare_jpeg_size(good[: min(cut, len(good) - 1)]) is None
