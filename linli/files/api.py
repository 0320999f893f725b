"""The door to photos."""

from linli.files.actions import Swept, attach, check_number, drop_expired, drop_unattached, store_photo, sweep_orphans
from linli.files.clean import CleanPhoto, clean_photo
from linli.files.models import Photo
from linli.files.queries import photo_for, photos_for, photos_of_link
from linli.files.rules import ACCEPT, KEPT_TYPE, LIMITS, MAX_PHOTOS, Refusal
from linli.files.storage import PhotoSize, open_photo

__all__ = [
    "ACCEPT",
    "KEPT_TYPE",
    "LIMITS",
    "MAX_PHOTOS",
    "CleanPhoto",
    "Photo",
    "PhotoSize",
    "Refusal",
    "Swept",
    "attach",
    "check_number",
    "clean_photo",
    "drop_expired",
    "drop_unattached",
    "open_photo",
    "photo_for",
    "photos_for",
    "photos_of_link",
    "store_photo",
    "sweep_orphans",
]
