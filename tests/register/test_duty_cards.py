"""Cards: shown with consent, hidden the moment it is withdrawn; what anybody reads at a door."""

from __future__ import annotations

from collections.abc import Callable

import cast
import pytest
from casework.stage import Stage
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import translation
from register.duty_cast import DAY, area, charge, level, of, owned, place, post, resident, spot

from linli.access.api import Anyone
from linli.kernel.errors import Forbidden, InvalidInput, NotFound, WrongState
from linli.register.duty.api import (
    Card,
    CardWords,
    Holder,
    Seat,
    cards,
    cards_at,
    give_card,
    go_on_leave,
    hand_over,
    lay_charge,
    own_card,
    withdraw_card,
)
from linli.register.places.api import Place

pytestmark = pytest.mark.django_db
WORDS = CardWords(shown_name="李师傅", duty_words="楼组长，包干3号楼", reach="晚上六点后敲501", promise="随叫随到")


@owned
def shown() -> list[Card]:
    return list(Card.objects.filter(withdrawn_at=None).order_by("id"))


@owned
def entrance() -> Place:
    building = place()
    return Place.objects.create(
        code="cards.entrance", kind="entrance", area_id=building.area_id, parent_id=building.id,
        compound_id=building.compound_id, name="2单元", address="瑞和苑3号楼2单元",
    )  # fmt: skip


def read(anyone: Callable[[], Anyone], place_id: int) -> list[tuple[str, str]]:
    anyone()
    return [(card.level, card.words.shown_name) for card in cards_at(place_id)[1]]


class TestAtTheDoor:
    def test_anybody_reads_the_cards_of_a_building(self, anyone: Callable[[], Anyone]) -> None:
        anyone()
        address, found = cards_at(place().id)
        assert address == place().address
        assert [(one.level, one.seat, one.spot, one.stands_in) for one in found] == [
            ("楼组", Seat.ACCOUNTABLE, "3号楼", False)
        ]
        assert found[0].words == CardWords("楼组长老陈", "包干3号楼", "居委会值班室", "有事敲门")

    def test_an_entrance_has_the_cards_of_its_building_and_the_building_those_of_its_entrances(
        self, stage: Stage, anyone: Callable[[], Anyone]
    ) -> None:
        door = entrance()
        assert read(anyone, door.id) == [("楼组", "楼组长老陈")]
        who = Holder(person=resident())
        stage.do("head", give_card, holder=who, area=area(), words=WORDS, consents=True)
        stage.own(
            "insert into register_charge (level_id, area_id, place_id, person_id, starts_on)"
            " values (%s, %s, %s, %s, %s)",
            level(2).id, area().id, door.id, who.key["person_id"], cast.SINCE,
        )  # fmt: skip
        assert set(read(anyone, door.id)) == {("楼组", "楼组长老陈"), ("楼组", "李师傅")}
        assert set(read(anyone, place().id)) == {("楼组", "楼组长老陈"), ("楼组", "李师傅")}
        assert read(anyone, place("").id) == [], "not those of one building for the whole compound"

    def test_in_english_the_level_is_english(self, anyone: Callable[[], Anyone]) -> None:
        with translation.override("en"):
            assert read(anyone, place().id) == [("Building", "楼组长老陈")]

    @pytest.mark.parametrize("suffix", [".3.501", None])
    def test_a_home_and_what_is_not_there_are_answered_alike(
        self, anyone: Callable[[], Anyone], suffix: str | None
    ) -> None:
        asked = place(suffix).id if suffix else 999_999
        anyone()
        with pytest.raises(NotFound):
            cards_at(asked)

    @pytest.mark.parametrize("change", [
        "update register_card set withdrawn_at = now()",
        "update register_charge set ends_on = (now() - interval '2 days')::date",
        "update register_charge set starts_on = (now() + interval '2 days')::date",
        "update register_chain set is_active = false",
        "update accounts_post set ends_on = (now() - interval '2 days')::date where role = 'building_head'",
        "update accounts_user set is_active = false where username = 'building_head'",
    ])  # fmt: skip
    def test_nothing_is_shown_of_who_does_not_answer_or_does_not_want_to(
        self, stage: Stage, anyone: Callable[[], Anyone], change: str
    ) -> None:
        assert read(anyone, place().id) != []
        stage.own(change)
        assert read(anyone, place().id) == []

    def test_a_resident_who_has_moved_away_is_not_shown(self, stage: Stage, anyone: Callable[[], Anyone]) -> None:
        there = place(".3", cast.COUSIN_AREA).id
        assert read(anyone, there) == [("楼组", "王阿婆")]
        stage.own("update register_person set left_on = '2024-01-01'")
        assert read(anyone, there) == []

    def test_while_he_is_away_the_card_of_the_stand_in_is_shown(
        self, stage: Stage, anyone: Callable[[], Anyone]
    ) -> None:
        stage.own(
            "insert into register_leave (area_id, charge_id, starts_on, stand_in_post_id) values (%s, %s, %s, %s)",
            area().id, charge().id, "2025-01-01", post("head").id,
        )  # fmt: skip
        assert read(anyone, place().id) == []
        stage.do("head", give_card, holder=of("head"), area=area(), words=WORDS, consents=True)
        anyone()
        assert [(one.words.shown_name, one.stands_in) for one in cards_at(place().id)[1]] == [("李师傅", True)]

    @pytest.mark.parametrize("table", ["register_card", "register_charge", "register_leave", "register_person"])
    def test_the_public_reads_none_of_the_tables(self, anyone: Callable[[], Anyone], table: str) -> None:
        anyone()
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"select * from {table}")


