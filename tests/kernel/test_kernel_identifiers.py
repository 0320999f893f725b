"""Numbers of people and bodies: the standard's vectors, every slip found, and masks that give nothing away."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.kernel import identifiers as ids
from linli.kernel.errors import InvalidInput

USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
births = st.dates(date(1900, 1, 1), date(2026, 11, 24))


@st.composite
def resident_ids(draw):
    body = f"310115{draw(births):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + ids.resident_id_check(body)


@st.composite
def credit_codes(draw):
    organisation = draw(st.text(USCC, min_size=8, max_size=8))
    body = f"91310115{organisation}{ids.organisation_check(organisation)}"
    return body + ids.credit_code_check(body)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "１１０１０５ 19491231-002x"])
def test_the_vectors_of_the_standard_pass(number):
    assert ids.parse_resident_id(number).number in ("11010519491231002X", "440524188001010014")


def test_an_id_number_tells_area_birth_and_sex():
    parsed = ids.parse_resident_id("11010519491231002X")
    assert parsed == ("11010519491231002X", "110105", date(1949, 12, 31), ids.Sex.FEMALE)
    assert ids.parse_resident_id("440524188001010014").sex is ids.Sex.MALE


@given(resident_ids())
def test_a_well_formed_id_number_passes_and_every_single_slip_fails(number):
    assert ids.parse_resident_id(number).number == number
    for at, right in enumerate(number):
        for wrong in string.digits + ("X" if at == 17 else ""):
            if wrong != right:
                with pytest.raises(InvalidInput):
                    ids.parse_resident_id(number[:at] + wrong + number[at + 1 :])


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("110105194912310020", "bad_id_check"),
        ("11010519490231002X", "bad_id"),
        ("99", "bad_id"),
        ("0101051949123100 2X", "bad_id"),
        ("11010518000101002X", "bad_id"),
        ("1101051949123100XX", "bad_id"),
        ("", "bad_id"),
        ("²" * 18, "bad_id_check"),
    ],
)
def test_bad_id_numbers_are_refused_without_repeating_them(number, code):
    with pytest.raises(InvalidInput) as caught:
        ids.parse_resident_id(number)
    assert caught.value.code in (code, "bad_id")
    assert not number or number not in str(caught.value)
    assert caught.value.detail is None


def test_nobody_is_born_tomorrow():
    body = "31011520261125001"
    number = body + ids.resident_id_check(body)
    assert ids.parse_resident_id(number, today=date(2026, 11, 25)).born == date(2026, 11, 25)
    with pytest.raises(InvalidInput):
        ids.parse_resident_id(number, today=date(2026, 11, 24))


@pytest.mark.parametrize("region", ["810000", "820000", "830000", "911101"])
def test_residence_permits_and_the_foreigners_card_pass(region):
    body = f"{region}19900101001"
    assert ids.parse_resident_id(body + ids.resident_id_check(body)).area == region


@pytest.mark.parametrize("code", ["91110108551385082Q", "9144030071526726XG", "9144 0300 7152 6726 xg"])
def test_the_credit_codes_of_the_standard_pass(code):
    assert ids.parse_credit_code(code).code in ("91110108551385082Q", "9144030071526726XG")


def test_a_credit_code_tells_its_organisation():
    assert ids.parse_credit_code("9144030071526726XG") == ("9144030071526726XG", "440300", "71526726X")


@given(credit_codes())
def test_a_well_formed_credit_code_passes_and_every_single_slip_fails(code):
    assert ids.parse_credit_code(code).code == code
    for at, right in enumerate(code):
        for wrong in string.digits + string.ascii_uppercase:
            if wrong != right:
                with pytest.raises(InvalidInput):
                    ids.parse_credit_code(code[:at] + wrong + code[at + 1 :])


def test_the_organisation_code_inside_is_checked_too():
    body = "91110108551385083"
    with pytest.raises(InvalidInput) as caught:
        ids.parse_credit_code(body + ids.credit_code_check(body))
    assert caught.value.code == "bad_credit_code_check"


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678",
        "+86 138 1234 5678",
        "008613812345678",
        "86-138-1234-5678",
        "（138）１２３４５６７８",
        "138\u200b12345678",
    ],
)
def test_a_mobile_number_is_read_as_it_was_meant(typed):
    assert ids.parse_mobile(typed) == "13812345678"


@pytest.mark.parametrize("typed", ["12812345678", "1381234567", "138123456789", "", "021-58881234", "1381234567a"])
def test_what_is_no_mobile_number_is_refused(typed):
    with pytest.raises(InvalidInput) as caught:
        ids.parse_mobile(typed)
    assert caught.value.code == "bad_mobile"


@given(st.integers(0, 99_999_999), st.integers(0, 99_999_999))
def test_invented_phones_pass_the_check_and_differ(a, b):
    assert ids.parse_mobile(ids.synthetic_phone(a)).startswith("160")
    assert (ids.synthetic_phone(a) == ids.synthetic_phone(b)) == (a == b)


@pytest.mark.parametrize("n", [-1, 100_000_000])
def test_there_are_no_more_invented_phones(n):
    with pytest.raises(ValueError, match="99,999,999"):
        ids.synthetic_phone(n)


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812341234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("021-58881234", "02****34"),
        ("110", "****"),
        ("", ""),
    ],
)
def test_a_masked_phone(phone, masked):
    assert ids.mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王*"),
        ("王明", "王*"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),
        ("诸葛 孔明", "诸葛*"),
        ("第五伦", "第五*"),
        ("林", "*"),
        ("  ", ""),
        ("阿卜杜·热合曼", "阿*"),
        ("John Smith", "J*"),
    ],
)
def test_a_masked_name(name, masked):
    assert ids.mask_name(name) == masked


def test_a_masked_id_number():
    assert ids.mask_id("310115194912311234") == "310115********1234"
    assert ids.mask_id("E12345678") == "E1****78"
    assert ids.mask_id("12") == "****"


@given(st.text(max_size=40))
def test_masks_never_give_back_more_than_half(text):
    for mask in (ids.mask_phone, ids.mask_id):
        shown = mask(text).replace("*", "")
        assert len(shown) <= 10
    assert len(ids.mask_name(text)) <= 3
