"""Nothing but the picture survives (SECURITY I3): judged by an oracle that shares no code with the product."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from linli.files.clean import clean_photo
from linli.kernel.errors import InvalidInput

Encode = Callable[..., bytes]

MARKERS = [
    rb"Exif\x00", rb"ExifMeta", rb"http://ns\.adobe", rb"x:xmpmeta", rb"<\?xpacket", rb"rdf:RDF", rb"Photoshop 3\.0",
    rb"8BIM", rb"ICC_PROFILE", rb"acsp", rb"GIF8", rb"iTXt", rb"tEXt", rb"zTXt", rb"eXIf", rb"JFXX", rb"MPF\x00",
    rb"ftyp", rb"II\*\x00", rb"MM\x00\*", rb"Adobe",
]  # fmt: skip
RUN = re.compile(rb"[\x20-\x7e]{8,}")
JPEG_TAGS = {"File", "JFIF", "ExifTool", "Composite", "SourceFile"}


def unavoidable_text() -> bytes:
    """What every JPEG of this encoder holds (quantisation and Huffman tables), learnt from pictures without history."""
    out = io.BytesIO()
    for quality in (80, 82):
        Image.new("RGB", (16, 16)).save(out, "JPEG", quality=quality)
    return out.getvalue()


UNAVOIDABLE = unavoidable_text()


def beside_the_pixels(source: bytes) -> bytes:
    """Leave out a JPEG's last scan: the same pixels, coded again, may give the same bytes, which betray nothing."""
    if not source.startswith(b"\xff\xd8") or b"\xff\xda" not in source:
        return source
    head, _, scan = source.rpartition(b"\xff\xda")
    return head + b"\x00" + scan.partition(b"\xff\xd9")[2]


def traces(stored: bytes, source: bytes) -> list[str]:
    """Return what betrays the source in a stored file: markers, segments, tags, text carried over."""
    found = [f"marker {m!r}" for m in MARKERS if re.search(m, stored)]
    with Image.open(io.BytesIO(stored)) as image:
        found += [f"exif {tag}" for tag in image.getexif()]
        found += [
            f"info {key}" for key in image.info if key not in {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        ]
        found += [f"segment {name}" for name, _ in getattr(image, "applist", []) if name != "APP0"]
    texts = set(RUN.findall(beside_the_pixels(source)))
    found += [f"text {text[:20]!r}" for text in texts if text in stored and text not in UNAVOIDABLE]
    return found


def exiftool_traces(stored: bytes, folder: Path) -> list[str]:
    path = folder / "stored.jpg"
    path.write_bytes(stored)
    run = subprocess.run(
        ["exiftool", "-j", "-G0", "-a", "-u", "-ee", str(path)], capture_output=True, check=True, timeout=60
    )
    (tags,) = json.loads(run.stdout)
    return [key for key in tags if key.partition(":")[0] not in JPEG_TAGS or "Comment" in key or "Warning" in key]


def stored_from(data: bytes, name: str) -> list[bytes]:
    try:
        photo = clean_photo(data, name)
    except InvalidInput as refused:
        assert name in str(refused)
        assert refused.kept is not None
        return []
    return [photo.picture, photo.thumb]


@pytest.fixture(scope="module")
def laden(encoded: Encode) -> dict[str, bytes]:
    """Photos of each format with every kind of metadata the writers here can add, all holding the word CARRIED-OVER."""
    image = Image.effect_noise((120, 80), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "CARRIED-OVER description"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (31.0, 13.0, 17.4), "E", (121.0, 32.0, 42.0)
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>CARRIED-OVER xmp</a></x:xmpmeta>'
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + b"CARRIED-OVER profile"
    text = PngInfo()
    text.add_text("Comment", "CARRIED-OVER text")
    text.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=False)
    heif = io.BytesIO()
    with_exif = pillow_heif.from_pillow(image)
    with_exif.info["exif"] = exif.tobytes()
    with_exif.info["xmp"] = xmp
    with_exif.save(heif, quality=80)
    tail = b"\nCARRIED-OVER trailer"
    return {
        "jpeg": encoded(image, "JPEG", exif=exif, xmp=xmp, icc_profile=icc, comment=b"CARRIED-OVER comment") + tail,
        "png": encoded(image, "PNG", exif=exif, pnginfo=text, icc_profile=icc) + tail,
        "webp": encoded(image, "WEBP", exif=exif, xmp=xmp, icc_profile=icc),
        "gif": encoded(image, "GIF", comment=b"CARRIED-OVER comment") + tail,
        "heif": heif.getvalue(),
    }


def naive(data: bytes, kind: str) -> bytes:
    """What a hasty product does: open, save."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif", "heif"])
def test_no_kind_of_metadata_survives(kind: str, laden: dict[str, bytes], tmp_path: Path) -> None:
    data = laden[kind]
    assert b"CARRIED-OVER" in data, "the sample really carries something"
    pieces = stored_from(data, kind)
    assert len(pieces) == 2
    for piece in pieces:
        assert traces(piece, data) == []
        if shutil.which("exiftool"):
            assert exiftool_traces(piece, tmp_path) == []


@pytest.mark.parametrize("kind", ["jpeg", "gif", "heif"])
def test_the_oracle_catches_a_naive_save(kind: str, laden: dict[str, bytes]) -> None:
    pillow_heif.register_heif_opener()
    hasty = naive(laden[kind], kind.upper())
    assert b"CARRIED-OVER" in hasty
    found = traces(hasty, laden[kind])
    assert any(trace.startswith("text") for trace in found)


@pytest.mark.parametrize("option", ["exif", "xmp", "icc_profile", "comment"])
def test_the_oracle_catches_each_kind_alone(option: str, laden: dict[str, bytes], encoded: Encode) -> None:
    with Image.open(io.BytesIO(laden["jpeg"])) as image:
        value = image.info[option]
        leak = encoded(Image.new("RGB", (9, 9)), "JPEG", **{option: value})
    assert traces(leak, b"") or option == "comment"
    assert traces(leak, laden["jpeg"])


def test_the_oracle_catches_a_trailer(laden: dict[str, bytes], encoded: Encode) -> None:
    assert traces(encoded(Image.new("RGB", (9, 9)), "JPEG") + b"CARRIED-OVER trailer", laden["jpeg"])


def test_every_hostile_file_is_stored_clean_or_refused(hostile_files: list[Path], tmp_path: Path) -> None:
    stored, refused = 0, 0
    for path in hostile_files:
        data = path.read_bytes()
        pieces = stored_from(data, path.name)
        stored, refused = stored + bool(pieces), refused + (not pieces)
        for piece in pieces:
            assert traces(piece, data) == [], path.name
            if shutil.which("exiftool"):
                assert exiftool_traces(piece, tmp_path) == [], path.name
    assert stored >= 15, "a cleaner that refuses everything would pass the test above"
    assert refused >= 5


def test_the_hostile_files_really_carry_positions(hostile_files: list[Path]) -> None:
    carried = [p.name for p in hostile_files if p.suffix == ".jpg" and re.search(rb"Exif\x00", p.read_bytes())]
    assert len(carried) >= 10
    assert any(traces(p.read_bytes(), p.read_bytes()) for p in hostile_files if p.name == "DSCN0010.jpg")


def test_exiftool_agrees_that_a_naive_save_leaks(laden: dict[str, bytes], tmp_path: Path) -> None:
    if not shutil.which("exiftool"):
        pytest.skip("exiftool is not installed (Debian: libimage-exiftool-perl); the marker oracle above still ran")
    assert exiftool_traces(naive(laden["jpeg"], "JPEG"), tmp_path)
