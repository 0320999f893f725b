"""What can be wrong with a row: a stable code, why, and the cure, in the words of those who keep the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import get_language, gettext

from linli.doors.sheets.columns import BY_KEY
from linli.doors.sheets.wording import choices, value_names
from linli.kernel.identifiers import mask_id, mask_phone
from linli.kernel.phrases import gettext_noop


class Problem(StrEnum):
    """Why a row cannot come in, or not as it stands."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    WORD = "word"
    TAG = "tag"
    DATE = "date"
    DATE_FUTURE = "date_future"
    MOVED_BACKWARDS = "moved_backwards"
    ID_SHAPE = "id_shape"
    ID_CHECK = "id_check"
    ID_BIRTH = "id_birth"
    ID_SEX = "id_sex"
    ID_MASKED = "id_masked"
    PHONE = "phone"
    FLOOR = "floor"
    COMPOUND_UNKNOWN = "compound_unknown"
    COMPOUND_ELSEWHERE = "compound_elsewhere"
    COMPOUND_TWICE = "compound_twice"
    COMPOUND_KIND = "compound_kind"
    ADDRESS = "address"
    DOORS = "doors"
    TWICE = "twice"
    TWO_HEADS = "two_heads"
    HEAD_THERE = "head_there"
    LIVES_ELSEWHERE = "lives_elsewhere"
    LEFT = "left"
    EMPTY_LIVED_IN = "empty_lived_in"


@dataclass(frozen=True, slots=True)
class Said:
    """The two sentences of a problem, with `%(name)s` for what a fault names. told: rows or names, see `checks`."""

    why: str
    cure: str


