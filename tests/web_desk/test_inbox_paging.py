"""Page after page nothing is lost and nothing comes twice, whatever arrives or leaves in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from casework.stage import Matter, Stage
from web_desk.desk import Desk
from web_desk.inbox_stock import everything, make_more, more_of, shown_numbers

from linli.casework.cases.api import open_case
from linli.web.desk.lists import PAGE

pytestmark = pytest.mark.django_db

MANY = 2 * PAGE + 7


@pytest.fixture
def pile(stage: Stage) -> list[Matter]:
    """More than two pages of reports, a minute apart."""
    return make_more(stage, MANY)


def scroll(desk: Desk, query: str, between: Callable[[int], None]) -> list[list[str]]:
    """The pages of a list as somebody scrolls; between two of them something happens."""
    address, pages = f"?{query}", list[list[str]]()
    while address:
        page = desk.get("worker", address, part=True)
        pages.append(shown_numbers(page))
        address = more_of(page)
        between(len(pages))
    return pages


def test_the_pages_together_are_the_list(desk: Desk, pile: list[Matter]) -> None:
    pages = scroll(desk, "view=triage", lambda _page: None)
    assert [len(page) for page in pages] == [PAGE, PAGE, 7]
    assert [number for page in pages for number in page] == [matter.number for matter in pile]


@pytest.mark.parametrize("n", [PAGE - 1, PAGE, PAGE + 1])
def test_there_is_a_next_page_only_where_there_is_more(stage: Stage, desk: Desk, n: int) -> None:
    make_more(stage, n)
    page = desk.get("worker", "?view=triage", part=True)
    assert len(shown_numbers(page)) == min(n, PAGE)
    assert bool(more_of(page)) is (n > PAGE)


def test_reports_that_arrive_while_one_scrolls_push_nothing_out(stage: Stage, desk: Desk, pile: list[Matter]) -> None:
    late = list[Matter]()
    pages = scroll(desk, "view=triage", lambda _page: late.extend(make_more(stage, 3)))
    seen = [number for page in pages for number in page]
    assert len(seen) == len(set(seen))
    assert seen[:MANY] == [matter.number for matter in pile]
    assert set(seen[MANY:]) <= {matter.number for matter in late}


def test_an_urgent_one_that_arrives_above_doubles_nothing_below(stage: Stage, desk: Desk, pile: list[Matter]) -> None:
    def push_up(page: int) -> None:
        if page == 1:  # the last of all is suddenly the most urgent, and the first is gone
            stage.own("update casework_report set due_at = now() - interval '9 years' where id = %s", pile[-1].id)
            stage.do("worker", open_case, report_id=pile[0].id, item_code="C18")

    seen = [number for page in scroll(desk, "view=triage", push_up) for number in page]
    assert len(seen) == len(set(seen))
    assert seen == [matter.number for matter in pile[:-1]]
    assert everything(desk, "worker", "view=triage")[0] == pile[-1].number


def test_equal_limits_are_told_apart(stage: Stage, desk: Desk, pile: list[Matter]) -> None:
    stage.own("update casework_report set due_at = '2026-03-02 12:00+08'")
    seen = everything(desk, "worker", "view=triage")
    ids = {matter.number: str(matter.id) for matter in pile}
    assert seen == sorted(ids, key=lambda number: ids[number])


@pytest.mark.parametrize("n", [60, 50], ids=["on the first page already", "after the first page"])
def test_what_has_no_limit_comes_last_and_comes_once(stage: Stage, desk: Desk, pile: list[Matter], n: int) -> None:
    without = [matter.id for matter in pile[:n]]
    stage.own("update casework_report set due_at = null, warn_at = null where id = any(%s)", without)
    seen = everything(desk, "worker", "view=triage")
    assert seen == [matter.number for matter in [*pile[n:], *sorted(pile[:n], key=lambda one: one.id)]]


def test_closed_matters_come_newest_first_over_all_pages(stage: Stage, desk: Desk, pile: list[Matter]) -> None:
    stage.own("update casework_report set state = 'withdrawn'")
    assert everything(desk, "worker", "view=closed") == [matter.number for matter in reversed(pile)]


def test_closed_at_one_moment_are_told_apart(stage: Stage, desk: Desk, pile: list[Matter]) -> None:
    stage.own("update casework_report set state = 'withdrawn', received_at = '2026-03-02 12:00+08'")
    seen = everything(desk, "worker", "view=closed")
    assert seen == [matter.number for matter in sorted(pile, key=lambda one: one.id, reverse=True)]


def test_reports_and_cases_share_one_order(stage: Stage, desk: Desk, pile: list[Matter]) -> None:
    for matter in pile[::2]:
        stage.do("worker", open_case, report_id=matter.id, item_code="C18")
    rows = stage.ask(
        "select number, due_at, id from casework_report where state = 'received'"
        " union all select number, due_at, id from casework_case order by due_at, id"
    )
    assert len(rows) == MANY
    assert everything(desk, "worker", "view=open") == [row["number"] for row in rows]


@pytest.mark.parametrize("after", ["x", "~~", "2026-03-02~~not-an-id", "'; drop table casework_case; --", "a~b~c~d"])
def test_a_broken_cursor_begins_at_the_beginning(stage: Stage, desk: Desk, after: str) -> None:
    matter = stage.receive()
    got = desk.client("worker").get("/desk/", {"view": "triage", "after": after}, headers={"HX-Request": "true"})
    assert got.status_code == 200
    assert matter.number in got.content.decode()


def test_the_next_page_keeps_the_conditions(stage: Stage, desk: Desk) -> None:
    kept = make_more(stage, PAGE + 2, title="楼道堆物")
    make_more(stage, 3, title="路灯不亮")
    assert everything(desk, "worker", "view=triage&q=堆物") == [matter.number for matter in kept]


def test_the_rows_alone_are_fetched_for_the_next_page(stage: Stage, desk: Desk) -> None:
    make_more(stage, PAGE + 1)
    stage.clock.advance(timedelta(hours=1))
    first = desk.get("worker", "?view=triage", part=True)
    second = desk.get("worker", more_of(first), part=True)
    assert first.has("div", id="list-r") and first.has("form", id="bulk")
    assert not second.has("div", id="list-r") and not second.has("form")
    assert len(second.all("li", _class="d-row")) == 1
