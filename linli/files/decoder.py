"""The decoder process: reads hostile bytes so that the server need not. Started by `clean`, run as a script.

It knows nothing of the project: no first-party import, an empty environment, its limits as one JSON argument. Its
standard input is a Unix socket; each message on it carries one descriptor, the channel of one photo. For each photo it
forks, so that no photo meets the memory of another; the child limits itself, reads the file until the end of the
stream, answers and ends:

    b"K" + length of picture (4 bytes, big-endian) + length of thumbnail (4 bytes) + picture + thumbnail, or
    b"R" + name of a refusal.

No answer means that the child died (memory, time, a fault in a codec): the photo is refused all the same.
"""

from __future__ import annotations

import gc
import io
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
import warnings
import zlib
from contextlib import suppress
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.Image import Resampling, Transpose

ORIENTATION_TAG = 0x0112
TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
UNREADABLE_EXIF = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error)
UNREADABLE_IMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    RuntimeError,
    struct.error,
    zlib.error,
)
QUALITY, THUMB_QUALITY = 82, 80
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The part of `rules.Limits` this process needs; same names, same units."""

    formats: list[str]
    frame_pixels: int
    total_pixels: int
    frames: int
    side: int
    side_enough: int
    thumb_side: int
    cpu_seconds: int
    wall_seconds: int
    memory_bytes: int


class RefusedError(Exception):
    """The photo is understood and not wanted; the argument is the value of a `rules.Refusal`."""


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation 1–8, or 1 when there is none or the EXIF is broken: the pixels are still good."""
    try:
        value = image.getexif().get(ORIENTATION_TAG, 1)
    except UNREADABLE_EXIF:
        return 1
    return value if isinstance(value, int) and value in TURNS else 1


def check_size(image: Image.Image, bounds: Bounds) -> None:
    """Raise RefusedError when a frame, or all frames together, are too many pixels."""
    width, height = image.size
    if width * height > bounds.frame_pixels:
        raise RefusedError("too_many_pixels")
    frames = getattr(image, "n_frames", 1)
    if frames > bounds.frames:
        raise RefusedError("too_many_frames")
    # HEIF and multi-picture JPEG hold further stills, which are never decoded; a film is drawn on one canvas.
    if image.format in {"GIF", "PNG", "WEBP"} and frames * width * height > bounds.total_pixels:
        raise RefusedError("too_many_frames")


