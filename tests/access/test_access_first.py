"""The first rows of a scope, found area by area, are those that a plain sort of the whole scope puts first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import cast
import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext

from linli.access.api import Principal, as_system, first_within
from linli.casework.cases.api import Case, cases, first_cases, open_case
from linli.casework.intake.api import Channel, Draft, Report, first_reports, receive_report, reports
from linli.kernel.clock import now
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db

ORDERS = [("due_at", "id"), ("-received_at", "-id"), ("-due_at", "-id"), ("received_at", "id")]
SEERS = ("worker", "worker_sibling", "head", "dispatcher", "dispatcher_other", "district", "responder", "auditor")


@pytest.fixture
def town(acting: Callable[[str], Principal]) -> None:
    """Thirty reports over five areas of two towns, every third taken on; receiving times and limits interleave."""
    begun = now() - timedelta(days=3)
    made = []
    with as_system() as system:
        for serial in range(30):
            area = area_by_code(cast.LEAVES[(serial * 7) % len(cast.LEAVES)])
            channel = Channel.HOTLINE if serial % 2 else Channel.RESIDENT
            draft = Draft(channel=channel, words=f"第{serial}件", area_id=area.id)
            made.append(receive_report(actor=system, draft=draft).report_id)
        for serial, one in enumerate(made):
            Report.objects.filter(id=one).update(
                received_at=begun + timedelta(minutes=(serial * 13) % 30),
                due_at=begun + timedelta(hours=(serial * 11) % 17),
            )
    for serial in range(0, 30, 3):
        foreign = cast.LEAVES[(serial * 7) % len(cast.LEAVES)] == cast.FOREIGN_AREA
        desk = acting("dispatcher_other" if foreign else "dispatcher")
        open_case(actor=desk, report_id=made[serial], item_code="C04")


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("order", ORDERS, ids=",".join)
@pytest.mark.parametrize("who", SEERS)
def test_the_first_ones_are_those_of_a_plain_sort(
    acting: Callable[[str], Principal], who: str, order: tuple[str, str]
) -> None:
    actor = acting(who)
    waits = Q(due_at__isnull=False)
    everything = sorted(reports(actor).filter(waits), key=lambda one: (getattr(one, order[0].lstrip("-")), one.id))
    if order[0].startswith("-"):
        everything.reverse()
    for limit in (1, 4, 50):
        found = list(first_reports(actor, waits, order=order, limit=limit)[:limit])
        assert [one.id for one in found] == [one.id for one in everything[:limit]]
    assert (len(everything) > 0) == (who != "responder")


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("who", SEERS)
def test_a_condition_narrows_before_the_first_are_taken(acting: Callable[[str], Principal], who: str) -> None:
    actor = acting(who)
    wanted = Q(channel=Channel.HOTLINE) & ~Q(words__endswith="5件")
    found = {one.id for one in first_reports(actor, wanted, order=("due_at", "id"), limit=50)}
    assert found == {
        one.id for one in reports(actor) if one.channel == Channel.HOTLINE and not one.words.endswith("5件")
    }


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("who", SEERS)
def test_cases_are_found_alike(acting: Callable[[str], Principal], who: str) -> None:
    actor = acting(who)
    everything = sorted(cases(actor), key=lambda one: (one.opened_at, one.id), reverse=True)
    found = list(first_cases(actor, Q(), order=("-opened_at", "-id"), limit=3)[:3])
    assert [one.id for one in found] == [one.id for one in everything[:3]]


@pytest.mark.usefixtures("town")
def test_what_has_no_limit_comes_last_and_is_not_lost(acting: Callable[[str], Principal]) -> None:
    with as_system():
        Report.objects.filter(words="第4件").update(due_at=None)
    actor = acting("dispatcher")
    everything = list(reports(actor).order_by(F("due_at").asc(nulls_last=True), "id"))
    found = list(first_reports(actor, Q(), order=("due_at", "id"), limit=50))
    assert [one.id for one in found] == [one.id for one in everything]
    assert found[-1].due_at is None


@pytest.mark.usefixtures("town")
def test_it_is_one_statement_and_brings_the_names_along(acting: Callable[[str], Principal]) -> None:
    actor = acting("dispatcher")
    list(first_reports(actor, Q(), order=("due_at", "id"), limit=2))  # the tree is kept in the process from now on
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert all(
            one.area.name and one.unit.name for one in first_reports(actor, Q(), order=("due_at", "id"), limit=5)
        )
    assert len(asked) == 1


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("who", SEERS)
def test_the_codes_own_scope_holds_without_the_databases(
    acting: Callable[[str], Principal], request: pytest.FixtureRequest, who: str
) -> None:
    actor = acting(who)
    mine = {one.id for one in reports(actor)}
    request.getfixturevalue("as_owner")
    assert Report.objects.count() >= 30
    assert {one.id for one in first_reports(actor, Q(), order=("due_at", "id"), limit=500)} == mine


@pytest.mark.parametrize("nobody", [None, "worker", 7], ids=str)
def test_nobody_gets_nothing(acting: Callable[[str], Principal], nobody: object) -> None:
    acting("district")
    assert list(first_within(Case.objects.all(), nobody, order=("due_at", "id"), limit=5)) == []
