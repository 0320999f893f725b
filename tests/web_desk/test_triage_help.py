"""Help for triage: what a report may be, and what a choice would lead to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import cast
import pytest
from casework.stage import BY_COMMITTEE, REPORT_MOVES, Matter, Stage, unit
from django.utils import translation

from linli.access.api import Principal
from linli.casework.intake.api import Report, ReportState, reports, suggest
from linli.casework.timeline.api import Act
from linli.kernel.clock import SHANGHAI
from linli.kernel.errors import NotFound
from linli.territory.api import area_by_code
from linli.web.desk.triage import Consequence, consequence, suggested

pytestmark = pytest.mark.django_db


def seen(stage: Stage, matter: Matter, who: str = "worker") -> Report:
    """The report as he reads it."""
    found: Report = stage.see(who, lambda actor: reports(actor).get(id=matter.id))
    return found


def would_be(stage: Stage, matter: Matter, code: str, who: str = "worker") -> Consequence:
    """What filing under the code would mean."""

    def ask(actor: Principal) -> Consequence:
        return consequence(actor, reports(actor).get(id=matter.id), code)

    found: Consequence = stage.see(who, ask)
    return found


def stored(stage: Stage, matter: Matter, *codes: tuple[str, float]) -> None:
    """The machine has said so before."""
    said: list[dict[str, Any]] = [{"code": code, "score": score, "reasons": ["理由"]} for code, score in codes]
    stage.system(suggest, report_id=matter.id, suggestions=said)


def test_at_most_three_are_suggested_the_likeliest_first(stage: Stage) -> None:
    found = suggested(seen(stage, stage.receive(words="消防车道被车堵了，楼道里也堆满了纸箱")))
    assert 1 <= len(found) <= 3
    assert [one.percent for one in found] == sorted((one.percent for one in found), reverse=True)
    assert found[0].code == "C03" and "消防车道" in "".join(found[0].reasons)
    assert all(not one.by_reporter for one in found)


def test_the_reporters_choice_stands_first_and_only_once(stage: Stage) -> None:
    found = suggested(seen(stage, stage.receive(words="消防车道被车堵了", item_code="C03")))
    assert (found[0].code, found[0].by_reporter, found[0].percent) == ("C03", True, 0)
    assert [one.code for one in found].count("C03") == 1


def test_what_the_machine_stored_is_shown_and_not_reckoned_anew(stage: Stage) -> None:
    matter = stage.receive(words="消防车道被车堵了")
    stored(stage, matter, ("C12", 0.754), ("C04", 0.2), ("C18", 0.1))
    found = suggested(seen(stage, matter))
    assert [(one.code, one.percent, tuple(one.reasons)) for one in found] == [
        ("C12", 75, ("理由",)), ("C04", 20, ("理由",)), ("C18", 10, ("理由",)),
    ]  # fmt: skip


def test_of_four_stored_and_one_chosen_three_are_shown(stage: Stage) -> None:
    matter = stage.receive(words="消防车道被车堵了", item_code="C18")
    stored(stage, matter, ("C12", 0.7), ("C04", 0.2), ("C18", 0.1), ("C03", 0.05))
    assert [one.code for one in suggested(seen(stage, matter))] == ["C18", "C12", "C04"]


def test_words_that_say_nothing_suggest_three_and_say_that_they_are_guesses(stage: Stage) -> None:
    assert [one.weak for one in suggested(seen(stage, stage.receive(words="???")))] == [True] * 3


def test_titles_read_in_the_readers_language(stage: Stage) -> None:
    report = seen(stage, stage.receive(words="消防车道被车堵了"))
    with translation.override("zh-hans"):
        assert suggested(report)[0].title == "C03 消防车道占用"
    with translation.override("en"):
        assert suggested(report)[0].title == "C03 Blocked fire lane"


def test_filing_would_start_these_clocks_now(stage: Stage) -> None:
    matter = stage.receive(words="违建")
    with translation.override("zh-hans"):
        found = would_be(stage, matter, "C06")
    at = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
    assert (found.contact, found.contact_by) == ("到场叫停，2个工作时", at)
    assert found.whole_by == datetime(2026, 3, 30, 17, 30, tzinfo=SHANGHAI)
    assert found.proposal.unit == unit("urban")
    assert found.why == ["清单规定由此类单位负责：城管中队", "该区域的此类单位：周浦镇"]
    stage.pass_time(days=1)
    assert would_be(stage, matter, "C06").contact_by == datetime(2026, 3, 3, 12, 0, tzinfo=SHANGHAI)


def test_asking_changes_nothing(stage: Stage) -> None:
    matter = stage.receive(words="违建")
    before = stage.snapshot(matter)
    would_be(stage, matter, "C06")
    assert stage.snapshot(matter) == before


def test_the_committee_answers_for_its_own_items(stage: Stage) -> None:
    assert would_be(stage, stage.receive(), BY_COMMITTEE).proposal.unit == unit("committee")


@pytest.mark.parametrize("code", ["Z99", "", "c06"])
def test_a_code_that_is_not_on_the_list_leads_nowhere(stage: Stage, code: str) -> None:
    with pytest.raises(NotFound):
        would_be(stage, stage.receive(), code)


def test_open_matters_of_the_kind_close_by_are_counted_for_the_desk(stage: Stage) -> None:
    area = area_by_code(cast.HOME_AREA).id
    first = stage.opened("C06", lat=31.11, lng=121.57, area_id=area)
    close = stage.receive(words="违建", lat=31.1101, lng=121.57, area_id=area)
    far = stage.receive(words="违建", lat=31.1125, lng=121.57, area_id=area)
    found = would_be(stage, close, "C06")
    assert [(one.case.id, one.metres, one.probably_same) for one in found.beside] == [(first.id, 11, True)]
    assert len(found.near) == 1
    assert not would_be(stage, close, "C12").near and not would_be(stage, close, "C12").beside
    away = would_be(stage, far, "C06")
    assert [(one.metres, one.probably_same) for one in away.beside] == [(278, False)]
    assert not away.near


def test_without_a_point_the_area_alone_decides_what_is_beside(stage: Stage) -> None:
    first, blank = stage.opened("C06"), stage.receive(words="违建")
    found = would_be(stage, blank, "C06")
    assert found.near == ()
    assert [(one.case.id, one.metres, one.probably_same) for one in found.beside] == [(first.id, None, False)]


def test_the_report_of_a_routed_matter_may_be_filed_under_an_item_after_all(stage: Stage) -> None:
    matter = stage.report_in(ReportState.RECEIVED)
    REPORT_MOVES[Act.ROUTE](stage, matter)
    assert suggested(seen(stage, matter, "responder_urban"))[0].code == "C04"
    assert would_be(stage, matter, "C06", "responder_urban").proposal.unit == unit("urban")
