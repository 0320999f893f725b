"""The errors a rule may raise; faces turn them into messages or problem+json.

`message` may be a lazily translated string: it is shown to a person, so it is turned into `str` only when shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Displayable(Protocol):
    """Anything that becomes text when shown: `str` or a lazy translation."""

    def __str__(self) -> str: ...


class LinliError(Exception):
    """Base of every error a person can cause or meet.

    message: what happened, in the reader's language. code: stable machine name, `snake_case`.
    detail: plain values for the machine reader (field names, limits), never personal data.
    kept: what was saved in spite of the error, in the reader's language, or None when nothing was.
    """

    def __init__(
        self,
        message: Displayable,
        *,
        code: str,
        detail: Mapping[str, object] | None = None,
        kept: Displayable | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.detail: dict[str, object] | None = None if detail is None else dict(detail)
        self.kept = kept

    def __str__(self) -> str:
        return str(self.message)


class InvalidInput(LinliError):
    """A value given by the caller is not acceptable (HTTP 422)."""


class Forbidden(LinliError):
    """The actor may not do this here (HTTP 403)."""


class NotFound(LinliError):
    """The thing does not exist, or the actor may not know that it does (HTTP 404)."""


class Conflict(LinliError):
    """Somebody else changed the same thing first (HTTP 409)."""


class WrongState(LinliError):
    """The thing exists but its state does not allow the act (HTTP 409)."""