class TestGiving:
    def test_a_card_is_shown_with_consent_and_who_took_it_is_on_the_trail(self, stage: Stage) -> None:
        card = stage.do("worker", give_card, holder=of("worker"), area=area(), words=WORDS, consents=True)
        assert card.consented_at is not None
        assert card in shown()
        assert stage.one("select count(*) from audit_record where act = 'card.give' and actor_id is not null") == 1

    def test_without_consent_nothing_is_shown(self, stage: Stage) -> None:
        with pytest.raises(InvalidInput) as caught:
            stage.do("worker", give_card, holder=of("worker"), area=area(), words=WORDS, consents=False)
        assert caught.value.code == "consent_missing"

    def test_a_new_card_takes_the_place_of_the_old(self, stage: Stage) -> None:
        stage.do("head", give_card, holder=of("building_head"), area=area(), words=WORDS, consents=True)
        assert [card.shown_name for card in shown() if card.post_id] == ["李师傅"]
        assert stage.one("select count(*) from register_card where post_id is not null") == 2

    def test_a_building_head_gives_and_withdraws_his_own(self, stage: Stage) -> None:
        card = stage.do("building_head", give_card, holder=of("building_head"), area=area(cast.COUSIN_AREA),
                        words=WORDS, consents=True)  # fmt: skip
        assert card.area_id == area().id, "it stands where he does"
        assert stage.see("building_head", own_card) == card
        stage.do("building_head", withdraw_card, card_id=card.id)
        assert stage.see("building_head", own_card) is None

    def test_and_nobody_elses(self, stage: Stage) -> None:
        other = stage.do("worker", give_card, holder=of("worker"), area=area(), words=WORDS, consents=True)
        for act, given in (
            (give_card, {"holder": of("worker"), "area": area(), "words": WORDS, "consents": True}),
            (withdraw_card, {"card_id": other.id}),
        ):
            with pytest.raises(Forbidden):
                stage.do("building_head", act, **given)

    @pytest.mark.parametrize("who", ["worker_cousin", "dispatcher_other", "responder", "auditor", "district"])
    def test_a_card_of_another_area_is_out_of_reach(self, stage: Stage, who: str) -> None:
        mine = next(card for card in shown() if card.post_id)
        with pytest.raises(Forbidden):
            stage.do(who, give_card, holder=of("worker"), area=area(), words=WORDS, consents=True)
        with pytest.raises((Forbidden, NotFound)):
            stage.do(who, withdraw_card, card_id=mine.id)
        assert mine in shown()

    def test_withdrawn_is_withdrawn(self, stage: Stage) -> None:
        mine = next(card for card in shown() if card.post_id)
        stage.do("worker", withdraw_card, card_id=mine.id)
        assert mine not in shown()
        with pytest.raises(WrongState):
            stage.do("worker", withdraw_card, card_id=mine.id)
        with pytest.raises(NotFound):
            stage.do("worker", withdraw_card, card_id=999_999)

    @pytest.mark.parametrize(("words", "fits"), [
        (CardWords("李", "包干", "敲门"), True), (CardWords(" ", "包干", "敲门"), False),
        (CardWords("李", "", "敲门"), False), (CardWords("李", "包干", "\u200b"), False),
        (CardWords("李" * 60, "包" * 200, "敲" * 200, "诺" * 200), True), (CardWords("李" * 61, "包", "敲"), False),
        (CardWords("李", "包" * 201, "敲"), False), (CardWords("李", "包", "敲", "诺" * 201), False),
    ])  # fmt: skip
    def test_a_card_says_who_what_and_how(self, stage: Stage, words: CardWords, fits: bool) -> None:
        given = {"holder": of("worker"), "area": area(), "words": words, "consents": True}
        if fits:
            assert stage.do("worker", give_card, **given).shown_name == words.shown_name
            return
        with pytest.raises(InvalidInput) as caught:
            stage.do("worker", give_card, **given)
        assert caught.value.code == "card_words"

    def test_one_shown_card_for_each_holder(self, as_owner: None) -> None:
        first = Card.objects.filter(post__isnull=False)[0]
        with pytest.raises(IntegrityError, match="card_one_of_a_post"), transaction.atomic():
            Card.objects.create(
                area_id=first.area_id, post_id=first.post_id, shown_name="x", duty_words="x", reach="x"
            )  # fmt: skip

    def test_the_cards_of_an_area_are_listed_for_those_there(self, stage: Stage) -> None:
        assert {card.shown_name for card in stage.see("worker", cards)} == {"楼组长老陈"}
        assert {card.shown_name for card in stage.see("dispatcher", cards)} == {"楼组长老陈", "王阿婆"}
        assert list(stage.see("dispatcher_other", cards)) == []

    def test_a_card_stays_with_the_person_when_the_charge_goes(
        self, stage: Stage, anyone: Callable[[], Anyone]
    ) -> None:
        stage.own("update register_charge set starts_on = '2024-01-01'")
        stage.do("head", hand_over, charge_id=charge().id, holder=of("worker"), on=DAY)
        assert read(anyone, place().id) == []
        stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("building_head"), seat=Seat.CO_HEAD)
        assert read(anyone, place().id) == [("楼组", "楼组长老陈")]
        stage.do("head", go_on_leave, charge_id=charge("worker").id, starts_on=DAY)