SAID: Mapping[Problem, Said] = {
    Problem.MISSING: Said(
        gettext_noop("“%(column)s” is empty."), gettext_noop("Fill it in; this column is needed.")
    ),
    Problem.TOO_LONG: Said(
        gettext_noop("This is longer than %(most)s characters."),
        gettext_noop("Shorten it; remarks have no place here."),
    ),
    Problem.WORD: Said(
        gettext_noop("“%(value)s” is not one of the words for “%(column)s”."),
        gettext_noop("Use one of these: %(words)s."),
    ),
    Problem.TAG: Said(
        gettext_noop("“%(value)s” is not a need or role that may be noted here."),
        gettext_noop("Use one of these, several separated by 、: %(words)s."),
    ),
    Problem.DATE: Said(
        gettext_noop("“%(value)s” is not a date."), gettext_noop("Write it like 1984-05-17 or 1984年5月17日.")
    ),
    Problem.DATE_FUTURE: Said(gettext_noop("%(value)s is later than today."), gettext_noop("Correct the date.")),
    Problem.MOVED_BACKWARDS: Said(
        gettext_noop("This person moved out on %(value)s, before moving in on %(other)s."),
        gettext_noop("Correct one of the two dates."),
    ),
    Problem.ID_SHAPE: Said(
        gettext_noop("%(value)s is not a number of an identity card."),
        gettext_noop("It has 18 characters. For another document name its kind in “%(kind)s”."),
    ),
    Problem.ID_CHECK: Said(
        gettext_noop("A character of the number %(value)s is mistyped: its last character does not fit."),
        gettext_noop("Compare it with the card, digit by digit."),
    ),
    Problem.ID_BIRTH: Said(
        gettext_noop("By the card the person was born on %(other)s, here it says %(value)s."),
        gettext_noop("Correct the one that is wrong, or leave the date empty: it follows from the card."),
    ),
    Problem.ID_SEX: Said(
        gettext_noop("By the card the person is “%(other)s”, here it says “%(value)s”."),
        gettext_noop("Correct the one that is wrong, or leave the sex empty: it follows from the card."),
    ),
    Problem.ID_MASKED: Said(
        gettext_noop("%(value)s is covered with stars, and nobody of this name is known in this home."),
        gettext_noop("Fill in the whole number, or leave it empty."),
    ),
    Problem.PHONE: Said(
        gettext_noop("%(value)s is not a mobile number."),
        gettext_noop("It has 11 digits and begins with 1. Leave it empty when there is none."),
    ),
    Problem.FLOOR: Said(
        gettext_noop("“%(value)s” is not a floor."),
        gettext_noop("Write a number, -1 for a basement; or leave it empty: it follows from the room."),
    ),
    Problem.COMPOUND_UNKNOWN: Said(
        gettext_noop("There is no compound “%(value)s” in %(area)s."),
        gettext_noop("Correct the name. There are: %(words)s. A new compound has to be entered first."),
    ),
    Problem.COMPOUND_ELSEWHERE: Said(
        gettext_noop("“%(value)s” belongs to %(other)s, not to %(area)s."),
        gettext_noop("Leave the row out and let the other committee import it."),
    ),
    Problem.COMPOUND_TWICE: Said(
        gettext_noop("There are several compounds “%(value)s” in %(area)s."),
        gettext_noop("Import the committees one by one."),
    ),
    Problem.COMPOUND_KIND: Said(
        gettext_noop("The register calls this compound “%(other)s”, here it says “%(value)s”."),
        gettext_noop("Correct the cell or leave it empty; the compound itself is changed on its own page."),
    ),
    Problem.ADDRESS: Said(
        gettext_noop("It cannot be told which home this is: “%(value)s”."),
        gettext_noop("Fill in building and room, or write the address like 沈梅路123弄4号501室."),
    ),
    Problem.DOORS: Said(
        gettext_noop("%(value)s has several doors: %(words)s."), gettext_noop("Name the door in “%(kind)s”.")
    ),
    Problem.TWICE: Said(
        gettext_noop("The same person stands in row %(other)s already."), gettext_noop("Remove one of the two rows.")
    ),
    Problem.TWO_HEADS: Said(
        gettext_noop("This household has its head in row %(other)s already."),
        gettext_noop("Leave one head and give the other his relation to him."),
    ),
    Problem.HEAD_THERE: Said(
        gettext_noop("The register has %(other)s as head of this household."),
        gettext_noop("Give this person his relation to the head, or change the head on the page of the home."),
    ),
    Problem.LIVES_ELSEWHERE: Said(
        gettext_noop("By the register this person lives at %(other)s."),
        gettext_noop("Let him move out there first, on his own page, or correct the row."),
    ),
    Problem.LEFT: Said(
        gettext_noop("By the register this person left on %(other)s."),
        gettext_noop("Let him move in again on his own page, or correct the row."),
    ),
    Problem.EMPTY_LIVED_IN: Said(
        gettext_noop("The home is said to be empty, and row %(other)s has a person in it."),
        gettext_noop("Correct the use of the home, or remove this row."),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one row. column: key of ours. value: as it may be shown. told: what the sentences name."""

    row: int
    code: Problem
    column: str
    value: str = ""
    told: Mapping[str, str] = field(default_factory=dict)

    def stored(self) -> dict[str, object]:
        """As plain values, for a JSON column."""
        return {
            "row": self.row, "code": str(self.code), "column": self.column, "value": self.value, "told": dict(self.told)
        }  # fmt: skip

    @classmethod
    def from_stored(cls, found: Mapping[str, object]) -> Fault:
        """What `stored` made."""
        told = found["told"]
        return cls(
            int(str(found["row"])), Problem(str(found["code"])), str(found["column"]), str(found["value"]),
            dict(told) if isinstance(told, dict) else {},
        )  # fmt: skip


LONGEST_SHOWN = 40


def shown(key: str, value: str) -> str:
    """A cell as an error may show it: numbers of people masked, the rest cut."""
    if key == "id_number":
        return mask_id(value)
    if key == "phone":
        return mask_phone(value)
    return value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"


def heading(key: str, language: str | None = None) -> str:
    """The heading of a column in a language, or in the reader's."""
    column = BY_KEY[key]
    return column.en if (language or get_language() or "").startswith("en") else column.zh


def why(fault: Fault) -> str:
    """What is wrong, in the reader's language."""
    return gettext(SAID[fault.code].why) % _names(fault)


def cure(fault: Fault) -> str:
    """What to do about it, in the reader's language."""
    return gettext(SAID[fault.code].cure) % _names(fault)


def _names(fault: Fault) -> dict[str, str]:
    language = get_language() or ""
    names = dict.fromkeys(("other", "words", "area", "most", "kind"), "") | dict(fault.told)
    if fault.code is Problem.WORD:
        names["words"] = "、".join(choices(fault.column, language))
    elif fault.code is Problem.TAG and language.startswith("en"):
        names["words"] = names.get("words_en", "")
    elif fault.code in IN_WORDS:
        names["other"] = value_names(fault.column, language).get(names["other"], names["other"])
    names["kind"] = heading("entrance" if fault.code is Problem.DOORS else "id_kind")
    return {**names, "value": fault.value, "column": heading(fault.column)}


IN_WORDS = frozenset({Problem.ID_SEX, Problem.COMPOUND_KIND})
"""Here `other` is a stored value, which is said in the reader's language."""
