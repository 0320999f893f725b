"""Numbers that the state or an operator gave to people and bodies: check them, mask them, invent harmless ones.

Checks follow DOMAIN 2.14. Nothing here stores or logs a number.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# First two digits of GB/T 2260, residence permits of Hong Kong 81, Macau 82, Taiwan 83, the foreigner's card 9x.
_ID_REGIONS = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[0-9]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_MOBILE_PREFIX = re.compile(r"^(?:\+86|0086|86(?=1[3-9][0-9]{9}$))")
# The compound surnames of the 《百家姓》, written without spaces, two characters each.
_SURNAME_PAIRS = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠"
    "公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁"
    "拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生梁丘左丘东门西门第五"
)
_COMPOUND_SURNAMES = frozenset(_SURNAME_PAIRS[at : at + 2] for at in range(0, len(_SURNAME_PAIRS), 2))


class Sex(StrEnum):
    """Sex as the seventeenth digit of an ID number tells it (GB/T 2261.1: 1 male, 2 female)."""

    MALE = "1"
    FEMALE = "2"


class ResidentId(NamedTuple):
    """A checked ID number: the 18 characters, area (GB/T 2260, 6 digits), date of birth, sex."""

    number: str
    area: str
    born: date
    sex: Sex


class CreditCode(NamedTuple):
    """A checked unified social credit code: the 18 characters, registration area (6 digits), organisation code (9)."""

    code: str
    area: str
    organisation: str


def parse_resident_id(text: str, *, today: date | None = None) -> ResidentId:
    """Return the parts of an ID number by GB 11643, after removing spaces and full-width forms.

    today: when given, a birth later than this day is refused as well.
    Raises InvalidInput: `bad_id` (shape, area or date), `bad_id_check` (mistyped). The number is never in the error.
    """
    number = _compact(text)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number) or not _ID_REGIONS.match(number):
        raise _bad_id()
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as wrong:
        raise _bad_id() from wrong
    if born.year < 1850 or (today is not None and born > today):
        raise _bad_id()
    if resident_id_check(number[:17]) != number[17]:
        raise InvalidInput(gettext_noop("A character of this ID number is mistyped."), code="bad_id_check")
    return ResidentId(number, number[:6], born, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def resident_id_check(body: str) -> str:
    """Return the eighteenth character for the 17 digits `body` (GB 11643: weighted sum modulo 11)."""
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def parse_credit_code(text: str) -> CreditCode:
    """Return the parts of a unified social credit code: GB 32100 check and GB 11714 check of characters 9–17.

    Raises InvalidInput: `bad_credit_code` (shape), `bad_credit_code_check` (mistyped).
    """
    code = _compact(text)
    if not re.fullmatch(rf"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}", code):
        raise InvalidInput(gettext_noop("A unified social credit code has 18 characters."), code="bad_credit_code")
    if credit_code_check(code[:17]) != code[17] or organisation_check(code[8:16]) != code[16]:
        raise InvalidInput(gettext_noop("A character of this credit code is mistyped."), code="bad_credit_code_check")
    return CreditCode(code, code[2:8], code[8:17])


def credit_code_check(body: str) -> str:
    """Return the eighteenth character for the 17 characters `body` (GB 32100: weights 3^i modulo 31)."""
    total = sum(_USCC_ALPHABET.index(c) * weight for c, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[-total % 31]


def organisation_check(body: str) -> str:
    """Return the ninth character for the 8 characters `body` of an organisation code (GB 11714, modulo 11)."""
    total = sum(_ORG_ALPHABET.index(c) * weight for c, weight in zip(body, _ORG_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def parse_mobile(text: str) -> str:
    """Return a mainland mobile number as 11 digits, without +86, spaces, dashes or full-width forms.

    Raises InvalidInput (`bad_mobile`). The number is never in the error.
    """
    number = _MOBILE_PREFIX.sub("", re.sub(r"[()]", "", _compact(text)))
    if not _MOBILE.fullmatch(number):
        raise InvalidInput(gettext_noop("A mobile number has 11 digits and begins with 1."), code="bad_mobile")
    return number


def synthetic_phone(n: int) -> str:
    """Return the n-th mobile number for invented people: 160 and eight digits.

    It passes `parse_mobile`, but 160 is allotted to no operator, so nobody can be rung by mistake.
    Raises ValueError when n is outside 0–99,999,999.
    """
    if not 0 <= n <= 99_999_999:
        raise ValueError("n must be from 0 to 99,999,999")
    return f"160{n:08d}"


def mask_phone(phone: str) -> str:
    """Return `138****1234`; other numbers keep at most two digits at each end, never more than half of all."""
    digits = _compact(phone)
    mobile = _MOBILE_PREFIX.sub("", digits)
    if _MOBILE.fullmatch(mobile):
        return f"{mobile[:3]}****{mobile[7:]}"
    return _mask_middle(digits, 2)


def mask_name(name: str) -> str:
    """Return the surname and one star (王*, 欧阳*); a lone character becomes a star. The length is not told."""
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    if not plain:
        return ""
    if len(plain) == 1:
        return "*"
    if len(plain) > 2 and plain[:2] in _COMPOUND_SURNAMES:
        return f"{plain[:2]}*"
    return f"{plain[0]}*"


def mask_id(number: str) -> str:
    """Return `310115********1234` for an 18-character ID number; other documents keep two characters at each end."""
    compact = _compact(number)
    if len(compact) == 18:
        return f"{compact[:6]}********{compact[14:]}"
    return _mask_middle(compact, 2)


def _mask_middle(text: str, most: int) -> str:
    kept = min(most, len(text) // 4)
    return f"{text[:kept]}****{text[len(text) - kept :]}" if text else ""


def _compact(text: str) -> str:
    """Return `text` without spaces and dashes, half-width and upper case; cut where no number can still be one."""
    plain = unicodedata.normalize("NFKC", text[:64]).upper()
    return re.sub(r"[\s\-\u2010-\u2015\u2212\u200B-\u200F\u202A-\u202E\uFEFF]+", "", plain)


def _bad_id() -> InvalidInput:
    return InvalidInput(
        gettext_noop("This is not an ID number: 18 characters with a valid area and date of birth."), code="bad_id"
    )
