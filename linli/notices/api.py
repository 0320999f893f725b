"""The door to notices."""

from linli.notices.actions import carry, mark_read, send
from linli.notices.models import Notice
from linli.notices.phrases import words
from linli.notices.queries import notices_for, unread_count

__all__ = ["Notice", "carry", "mark_read", "notices_for", "send", "unread_count", "words"]
