"""A newcomer brings in his committee's table of 600 homes, 1,700 people and 20 faults of 12 kinds; and takes it back.

And a table goes out: asked for by the worker, agreed to by the station head, fetched with its numbers covered.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cast
import pytest
from doors import roll
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django.plugin import DjangoDbBlocker
from served import DESK, PHONE, Person, Site, axe, chromium, serving

__all__ = ["axe", "chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLANTED: dict[int, tuple[str, roll.Row]] = {
    # row of the list → what is wrong, and how the row is changed
    5: ("missing", {"name": ""}),
    60: ("missing", {"name": ""}),
    110: ("id_check", {}),
    170: ("id_check", {}),
    230: ("id_birth", {"born_on": "1984-05-17"}),
    290: ("id_birth", {"born_on": "2001-01-01"}),
    350: ("id_sex", {}),
    410: ("phone", {"phone": "58123456"}),
    470: ("phone", {"phone": "1381234567"}),
    530: ("date", {"moved_in": "二零一六年"}),
    590: ("date", {"checked_on": "2026-13-01"}),
    650: ("date_future", {"checked_on": "2199-01-01"}),
    710: ("moved_backwards", {"moved_in": "2016-09-01", "moved_out": "2015-09-01"}),
    770: ("compound_unknown", {"compound": "瑞和园"}),
    830: ("compound_unknown", {"compound": "向阳花园"}),
    890: ("address", {"building": "", "room": "", "address": "后面那栋"}),
    950: ("word", {"relation": "邻居"}),
    1010: ("tag", {"tags": "爱唱歌"}),
    1070: ("twice", {"copy": "1069"}),
    1130: ("two_heads", {"relation": "户主"}),
}
TITLES = [["向阳居民区人口底册"], ["制表：王阿姨", "", "2026年10月"]]
FIRST = 4
"""The number of the first row below two titles and the heading."""

TABLES = (
    "register_place", "register_placename", "register_person", "register_household", "register_member", "register_tag",
    "register_homecheck", "register_duty",
)  # fmt: skip


def planted() -> list[roll.Row]:
    """The committee's list with its faults."""
    rows = roll.committee(600, 1700)
    for at, (code, change) in PLANTED.items():
        rows[at] = rows[at] | _change(rows, at, code, change)
    return rows


def _change(rows: list[roll.Row], at: int, code: str, change: roll.Row) -> roll.Row:
    """What is changed in a row; some faults depend on what stands there or in the row before."""
    row = rows[at]
    if code == "id_check":
        sound = row["id_number"]
        return {"id_number": sound[:-1] + ("0" if sound[-1] != "0" else "1")}
    if code == "id_sex":
        return {"sex": "女" if row["sex"] == "男" else "男"}
    if code == "twice":
        other = rows[int(change["copy"])]
        return {key: other[key] for key in ("name", "id_number", "born_on", "sex")}
    if code == "two_heads":
        assert row["relation"] != "户主"
        assert (row["building"], row["room"]) == (rows[at - 1]["building"], rows[at - 1]["room"])
    return change


def test_the_planted_list_is_what_the_test_says() -> None:
    assert len(PLANTED) == 20
    assert len({code for code, _change in PLANTED.values()}) >= 12
    rows = planted()
    assert len(rows) == 1700
    assert len({(row["compound"], row["building"], row["room"]) for row in roll.committee(600, 1700)}) == 600


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Iterator[Site]:
    """A web server and a worker on a database of their own."""
    with serving(f"linli_n_{os.getpid()}", tmp_path_factory.mktemp("sheets"), django_db_blocker, worker=True) as made:
        yield made


@pytest.fixture(params=[("zh-hans", DESK), ("en", PHONE)], ids=["Chinese desk", "English phone"])
def worker(request: Any, site: Site, chromium: Browser, axe: str) -> Iterator[Person]:
    """The newcomer."""
    language, size = request.param
    one = Person(chromium, site.url, axe, size=size, language=language)
    one.sign_in("worker")
    yield one
    one.close()


def snapshot(site: Site) -> dict[str, list[str]]:
    return {table: [str(row) for row in site.rows(f"select * from {table} order by 1")] for table in TABLES}


def waits_for(page: Page, selector: str) -> None:
    """The worker needs its time."""
    page.locator(selector).first.wait_for(timeout=120_000)


