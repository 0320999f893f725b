"""Browser sessions of which the database holds neither the key nor, without the key, the contents.

Whoever could read the whole table `django_session` could still not sign in as anybody, nor learn the token inside.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone
from django.utils.crypto import salted_hmac

NONCE_BYTES = 12
KEY_LENGTH = 40
"""What the column `session_key` holds; as base64 these are 240 bits."""


class SessionStore(DatabaseStore):
    """Django's table; the row is found by a hash of the cookie and sealed with a key made from the cookie."""

    def exists(self, session_key: str) -> bool:
        """Whether the browser's key is taken."""
        return super().exists(_place(session_key))

    def delete(self, session_key: str | None = None) -> None:
        """Delete by the browser's key; without one, this very session."""
        key = session_key or self.session_key
        if key is not None:
            super().delete(_place(key))

    def load(self) -> dict[str, Any]:
        """The contents, or nothing when the key is unknown, the row has expired or was written by somebody else."""
        place = _place(self.session_key or "")
        row = self.get_model_class().objects.filter(session_key=place, expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row to store."""
        return self.get_model_class()(
            session_key=_place(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(expiry=data.get("_session_expiry")),
        )

    async def acreate_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Nothing here is asynchronous, and Django's twin would store the key itself."""
        raise NotImplementedError

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The contents as only the holder of the cookie can read them."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = self.serializer().dumps(session_dict)
        return urlsafe_b64encode(nonce + self._seal().encrypt(nonce, plain, None)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """What `encode` wrote; nothing for anything else."""
        try:
            sealed = b64decode(session_data, altchars=b"-_", validate=True)
            plain = self._seal().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except (Base64Error, ValueError, InvalidTag):
            return {}
        found: dict[str, Any] = self.serializer().loads(plain)
        return found

    def _seal(self) -> AESGCM:
        return AESGCM(salted_hmac("linli session seal", self.session_key or "", algorithm="sha256").digest())


def _place(session_key: str) -> str:
    digest = salted_hmac("linli session place", session_key, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode()[:KEY_LENGTH]
