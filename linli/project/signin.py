"""Sign-in of staff: accounts are given by the office, nobody signs himself up; passwords are checked by the gate."""

from __future__ import annotations

from datetime import datetime

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import HttpRequest

from linli.access.api import change_password, password_fits, seal_text, sign_out, unseal_text
from linli.accounts.api import User


class ByGate(AuthenticationBackend):  # type: ignore[misc]
    """Compares a password with the hash that the gate fetches."""

    def _check_password(self, user: User | None, password: str) -> User | None:
        if user is None:
            return None
        self._did_check_password = True
        if not password_fits(user, password):
            return None
        if not self.user_can_authenticate(user):
            self._stash_user(user)
            return None
        return user


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Local accounts only, made by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs himself up."""
        return False

    def logout(self, request: HttpRequest) -> None:
        """End the database session with the browser session."""
        sign_out(request)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Store a new password through the gate."""
        change_password(user, password)


class ResetToken(PasswordResetTokenGenerator):
    """A link by mail for a new password: spent by its use, by signing in and by a new address."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        seen: datetime | None = user.last_login
        return f"{user.pk} {user.password_stamp} {seen and seen.isoformat()} {user.email} {timestamp}"


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of second factors sealed with a key outside the database."""

    def encrypt(self, text: str) -> str:
        """As it is stored."""
        return seal_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        """As it was before."""
        return unseal_text(encrypted_text)
