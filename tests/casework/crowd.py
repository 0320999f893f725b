"""Several people at once: actions in threads, each in a transaction and on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import cast
import conftest as house
from casework.stage import ITEM, Matter
from django.db import connections, transaction

from linli.access.api import as_system, enter, enter_link, enter_public
from linli.casework.cases.api import open_case
from linli.casework.intake.api import Channel, Draft, receive_report
from linli.kernel.errors import LinliError
from linli.territory.api import area_by_code

Deed = Callable[[], Any]


def at_once(*deeds: Deed) -> list[Any]:
    """What each deed gives, all of them started together."""
    ready = threading.Barrier(len(deeds))

    def run(deed: Deed) -> Any:
        try:
            ready.wait()
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))


def asked(query: str, given: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Rows as the database's owner sees them: only what is committed."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(query, given or None)
        return list(cursor.fetchall())


@dataclass(frozen=True)
class Outcome:
    """How two deeds ended that met: None, or the error by which one was refused."""

    first: LinliError | None
    second: LinliError | None
    waited: bool


class Crowd:
    """The cast, each with a connection of his own; what they do is committed."""

    def deed(self, who: str, action: Callable[..., Any], **given: Any) -> Deed:
        """One of the cast acts; `reporter:<link>` is a reporter, `system` Linli itself."""

        def act() -> Any:
            if who == "system":
                with as_system() as actor:
                    return action(actor=actor, **given)
            by_link = who.startswith("reporter:")
            return action(actor=enter_link(who[9:]) if by_link else enter(house.token_for(who)), **given)

        return act

    def do(self, who: str, action: Callable[..., Any], **given: Any) -> Any:
        """The same, at once and committed."""
        with transaction.atomic():
            return self.deed(who, action, **given)()

    def received(self, **said: Any) -> Matter:
        """A resident has reported."""
        draft = {"channel": Channel.RESIDENT, "words": "楼道里堆满了纸箱", "area_id": area_by_code(cast.HOME_AREA).id}
        with transaction.atomic():
            got = receive_report(actor=enter_public(), draft=Draft(**draft | said))
        return Matter(got.report_id, got.number, got.link)

    def opened(self, item_code: str = ITEM) -> Matter:
        """A case was filed."""
        matter = self.received()
        self.do("worker", open_case, report_id=matter.id, item_code=item_code)
        return matter

    def meeting(self, first: Deed, second: Deed) -> Outcome:
        """The first has acted and not committed yet when the second acts: he waits, or has not noticed.

        Only when the database says that the second waits for a lock, or when he is done, may the first commit.
        """
        held, go, done = threading.Event(), threading.Event(), threading.Event()

        def ahead() -> LinliError | None:
            try:
                with transaction.atomic():
                    first()
                    held.set()
                    go.wait()
            except LinliError as refused:
                return refused
            finally:
                held.set()
                connections.close_all()
            return None

        def behind() -> LinliError | None:
            try:
                held.wait()
                with transaction.atomic():
                    second()
            except LinliError as refused:
                return refused
            finally:
                done.set()
                connections.close_all()
            return None

        with ThreadPoolExecutor(2) as threads:
            one, other = threads.submit(ahead), threads.submit(behind)
            held.wait()
            waited = False
            while not (waited or done.is_set()):
                waited = bool(asked(WAITS))
            go.set()
            return Outcome(one.result(), other.result(), waited)

    def acts(self, matter_id: UUID) -> list[str]:
        """The committed story in one word for each step."""
        return [act for (act,) in asked("select act from casework_entry where matter_id = %s order by id", [matter_id])]


WAITS = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
