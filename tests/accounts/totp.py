"""Codes of an authenticator app, worked out from RFC 6238 by itself."""

from __future__ import annotations

import base64
import hmac
import struct


def code_at(secret: str, seconds: float, *, step: int = 30, digits: int = 6) -> str:
    """The code that an app with this secret shows at a moment (seconds since 1970)."""
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(seconds) // step), "sha1")
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"
