"""Files as phones and troublemakers send them."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pillow_heif import register_heif_opener

register_heif_opener()


def encoded(kind: str = "JPEG", *, colour: tuple[int, int, int] = (140, 80, 0), side: int = 64) -> bytes:
    """A small picture in this format."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, kind)
    return out.getvalue()


def shot(name: str = "IMG_0001.jpg", data: bytes | None = None) -> SimpleUploadedFile:
    """A photo in a form's file field."""
    return SimpleUploadedFile(name, encoded() if data is None else data, content_type="image/jpeg")


def shots(number: int) -> list[SimpleUploadedFile]:
    """So many different photos."""
    return [shot(f"IMG_{n:04}.jpg", encoded(colour=(n * 20, 40, 90))) for n in range(number)]


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it is 30,000 by 30,000 pixels."""
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG", optimize=True)
    return out.getvalue()
