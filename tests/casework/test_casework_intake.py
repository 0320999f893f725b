"""The front door: nothing doubled, nobody named, nothing sealed left open, nothing without an owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import cast
import pytest
from casework.stage import CASE_MOVES, REPORT_MOVES, Matter, Stage, photo, unit, user_id
from django.db import DatabaseError, connection, transaction

from linli.access.api import enter, open_sealed
from linli.audit.api import ticket
from linli.casework.cases.api import CaseState, case_of_report, merge_report
from linli.casework.intake.api import Channel, Draft, near, own_report, receive_report, withdraw_report
from linli.casework.timeline.api import Act, story
from linli.kernel.clock import now
from linli.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from linli.kernel.geo import point
from linli.kernel.ids import uuid7
from linli.kernel.numbers import parse_number
from linli.register.places.api import Place
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
PHONE = "13800138000"


def draft(**said: Any) -> Draft:
    return Draft(**({"channel": Channel.RESIDENT, "words": "楼道里堆满了纸箱", "area_id": home()} | said))


def home() -> int:
    return area_by_code(cast.HOME_AREA).id


def test_a_repeated_request_gets_the_same_number_and_link_and_stores_nothing(stage: Stage) -> None:
    first = stage.receive(idempotency_key="k-1", phone=PHONE)
    before = stage.snapshot(first)
    assert stage.receive(idempotency_key="k-1", phone=PHONE) == first
    assert stage.snapshot(first) == before
    assert stage.receive(idempotency_key="k-2", phone=PHONE).id != first.id


@pytest.mark.parametrize(
    "other", [{"words": "别的事"}, {"phone": "13900139000"}, {"item_code": "C04"}, {"place_text": "三楼"}]
)
def test_a_key_that_was_used_for_something_else_is_a_conflict(stage: Stage, other: dict[str, str]) -> None:
    stage.receive(idempotency_key="k-1")
    with pytest.raises(Conflict) as caught:
        stage.receive(idempotency_key="k-1", **other)
    assert caught.value.code == "idempotency_key_reused"


def test_every_report_has_a_number_that_checks_and_an_owner_from_the_first_second(stage: Stage) -> None:
    matters = [stage.receive() for _ in range(60)]
    assert len({matter.number for matter in matters}) == 60
    for matter in matters:
        assert parse_number(matter.number).town == "132"
        row = stage.report(matter)
        assert row["unit_id"] == unit("station").id
        assert row["due_at"] is not None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"words": " "}, "report_empty"),
        ({"area_id": None}, "report_without_place"),
        ({"area_id": None, "lat": 39.9, "lng": 116.4}, "point_outside"),
        ({"photos": [UUID(int=n) for n in range(7)]}, "too_many_photos"),
    ],
)
def test_a_report_that_cannot_be_taken_says_why(stage: Stage, said: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        receive_report(actor=stage._anyone(), draft=draft(**said))
    assert caught.value.code == code


def test_a_report_hangs_on_a_committee_not_on_a_town(stage: Stage) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage.receive(area_id=area_by_code(cast.TOWN).id)
    assert caught.value.code == "area_not_leaf"


def test_an_area_that_no_unit_answers_for_is_said_to_be_unready(stage: Stage) -> None:
    elsewhere = stage.one("select id from territory_area where code like '310115005%%' and length(code) = 12 limit 1")
    with pytest.raises(InvalidInput) as caught:
        stage.receive(area_id=elsewhere)
    assert caught.value.code == "area_without_desk"


def test_a_point_falls_to_the_nearest_committee_and_a_place_to_its_own(stage: Stage) -> None:
    area = area_by_code(cast.COUSIN_AREA)
    by_point = stage.receive(lat=area.lat, lng=area.lng)
    assert stage.report(by_point)["area_id"] == area.id
    place = Place.objects.get(code=f"cast.{cast.VILLAGE_AREA}")
    by_place = stage.receive(place_id=place.id)
    assert (stage.report(by_place)["area_id"], stage.report(by_place)["lat"]) == (place.area_id, place.lat)


def test_a_reporter_of_a_merged_report_reads_the_story_and_not_the_other_ones_words(stage: Stage) -> None:
    first = stage.opened(words="甲说的话")
    second = stage.receive(words="乙说的话")
    stage.do("worker", merge_report, report_id=second.id, into=first.id)
    CASE_MOVES[Act.ADD](stage, first)
    CASE_MOVES[Act.DISPATCH](stage, first)
    seen: dict[str, tuple[set[str], set[str]]] = {}
    for name, matter in (("first", first), ("second", second)):
        entries = stage.see_by_link(matter, lambda actor: story([actor.report_id, case_of_report(actor).id]))
        seen[name] = {entry.words for entry in entries if entry.words}, {entry.act for entry in entries}
    assert seen["first"][0] == {"甲说的话", "又多了几箱"}
    assert seen["second"][0] == {"乙说的话"}
    assert Act.DISPATCH in seen["second"][1]


def test_a_link_opens_one_report_and_no_other(stage: Stage) -> None:
    mine, other = stage.receive(), stage.receive()
    assert stage.see_by_link(mine, own_report).id == mine.id
    with pytest.raises(Forbidden):
        stage.see_by_link(Matter(other.id, other.number, mine.link[::-1]), own_report)
    with pytest.raises(NotFound):
        stage.link(mine, withdraw_report, report_id=other.id)


def test_more_words_change_neither_owner_nor_clock(stage: Stage) -> None:
    matter = stage.receive()
    before, clocks = stage.report(matter), stage.clocks(matter)
    stage.pass_time(minutes=5)
    REPORT_MOVES[Act.ADD](stage, matter)
    assert stage.report(matter) == before
    assert stage.clocks(matter) == clocks


def test_a_photo_goes_to_the_report_and_cannot_be_taken_twice(stage: Stage) -> None:
    stage._anyone()
    shot = photo()
    matter = stage.receive(photos=[shot])
    assert stage.report(matter)["photos"] == 1
    with pytest.raises(NotFound), transaction.atomic():
        stage.receive(photos=[shot])


def test_what_stands_near_names_nobody(stage: Stage) -> None:
    matter = stage.opened("C06", area_id=home(), lat=31.12, lng=121.56, words="张三家在三楼开棋牌室")
    here = {"item_code": "C06", "radius_m": 50, "days": 7, "now": now()}
    (found,) = near(at=point(121.5601, 31.12), **here)
    assert (found.state, found.reports) == (CaseState.FILED, 1)
    assert 5 <= found.distance_m <= 15
    assert near(at=point(121.562, 31.12), **here) == []
    assert near(at=point(121.5601, 31.12), **here | {"item_code": "C04"}) == []
    CASE_MOVES[Act.VOID](stage, matter)
    assert near(at=point(121.5601, 31.12), **here) == []


def test_of_a_phone_only_the_mask_is_stored(stage: Stage) -> None:
    matter = stage.receive(phone=PHONE)
    row = stage.report(matter)
    assert row["phone_mask"] and PHONE not in row["phone_mask"]
    everything = str(stage.snapshot(matter)) + str(
        stage.ask("select * from audit_record union all select * from audit_record")
    )
    assert PHONE not in everything
    sealed = stage.one("select encode(ciphertext, 'escape') from authz.secret where id = %s", row["phone_secret_id"])
    assert PHONE not in sealed


@pytest.mark.parametrize("who", ["worker", "dispatcher", "responder", "district", "auditor"])
def test_no_role_of_the_application_reads_the_vault(stage: Stage, who: str) -> None:
    stage.receive(phone=PHONE)
    stage._acting(who)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select ciphertext from authz.secret")


class TestOpening:
    """The phone is opened for a purpose, once, by one person, and it is on record."""

    def given(self, stage: Stage, matter: Matter) -> dict[str, Any]:
        row = stage.report(matter)
        return {
            "secret_id": UUID(row["phone_secret_id"]), "subject_kind": "report", "subject_id": str(matter.id),
            "area_id": row["area_id"], "area_path": area_by_code(cast.HOME_AREA).path, "field": "phone",
        }  # fmt: skip

    def openings(self, matter: Matter) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "select actor_id, purpose, reason from audit_opening where subject_id = %s", [str(matter.id)]
            )
            return list(cursor.fetchall())

    def test_it_needs_a_purpose_and_a_reason(self, stage: Stage) -> None:
        matter = stage.receive(phone=PHONE)
        given = self.given(stage, matter)
        for purpose, reason, code in (
            ("curiosity", "想看看", "purpose_unknown"),
            ("contact_reporter", "x", "reason_missing"),
        ):
            with pytest.raises(InvalidInput) as caught:
                stage.do("worker", open_sealed, **given, purpose=purpose, reason=reason)
            assert caught.value.code == code

    def test_it_gives_the_number_and_leaves_a_ticket_and_a_line_in_the_trail(self, stage: Stage) -> None:
        matter = stage.receive(phone=PHONE)
        opened = stage.do(
            "worker", open_sealed, **self.given(stage, matter), purpose="contact_reporter", reason="约定上门时间"
        )
        assert opened == PHONE
        assert self.openings(matter) == [(user_id("worker"), "contact_reporter", "约定上门时间")]
        trail = stage.ask("select act from audit_record where subject_id = %s", str(matter.id))
        assert "sealed.open" in {row["act"] for row in trail}

    @pytest.mark.parametrize("who", ["responder", "district", "auditor", "worker_cousin"])
    def test_others_may_not_open_it(self, stage: Stage, who: str) -> None:
        matter = stage.receive(phone=PHONE)
        with pytest.raises(Forbidden):
            stage.do(who, open_sealed, **self.given(stage, matter), purpose="contact_reporter", reason="约定上门时间")

    def test_a_ticket_opens_once_and_only_for_the_one_who_drew_it(self, stage: Stage) -> None:
        matter = stage.receive(phone=PHONE)
        given = self.given(stage, matter)
        me = stage._acting("worker")
        drawn = ticket(
            actor=me, secret_id=given["secret_id"], subject_kind="report", subject_id=str(matter.id),
            area_id=given["area_id"], field="phone", purpose="contact_reporter", reason="约定上门",
        )  # fmt: skip
        stage._acting("head")
        assert reveal(drawn) is None
        stage._acting("worker")
        assert reveal(drawn) is not None
        with pytest.raises(DatabaseError), transaction.atomic():
            reveal(drawn)
        assert reveal(uuid7()) is None


def reveal(opening: UUID) -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute("select sealed from authz.reveal(%s)", [opening])
        return cursor.fetchone()[0]


def test_a_report_keeps_the_time_of_its_channel(stage: Stage) -> None:
    at = now() - timedelta(days=3)
    matter = stage.receive(channel=Channel.HOTLINE, received_at=at)
    assert stage.entries(matter)[0]["data"]["channel"] == Channel.HOTLINE
    clock = stage.clocks(matter)["triage", ""]
    assert (clock["amount"], clock["unit"]) == (8, "h")


def test_a_token_that_nobody_gave_out_enters_as_nobody(stage: Stage) -> None:
    matter = stage.receive()
    with pytest.raises(Forbidden):
        enter("nobody-gave-this-out")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select * from casework_report where id = %s", [matter.id])
