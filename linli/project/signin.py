"""Sign-in of staff: accounts are given by the office, nobody signs himself up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from linli.access.api import sign_out


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Local accounts only, made by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs himself up."""
        return False

    def logout(self, request: HttpRequest) -> None:
        """End the database session with the browser session."""
        sign_out(request)
        super().logout(request)
