"""The public number of a matter: `YYMM-TTT-SSSSSS-C`, such as 2611-132-004219-K.

Year and month, town (last three digits of its GB/T 10114 code), running number, check character. The check character is
a weighted sum modulo 31 over the alphabet of GB 32100 (no I, O, S, V, Z): 31 is prime and the weights are different
powers of 20, so every single wrong character and every swap of two places is found.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BODY = 13
# The order of 20 modulo 31 is 15: thirteen digits and the check character (weight 1) get fourteen different weights.
_WEIGHTS = tuple(pow(20, _BODY - place, 31) for place in range(_BODY))
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u30FC\uFE58\uFE63_.·]+")
# Letters that the check alphabet lacks can only have been meant as digits, wherever they stand; so can a small l in the
# body. L, B, D and Q are check characters: reading them as digits would let a swap with the check place pass.
_MEANT = str.maketrans("OISZ", "0152")
_BODY_MEANT = str.maketrans("l", "1")


class Number(NamedTuple):
    """A matter's number in parts: yymm (4 digits), town (3 digits), serial (1–999999)."""

    yymm: str
    town: str
    serial: int

    def __str__(self) -> str:
        body = f"{self.yymm}{self.town}{self.serial:06d}"
        return f"{self.yymm}-{self.town}-{body[7:]}-{_check(body)}"


def format_number(*, yymm: str, town: str, serial: int) -> str:
    """Return the public number, e.g. `2611-132-004219-K`.

    yymm: 4 digits, month 01–12. town: last three digits of the town code. serial: 1–999999 inside month and town.
    Raises InvalidInput (`bad_number_part`) when a part does not fit.
    """
    month_fits = re.fullmatch(r"[0-9]{2}(0[1-9]|1[0-2])", yymm)
    if not month_fits or not re.fullmatch(r"[0-9]{3}", town) or not 1 <= serial <= 999_999:
        raise InvalidInput(
            gettext_noop("This number cannot be formed: month, town or running number is out of range."),
            code="bad_number_part",
            detail={"yymm": yymm, "town": town, "serial": serial},
        )
    return str(Number(yymm, town, serial))


def parse_number(text: str) -> Number:
    """Return the parts of a number as a person typed, dictated or scanned it.

    Forgives full-width characters, lower case, spaces, dashes, and letters standing for digits (O 0, I 1, S 5, Z 2).
    Raises InvalidInput: `bad_number` (not the shape of a number), `bad_number_check` (mistyped).
    """
    typed = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:64]))
    body = typed[:_BODY].translate(_BODY_MEANT).upper().translate(_MEANT)
    check = typed[_BODY:].upper().translate(_MEANT)
    if not re.fullmatch(r"[0-9]{2}(0[1-9]|1[0-2])[0-9]{9}", body) or len(check) != 1 or body.endswith("000000"):
        raise InvalidInput(
            gettext_noop("This is not a matter number. It looks like 2611-132-004219-K."), code="bad_number"
        )
    if _check(body) != check:
        raise InvalidInput(
            gettext_noop("A character of this number is mistyped. Please compare it with the receipt."),
            code="bad_number_check",
        )
    return Number(body[:4], body[4:7], int(body[7:]))


def _check(body: str) -> str:
    return ALPHABET[-sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 31]
