"""Mutated files bring nothing down (SECURITY I2): they are stored clean or refused, in time, in bounded memory."""

from __future__ import annotations

import io
import logging
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pillow_heif
import psutil
from PIL import Image

from linli.files import clean
from linli.files.rules import Refusal, bare_jpeg_size
from linli.kernel.errors import InvalidInput

logger = logging.getLogger(__name__)
Encode = Callable[..., bytes]
SEED = int(os.environ.get("LINLI_FUZZ_SEED", "20261124"))
COUNT = int(os.environ.get("LINLI_FUZZ_FILES", "500"))


def mutate(data: bytes, dice: random.Random) -> bytes:
    """Cut, flip, overwrite, insert, remove or double parts, more often near the start, where headers are."""
    out = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 5, 20])):
        at = int(len(out) * dice.random() ** dice.choice([1, 3, 6]))
        act = dice.randrange(7)
        if act == 0:
            del out[at:]
        elif act == 1 and at < len(out):
            out[at] ^= 1 << dice.randrange(8)
        elif act == 2:
            out[at : at + 4] = dice.choice(
                [b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00"]
            )
        elif act == 3:
            out[at:at] = dice.randbytes(dice.randrange(1, 40))
        elif act == 4:
            del out[at : at + dice.randrange(1, 60)]
        elif act == 5:
            out[at:at] = out[at : at + dice.randrange(1, 4000)]
        else:
            out[at : at + 30] = dice.randbytes(30)
    return bytes(out)


def samples(hostile_files: list[Path], encoded: Encode) -> list[bytes]:
    noise = Image.effect_noise((200, 150), 70).convert("RGB")
    made = [encoded(noise, kind) for kind in ("JPEG", "PNG", "WEBP", "GIF")]
    made.append(encoded(noise, "JPEG", progressive=True))
    made.append(encoded(noise.convert("CMYK"), "JPEG"))
    made.append(encoded(noise.convert("P"), "PNG", optimize=True))
    return made + [p.read_bytes() for p in hostile_files if p.suffix in {".jpg", ".png", ".heif"}]


def test_mutated_files_are_stored_clean_or_refused(hostile_files: list[Path], encoded: Encode) -> None:
    dice = random.Random(SEED)
    sources = samples(hostile_files, encoded)
    clean.clean_photo(sources[0])
    process, decoder = psutil.Process(), clean._decoder._process
    assert decoder is not None
    before, slowest = process.memory_info().rss, 0.0
    outcomes: Counter[str] = Counter()
    for number in range(COUNT):
        data = mutate(sources[number % len(sources)], dice)
        began = time.monotonic()
        try:
            photo = clean.clean_photo(data, f"mutant-{number}.jpg")
        except InvalidInput as refused:
            outcomes[refused.code] += 1
        else:
            outcomes["stored"] += 1
            assert bare_jpeg_size(photo.picture) == (photo.width, photo.height)
            assert not re.search(rb"Exif\x00|http://ns\.adobe|8BIM|ICC_PROFILE", photo.picture + photo.thumb)
        slowest = max(slowest, time.monotonic() - began)
    logger.info("seed %d: %s, slowest %.2f s", SEED, dict(outcomes), slowest)
    assert set(outcomes) <= {"stored", *(f"photo_{refusal}" for refusal in Refusal)}
    assert outcomes["photo_busy"] == 0
    # Both ways out are exercised, so neither "refuse all" nor "take all" could pass.
    assert outcomes["stored"] > COUNT // 20
    assert outcomes["photo_damaged"] + outcomes["photo_unknown_format"] > COUNT // 20
    assert slowest < 7
    assert process.memory_info().rss - before < 64 * 1024 * 1024
    assert clean._decoder._process is decoder, "no photo brought the decoder process itself down"
    assert decoder.poll() is None


def test_a_photo_that_needs_more_memory_than_allowed_is_refused(encoded: Encode) -> None:
    small = clean._Decoder(replace(clean.LIMITS, memory_bytes=150 * 1024 * 1024))
    try:
        little = encoded(Image.new("RGB", (100, 100)), "PNG")
        assert isinstance(small.ask(little), bytes)
        assert small.ask(little)[:1] == b"K"
        large = encoded(Image.new("RGBA", (5000, 5000), (1, 2, 3, 4)), "PNG", compress_level=1)
        assert small.ask(large) in {b"Runreadable", b"Rdamaged", b""}
        assert small.ask(little)[:1] == b"K", "the next photo is not affected"
    finally:
        small.close()


def test_mutated_heif_files_too() -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.effect_noise((160, 120), 70).convert("RGB")).save(out, quality=70)
    dice = random.Random(SEED + 1)
    outcomes: Counter[str] = Counter()
    for number in range(COUNT // 5):
        try:
            clean.clean_photo(mutate(out.getvalue(), dice), f"mutant-{number}.heic")
            outcomes["stored"] += 1
        except InvalidInput as refused:
            outcomes[refused.code] += 1
    assert sum(outcomes.values()) == COUNT // 5
    assert outcomes["photo_busy"] == 0
    assert len(outcomes) >= 2
