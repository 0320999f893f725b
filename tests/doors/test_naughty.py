"""Strings that have broken other systems travel by every way in and out, and arrive as they were."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import cast
import orjson
import pytest
from django.test import Client
from doors.naughty import OWN, Page, became, line_of, of_others
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.casework.intake.models import Report
from linli.doors.hotline12345.actions import plan_import, run_import
from linli.doors.rest.fast import FastLane
from linli.kernel.text import csv_safe, normalise

Call = Callable[[str], Any]
OTHERS = of_others()
ALL = [*OWN, *OTHERS]
SOME = [text for text in (*OWN, *OTHERS[::6]) if text]
HEADING = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "一级分类"]


@pytest.fixture(autouse=True)
def unhurried(committed: None, settings: Any) -> None:
    settings.LINLI_PUBLIC_PER_MINUTE = 0


def said(text: str, number: int) -> dict[str, object]:
    """A report that says it in every field that takes free words, each within its limit."""
    return {
        "words": text, "title": text[:80], "place_text": text[:160], "reporter_name": text[:40], "item_code": "C04",
        "area_code": cast.HOME_AREA, "language": "", "id": f"00000000-0000-4000-8000-{number:012d}",
    }  # fmt: skip


def test_the_list_is_worth_its_name() -> None:
    assert len(set(OWN)) == len(OWN) > 50
    assert 8 <= sum(became(text) != text for text in OWN) <= 20
    assert len(ALL) > 500 or len(ALL) == len(OWN)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_what_a_text_becomes_is_what_the_kernel_says(text: str) -> None:
    """The oracle of this file and the product agree, also on texts nobody wrote down."""
    assert normalise(text) == became(text)
    assert normalise(text, multiline=False) == line_of(text)


def by_the_fast_lane(body: bytes) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/reports", "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "192.0.2.1", "wsgi.input": io.BytesIO(body),
    }  # fmt: skip
    status: list[str] = []

    def left(_environ: object, _start: object) -> list[bytes]:
        raise AssertionError("the fast lane did not take it")

    chunks = FastLane(left)(environ, lambda line, _headers: status.append(line))
    assert status == ["201 Created"]
    got: dict[str, Any] = orjson.loads(b"".join(chunks))
    return got


def by_the_ordinary_lane(body: bytes) -> dict[str, Any]:
    answer: Any = Client().post("/api/v1/reports", body, "application/json")
    assert answer.status_code == 201, answer.content
    got: dict[str, Any] = answer.json()
    return got


@pytest.mark.parametrize("send", [by_the_fast_lane, by_the_ordinary_lane], ids=["fast", "ordinary"])
def test_through_the_front_door_and_out_again_by_every_list_and_detail(
    anyone: Any, caller: Call, send: Callable[[bytes], dict[str, Any]]
) -> None:
    start, texts = (1, ALL) if send is by_the_fast_lane else (100_001, SOME)
    got = [send(orjson.dumps(said(text, start + at))) for at, text in enumerate(texts)]
    worker, rows = caller("worker"), _inbox(caller("worker"))
    for text, receipt in zip(texts, got, strict=True):
        staff = worker.get(f"/reports/{receipt['id']}").json()
        reporter = anyone.client.get(f"/api/v1/reports/{receipt['id']}", headers={"x-report-link": receipt["link"]})
        assert staff["words"] == reporter.json()["words"] == became(text), ascii(text)
        assert staff["story"][0]["words"] == became(text)
        assert staff["place"] == line_of(text[:160])
        title = line_of(text[:80]) or became(text).replace("\n", " ")[:40] or "C04"
        assert staff["title"] == rows[receipt["id"]]["title"] == title, ascii(text)


def _inbox(who: Any) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    cursor: str | None = None
    while True:
        page = who.get("/inbox", limit=200, **({"cursor": cursor} if cursor else {})).json()
        rows |= {row["id"]: row for row in page["items"]}
        cursor = page["next"]
        if cursor is None:
            return rows


def test_through_an_act_and_out_again_by_the_case(anyone: Any, caller: Call) -> None:
    got = anyone.post("/reports", said("楼道", 500_000)).json()
    worker = caller("worker")
    assert worker.post(f"/reports/{got['id']}/acts/open", {"item_code": "C04", "title": OWN[1]}).status_code == 200
    assert worker.get(f"/cases/{got['number']}").json()["title"] == OWN[1]
    spoken = [text for text in SOME if became(text)]
    for text in spoken:
        assert worker.act(got["number"], "comment", words=text).status_code == 200, ascii(text)
    told = [one["words"] for one in worker.get(f"/cases/{got['number']}").json()["story"] if one["act"] == "comment"]
    assert told == [became(text) for text in spoken]


PLACES = (
    "/api/v1/cases/{}",
    "/api/v1/reports/{}",
    "/r/{}/",
    "/desk/{}",
    "/api/v1/cases?cursor={}",
    "/api/v1/items?area={}",
)


@pytest.mark.parametrize("place", PLACES)
def test_in_an_address_they_are_refused_and_break_nothing(caller: Call, place: str) -> None:
    client = Client(raise_request_exception=False)
    headers = caller("worker").headers()
    for text in SOME:
        answer = client.get(place.format(quote(text[:300], safe="", errors="surrogatepass")), headers=headers)
        assert answer.status_code < 500, (place, ascii(text))
        assert answer.status_code >= 300 or "items" in place, (place, ascii(text))


@pytest.mark.parametrize("field", ["item_code", "area_code", "phone", "datum", "channel", "id", "language"])
def test_in_a_field_of_another_kind_they_are_refused_and_stored_nowhere(anyone: Any, field: str) -> None:
    before = Report.objects.using("owner").count()
    good = {"words": "楼道", "area_code": cast.HOME_AREA}
    taken = 0
    for text in SOME:
        answer = anyone.post("/reports", good | {field: text})
        assert answer.status_code in {201, 422}, (field, ascii(text), answer.content)
        taken += answer.status_code == 201
    assert Report.objects.using("owner").count() == before + taken
    # What looks like a short language tag is one; an empty phone is none.
    assert taken < 40 if field == "language" else taken <= 6


@pytest.fixture
def worker_page(caller: Call) -> Client:
    """A browser in which the worker of the home area is signed in."""
    client = Client()
    client.force_login(cast.user_of("worker"))
    session = client.session
    session["linli.token"] = caller("worker").token
    session.save()
    return client


def reported(anyone: Any, caller: Call, text: str) -> dict[str, Any]:
    """A case whose words, title, place and comment say it."""
    body = {
        "words": text,
        "title": text[:80],
        "place_text": text[:160],
        "item_code": "C04",
        "area_code": cast.HOME_AREA,
    }
    got: dict[str, Any] = anyone.post("/reports", body).json()
    worker = caller("worker")
    assert worker.post(f"/reports/{got['id']}/acts/open", {"item_code": "C04"}).status_code == 200
    assert worker.act(got["number"], "comment", words=text, public=True).status_code == 200
    return got


def batches(texts: Sequence[str]) -> list[str]:
    """Several strings in one text, one a line, each batch within what a report may say."""
    out, batch = [], ""
    for text in texts:
        if len(batch) + len(text) > 3800:
            out.append(batch)
            batch = ""
        batch += f"·{text}\n"
    return [*out, batch] if batch else out


SHORT = [text for text in OWN if 0 < len(became(text)) <= 1000]
TEXTS = [*SHORT, *batches(OTHERS)]


def shown(html: str, plain: Page, text: str) -> None:
    """The page has the elements of the plain one, and the text stands in it whole, as text."""
    page = Page(html)
    assert page.elements == plain.elements, ascii(text[:200])
    words = became(text)
    assert words in [piece.strip() for piece in page.texts], ascii(text[:200])
    assert not [value for value in page.values if value.startswith(("javascript:", "data:text"))]
    assert "<script>alert" not in html


def test_on_the_page_of_the_reporter_they_are_text_and_nothing_else(anyone: Any, caller: Call) -> None:
    client = Client()
    plain = Page(client.get(f"/r/{reported(anyone, caller, '楼道')['link']}/").content.decode())
    assert len(plain.elements) > 50
    for text in TEXTS:
        answer = client.get(f"/r/{reported(anyone, caller, text)['link']}/")
        assert answer.status_code == 200
        shown(answer.content.decode(), plain, text)


def test_on_the_page_of_the_desk_they_are_text_and_nothing_else(anyone: Any, caller: Call, worker_page: Client) -> None:
    plain = Page(worker_page.get(f"/desk/{reported(anyone, caller, '楼道')['number']}").content.decode())
    assert len(plain.elements) > 100
    for text in TEXTS:
        answer = worker_page.get(f"/desk/{reported(anyone, caller, text)['number']}")
        assert answer.status_code == 200
        shown(answer.content.decode(), plain, text)


def test_an_element_that_was_let_through_is_found() -> None:
    """The control of the two tests above."""
    plain = Page("<main><p class=x>楼道</p></main>")
    with pytest.raises(AssertionError):
        shown("<main><p class=x><b>a</b></p></main>", plain, "<b>a</b>")
    shown("<main><p class=x>&lt;b&gt;a&lt;/b&gt;</p></main>", plain, "<b>a</b>")


def test_a_table_file_for_spreadsheets_holds_no_formula(anyone: Any, caller: Call, worker_page: Client) -> None:
    titles = {}
    for text in SOME:
        if line_of(text[:80]):
            got = anyone.post("/reports", said(text, 0) | {"id": str(uuid4())}).json()
            titles[got["number"]] = line_of(text[:80])
    exported: list[dict[str, str]] = []
    for word in ("", "en"):
        answer = worker_page.post(f"/desk/export.csv?lang={word}", {"query": ""})
        assert answer.status_code == 200
        exported = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    seen = {row["Number"]: row["Title"] for row in exported}
    assert set(titles) <= set(seen)
    for number, title in titles.items():
        cell = seen[number]
        assert cell in {title, f"'{title}"}
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")), ascii(title)
        assert cell == csv_safe(title)
    dangerous = [title for title in titles.values() if title.startswith(("=", "+", "@", "-"))]
    assert len(dangerous) >= 4


def written(path: Path, texts: Sequence[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, quoting=csv.QUOTE_ALL)
        rows.writerow(HEADING)
        for at, text in enumerate(texts):
            title = text[:80] if line_of(text[:80]) else "题"
            rows.writerow([f"N{at:06d}", text[:40], title, "2020/1/6 12:09:38", text, "城建"])
    return path


def test_through_a_file_of_the_hotline_they_come_in_as_they_were(tmp_path: Path) -> None:
    """A NUL makes a file no text; everything else does."""
    texts = [text for text in ALL if "\x00" not in text]
    assert len(texts) == len(ALL) - 1
    plan = plan_import(written(tmp_path / "naughty.csv", texts), profile="letters", area=cast.HOME_AREA)
    assert (plan.mapped.errors, plan.mapped.remarks) == ([], [])
    outcome = run_import(plan)
    assert (outcome.fresh, outcome.refused) == (len(texts), [])
    rows = Report.objects.using("owner").filter(idempotency_key__startswith="hotline:letters:N")
    stored = dict(rows.values_list("idempotency_key", "words"))
    for at, text in enumerate(texts):
        assert stored[f"hotline:letters:N{at:06d}"] == (became(text) or "题"), ascii(text)
    again = run_import(plan_import(tmp_path / "naughty.csv", profile="letters", area=cast.HOME_AREA))
    assert (again.fresh, again.known) == (0, len(texts))
