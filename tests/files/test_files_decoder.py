"""The decoder process: alone, limited, replaceable, and not believed."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PIL import Image

from linli.files import clean, decoder
from linli.files.rules import LIMITS, Refusal
from linli.kernel.errors import InvalidInput

Encode = Callable[..., bytes]
LARGE = (4032, 3024)


@pytest.fixture
def own() -> Iterator[clean._Decoder]:
    """A decoder of this test alone, so that killing it disturbs nobody."""
    made = clean._Decoder(LIMITS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def photo(encoded: Encode) -> bytes:
    return encoded(Image.effect_noise((640, 480), 60).convert("RGB"), "JPEG")


@pytest.fixture(scope="module")
def slow_photo(encoded: Encode) -> bytes:
    return encoded(Image.effect_noise(LARGE, 60).convert("RGB"), "PNG", compress_level=1)


def process_of(of: clean._Decoder) -> psutil.Process:
    assert of._process is not None
    return psutil.Process(of._process.pid)


def wait_for(condition: Callable[[], object], seconds: float = 10) -> list[psutil.Process]:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "did not happen"
        threading.Event().wait(0.01)
    return found if isinstance(found, list) else []


def warm_up(of: clean._Decoder) -> None:
    """Start the process and let the child of this call be gone, so that the next child is the one looked for."""
    of.ask(b"warm")
    wait_for(lambda: not process_of(of).children())


def test_the_server_itself_never_loads_a_codec() -> None:
    code = (
        "import sys, django; from django.conf import settings; settings.configure(); "
        "import linli.files.clean; sys.exit('PIL' in sys.modules or 'pillow_heif' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


def test_every_word_the_decoder_may_answer_is_a_refusal() -> None:
    source = Path(decoder.__file__).read_text(encoding="utf-8")
    words = {w for w in Refusal if f'b"R{w}"' in source or f'RefusedError("{w}")' in source}
    assert words == {"too_many_pixels", "too_many_frames", "unknown_format", "unreadable", "damaged"}


def test_nothing_of_the_server_is_at_hand(own: clean._Decoder, photo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_SECRET_KEY", "not for the decoder")
    own.ask(photo)
    process = process_of(own)
    assert "LINLI_SECRET_KEY" not in process.environ()
    assert process.cwd() == "/"
    assert os.getsid(process.pid) != os.getsid(0)
    assert process.num_threads() == 1
    assert process.num_fds() <= 4


def test_a_child_has_limits(own: clean._Decoder, slow_photo: bytes) -> None:
    warm_up(own)
    channel, _ = own._channel()
    with channel:
        channel.sendall(slow_photo)
        (child,) = wait_for(process_of(own).children)
        expected = {
            psutil.RLIMIT_AS: LIMITS.memory_bytes,
            psutil.RLIMIT_CPU: LIMITS.cpu_seconds,
            psutil.RLIMIT_NOFILE: 0,
            psutil.RLIMIT_CORE: 0,
        }
        wait_for(lambda: child.rlimit(psutil.RLIMIT_AS) == (LIMITS.memory_bytes,) * 2)
        for kind, value in expected.items():
            assert child.rlimit(kind) == (value, value)


def test_each_photo_has_its_own_process_and_none_is_left(own: clean._Decoder, photo: bytes) -> None:
    for _ in range(5):
        assert own.ask(photo)[:1] == b"K"
    process = process_of(own)
    own.ask(photo)
    wait_for(lambda: not process.children())
    assert process.memory_info().rss < 80 * 1024 * 1024, "photos leave nothing behind"


def test_many_threads_get_their_own_answers(encoded: Encode) -> None:
    colours = [(n * 10, 255 - n * 10, n * 5) for n in range(24)]
    files = [encoded(Image.new("RGB", (50 + n, 40), colour), "PNG") for n, colour in enumerate(colours)]
    with ThreadPoolExecutor(8) as pool:
        photos = list(pool.map(clean.clean_photo, files * 3))
    assert [p.width for p in photos] == [50 + n for n in range(24)] * 3


def test_a_killed_decoder_is_started_again(own: clean._Decoder, photo: bytes) -> None:
    assert own.ask(photo)[:1] == b"K"
    first = process_of(own)
    first.send_signal(signal.SIGKILL)
    wait_for(lambda: first.status() == psutil.STATUS_ZOMBIE)
    assert own.ask(photo)[:1] == b"K"
    assert process_of(own).pid != first.pid


def test_a_decoder_killed_while_it_works_does_not_cost_the_photo(own: clean._Decoder, slow_photo: bytes) -> None:
    warm_up(own)
    first = process_of(own)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(own.ask, slow_photo)
        (child,) = wait_for(first.children)
        first.kill()
        child.kill()
        assert answer.result(20)[:1] == b"K"


def test_a_child_that_dies_refuses_only_its_photo(own: clean._Decoder, slow_photo: bytes, photo: bytes) -> None:
    warm_up(own)
    first = process_of(own)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(own.ask, slow_photo)
        (child,) = wait_for(first.children)
        child.send_signal(signal.SIGSEGV)
        assert answer.result(20) in {b"", Refusal.UNREADABLE}
    assert own.ask(photo)[:1] == b"K"
    assert process_of(own).pid == first.pid


def test_a_photo_past_its_time_is_refused_and_its_process_killed(slow_photo: bytes) -> None:
    hasty = clean._Decoder(replace(LIMITS, wall_seconds=0))
    try:
        hasty.ask(b"warm")
        began = time.monotonic()
        assert hasty.ask(slow_photo) in {Refusal.TOO_SLOW, Refusal.UNREADABLE, b""}
        assert time.monotonic() - began < 3
        process = process_of(hasty)
        wait_for(lambda: not process.children(), 5)
    finally:
        hasty.close()


def test_processor_time_is_bounded_too(encoded: Encode) -> None:
    # One second of processor time against a picture that needs more on this machine or less on a faster one: a film of
    # a million frames is counted in Python, which takes seconds anywhere.
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    film = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6) + frame * 1_200_000 + b"\x3b"
    thrifty = clean._Decoder(replace(LIMITS, cpu_seconds=1, wall_seconds=20))
    try:
        began = time.monotonic()
        assert thrifty.ask(film) in {b"", Refusal.UNREADABLE}
        assert time.monotonic() - began < 15
    finally:
        thrifty.close()


def test_when_all_slots_are_taken_the_sender_is_told_to_come_back(
    own: clean._Decoder, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clean, "_QUEUE_SECONDS", 0.05)
    own._slots = threading.BoundedSemaphore(1)
    with own._slots:
        assert own.ask(photo) is Refusal.BUSY
    assert own.ask(photo)[:1] == b"K"


def test_a_decoder_that_cannot_start_is_reported_not_taken_for_bad_photos(
    photo: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "decoder.py"
    broken.write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.setattr(clean, "_SCRIPT", broken)
    unable = clean._Decoder(LIMITS)
    try:
        assert unable.ask(photo) is Refusal.BUSY
    finally:
        unable.close()
    assert "ended twice" in caplog.text


def test_a_forked_server_process_gets_its_own_decoder(photo: bytes) -> None:
    code = (
        "import os, sys; from django.conf import settings; settings.configure(); from linli.files import clean\n"
        "data = sys.stdin.buffer.read(); clean.clean_photo(data); first = clean._decoder._process.pid\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    clean.clean_photo(data); os._exit(clean._decoder._process.pid == first)\n"
        "status = os.waitpid(child, 0)[1]; clean.clean_photo(data)\n"
        "sys.exit(status != 0 or clean._decoder._process.pid != first)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], input=photo, cwd=Path(__file__).parents[2], check=False, timeout=60
    )
    assert run.returncode == 0


def test_the_decoder_ends_with_its_server(photo: bytes) -> None:
    code = (
        "import os, sys; from django.conf import settings; settings.configure(); from linli.files import clean\n"
        "clean.clean_photo(sys.stdin.buffer.read()); print(clean._decoder._process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], input=photo, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], check=False
    )
    orphan = int(run.stdout)
    wait_for(lambda: not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE)


# A decoder that was taken over by a photo may answer what it likes.


def forged(picture: bytes, thumb: bytes) -> bytes:
    return b"K" + struct.pack("!II", len(picture), len(thumb)) + picture + thumb


def test_a_forged_answer_is_not_believed(encoded: Encode) -> None:
    good = encoded(Image.new("RGB", (100, 80)), "JPEG")
    assert isinstance(clean._understand(forged(good, good)), clean.CleanPhoto), "the honest answer passes"
    wide = encoded(Image.new("RGB", (LIMITS.side + 1, 8)), "JPEG")
    exif = Image.Exif()
    exif[0x010E] = "hello"
    lies = [
        forged(encoded(Image.new("RGB", (9, 9)), "JPEG", exif=exif), good),
        forged(good, encoded(Image.new("RGB", (9, 9)), "JPEG", comment=b"hello")),
        forged(good + b"<script>", good),
        forged(good, b"<script>"),
        forged(b"", b""),
        forged(wide, good),
        forged(good, wide),
        forged(encoded(Image.new("RGB", (9, 9)), "PNG"), good),
        b"K" + struct.pack("!II", 2**32 - 1, 5) + good + good,
        b"K",
        b"Rbusy-with-something-else",
        b"R\xff\xfe",
        b"",
        b"X" * 50,
    ]
    assert [clean._understand(lie) for lie in lies] == [Refusal.UNREADABLE] * len(lies)


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()

    def flood() -> None:
        try:
            while True:
                theirs.sendall(bytes(1 << 20))
        except OSError:
            theirs.close()

    writer = threading.Thread(target=flood)
    writer.start()
    with ours:
        assert clean._exchange(ours, b"", 5) is Refusal.UNREADABLE
    writer.join(10)
    assert not writer.is_alive()


def test_the_message_for_a_slow_photo_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean._decoder, "ask", lambda _: Refusal.TOO_SLOW)
    with pytest.raises(InvalidInput, match="“slow") as caught:
        clean.clean_photo(b"x", "/tmp/slow.jpg")
    assert caught.value.code == "photo_too_slow"
