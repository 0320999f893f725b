"""One matter from the front door to closed, by the actions alone."""

from __future__ import annotations

from collections.abc import Callable

import cast
import pytest

from linli.access.api import Anyone, Principal, Reporter
from linli.casework.cases.api import CaseState, Result, case_by_id, case_of_report, open_case
from linli.casework.dispatch.api import accept_assignment, dispatch_case
from linli.casework.intake.api import Channel, Draft, receive_report
from linli.casework.timeline.api import clocks_of, story
from linli.casework.verification.api import Method, Satisfaction, rate, verify
from linli.casework.works.api import arrive, feed_back
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db


def test_a_matter_travels_from_the_front_door_to_closed(
    anyone: Callable[[], Anyone], acting: Callable[[str], Principal], by_link: Callable[[str], Reporter]
) -> None:
    area = area_by_code(cast.HOME_AREA)
    got = receive_report(
        actor=anyone(), draft=Draft(channel=Channel.RESIDENT, words="楼道里堆满纸箱", item_code="C04", area_id=area.id)
    )
    case = open_case(actor=acting("worker"), report_id=got.report_id, item_code="C04")
    assert (case.number, case.state) == (got.number, CaseState.FILED)
    assigned = dispatch_case(actor=acting("worker"), case_id=case.id)
    assert assigned.unit.kind == "committee"
    accept_assignment(actor=acting("head"), case_id=case.id)
    arrive(actor=acting("head"), case_id=case.id, words="到场")
    feed_back(actor=acting("head"), case_id=case.id, result=Result.EXPLAINED, words="已约定三天内清走")
    verify(actor=acting("worker"), case_id=case.id, passed=True, method=Method.ON_SITE)
    rate(actor=by_link(got.link), satisfaction=Satisfaction.SATISFIED)
    done = case_of_report(by_link(got.link))
    assert done is not None
    assert done.state == CaseState.CLOSED
    acts = [entry.act for entry in story([case.id])]
    assert acts == ["receive", "open", "dispatch", "accept", "arrive", "feed_back", "verify", "rate"]
    reader = acting("auditor")
    assert case_by_id(reader, case.id).due_at is None
    assert all(clock.met_at for clock in clocks_of(case.id))
