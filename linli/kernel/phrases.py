"""Marks the sentences of the kernel for translation without knowing any translator.

The kernel raises with the English msgid; a face shows `gettext(str(error))`. The Chinese stands in `locale/` beside
this file, which the project adds to its locale paths.
"""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Return `message` unchanged; the name is what message extraction looks for."""
    return message
