"""The second factor of a staff account: codes, what is kept of them, and what the pages say in both languages."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import cast
import pytest
from accounts.totp import code_at
from casework.stage import Stage
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import Client

from linli.project.messages import compile_all

pytestmark = pytest.mark.django_db
MFA = "/accounts/2fa/"
WRONG = {"zh-hans": "错误代码。", "en": "Incorrect code."}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    compile_all()
    cache.clear()
    yield
    cache.clear()


@pytest.mark.parametrize(("seconds", "code"), [
    (59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (20000000000, "65353130"),
])  # fmt: skip
def test_the_codes_of_these_tests_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, with the secret 12345678901234567890."""
    assert code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds, digits=8) == code


def browser(language: str = "zh-hans") -> Client:
    client = Client()
    client.cookies["django_language"] = language
    return client


def sign_in(client: Client, who: str = "worker") -> str:
    """Give the password; where that leads."""
    answer = client.post("/accounts/login/?next=/work/me/", {"login": who, "password": cast.PASSWORD})
    assert answer.status_code == 302
    return answer.headers["Location"]


def confirmed(client: Client, who: str = "worker") -> Client:
    """Signed in, the password given once more, as the pages about factors ask."""
    sign_in(client, who)
    client.post("/accounts/reauthenticate/", {"password": cast.PASSWORD})
    return client


def set_up(client: Client, who: str = "worker") -> tuple[str, list[str]]:
    """An app is set up; its secret and the recovery codes."""
    confirmed(client, who)
    page = client.get(f"{MFA}totp/activate/").content.decode()
    found = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)
    assert found is not None
    answer = client.post(f"{MFA}totp/activate/", {"code": code_at(found[1], time.time())})
    assert answer.status_code == 302
    shown = client.get(f"{MFA}recovery-codes/").content.decode()
    return found[1], re.findall(r"^\d{8}$|(?<=>)\d{8}(?=\n)|(?<=\n)\d{8}(?=<)", shown, re.MULTILINE)


def shift(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    real = time.time
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: real() + seconds)


def waits_for_code(client: Client) -> bool:
    return client.get("/work/me/").headers.get("Location", "").startswith("/accounts/login/")


def test_the_password_alone_does_not_sign_in_once_an_app_is_set_up() -> None:
    set_up(browser())
    other = browser()
    assert sign_in(other).startswith(f"{MFA}authenticate/")
    assert waits_for_code(other)


def test_the_code_of_the_app_signs_in_and_is_remembered_as_a_second_factor(stage: Stage) -> None:
    secret, _codes = set_up(browser())
    other = browser()
    sign_in(other)
    cache.clear()  # the code that set the app up is spent for its half minute
    answer = other.post(f"{MFA}authenticate/", {"code": code_at(secret, time.time())})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/work/me/")
    assert "worker" in other.get("/work/me/").content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("code", ["000000", "12345", "", "abcdef", "１２３４５６", "' or 1=1"])
def test_a_wrong_code_signs_nobody_in_and_says_so(language: str, code: str) -> None:
    set_up(browser())
    other = browser(language)
    sign_in(other)
    answer = other.post(f"{MFA}authenticate/", {"code": code})
    assert answer.status_code == 200
    assert "l-field__error" in answer.content.decode()
    if code:
        assert WRONG[language] in answer.content.decode()
    assert waits_for_code(other)


def test_a_code_is_good_once() -> None:
    secret, _codes = set_up(browser())
    code = code_at(secret, time.time())
    cache.clear()
    first, second = browser(), browser()
    for one in (first, second):
        sign_in(one)
    assert first.post(f"{MFA}authenticate/", {"code": code}).status_code == 302
    again = second.post(f"{MFA}authenticate/", {"code": code})
    assert WRONG["zh-hans"] in again.content.decode()
    assert waits_for_code(second)


@pytest.mark.parametrize(("behind", "good"), [(0, True), (30, True), (-30, True), (90, False), (-90, False)])
def test_the_clock_of_a_phone_may_differ_by_half_a_minute(behind: int, good: bool) -> None:
    secret, _codes = set_up(browser())
    cache.clear()
    other = browser()
    sign_in(other)
    answer = other.post(f"{MFA}authenticate/", {"code": code_at(secret, time.time() - behind)})
    assert (answer.status_code == 302) is good


def test_after_five_wrong_codes_even_the_right_one_has_to_wait() -> None:
    secret, _codes = set_up(browser())
    cache.clear()
    other = browser()
    sign_in(other)
    for guess in range(5):
        other.post(f"{MFA}authenticate/", {"code": f"00000{guess}"})
    other.post(f"{MFA}authenticate/", {"code": code_at(secret, time.time())})
    assert waits_for_code(other)


