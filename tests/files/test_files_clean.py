from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pillow_heif
import pytest
from PIL import Image, ImageCms

from linli.files.clean import CleanPhoto, clean_photo
from linli.files.refusals import MESSAGES
from linli.files.rules import LIMITS, Refusal, bare_jpeg_size
from linli.kernel.errors import InvalidInput

Encode = Callable[..., bytes]
ORIENTATION = 0x0112


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def refusal_of(data: bytes, name: str = "holiday.jpg") -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        clean_photo(data, name)
    error = caught.value
    assert error.code.removeprefix("photo_") in set(Refusal)
    assert name in str(error), "the message says which file"
    assert "No copy of this photo was kept" in str(error.kept)
    return error


def near(found: object, wanted: tuple[int, int, int], slack: int = 12) -> bool:
    return isinstance(found, tuple) and all(abs(a - b) <= slack for a, b in zip(found, wanted, strict=True))


def png(width: int, height: int, *, data: bytes = b"", extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_every_allowed_format_becomes_the_same_upright_picture(kind: str, scene: Image.Image, encoded: Encode) -> None:
    if kind == "HEIF":
        out = io.BytesIO()
        pillow_heif.from_pillow(scene).save(out, quality=90)
        data = out.getvalue()
    else:
        data = encoded(scene, kind)
    photo = clean_photo(data, "wrong-extension.txt")
    image = opened(photo.picture)
    assert (photo.width, photo.height) == image.size == (400, 200)
    assert near(image.getpixel((20, 20)), (220, 20, 20))
    assert near(image.getpixel((380, 20)), (20, 200, 20))
    assert near(image.getpixel((20, 180)), (20, 20, 220))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16", "YCbCr"])
def test_every_pixel_mode_keeps_its_brightness(mode: str, encoded: Encode) -> None:
    grey = Image.new("L", (64, 64), 255)
    image = grey.convert("I").point(lambda v: v * 257).convert("I;16") if mode == "I;16" else grey.convert(mode)
    kind = "JPEG" if mode in {"CMYK", "YCbCr"} else "WEBP" if mode == "PA" else "PNG"
    photo = clean_photo(encoded(image if mode != "PA" else image.convert("RGBA"), kind))
    assert near(opened(photo.picture).getpixel((5, 5)), (255, 255, 255))


def test_sixteen_bit_grey_is_scaled_and_not_clipped(encoded: Encode) -> None:
    image = Image.new("I", (16, 16), 128 * 257).convert("I;16")
    assert near(opened(clean_photo(encoded(image, "PNG")).picture).getpixel((3, 3)), (128, 128, 128), 3)


def test_transparent_parts_become_white(encoded: Encode) -> None:
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    for data in (encoded(image, "PNG"), encoded(image, "WEBP"), encoded(image, "GIF")):
        assert near(opened(clean_photo(data).picture).getpixel((5, 5)), (255, 255, 255))


# What each EXIF orientation does to the scene's corners: the file is stored so that showing it needs this turn.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", sorted(STORED))
def test_every_orientation_ends_upright(orientation: int, kind: str, scene: Image.Image, encoded: Encode) -> None:
    turn = STORED[orientation]
    stored = scene if turn is None else scene.transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo = clean_photo(encoded(stored, kind, exif=exif))
    image = opened(photo.picture)
    assert image.size == (400, 200)
    assert near(image.getpixel((20, 20)), (220, 20, 20))
    assert near(image.getpixel((380, 20)), (20, 200, 20))
    assert near(image.getpixel((20, 180)), (20, 20, 220))


@pytest.mark.parametrize("orientation", sorted(STORED))
def test_every_orientation_of_a_heic_photo_ends_upright(orientation: int, scene: Image.Image) -> None:
    turn = STORED[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    out = io.BytesIO()
    heif = pillow_heif.from_pillow(scene if turn is None else scene.transpose(turn))
    heif.save(out, quality=90, exif=exif.tobytes())
    image = opened(clean_photo(out.getvalue(), "IMG_0001.HEIC").picture)
    assert image.size == (400, 200)
    assert near(image.getpixel((20, 20)), (220, 20, 20))
    assert near(image.getpixel((380, 20)), (20, 200, 20))


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_a_meaningless_orientation_is_ignored(value: int, scene: Image.Image, encoded: Encode) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = value
    assert clean_photo(encoded(scene, "JPEG", exif=exif)).width == 400


def test_colours_are_converted_from_the_profile_that_came_with_them(encoded: Encode) -> None:
    # An XYZ profile stands for any wide-gamut one: the same numbers mean quite another colour than in sRGB.
    linear = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = linear.index(b"rXYZ") + 4, linear.index(b"bXYZ") + 4
    linear[red : red + 4], linear[blue : blue + 4] = linear[blue : blue + 4], linear[red : red + 4]
    image = Image.new("RGB", (32, 32), (220, 20, 20))
    swapped = opened(clean_photo(encoded(image, "PNG", icc_profile=bytes(linear))).picture)
    assert near(swapped.getpixel((5, 5)), (20, 20, 220))
    plain = opened(clean_photo(encoded(image, "PNG")).picture)
    assert near(plain.getpixel((5, 5)), (220, 20, 20))


@pytest.mark.parametrize("profile", [b"x", b"\x00" * 128, b"acsp" * 400])
def test_a_broken_profile_does_not_cost_the_photo(profile: bytes, scene: Image.Image, encoded: Encode) -> None:
    assert clean_photo(encoded(scene, "JPEG", icc_profile=profile)).width == 400


@pytest.mark.parametrize(
    ("size", "kept", "thumb"),
    [
        ((1, 1), (1, 1), (1, 1)),
        ((2048, 1000), (2048, 1000), (320, 156)),
        ((4032, 3024), (2016, 1512), (320, 240)),
        ((3024, 4032), (1512, 2016), (240, 320)),
        ((3000, 2000), (2048, 1365), (320, 213)),
        ((20000, 50), (2048, 5), (320, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pictures_are_brought_to_two_sizes(
    size: tuple[int, int], kept: tuple[int, int], thumb: tuple[int, int], kind: str, encoded: Encode
) -> None:
    photo = clean_photo(encoded(Image.new("RGB", size, (90, 120, 90)), kind))
    assert bare_jpeg_size(photo.picture) == (photo.width, photo.height)
    longest = max(photo.width, photo.height)
    if kind == "PNG" and max(size) >= 2048:
        assert longest == 2048
    else:
        # JPEG may stop at half, a quarter or an eighth when that is still long enough.
        assert longest in {max(kept), max(size) // 8, max(size) // 4, max(size) // 2}
        assert longest >= min(LIMITS.side_enough, max(size))
    assert abs(photo.width / photo.height - size[0] / size[1]) / (size[0] / size[1]) < 0.05 or min(kept) < 10
    small = bare_jpeg_size(photo.thumb)
    assert small is not None
    assert max(small) == max(thumb)


def test_the_digest_is_of_what_is_kept_and_the_same_each_time(scene: Image.Image, encoded: Encode) -> None:
    import hashlib

    data = encoded(scene, "PNG")
    first, second = clean_photo(data), clean_photo(data)
    assert first == second
    assert first.sha256 == hashlib.sha256(first.picture).hexdigest()


# Refusals.


def test_zero_bytes_are_refused() -> None:
    assert refusal_of(b"").code == "photo_empty"


def test_a_file_over_twenty_megabytes_is_refused_without_the_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> CleanPhoto:
        raise AssertionError("the decoder was asked")

    monkeypatch.setattr("linli.files.clean._decoder.ask", never)
    assert refusal_of(b"\xff\xd8" + bytes(LIMITS.file_bytes)).code == "photo_too_large"


def zip_file() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(1_000_000))
    return out.getvalue()


NOT_PHOTOS = {
    "zip": zip_file(),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg_declared": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "text": b"GIF or not",
    "elf": b"\x7fELF" + bytes(200),
    "nul": bytes(5000),
    "bmp": b"BM" + bytes(60),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "tiff": b"II*\x00\x08\x00\x00\x00" + bytes(60),
    "jpeg_start_only": b"\xff\xd8",
    "png_start_only": b"\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize("kind", sorted(NOT_PHOTOS))
def test_what_is_not_a_photo_is_refused_whatever_it_is_called(kind: str) -> None:
    assert refusal_of(NOT_PHOTOS[kind], "楼道.jpg").code in {"photo_unknown_format", "photo_damaged"}


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "EPS", "PDF", "JPEG2000", "AVIF"])
def test_other_picture_formats_are_not_decoded(kind: str, scene: Image.Image, encoded: Encode) -> None:
    assert refusal_of(encoded(scene, kind)).code == "photo_unknown_format"


@pytest.mark.parametrize("marker", [b"<script>alert(1)</script>", b"<?php system($_GET[0]); ?>"])
def test_a_polyglot_loses_its_other_half(marker: bytes, scene: Image.Image, encoded: Encode) -> None:
    jpeg = encoded(scene, "JPEG", comment=marker) + marker
    gif = encoded(scene, "GIF", comment=marker) + marker
    for data in (jpeg, gif, encoded(scene, "PNG") + zip_file() + marker):
        photo = clean_photo(data, "cute.jpg.html")
        assert marker not in photo.picture + photo.thumb
        assert bare_jpeg_size(photo.picture) == (400, 200)


@pytest.mark.parametrize(
    ("width", "height"), [(5001, 5000), (25_000_001, 1), (65_000, 65_000), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1)]
)
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    assert refusal_of(png(width, height, data=zlib.compress(bytes(10_000)))).code == "photo_too_many_pixels"


def test_twenty_five_million_pixels_are_still_taken(encoded: Encode) -> None:
    photo = clean_photo(encoded(Image.new("RGB", (5000, 5000), (9, 99, 9)), "PNG", compress_level=1))
    assert (photo.width, photo.height) == (2048, 2048)


def test_a_bomb_in_a_text_chunk_or_profile_is_refused_or_harmless(encoded: Encode) -> None:
    bomb = zlib.compress(bytes(200_000_000), 9)
    body = b"Comment\x00\x00" + bomb
    chunk = struct.pack("!I", len(body)) + b"zTXt" + body + struct.pack("!I", zlib.crc32(b"zTXt" + body))
    good = encoded(Image.new("RGB", (8, 8)), "PNG")
    cut = good.index(b"IDAT") - 4
    data = good[:cut] + chunk + good[cut:]
    assert refusal_of(data).code == "photo_damaged"


def film(frames: int, size: tuple[int, int] = (8, 8)) -> bytes:
    out = io.BytesIO()
    pictures = [Image.new("P", size, n % 256) for n in range(frames)]
    for n, picture in enumerate(pictures):
        picture.putpalette([n % 256, n // 256, 77] * 256)
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=20)
    return out.getvalue()


def test_a_film_of_a_thousand_frames_is_refused() -> None:
    assert refusal_of(film(1000), "film.gif").code == "photo_too_many_frames"


def test_a_film_whose_frames_add_up_to_too_many_pixels_is_refused() -> None:
    assert refusal_of(film(60, (1000, 1000)), "film.gif").code == "photo_too_many_frames"


def test_a_short_film_gives_its_first_frame() -> None:
    photo = clean_photo(film(5, (40, 30)))
    assert (photo.width, photo.height) == (40, 30)
    assert near(opened(photo.picture).getpixel((5, 5)), (0, 0, 77))


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_long_films_in_newer_formats_are_refused_too(kind: str, encoded: Encode) -> None:
    pictures = [Image.effect_noise((8, 8), 90).convert("RGB") for _ in range(201)]
    data = encoded(pictures[0], kind, save_all=True, append_images=pictures[1:])
    assert refusal_of(data).code == "photo_too_many_frames"


def test_a_film_of_endless_tiny_frames_ends_in_time() -> None:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    data = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6) + frame * 1_200_000 + b"\x3b"
    assert len(data) < LIMITS.file_bytes
    assert refusal_of(data).code in {"photo_too_many_frames", "photo_too_slow", "photo_unreadable"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_a_truncated_photo_is_refused_rather_than_stored_half_grey(kind: str, share: float, encoded: Encode) -> None:
    data = encoded(Image.effect_noise((300, 300), 80).convert("RGB"), kind)
    assert refusal_of(data[: int(len(data) * share)]).code in {"photo_damaged", "photo_unknown_format"}


def test_every_refusal_of_one_file_has_a_sentence() -> None:
    assert set(MESSAGES) == set(Refusal) - {Refusal.TOO_MANY_PHOTOS}


def test_a_nameless_file_is_still_named_in_the_message() -> None:
    with pytest.raises(InvalidInput, match="this photo"):
        clean_photo(b"", "\u202e")
