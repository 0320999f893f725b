"""From bytes somebody sent to a picture we may keep: decoded in a limited process, redrawn, checked.

The original never touches the disk and is never parsed in this process.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import logging
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from linli.files.refusals import refused
from linli.files.rules import FORMATS, LIMITS, Limits, Refusal, bare_jpeg_size, refusal_before_reading

_SCRIPT = Path(__file__).with_name("decoder.py")
_ANSWER_BYTES = 16 * 1024 * 1024
_DECODERS = 2
_QUEUE_SECONDS = 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A picture and its thumbnail, both JPEG without metadata; sides in pixels; sha256 of `picture` in hexadecimal."""

    picture: bytes
    thumb: bytes
    width: int
    height: int
    sha256: str


class _Decoder:
    """The decoder process of this server process: started at first use, again when it died, and again after a fork."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self.forget()

    def forget(self) -> None:
        """Let go of a parent's decoder (and of its locks, which another thread may have held while forking)."""
        if self._control is not None:
            self._control.close()
        self._process = self._control = None
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(getattr(settings, "LINLI_FILES_DECODERS", _DECODERS))

    def ask(self, data: bytes) -> bytes | Refusal:
        """Return the decoder's answer to one file, or a refusal when it cannot be had in time."""
        if not self._slots.acquire(timeout=_QUEUE_SECONDS):
            return Refusal.BUSY
        try:
            for _ in range(2):
                channel, process = self._channel()
                with channel:
                    answer = _exchange(channel, data, self._limits.wall_seconds)
                if answer or not _has_ended(process):
                    return answer
            logger.error("The photo decoder ended twice without an answer; see its standard error above.")
            return Refusal.BUSY
        finally:
            self._slots.release()

    def close(self) -> None:
        """End the decoder process."""
        with self._lock:
            self._stop()

    def _channel(self) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                return ours, self._hand_over(theirs)
            except OSError:
                # The process was killed from outside (memory pressure, an operator): one new one, then it is an error.
                self._stop()
                return ours, self._hand_over(theirs)

    def _hand_over(self, channel: socket.socket) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            # A child of it that has not quite died yet may still hold the other end and would take the photo along.
            self._stop()
        if self._control is None or self._process is None:
            self._control, self._process = self._start()
        socket.send_fds(self._control, [b"p"], [channel.fileno()])
        return self._process

    def _start(self) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        ours, theirs = socket.socketpair()
        bounds = asdict(self._limits)
        del bounds["file_bytes"]
        with theirs:
            # Isolated mode, no environment, another folder, own session: nothing of the server's is at hand there.
            process = subprocess.Popen(
                [sys.executable, "-I", str(_SCRIPT), json.dumps({"formats": FORMATS, **bounds})],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={"LC_ALL": "C.UTF-8"},
                cwd="/",
                start_new_session=True,
            )
        return ours, process

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = self._control = None


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Return whether the decoder itself is gone; its sockets close a moment before its end can be seen."""
    try:
        process.wait(timeout=0.1)
    except subprocess.TimeoutExpired:
        return False
    return True


def _exchange(channel: socket.socket, data: bytes, seconds: float) -> bytes | Refusal:
    """Send the file, close the sending half, return all that comes back; empty when the child died."""
    deadline = time.monotonic() + seconds
    answer = bytearray()
    try:
        channel.settimeout(max(seconds, 0.001))
        channel.sendall(data)
        channel.shutdown(socket.SHUT_WR)
        while len(answer) <= _ANSWER_BYTES:
            channel.settimeout(max(deadline - time.monotonic(), 0.001))
            chunk = channel.recv(1 << 20)
            if not chunk:
                return bytes(answer)
            answer += chunk
    except TimeoutError:
        return Refusal.TOO_SLOW
    except (BrokenPipeError, ConnectionResetError):
        return b""
    return Refusal.UNREADABLE


def _understand(answer: bytes) -> CleanPhoto | Refusal:
    """Check an answer as if the decoder had been taken over: only bare JPEG files of the right sizes pass."""
    if answer[:1] == b"R" and answer[1:].decode("ascii", "replace") in set(Refusal):
        return Refusal(answer[1:].decode("ascii"))
    if answer[:1] != b"K" or len(answer) < 9:
        return Refusal.UNREADABLE
    picture_end = 9 + struct.unpack("!I", answer[1:5])[0]
    picture, thumb = answer[9:picture_end], answer[picture_end:]
    size, thumb_size = bare_jpeg_size(picture), bare_jpeg_size(thumb)
    if size is None or thumb_size is None or max(size) > LIMITS.side or max(thumb_size) > LIMITS.thumb_side:
        return Refusal.UNREADABLE
    return CleanPhoto(picture, thumb, *size, hashlib.sha256(picture).hexdigest())


_decoder = _Decoder(LIMITS)
os.register_at_fork(after_in_child=_decoder.forget)
atexit.register(_decoder.close)


def clean_photo(data: bytes, name: str = "") -> CleanPhoto:
    """Return the photo redrawn upright in sRGB, at most 2048 px long, with a 320 px thumbnail, free of all metadata.

    data: the file as sent. name: what the sender calls it, only for the message. Safe to call from any thread; at most
    `LINLI_FILES_DECODERS` (2) photos are decoded at once, others wait up to 20 s.
    Raises InvalidInput, code `photo_<refusal>`, naming the file and saying what was kept.
    """
    outcome: CleanPhoto | Refusal | None = refusal_before_reading(len(data))
    if outcome is None:
        answer = _decoder.ask(data)
        outcome = answer if isinstance(answer, Refusal) else _understand(answer)
    if isinstance(outcome, Refusal):
        raise refused(outcome, name)
    return outcome