def test_ten_recovery_codes_are_given_and_each_signs_in_once() -> None:
    _secret, codes = set_up(browser())
    assert len(set(codes)) == 10
    other = browser()
    sign_in(other)
    assert other.post(f"{MFA}authenticate/", {"code": codes[3]}).status_code == 302
    again = browser()
    sign_in(again)
    assert WRONG["zh-hans"] in again.post(f"{MFA}authenticate/", {"code": codes[3]}).content.decode()
    assert again.post(f"{MFA}authenticate/", {"code": codes[4]}).status_code == 302


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "有 9 个可用"), ("en", "There are 9 out of 10")])
def test_how_many_recovery_codes_are_left_is_told(language: str, words: str) -> None:
    _secret, codes = set_up(browser())
    other = browser(language)
    sign_in(other)
    other.post(f"{MFA}authenticate/", {"code": codes[0]})
    assert words in other.get(MFA).content.decode()


def test_new_recovery_codes_put_the_old_ones_out_of_use() -> None:
    mine = browser()
    _secret, old = set_up(mine)
    assert mine.post(f"{MFA}recovery-codes/generate/").status_code == 302
    other = browser()
    sign_in(other)
    assert other.post(f"{MFA}authenticate/", {"code": old[0]}).status_code == 200
    assert waits_for_code(other)


def test_without_an_app_the_password_is_enough_again() -> None:
    mine = browser()
    set_up(mine)
    assert mine.post(f"{MFA}totp/deactivate/").headers["Location"] == MFA
    other = browser()
    assert sign_in(other) == "/work/me/"
    assert other.get("/work/me/").status_code == 200


@pytest.mark.parametrize("page", ["totp/activate/", "recovery-codes/generate/"])
def test_the_password_is_asked_once_more_before_a_factor_is_touched(page: str) -> None:
    mine = browser()
    set_up(mine) if "codes" in page else None
    other = browser()
    if "codes" in page:
        mine.post(f"{MFA}totp/deactivate/")
    sign_in(other)
    answer = other.get(MFA + page)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")


def test_a_wrong_password_confirms_nothing() -> None:
    mine = browser()
    sign_in(mine)
    answer = mine.post("/accounts/reauthenticate/", {"password": "not-this-one-at-all"})
    assert "l-field__error" in answer.content.decode()
    assert mine.get(f"{MFA}totp/activate/").status_code == 302


def test_one_persons_app_opens_no_other_account() -> None:
    secret, codes = set_up(browser(), "worker")
    set_up(browser(), "head")
    cache.clear()
    other = browser()
    sign_in(other, "head")
    for code in (code_at(secret, time.time()), codes[0]):
        assert other.post(f"{MFA}authenticate/", {"code": code}).status_code == 200
    assert waits_for_code(other)


def test_the_secret_lies_sealed_and_no_recovery_code_can_be_read(stage: Stage) -> None:
    secret, codes = set_up(browser())
    rows = stage.ask("select type, data::text as data from mfa_authenticator")
    assert {row["type"] for row in rows} == {"totp", "recovery_codes"}
    held = " ".join(row["data"] for row in rows)
    assert len(held) > 100
    assert secret not in held
    assert not any(code in held for code in codes)


def test_strangers_are_sent_to_sign_in_from_every_page_about_factors() -> None:
    for page in ("", "totp/activate/", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "webauthn/"):
        answer = Client().get(MFA + page)
        assert answer.status_code == 302, page
        assert answer.headers["Location"].startswith("/accounts/login/"), page


PAGES = ("", "totp/activate/", "webauthn/", "webauthn/add/")
FULL = ("", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/")
ENGLISH = re.compile(r"\b(Authenticator|Deactivate|Activate|Recovery|Security|Keys?|codes?|Add|Confirm|Password)\b")


def seen(page: str) -> str:
    """What a reader sees: no tags, no scripts."""
    main = page.split('<main id="main"')[1].split("</main>", maxsplit=1)[0]
    return re.sub(r"<[^>]+>", " ", re.sub(r"<script.*?</script>", " ", main, flags=re.DOTALL))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_stand_in_the_houses_frame_and_speak_one_language(language: str) -> None:
    mine = browser(language)
    confirmed(mine)
    pages = [mine.get(MFA + page).content.decode() for page in PAGES]
    mine = browser(language)
    set_up(mine, "head")
    pages += [mine.get(MFA + page).content.decode() for page in FULL]
    assert len(pages) == 8
    for page in pages:
        assert 'class="l-plain"' in page
        assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in page
        assert "<p>Messages:" not in page
        words = seen(page)
        assert bool(ENGLISH.search(words)) is (language == "en"), words
        assert bool(re.search(r"[\u4e00-\u9fff]", words)) is (language != "en"), words
        assert not re.search(r"<(button|textarea)(?![^>]*class=)", page.split("<main")[1])


def test_what_the_pages_run_is_served_by_this_house() -> None:
    """The content policy lets no other script run."""
    mine = browser()
    confirmed(mine)
    page = mine.get(f"{MFA}webauthn/add/").content.decode()
    scripts = re.findall(r'<script[^>]*src="([^"]+)"', page)
    assert len(scripts) >= 3
    for source in scripts:
        assert source.startswith("/static/")
        assert finders.find(source.removeprefix("/static/").split("?")[0]), source
    for opening in re.findall(r"<script(?![^>]*src=)[^>]*>", page):
        assert 'type="application/json"' in opening
