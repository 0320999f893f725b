"""Notices: to whom, when, by which carrier, and who has read them."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPServerDisconnected
from uuid import UUID

import cast
import pytest
from casework.stage import Stage, unit, user_id
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import translation
from pytest_django import Settings

from linli.access.api import as_system
from linli.kernel.clock import SHANGHAI
from linli.notices.api import carry, mark_read, notices_for, send, unread_count, words
from linli.notices.models import Notice
from linli.notices.phrases import TEMPLATES
from linli.notices.rules import NotCarried, not_before
from linli.territory.api import area_by_code

PARAMS = {"number": "2603-132-000001-A", "title": "纸箱", "due": "3月5日"}
PARAMS |= {"area": PARAMS["number"], "name": PARAMS["title"]}


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        ("2026-03-02 21:59", "2026-03-02 21:59"),
        ("2026-03-02 22:00", "2026-03-03 07:00"),
        ("2026-03-02 23:59", "2026-03-03 07:00"),
        ("2026-03-03 00:00", "2026-03-03 07:00"),
        ("2026-03-03 06:59", "2026-03-03 07:00"),
        ("2026-03-03 07:00", "2026-03-03 07:00"),
        ("2026-03-31 22:30", "2026-04-01 07:00"),
    ],
)
def test_nothing_goes_out_at_night_unless_it_is_urgent(at: str, allowed: str) -> None:
    moment, expected = (datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) for text in (at, allowed))
    assert not_before(moment, urgent=False) == expected
    assert not_before(moment, urgent=True) == moment


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_template_becomes_a_sentence_with_the_number_in_it(language: str) -> None:
    with translation.override(language):
        for template in TEMPLATES:
            told = {"spot": PARAMS["number"], "level": "楼组", "more": 2}  # a charge has no number
            assert PARAMS["number"] in words(template, {**PARAMS, **told})


def written(stage: Stage, template: str = "fed_back", **to: int) -> UUID:
    def write(actor: object) -> Notice:
        return send(area_id=area_by_code(cast.HOME_AREA).id, template=template, params=PARAMS, **to)

    notice: Notice = stage.system(write)
    return notice.id


def post_of(stage: Stage, who: str) -> int:
    found: int = stage.one("select id from accounts_post where user_id = %s", user_id(who))
    return found


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> list[UUID]:
    """A carrier of these tests: it notes what it carried, and fails for titles that say so."""
    settings.LINLI_TRANSPORTS = {"test": "linli.notices.transports.email"}
    done: list[UUID] = []

    def transport(notice: Notice) -> None:
        if notice.template == "overdue":
            raise NotCarried("the line is down")
        done.append(notice.id)

    monkeypatch.setattr("linli.notices.transports.email", transport)
    return done


def run() -> int:
    with as_system():
        return carry()


@pytest.mark.django_db
class TestCarrying:
    def test_each_notice_is_carried_once(self, stage: Stage, carried: list[UUID]) -> None:
        notice = written(stage, unit_id=unit("station").id)
        assert (run(), run()) == (1, 0)
        assert carried == [notice]

    def test_at_night_it_waits_until_seven(self, stage: Stage, carried: list[UUID]) -> None:
        stage.pass_time(hours=13)
        notice = written(stage, unit_id=unit("station").id)
        assert run() == 0
        stage.pass_time(hours=8)
        assert run() == 1
        assert carried == [notice]

    def test_one_that_cannot_be_carried_waits_and_holds_up_no_other(self, stage: Stage, carried: list[UUID]) -> None:
        first = written(stage, unit_id=unit("station").id)
        written(stage, "overdue", unit_id=unit("station").id)
        last = written(stage, unit_id=unit("station").id)
        assert run() == 2
        assert carried == [first, last]
        assert run() == 0
        assert carried == [first, last]
        assert len(stage.ask("select * from notices_receipt where transport = 'test'")) == 2

    def test_having_been_read_does_not_count_as_carried(self, stage: Stage, carried: list[UUID]) -> None:
        notice = written(stage, unit_id=unit("station").id)
        stage.do("head", mark_read, notice_ids=[notice])
        assert run() == 1

    def test_mail_goes_to_those_of_the_unit_who_gave_an_address_in_their_language(self, stage: Stage) -> None:
        stage.own("update accounts_user set email = 'a@example.org', language = 'en' where username = 'responder'")
        written(stage, unit_id=unit("property").id)
        assert run() == 1
        (letter,) = mail.outbox
        assert letter.to == ["a@example.org"]
        assert letter.subject == f"Ready to verify: {PARAMS['number']} 纸箱"

    def test_no_mail_goes_to_somebody_whose_post_has_ended(self, stage: Stage) -> None:
        stage.own("update accounts_user set email = username || '@example.org' where username like 'responder%%'")
        stage.own("update accounts_post set ends_on = '2026-03-01' where user_id = %s", user_id("responder"))
        written(stage, unit_id=unit("property").id)
        run()
        assert [letter.to for letter in mail.outbox] == [["responder_mate@example.org"]]

    def test_when_the_mail_server_is_down_the_notice_waits(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        stage.own("update accounts_user set email = 'a@example.org' where username = 'head'")
        written(stage, post_id=post_of(stage, "head"))

        def down(*given: object, **named: object) -> int:
            raise SMTPServerDisconnected

        with monkeypatch.context() as patch:
            patch.setattr("linli.notices.transports.send_mail", down)
            assert run() == 0
        assert run() == 1
        assert len(mail.outbox) == 1


@pytest.mark.django_db
class TestReading:
    def test_a_notice_to_a_unit_is_read_by_each_of_its_people_for_himself(self, stage: Stage) -> None:
        notice = written(stage, unit_id=unit("property").id)
        assert stage.see("responder", unread_count) == stage.see("responder_mate", unread_count) == 1
        stage.do("responder", mark_read, notice_ids=[notice])
        assert (stage.see("responder", unread_count), stage.see("responder_mate", unread_count)) == (0, 1)
        (shown,) = stage.see("responder", notices_for)
        assert shown.is_read

    def test_reading_twice_changes_nothing(self, stage: Stage) -> None:
        notice = written(stage, post_id=post_of(stage, "head"))
        for _ in range(2):
            stage.do("head", mark_read, notice_ids=[notice])
        assert len(stage.ask("select * from notices_receipt")) == 1

    def test_nobody_reads_what_went_to_others(self, stage: Stage) -> None:
        written(stage, post_id=post_of(stage, "head"))
        written(stage, unit_id=unit("urban").id)
        for who in ("worker", "dispatcher", "responder", "head_other"):
            assert stage.see(who, notices_for) == [], who
        assert len(stage.see("head", notices_for)) == len(stage.see("responder_urban", notices_for)) == 1

    def test_the_newest_comes_first_and_no_more_than_asked_for(self, stage: Stage) -> None:
        ids = [written(stage, post_id=post_of(stage, "head")) for _ in range(4)]
        assert [one.id for one in stage.see("head", notices_for, limit=3)] == ids[:0:-1]

    def test_an_unknown_template_is_not_written(self, stage: Stage) -> None:
        with pytest.raises(KeyError):
            written(stage, "hello", unit_id=unit("station").id)

    @pytest.mark.parametrize("to", ["both", "none"])
    def test_a_notice_has_one_addressee(self, stage: Stage, to: str) -> None:
        given = {"unit_id": unit("station").id, "post_id": post_of(stage, "head")} if to == "both" else {}
        with pytest.raises(IntegrityError), transaction.atomic():
            written(stage, **given)


def test_a_deadline_is_told_as_the_clock_on_the_wall_shows_it() -> None:
    params = {"number": "N", "title": "T", "due": "2026-11-24T10:01:13+00:00"}
    assert "11-24 18:01" in words("dispatched", params)
    assert words("dispatched", params | {"due": "–"}).endswith("–")
