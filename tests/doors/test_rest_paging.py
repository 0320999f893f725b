"""Pages: whoever follows the cursors reads every row once, whatever comes in between, and can bend none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import cast
import pytest
from django.core.signing import Signer
from doors.ways import filed, problem

from linli.casework.cases.models import Case
from linli.casework.intake.models import Report
from linli.kernel.clock import now

Call = Callable[[str], Any]
Said = dict[str, object]


def pages(who: Any, path: str, **query: object) -> Iterator[dict[str, Any]]:
    """One page after the other, as long as there is a next one."""
    cursor: dict[str, object] = {}
    for _turn in range(300):  # a cursor that leads in a circle is found, not followed for ever
        page: dict[str, Any] = who.get(path, **query, **cursor).json()
        yield page
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}
    raise AssertionError("the pages do not end")


def ids(page: dict[str, Any]) -> list[str]:
    return [row["id"] for row in page["items"]]


@pytest.fixture
def cases(anyone: Any, caller: Call) -> list[str]:
    """Seven cases of the cousin's area, where no other test files any; the newest first."""
    made = [filed(anyone, caller, area=cast.COUSIN_AREA, worker="worker_cousin")["id"] for _ in range(7)]
    return made[::-1]


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 200])
def test_every_row_is_read_once_whatever_the_length_of_a_page(caller: Call, cases: list[str], limit: int) -> None:
    worker = caller("worker_cousin")
    seen = [one for page in pages(worker, "/cases", limit=limit) for one in ids(page)]
    assert seen[:7] == cases
    assert len(seen) == len(set(seen)) == Case.objects.using("owner").filter(area__code=cast.COUSIN_AREA).count()
    lengths = [len(page["items"]) for page in pages(worker, "/cases", limit=limit)]
    assert set(lengths[:-1]) <= {limit}
    assert 0 < lengths[-1] <= limit


def test_what_comes_in_between_two_pages_neither_doubles_nor_hides_a_row(
    anyone: Any, caller: Call, cases: list[str]
) -> None:
    worker = caller("worker_cousin")
    seen: list[str] = []
    for turn, page in enumerate(pages(worker, "/cases", limit=2)):
        seen += ids(page)
        if turn < 3:  # newest first: what is filed now stands before the place where this reader is
            filed(anyone, caller, area=cast.COUSIN_AREA, worker="worker_cousin")
    assert seen[:7] == cases
    assert len(seen) == len(set(seen))


def test_what_leaves_between_two_pages_takes_nobody_with_it(caller: Call, cases: list[str]) -> None:
    """The row at which the last page ended is gone from the list; the next page still begins right after it."""
    worker = caller("worker_cousin")
    first = worker.get("/cases", limit=3, state="filed").json()
    assert ids(first) == cases[:3]
    assert caller("dispatcher").act(cases[2], "void", words="重复").status_code == 200
    second = worker.get("/cases", limit=3, state="filed", cursor=first["next"]).json()
    assert ids(second) == cases[3:6]


def test_rows_of_one_instant_are_told_apart_by_their_id(caller: Call, cases: list[str]) -> None:
    """A file of an import may give hundreds of matters the same second."""
    moment = now() - timedelta(days=400)
    Case.objects.using("owner").filter(id__in=cases).update(opened_at=moment)
    seen = [one for page in pages(caller("worker_cousin"), "/cases", limit=2) for one in ids(page)]
    mine = [one for one in seen if one in cases]
    assert mine == sorted(cases, key=UUID, reverse=True)
    assert len(seen) == len(set(seen))


def test_a_cursor_knows_a_page_that_grew_at_its_end(anyone: Any, caller: Call, said: Said) -> None:
    """The inbox is oldest first: what comes in while somebody reads stands on the last page."""
    here = said | {"area_code": cast.VILLAGE_AREA}
    waiting = [anyone.post("/reports", here).json()["id"] for _ in range(4)]
    worker = caller("worker_village")
    seen: list[str] = []
    late: list[str] = []
    for page in pages(worker, "/inbox", limit=2):
        seen += ids(page)
        if len(late) < 2:
            late.append(anyone.post("/reports", here).json()["id"])
    assert [one for one in seen if one in {*waiting, *late}] == [*waiting, *late]
    assert len(seen) == len(set(seen))


