from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import translation
from PIL import Image
from pytest_django import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def hostile_folder() -> Path:
    folder = Path(os.environ.get("LINLI_SHARED", ROOT.parent / "shared")) / "data" / "hostile"
    if not folder.is_dir():
        pytest.skip(f"the hostile sample files are not here: {folder}")
    return folder


@pytest.fixture(scope="session")
def hostile_files(hostile_folder: Path) -> list[Path]:
    files = [
        p for name in ("exif_gps", "exif_invalid", "pillow_images") for p in sorted((hostile_folder / name).iterdir())
    ]
    assert len(files) >= 25
    return files


@pytest.fixture
def store_root(tmp_path: Path, settings: Settings) -> Path:
    settings.LINLI_FILES_ROOT = str(tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture(scope="session")
def scene() -> Image.Image:
    """A picture with a known top left (red), top right (green), bottom left (blue) and bottom right (white)."""
    image = Image.new("RGB", (400, 200), (255, 255, 255))
    image.paste((220, 20, 20), (0, 0, 200, 100))
    image.paste((20, 200, 20), (200, 0, 400, 100))
    image.paste((20, 20, 220), (0, 100, 200, 200))
    return image


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    """encoded(image, "PNG", **options): the file as bytes."""

    def encode(image: Image.Image, kind: str, **options: object) -> bytes:
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    return encode


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Messages are compared in the language of the source."""
    with translation.override("en"):
        yield
