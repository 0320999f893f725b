"""Slips of the pen in official numbers: what the standards promise to find is found, whatever the number."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.kernel import identifiers as ids
from linli.kernel.errors import InvalidInput
from linli.kernel.numbers import Number, parse_number

FEW = settings(max_examples=100, deadline=None)
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def iso_7064(body: str, modulus: int, radix: int, digits: str) -> str:
    """The check character by ISO 7064 as a recursion from the left, not as a table of weights."""
    rest = 0
    for char in body:
        rest = (rest + digits.index(char)) * radix % modulus
    value = (modulus + 1 - rest) % modulus
    return "0123456789X"[value] if modulus == 11 else digits[value]


def resident_id(born: date, serial: int, area: str = "310115") -> str:
    body = f"{area}{born:%Y%m%d}{serial:03d}"
    return body + ids.resident_id_check(body)


numbers = st.builds(
    resident_id, st.dates(date(1900, 1, 1), date(2026, 11, 24)), st.integers(0, 999),
    st.sampled_from(["310115", "110101", "440301", "650103", "820000"]),
)  # fmt: skip
organisations = st.text(CREDIT, min_size=8, max_size=8)


def credit_code(organisation: str) -> str:
    body = f"91310115{organisation}{ids.organisation_check(organisation)}"
    return body + ids.credit_code_check(body)


def swapped(text: str, at: int) -> str:
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def is_id(text: str) -> bool:
    try:
        ids.parse_resident_id(text)
    except InvalidInput as refused:
        assert refused.code in {"bad_id", "bad_id_check"}
        return False
    return True


def is_credit_code(text: str) -> bool:
    try:
        ids.parse_credit_code(text)
    except InvalidInput as refused:
        assert refused.code in {"bad_credit_code", "bad_credit_code_check"}
        return False
    return True


class TestResidentIds:
    @given(st.text("0123456789", min_size=17, max_size=17))
    @FEW
    def test_the_check_character_is_that_of_iso_7064_mod_11_2(self, body: str) -> None:
        assert ids.resident_id_check(body) == iso_7064(body, 11, 2, "0123456789")

    @given(numbers)
    @FEW
    def test_every_swap_of_two_neighbours_is_found(self, number: str) -> None:
        assert is_id(number)
        for at, (left, right) in enumerate(pairwise(number)):
            if left != right:
                assert not is_id(swapped(number, at)), at

    @given(numbers, st.integers(0, 17), st.integers(0, 17))
    @FEW
    def test_a_swap_of_two_places_is_found_unless_they_stand_ten_apart(self, number: str, a: int, b: int) -> None:
        """The standard's weights come round after ten places; it promises no more than this."""
        if abs(a - b) == 10:
            return
        chars = list(number)
        chars[a], chars[b] = chars[b], chars[a]
        assert is_id("".join(chars)) is ("".join(chars) == number)

    @given(numbers, st.integers(0, 17))
    @FEW
    def test_a_lost_or_doubled_character_is_found(self, number: str, at: int) -> None:
        assert not is_id(number[:at] + number[at + 1 :])
        assert not is_id(number[: at + 1] + number[at:])

    @pytest.mark.parametrize(
        ("born", "real"),
        [("20240229", True), ("20230229", False), ("19000229", False), ("20000229", True), ("20260431", False),
         ("20260430", True), ("20261301", False), ("20260100", False), ("18491231", False), ("18500101", True)],
    )  # fmt: skip
    def test_a_day_that_never_was_is_no_birthday_even_with_the_right_check(self, born: str, real: bool) -> None:
        body = f"310115{born}001"
        assert is_id(body + ids.resident_id_check(body)) is real

    @pytest.mark.parametrize(
        ("serial", "sex"), [(0, ids.Sex.FEMALE), (1, ids.Sex.MALE), (998, ids.Sex.FEMALE), (999, ids.Sex.MALE)]
    )
    def test_the_last_digit_before_the_check_tells_the_sex(self, serial: int, sex: ids.Sex) -> None:
        assert ids.parse_resident_id(resident_id(date(1990, 1, 1), serial)).sex is sex


class TestCreditCodes:
    @given(st.text(CREDIT, min_size=17, max_size=17))
    @FEW
    def test_the_check_character_is_the_weighted_sum_of_the_standard(self, body: str) -> None:
        """GB 32100: weights are the powers of 3 modulo 31, the check is 31 less the rest."""
        total = sum(CREDIT.index(char) * pow(3, place, 31) for place, char in enumerate(body))
        assert ids.credit_code_check(body) == CREDIT[-total % 31]

    @given(organisations)
    @FEW
    def test_every_swap_of_two_neighbours_is_found(self, organisation: str) -> None:
        code = credit_code(organisation)
        assert is_credit_code(code)
        for at, (left, right) in enumerate(pairwise(code)):
            if left != right:
                assert not is_credit_code(swapped(code, at)), at

    @given(organisations, st.sampled_from("IOSVZ"), st.integers(0, 17))
    @FEW
    def test_letters_that_look_like_digits_are_in_no_code(self, organisation: str, letter: str, at: int) -> None:
        code = credit_code(organisation)
        assert not is_credit_code(code[:at] + letter + code[at + 1 :])

    def test_a_refused_code_is_not_repeated_to_whoever_reads_the_error(self) -> None:
        code = credit_code("55138508")
        wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
        with pytest.raises(InvalidInput) as refused:
            ids.parse_credit_code(wrong)
        assert wrong not in f"{refused.value} {refused.value.detail}"


class TestMatterNumbers:
    @given(st.integers(1, 12), st.integers(0, 999), st.integers(1, 999_999), st.integers(0, 13))
    @FEW
    def test_a_lost_or_doubled_character_never_leads_to_another_matter(
        self, month: int, town: int, serial: int, at: int
    ) -> None:
        text = str(Number(f"26{month:02d}", f"{town:03d}", serial)).replace("-", "")
        for wrong in (text[:at] + text[at + 1 :], text[: at + 1] + text[at:]):
            with pytest.raises(InvalidInput):
                parse_number(wrong)

    def test_check_characters_are_spread_evenly_over_a_month(self) -> None:
        """Were some never used, a slip could be guessed; 31 characters over 3,100 numbers in a row."""
        last = [str(Number("2611", "132", serial))[-1] for serial in range(1, 3_101)]
        counts = {char: last.count(char) for char in set(last)}
        assert len(counts) == 31
        assert max(counts.values()) - min(counts.values()) <= 40
