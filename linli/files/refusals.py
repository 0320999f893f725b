"""What a person reads when a photo is not taken."""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from linli.files.rules import LIMITS, MAX_PHOTOS, Refusal, display_name
from linli.kernel.errors import InvalidInput, NotFound

_NAMELESS = _("this photo")
_KEPT = _("No copy of this photo was kept. The rest of what you entered is not affected.")

MESSAGES = {
    Refusal.EMPTY: _("“{name}” is empty. Please choose the photo again."),
    Refusal.TOO_LARGE: _("“{name}” is larger than {megabytes} MB. Please send a smaller version of it."),
    Refusal.UNKNOWN_FORMAT: _("“{name}” is not a photo we can read. Please send JPEG, PNG, WebP, HEIC or GIF."),
    Refusal.TOO_MANY_PIXELS: _(
        "“{name}” has more than {megapixels} million pixels. Please choose a smaller size in the camera and try again."
    ),
    Refusal.TOO_MANY_FRAMES: _("“{name}” is a moving picture that is too long. Please send a still photo."),
    Refusal.DAMAGED: _("“{name}” is damaged or incomplete. Please take or choose the photo again."),
    Refusal.UNREADABLE: _("“{name}” could not be read. Please take the photo again or send a smaller version of it."),
    Refusal.TOO_SLOW: _("“{name}” took too long to read. Please try again or send a smaller version of it."),
    Refusal.BUSY: _("Too many photos are arriving now, “{name}” had to wait too long. Please try again soon."),
}
"""The sentence for each refusal that concerns one file; {name} is the file's name as shown."""


def refused(refusal: Refusal, name: str) -> InvalidInput:
    """Return the error for one refused file. name: as the sender gave it; it is made fit to be shown here."""
    shown = display_name(name)
    message = format_lazy(
        MESSAGES[refusal],
        name=shown or _NAMELESS,
        megabytes=LIMITS.file_bytes // (1024 * 1024),
        megapixels=LIMITS.frame_pixels // 1_000_000,
    )
    return InvalidInput(message, code=f"photo_{refusal}", detail={"file": shown}, kept=_KEPT)


def too_many_photos(count: int) -> InvalidInput:
    """Return the error for more photos than one report may carry."""
    message = format_lazy(_("At most {most} photos can be sent, not {count}."), most=MAX_PHOTOS, count=count)
    return InvalidInput(message, code=f"photo_{Refusal.TOO_MANY_PHOTOS}", detail={"most": MAX_PHOTOS, "count": count})


def not_found() -> NotFound:
    """Return the error for a photo that does not exist or may not be seen here: the two are not told apart."""
    return NotFound(_("This photo does not exist or cannot be shown to you."), code="photo_not_found")
