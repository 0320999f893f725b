"""Forms of the sign-in pages that need the gate. Apart from `signin`, which allauth reads before its own forms."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm

from linli.access.api import password_fits


class ChangePassword(ChangePasswordForm):  # type: ignore[misc]
    """Asks the gate whether the old password fits."""

    def clean_oldpassword(self) -> str:
        """The old password. Raises ValidationError when it is another."""
        given: str = self.cleaned_data["oldpassword"]
        if not password_fits(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given