def shrink_while_decoding(image: Image.Image, bounds: Bounds) -> None:
    """Ask the JPEG decoder for 1/8, 1/4 or 1/2 scale when that still leaves a picture long enough to keep."""
    if image.format not in {"JPEG", "MPO"}:
        return
    width, height = image.size
    for scale in (8, 4, 2):
        if max(width, height) // scale >= bounds.side_enough:
            image.draft(None, (width // scale, height // scale))
            return


def resizable(image: Image.Image) -> Image.Image:
    """Return the loaded image in a mode that can be scaled: L, RGB, RGBA, CMYK, YCbCr or LAB."""
    if image.mode in {"L", "RGB", "RGBA", "CMYK", "YCbCr", "LAB"}:
        return image
    if image.mode in {"LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode.startswith("I"):
        # Sixteen bits of grey: a plain conversion would clip everything above 255 to white.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the image in sRGB; without a profile, or with one that does not fit, its numbers are taken as sRGB."""
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, WHITE)
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            changed = None
        if changed is not None:
            return changed
    return image.convert("RGB")


def fresh_jpeg(pixels: Image.Image, quality: int) -> bytes:
    """Return a JPEG of the pixels alone: pasted into a new image, so that nothing hangs on to them (SECURITY I3)."""
    fresh = Image.new("RGB", pixels.size)
    fresh.paste(pixels)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=quality)
    return out.getvalue()


def redraw(data: bytes, bounds: Bounds) -> tuple[bytes, bytes]:
    """Return (picture, thumbnail) as JPEG, upright, sRGB, at most `side` and `thumb_side` long. Raises RefusedError."""
    with Image.open(io.BytesIO(data), formats=bounds.formats) as image:
        check_size(image, bounds)
        profile = image.info.get("icc_profile")
        turn = TURNS.get(orientation(image))
        shrink_while_decoding(image, bounds)
        image.load()
        pixels = resizable(image)
    pixels.thumbnail((bounds.side, bounds.side), Resampling.BICUBIC, reducing_gap=None)
    pixels = to_srgb(pixels, profile)
    if turn is not None:
        pixels = pixels.transpose(turn)
    picture = fresh_jpeg(pixels, QUALITY)
    pixels.thumbnail((bounds.thumb_side, bounds.thumb_side), Resampling.BICUBIC, reducing_gap=2.0)
    return picture, fresh_jpeg(pixels, THUMB_QUALITY)


def answer(data: bytes, bounds: Bounds) -> bytes:
    """Return the answer for one file, as the module's docstring lays it out."""
    try:
        picture, thumb = redraw(data, bounds)
    except RefusedError as refused:
        return b"R" + str(refused).encode()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return b"Rtoo_many_pixels"
    except UnidentifiedImageError:
        return b"Runknown_format"
    except MemoryError:
        return b"Runreadable"
    except UNREADABLE_IMAGE:
        return b"Rdamaged"
    return b"K" + struct.pack("!II", len(picture), len(thumb)) + picture + thumb


def limit_self(bounds: Bounds) -> None:
    """Bound the memory and processor time of this child, and let it open no further file or socket."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.cpu_seconds, bounds.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    # macOS has the name but refuses the call; Linux is what production and the tests run on.
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (bounds.memory_bytes, bounds.memory_bytes))


def read_all(channel: socket.socket) -> bytes:
    """Return everything the other side sends before it closes its sending half."""
    chunks = []
    while chunk := channel.recv(1 << 20):
        chunks.append(chunk)
    return b"".join(chunks)


def serve_one(channel: socket.socket, bounds: Bounds) -> None:
    """Answer one photo on its channel, inside limits."""
    limit_self(bounds)
    # Broken when the server stopped waiting: then nobody is left to be told.
    with channel, suppress(BrokenPipeError, ConnectionResetError):
        channel.sendall(answer(read_all(channel), bounds))


def end_children(children: dict[int, float], now: float) -> None:
    """Reap what has ended and kill what is past its time; `children` maps process id to monotonic seconds."""
    for child, deadline in list(children.items()):
        if now > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            del children[child]
        elif os.waitpid(child, os.WNOHANG)[0]:
            del children[child]


def serve(control: socket.socket, bounds: Bounds) -> None:
    """Fork a child for every channel received until the control socket closes, then kill what is left."""
    children: dict[int, float] = {}
    while True:
        ready, _, _ = select.select([control], [], [], 0.2 if children else None)
        end_children(children, time.monotonic())
        if not ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            end_children(children, float("inf"))
            return
        channel = socket.socket(fileno=descriptors[0])
        child = os.fork()
        if child == 0:
            control.close()
            serve_one(channel, bounds)
            return
        channel.close()
        children[child] = time.monotonic() + bounds.wall_seconds


def rehearse(bounds: Bounds) -> None:
    """Redraw one small picture per format: loads what the libraries load late, since children may open no file.

    Raises whatever is wrong with the codecs: a broken installation ends this process instead of refusing photos.
    """
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name in ("JPEG", "PNG", "WEBP", "GIF"):
        sample = io.BytesIO()
        Image.new("RGB", (16, 16), WHITE).save(sample, name, icc_profile=profile)
        redraw(sample.getvalue(), bounds)


def main() -> None:
    """Set the codecs up once, before any fork, then serve."""
    bounds = Bounds(**json.loads(sys.argv[1]))
    Image.MAX_IMAGE_PIXELS = bounds.frame_pixels
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    rehearse(bounds)
    # Children share the parent's pages as long as nobody writes to them.
    gc.freeze()
    serve(socket.socket(fileno=os.dup(0)), bounds)


if __name__ == "__main__":
    main()
