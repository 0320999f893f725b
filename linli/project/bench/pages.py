"""The desk's list and the page of a matter, over HTTP, with 100,000 and with 1,000,000 cases.

Like is held against like: a page with twelve rows costs half of one with fifty, whatever the size of the table. So the
figures of the list are those of the pages that are full at both sizes; `list_by` tells every page with its rows.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from http.client import HTTPConnection

import psycopg

from linli.accounts.api import Role
from linli.kernel.numbers import format_number
from linli.project.bench.matters import fill
from linli.project.bench.people import sign_in
from linli.project.bench.scratch import Scratch, Server, web_server
from linli.web.desk.lists import PAGE

SMALL, LARGE = 100_000, 1_000_000
ROUNDS = 60
WARM_UP = 6
FILTERS = ("view=units", "view=dispatch", "view=overdue", "view=open&item=C04", "view=closed", "view=open&cls=S")
WHO = (
    (Role.WORKER, "310115132001"),
    (Role.STATION_HEAD, "310115132S01"),
    (Role.DISPATCHER, "310115132"),
    (Role.DISTRICT, "310115"),
)
ROW = b'class="d-row"'
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds over HTTP, and what one request costs."""

    p50_ms: float
    p95_ms: float
    max_ms: float
    cpu_ms: float
    statements: float
    requests: int


def measure(scratch: Scratch, say: Say, *, small: int = SMALL, large: int = LARGE) -> dict[str, object]:
    """List and case page at both sizes; `list_ratio` is p95 of the large over the small one (goal ≤ 1.5)."""
    figures: dict[str, object] = {}
    with scratch.connect() as owner:
        owner.execute("create extension if not exists pg_stat_statements")
        cookies = [sign_in(owner, role=role, area_code=area) for role, area in WHO]
        lists = {
            f"{role} {query}": (f"/desk/?{query}", cookie)
            for (role, _area), cookie in zip(WHO, cookies, strict=True)
            for query in FILTERS
        }
        full: list[str] = []
        for serial, done, size in ((1, 0, small), (101, small, large)):
            say(f"filling up to {size:,} cases")
            fill(owner, start=done + 1, upto=size)
            with web_server(scratch.url) as server:
                by_page = {name: asdict(_rows_and_time(server, wanted)) for name, wanted in lists.items()}
                full = full or [name for name, page in by_page.items() if page["rows"] == PAGE]
                figures[f"list_{size}"] = asdict(_time(owner, server, [lists[name] for name in full]))
                figures[f"list_by_{size}"] = by_page
                figures[f"case_{size}"] = asdict(_time(owner, server, _case_pages(owner, cookies[2:], serial)))
                figures[f"web_memory_mb_{size}"] = round(server.memory_mb(), 1)
    figures["list_pages"] = full
    figures["list_ratio"] = round(_p95(figures, f"list_{large}") / _p95(figures, f"list_{small}"), 2)
    return figures


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of the list: its rows and its median in ms. Where the time goes."""

    rows: int
    p50_ms: float


def _rows_and_time(server: Server, wanted: tuple[str, str]) -> Shown:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    times, body = [], b""
    for _ in range(5):
        begun = time.perf_counter()
        body = read(connection, *wanted)
        times.append((time.perf_counter() - begun) * 1000)
    return Shown(body.count(ROW), round(statistics.median(times), 1))


def _p95(figures: dict[str, object], key: str) -> float:
    figure = figures[key]
    return float(figure["p95_ms"]) if isinstance(figure, dict) else 0.0


def _case_pages(
    owner: psycopg.Connection[tuple[object, ...]], cookies: Sequence[str], first: int
) -> list[tuple[str, str]]:
    """Pages of matters with a full story, for those whose area has them: the town and the district."""
    rows = owner.execute(
        "select c.number from casework_case c join territory_area a on a.id = c.area_id"
        " where a.path like '310115.132.%' and c.number not like '2512-%'"
        " and exists (select 1 from casework_entry e where e.matter_id = c.id) limit 20"
    ).fetchall()
    numbers = [_true_number(owner, str(number), serial) for serial, (number,) in enumerate(rows, first)]
    return [(f"/desk/{number}", cookie) for number in numbers for cookie in cookies]


def _true_number(owner: psycopg.Connection[tuple[object, ...]], made_up: str, serial: int) -> str:
    """Give one of the made-up cases a number with a check character, so that its page can be asked for."""
    number = format_number(yymm="2512", town="132", serial=serial)
    owner.execute("update casework_case set number = %s where number = %s", [number, made_up])
    owner.execute("update casework_report set number = %s where number = %s", [number, made_up])
    return number


def _time(owner: psycopg.Connection[tuple[object, ...]], server: Server, wanted: Iterable[tuple[str, str]]) -> Figure:
    wanted = list(wanted)
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    for path, cookie in (wanted * WARM_UP)[: max(WARM_UP * 4, len(wanted))]:
        read(connection, path, cookie)
    owner.execute("select pg_stat_statements_reset()")
    cpu, times = server.cpu_seconds(), []
    for path, cookie in (wanted * (ROUNDS * 4 // len(wanted) + 1))[: ROUNDS * 4]:
        begun = time.perf_counter()
        read(connection, path, cookie)
        times.append((time.perf_counter() - begun) * 1000)
    spent = (server.cpu_seconds() - cpu) * 1000 / len(times)
    return Figure(
        p50_ms=round(statistics.median(times), 1),
        p95_ms=round(sorted(times)[int(len(times) * 0.95)], 1),
        max_ms=round(max(times), 1),
        cpu_ms=round(spent, 2),
        statements=round(_statements(owner) / len(times), 1),
        requests=len(times),
    )


def _statements(owner: psycopg.Connection[tuple[object, ...]]) -> float:
    row = owner.execute(
        "select coalesce(sum(calls), 0) from pg_stat_statements s join pg_roles r on r.oid = s.userid"
        " where r.rolname like 'linli\\_%' and r.rolname <> 'linli_admin' and s.toplevel"
        " and s.query !~* '^(begin|commit|rollback|savepoint|release|set|select \\$1$)'"
    ).fetchone()
    return float(str(row[0])) if row else 0.0


def read(connection: HTTPConnection, path: str, cookie: str) -> bytes:
    """The body of a page. Raises RuntimeError when it is not there."""
    connection.request("GET", path, headers={"Cookie": cookie, "Accept": "text/html"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}: {body[:200]!r}")
    return body
