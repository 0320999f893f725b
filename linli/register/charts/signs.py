"""A legend: the sign of every value of one layer, and what makes a legend unfit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

from linli.kernel.phrases import gettext_noop
from linli.register.charts.palette import LEAST_CONTRAST, Shape, colour_of, contrast, same_grey
from linli.register.charts.rules import VALUES, Layer

MAX_LABEL = 20
SHAPES = frozenset(Shape)


@dataclass(frozen=True, slots=True)
class Sign:
    """How one value is drawn. colour: a token of the palette or #rrggbb; shape: see Shape; letter: one character."""

    value: str
    colour: str
    shape: str
    letter: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a legend is refused. `message` is a sentence for a person with %(names)s filled by `params`."""

    code: str
    message: str
    params: Mapping[str, str]
    values: tuple[str, ...]


def read_signs(rows: Iterable[Mapping[str, object]]) -> tuple[Sign, ...]:
    """Signs from stored rows."""
    return tuple(Sign(**{name: str(row.get(name, "")) for name in Sign.__dataclass_fields__}) for row in rows)


def write_signs(signs: Iterable[Sign]) -> list[dict[str, str]]:
    """Signs as stored rows."""
    return [asdict(sign) for sign in signs]


def faults_of(layer: Layer, signs: Sequence[Sign]) -> list[Fault]:
    """Everything that makes these signs unfit for the layer; empty for a good legend.

    Rules: DOMAIN §2.15 (colour is never the only signal, a print in grey can be read), WCAG 2.2 1.4.11.
    """
    alone = [fault for sign in signs for fault in _of_one(sign)]
    if faults := _of_the_set(layer, signs) + alone:
        return faults
    return [fault for one, other in combinations(signs, 2) for fault in _of_two(one, other)]


def _of_the_set(layer: Layer, signs: Sequence[Sign]) -> list[Fault]:
    given = [sign.value for sign in signs]
    missing = [value for value in VALUES[layer] if value not in given]
    wrong = [value for value in given if value not in VALUES[layer] or given.count(value) > 1]
    faults = []
    if missing:
        said = gettext_noop("The legend has no sign for: %(values)s.")
        faults.append(Fault("value_missing", said, {"values": ", ".join(missing)}, tuple(missing)))
    if wrong:
        said = gettext_noop("The legend has a row too many: %(values)s.")
        faults.append(Fault("value_unknown", said, {"values": ", ".join(dict.fromkeys(wrong))}, tuple(wrong)))
    return faults


def _of_one(sign: Sign) -> list[Fault]:
    colour, here = colour_of(sign.colour), {"name": sign.zh or sign.value}
    faults = []
    if colour is None:
        faults.append(("colour_unknown", gettext_noop("“%(name)s” has no colour we know."), here))
    elif (ratio := contrast(colour.outline)) < LEAST_CONTRAST:
        said = gettext_noop("The colour of “%(name)s” is too pale: %(ratio)s : 1 against paper, at least 3 : 1.")
        faults.append(("colour_pale", said, {**here, "ratio": f"{ratio:.1f}"}))
    if sign.shape not in SHAPES:
        faults.append(("shape_unknown", gettext_noop("“%(name)s” has no shape we know."), here))
    if len(sign.letter.strip()) != 1:
        faults.append(("letter_not_one", gettext_noop("“%(name)s” needs a letter of exactly one character."), here))
    if not (0 < len(sign.zh.strip()) <= MAX_LABEL and 0 < len(sign.en.strip()) <= 2 * MAX_LABEL):
        said = gettext_noop("“%(name)s” needs a short name in Chinese and in English.")
        faults.append(("label_missing", said, here))
    return [Fault(code, said, params, (sign.value,)) for code, said, params in faults]


def _of_two(one: Sign, other: Sign) -> list[Fault]:
    both = {"one": one.zh, "other": other.zh}
    colours = colour_of(one.colour), colour_of(other.colour)
    found = []
    if one.letter.casefold() == other.letter.casefold():
        found.append(("letter_twice", gettext_noop("“%(one)s” and “%(other)s” have the same letter.")))
    if (one.colour, one.shape) == (other.colour, other.shape):
        said = gettext_noop("“%(one)s” and “%(other)s” look the same: change the colour or the shape of one.")
        found.append(("alike", said))
    elif one.shape == other.shape and colours[0] and colours[1] and same_grey(colours[0], colours[1]):
        said = gettext_noop("In a grey print “%(one)s” and “%(other)s” look the same: give one another shape.")
        found.append(("alike_in_grey", said))
    return [Fault(code, said, both, (one.value, other.value)) for code, said in found]