def test_twenty_faults_are_named_the_rest_comes_in_and_undo_leaves_nothing(site: Site, worker: Person) -> None:
    before = snapshot(site)
    page = worker.go("/desk/register")
    page.locator("a[href='/desk/sheets/']").click()
    worker.look()
    page.locator("a[href='/desk/sheets/new']").first.click()
    worker.look()
    data = roll.workbook(planted(), titles=TITLES)
    page.set_input_files("input[type=file]", [FilePayload(name="底册.xlsx", mimeType=XLSX, buffer=data)])
    page.locator("main form button.l-btn--main").click()
    page.wait_for_url(re.compile("/desk/sheets/[0-9a-f-]{36}$"))
    worker.look()
    assert page.locator("select[name=column_name]").input_value() == "8"
    page.locator("form[action$='/match'] button.l-btn--main").click()
    waits_for(page, "form[action$='/run']")
    worker.look()

    assert snapshot(site) == before, "a check writes nothing"
    named = {int(one.get_attribute("data-row") or 0): one for one in page.locator("li.d-fault").all()}
    assert set(named) == {FIRST + at for at in PLANTED}
    for one in named.values():
        assert one.locator(".d-fault__what").inner_text().strip()
        assert len(one.locator(".d-fault__cure").inner_text().strip()) > 5
    full = "".join(row["id_number"] + row["phone"] for row in planted())
    shown = set(re.findall(r"\d{17}[0-9X]|1[3-9]\d{9}", page.locator("main").inner_text()))
    assert not [number for number in shown if number in full]
    with page.expect_download() as got:
        page.locator("form[action$='/mend.xlsx'] button").click()
    mended = roll.sheet_of(Path(got.value.path()).read_bytes())
    assert len(mended) == 1 + 20
    assert all(line[-1] for line in mended)

    page.locator("form[action$='/run'] button.l-btn--main").click()
    waits_for(page, "details.l-fold")
    worker.look()
    (made,) = site.rows("select made, state from doors_sheetbatch order by id desc limit 1")
    assert (made["state"], made["made"]["people"]) == ("done", 1680)
    after = snapshot(site)
    assert len(after["register_person"]) == len(before["register_person"]) + 1680

    page.locator("details.l-fold summary").click()
    page.locator("form[action$='/undo'] button").click()
    page.wait_for_function(
        "!document.querySelector('#sheet-progress') && !document.querySelector('form[action$=undo]')"
    )
    worker.look()
    assert snapshot(site) == before, "undo leaves nothing"
    page.goto(f"{site.url}/desk/sheets/")
    worker.look()


def test_a_table_goes_out_with_a_second_person_and_its_numbers_covered(
    site: Site, worker: Person, chromium: Browser, axe: str
) -> None:
    page = worker.go("/desk/sheets/out")
    page.locator("a[href='/desk/sheets/out/new']").first.click()
    worker.look()
    page.locator("label:has(input[name=purpose][value=visits])").click()
    page.fill("textarea[name=reason]", "重阳节走访")
    page.locator("main form button.l-btn--main").click()
    page.wait_for_url(re.compile("/desk/sheets/out/[0-9a-f-]{36}$"))
    worker.look()
    address = page.url
    assert page.locator("form[action$='/file']").count() == 0
    head = Person(chromium, site.url, axe, size=DESK)
    head.sign_in("head")
    head.go("/desk/sheets/out").locator("a.l-row").first.click()
    head.look()
    head.page.locator("button[value=yes]").click()
    head.page.wait_for_url("**/desk/sheets/out")
    head.look()
    head.go(address)
    assert head.page.locator("form[action$='/file']").count() == 0, "the file is for the one who asked"
    head.close()
    page.goto(address)
    waits_for(page, "form[action$='/file'] button")
    worker.look()
    with page.expect_download() as got:
        page.locator("form[action$='/file'] button").click()
    sheet = roll.sheet_of(Path(got.value.path()).read_bytes())
    assert sheet[0][0].startswith("※")
    assert any("王阿婆" in line for line in sheet)
    expect(page.locator("dl.l-facts")).to_contain_text("1")
    (row,) = site.rows("select opened, state from doors_sheetexport order by id desc limit 1")
    assert (row["opened"], row["state"]) == (1, "opened")


def test_a_file_that_is_none_is_answered_where_it_was_sent(site: Site, worker: Person) -> None:
    page = worker.go("/desk/sheets/new")
    page.set_input_files("input[type=file]", [FilePayload(name="a.xlsx", mimeType=XLSX, buffer=b"%PDF-1.7\0")])
    page.locator("main form button.l-btn--main").click()
    expect(page.locator(".l-field__error")).to_be_visible()
    worker.look()
    assert cast.HOME_AREA