def test_the_last_page_has_no_next_even_when_it_is_full(caller: Call, cases: list[str]) -> None:
    total = Case.objects.using("owner").filter(area__code=cast.COUSIN_AREA).count()
    whole = caller("worker_cousin").get("/cases", limit=total).json()
    assert (len(whole["items"]), whole["next"]) == (total, None)
    assert caller("worker_cousin").get("/cases", limit=total - 1).json()["next"] is not None


def test_an_empty_list_is_a_page_too(caller: Call) -> None:
    assert caller("worker_cousin").get("/cases", state="return_asked").json() == {"items": [], "next": None}


def bent(cursor: str) -> dict[str, str]:
    body, _colon, mark = cursor.rpartition(":")
    flipped = body[:-1] + ("A" if body[-1] != "A" else "B")
    return {
        "another body": f"{flipped}:{mark}",
        "another mark": f"{body}:{mark[::-1]}",
        "no mark": body,
        "a mark alone": f":{mark}",
        "another key": Signer(key="x" * 50, salt="linli.doors.rest.cursor").sign_object(["x", now().isoformat(), "y"]),
        "another salt": Signer(salt="elsewhere").sign_object(["x", now().isoformat(), str(uuid4())]),
        "of our key, but no place": Signer(salt="linli.doors.rest.cursor").sign_object(["x"]),
        "of our key, but no time": Signer(salt="linli.doors.rest.cursor").sign_object(["x", "soon", str(uuid4())]),
        "of our key, but no list": Signer(salt="linli.doors.rest.cursor").sign_object("x"),
        "twice": f"{cursor}{cursor}"[:400],
        "quotes": "x'--",
    }


@pytest.mark.parametrize("how", list(bent("ab:cd")))
def test_a_cursor_that_is_not_ours_opens_no_page(caller: Call, cases: list[str], how: str) -> None:
    worker = caller("worker_cousin")
    cursor = worker.get("/cases", limit=2).json()["next"]
    assert worker.get("/cases", limit=2, cursor=cursor).status_code == 200
    code = "invalid" if how == "quotes" else "cursor_unknown"
    problem(worker.get("/cases", limit=2, cursor=bent(cursor)[how]), 422, code)


@pytest.mark.parametrize(
    "other",
    [{"state": "filed"}, {"item": "C04"}, {"area": cast.COUSIN_AREA}, {"overdue": "true"}, {"unit": 1},
     {"updated_since": "2026-01-01T00:00:00Z"}],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_a_cursor_belongs_to_its_question(caller: Call, cases: list[str], other: dict[str, Any]) -> None:
    worker = caller("worker_cousin")
    cursor = worker.get("/cases", limit=2).json()["next"]
    problem(worker.get("/cases", limit=2, cursor=cursor, **other), 422, "cursor_unknown")
    problem(worker.get("/inbox", limit=2, cursor=cursor), 422, "cursor_unknown")
    assert worker.get("/cases", limit=5, cursor=cursor).status_code == 200  # the length of a page is no part of it


def test_a_cursor_carries_no_rights(caller: Call, cases: list[str]) -> None:
    """It says where to go on, not who may: in other hands it goes on in that person's own list."""
    cursor = caller("worker_cousin").get("/cases", limit=2).json()["next"]
    page = caller("worker_sibling").get("/cases", limit=200, cursor=cursor).json()
    assert {row["area_code"] for row in page["items"]} <= {cast.SIBLING_AREA}
    assert not set(ids(page)) & set(cases)


@pytest.mark.parametrize("limit", ["0", "-1", "201", "x", "", "1.5", "1e2"])
def test_the_length_of_a_page_is_from_1_to_200(caller: Call, limit: str) -> None:
    problem(caller("worker").get("/cases", limit=limit), 422, "invalid")


def test_without_a_length_fifty_rows_come(anyone: Any, caller: Call, said: Said) -> None:
    have = Report.objects.using("owner").filter(area__code=cast.HOME_AREA, state="received").count()
    for _ in range(max(0, 51 - have)):
        anyone.post("/reports", said)
    page = caller("worker").get("/inbox").json()
    assert (len(page["items"]), page["next"] is None) == (50, False)
