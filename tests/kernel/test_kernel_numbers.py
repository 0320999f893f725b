"""The public number: what is printed is read back, and every slip of one character or one swap is found."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.kernel.errors import InvalidInput
from linli.kernel.numbers import ALPHABET, Number, format_number, parse_number

LETTERS = string.digits + string.ascii_uppercase
numbers = st.builds(
    Number,
    yymm=st.builds("{:02d}{:02d}".format, st.integers(0, 99), st.integers(1, 12)),
    town=st.from_regex(r"[0-9]{3}", fullmatch=True),
    serial=st.integers(1, 999_999),
)


def compact(number: Number) -> str:
    return str(number).replace("-", "")


def reads_as(text: str) -> Number | None:
    try:
        return parse_number(text)
    except InvalidInput:
        return None


def test_the_example_of_the_documents_is_a_valid_number():
    assert format_number(yymm="2611", town="132", serial=4219) == "2611-132-004219-K"
    assert parse_number("2611-132-004219-K") == Number("2611", "132", 4219)


@given(numbers)
def test_a_number_reads_back(number):
    assert parse_number(format_number(yymm=number.yymm, town=number.town, serial=number.serial)) == number


@pytest.mark.parametrize(
    "typed",
    [
        "2611132004219K",
        "2611 132 004219 k",
        "２６１１－１３２－００４２１９－Ｋ",
        "  2611-132-oo4219-K ",
        "26ll—I32—0042l9—k",
        "2611\u2010132\u2011004219\u2013K",
        "2611_132.004219·K",
        "2611-13Z-004219-K",
    ],
)
def test_a_number_is_read_as_it_was_meant(typed):
    assert str(parse_number(typed)) == "2611-132-004219-K"


@given(numbers, st.sampled_from(["", " ", "-", "—", "　"]))
def test_separators_and_width_do_not_matter(number, separator):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in compact(number).lower())
    assert parse_number(separator.join(wide)) == number


def test_letters_that_the_check_alphabet_lacks_are_read_as_digits():
    for serial in range(1, 400):
        text = format_number(yymm="2601", town="101", serial=serial)
        for written, meant in {"O": "0", "I": "1", "S": "5", "Z": "2"}.items():
            if text[-1] == meant:
                assert str(parse_number(text[:-1] + written)) == text


@pytest.mark.parametrize("typed", ["", "K", "2611-132-004219", "2613-132-004219-K", "2611-132-004219-KK", "９" * 500])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(InvalidInput) as caught:
        parse_number(typed)
    assert caught.value.code == "bad_number"


@pytest.mark.parametrize(
    "parts",
    [
        {"yymm": "2613", "town": "132", "serial": 1},
        {"yymm": "2600", "town": "132", "serial": 1},
        {"yymm": "２６11", "town": "132", "serial": 1},
        {"yymm": "2611", "town": "13", "serial": 1},
        {"yymm": "2611", "town": "132", "serial": 0},
        {"yymm": "2611", "town": "132", "serial": 1_000_000},
    ],
)
def test_parts_that_do_not_fit_are_refused(parts):
    with pytest.raises(InvalidInput) as caught:
        format_number(**parts)
    assert caught.value.code == "bad_number_part"


def slips(text: str):
    """Yield every other text made by one wrong character, then every one made by swapping two places."""
    for at, right in enumerate(text):
        for wrong in LETTERS:
            if wrong != right:
                yield "substitution", text[:at] + wrong + text[at + 1 :]
    for a in range(len(text)):
        for b in range(a + 1, len(text)):
            if text[a] != text[b]:
                swapped = list(text)
                swapped[a], swapped[b] = swapped[b], swapped[a]
                yield "swap", "".join(swapped)


def test_every_substitution_and_every_swap_is_found():
    dice = random.Random(2611)
    tried = {"substitution": 0, "swap": 0}
    for _ in range(300):
        right = Number(f"26{dice.randint(1, 12):02d}", f"{dice.randrange(1000):03d}", dice.randint(1, 999_999))
        for kind, text in slips(compact(right)):
            tried[kind] += 1
            assert reads_as(text) in (None, right), (kind, str(right), text)
    assert tried["substitution"] == 300 * 14 * 35
    assert tried["swap"] > 300 * 60


def test_the_weights_find_every_slip_for_all_numbers():
    """The exhaustive proof: a slip changes the sum by (a - b) * weight, or by (a - b) * (difference of two weights)."""
    weights = [pow(20, 13 - place, 31) for place in range(13)] + [1]
    values = range(len(ALPHABET))
    for weight in weights:
        assert all((a - b) * weight % 31 for a in values for b in values if a != b)
    for at, one in enumerate(weights):
        for other in weights[at + 1 :]:
            assert all((a - b) * (one - other) % 31 for a in values for b in values if a != b)


def test_control_a_plain_digit_sum_would_miss_swaps():
    missed = sum(sum(map(int, "0123")) % 31 == sum(map(int, swapped)) % 31 for swapped in ("1023", "0213", "0132"))
    assert missed == 3
