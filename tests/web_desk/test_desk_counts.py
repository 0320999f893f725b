"""The rail's counts for a whole district are half a minute old at most, and never another role's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from linli.access.api import Principal
from linli.casework.intake.api import Channel, Draft, receive_report
from linli.kernel.clock import now
from linli.territory.api import area_by_code
from linli.web.desk.frame import WIDE_COUNTS_HOLD, forget_counts, frame_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """The process keeps counts; those of an earlier test are not ours."""
    forget_counts()


def _one_more(actor: Principal) -> None:
    area = area_by_code("310115132001")
    receive_report(actor=actor, draft=Draft(channel=Channel.DESK, words="楼道堆物", area_id=area.id))


def test_a_district_sees_a_new_report_in_its_counts_after_half_a_minute(acting: Callable[[str], Principal]) -> None:
    at = now()
    before = frame_of(acting("district"), now=at, counts=True).counts["triage"]
    _one_more(acting("worker"))
    district = acting("district")
    assert frame_of(district, now=at + timedelta(seconds=29), counts=True).counts["triage"] == before
    assert frame_of(district, now=at + WIDE_COUNTS_HOLD, counts=True).counts["triage"] == before + 1


def test_a_committee_sees_it_at_once(acting: Callable[[str], Principal]) -> None:
    worker = acting("worker")
    before = frame_of(worker, now=now(), counts=True).counts["triage"]
    _one_more(worker)
    assert frame_of(worker, now=now(), counts=True).counts["triage"] == before + 1


def test_what_a_district_was_shown_is_not_shown_to_a_committee(acting: Callable[[str], Principal]) -> None:
    at = now()
    _one_more(acting("worker"))
    assert frame_of(acting("district"), now=at, counts=True).counts["triage"] >= 1
    assert frame_of(acting("worker_cousin"), now=at, counts=True).counts["triage"] == 0
