"""Three items for whatever stays in triage: always three, best first, and honest about the weak ones."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from casework.stage import REPORT_MOVES, Matter, Stage
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from linli.access.api import Principal
from linli.casework.cases.api import open_case
from linli.casework.intake.api import Report, ReportState, report_by_id, send_back
from linli.casework.timeline.api import Act
from linli.catalogue import api as catalogue
from linli.catalogue import shipped
from linli.catalogue.suggest import LEAST_SCORE, Suggester, Suggestion, suggester
from linli.flow.report_received import legal_owner
from linli.web.desk.triage import suggested

SHARED = Path(os.environ.get("LINLI_SHARED", Path(__file__).parents[3] / "shared"))
MESSAGES = SHARED / "data" / "complaints" / "taidi2020_C_csv" / "fujian2.csv"
MINE = suggester(shipped.items(), shipped.outside_topics())
CLEAR, UNCLEAR = "楼道里堆满了杂物和纸箱，怕着火", "你好，谢谢，请帮帮忙"
WAGES = "公司拖欠工资三个月"
CODES = {spec.code for spec in shipped.items()}


def codes(found: list[Suggestion]) -> list[str]:
    return [one.code for one in found]


def ordered(found: list[Suggestion]) -> bool:
    """Best first, and no weak one before a clear one."""
    scores = [one.score for one in found]
    return scores == sorted(scores, reverse=True) and [one.weak for one in found] == sorted(one.weak for one in found)


@pytest.fixture(scope="module")
def letters() -> list[tuple[str, str]]:
    """The 495 citizens' messages: number (one stands twice), and subject with text."""
    if not MESSAGES.exists():
        pytest.skip(f"no messages to measure on at {MESSAGES}")
    with MESSAGES.open(encoding="utf-8", newline="") as source:
        return [(row["留言编号"], f"{row['留言主题']} {row['留言详情']}") for row in csv.DictReader(source)]


class TestWhateverIsSaid:
    @given(st.text(max_size=120))
    @hypothesis_settings(max_examples=100, deadline=None)
    def test_there_are_three_different_items_best_first(self, text: str) -> None:
        found = MINE.likeliest(text)
        assert len(set(codes(found))) == len(found) == 3
        assert set(codes(found)) <= CODES
        assert ordered(found)

    @given(
        st.lists(st.sampled_from(["垃圾", "停车", "噪音", "违建", "学校", "工资", "路灯", "河道", "，"]), max_size=9)
    )
    @hypothesis_settings(max_examples=100, deadline=None)
    def test_what_is_said_clearly_stands_first_and_unchanged(self, said: list[str]) -> None:
        text = "".join(said)
        clear = MINE.suggest(text)
        assert MINE.likeliest(text)[: len(clear)] == clear
        assert all(one.weak for one in MINE.likeliest(text)[len(clear) :])

    @pytest.mark.parametrize("text", ["", "你好", "谢谢书记", "。。。！！", "12345", "\x00\n\t", "qwertyuiop"])
    def test_when_nothing_is_said_the_commonest_matters_stand_in_and_give_no_reason(self, text: str) -> None:
        found = MINE.likeliest(text)
        assert codes(found) == shipped.data("words.json")["common"][:3]
        assert [(one.score, one.reasons, one.weak) for one in found] == [(0.0, (), True)] * 3

    @pytest.mark.parametrize("text", ["你好，请尽快处理", "处理", "希望能尽快处理好"])
    def test_a_likeness_of_letters_alone_is_never_clear(self, text: str) -> None:
        """处理 stands in 垃圾处理, which once made 请尽快处理 a matter of rubbish with 28 %."""
        (first, *_) = MINE.likeliest(text)
        assert (first.code, first.reasons, first.weak) == ("V09", (), True)
        assert MINE.suggest(text) == []

    def test_whatever_is_clear_names_a_word_of_the_text(self) -> None:
        text = "垃圾处理、油烟、噪音、违建、乱停车都有"
        clear = MINE.suggest(text, top=61)
        assert len(clear) >= 5
        assert all(one.reasons and all(word in text for word in one.reasons) for one in clear)

    def test_what_is_hardly_heard_comes_before_what_is_only_common(self) -> None:
        text = "请修一修河边那条老路"
        assert MINE.suggest(text) == []
        (first, *_) = MINE.likeliest(text)
        assert 0 < first.score < LEAST_SCORE
        assert first.code not in shipped.data("words.json")["common"]

    @pytest.mark.parametrize("top", [0, 1, 2, 3, 5, 61])
    def test_as_many_as_are_asked_for(self, top: int) -> None:
        assert len(set(codes(MINE.likeliest(CLEAR, top=top)))) == top

    def test_a_list_shorter_than_asked_for_is_given_whole(self) -> None:
        two = suggester(shipped.items()[:2], shipped.outside_topics())
        assert sorted(codes(two.likeliest(UNCLEAR, top=3))) == ["C01", "C02"]

    @pytest.mark.parametrize(
        ("score", "weak"), [(0.0, True), (LEAST_SCORE - 0.001, True), (LEAST_SCORE, False), (1.0, False)]
    )
    def test_weak_is_what_would_not_be_said_to_a_resident(self, score: float, weak: bool) -> None:
        assert Suggestion("C01", score, ()).weak is weak

    def test_the_common_matters_are_on_the_list_and_named_once(self) -> None:
        common = shipped.data("words.json")["common"]
        assert len(common) == len(set(common)) >= 3
        assert set(common) <= CODES

    def test_a_topic_outside_the_list_is_never_among_the_three(self) -> None:
        found = MINE.likeliest("孩子学校入学怎么办", top=61)
        assert not {one.code for one in found} & {topic.code for topic in shipped.outside_topics()}
        assert MINE.outside("孩子学校入学怎么办") is not None


class TestTheLetters:
    def test_each_of_them_has_an_owner_outside_or_three_items(self, letters: list[tuple[str, str]]) -> None:
        assert len(letters) == 495
        kept = [text for _, text in letters if MINE.outside(text) is None]
        assert 40 < len(kept) < 90
        for text in kept:
            found = MINE.likeliest(text)
            assert len(set(codes(found))) == len(found) == 3
            assert ordered(found)

    @pytest.mark.parametrize("labels", ["labels.csv", "labels_second.csv"])
    def test_every_labelled_matter_of_the_list_is_among_its_three(
        self, letters: list[tuple[str, str]], labels: str
    ) -> None:
        with (Path(__file__).parent / labels).open(encoding="utf-8", newline="") as source:
            rows = [row for row in csv.DictReader(source) if row["label"][0] != "X"]
        assert len(rows) >= 7
        missed = [
            row["留言编号"]
            for row in rows
            if not {row["label"], *row["also"].split()} & set(codes(MINE.likeliest(dict(letters)[row["留言编号"]])))
        ]
        assert missed == []

    @pytest.mark.parametrize("labels", ["labels.csv", "labels_second.csv"])
    def test_nothing_labelled_as_station_duty_alone_is_sent_away(
        self, letters: list[tuple[str, str]], labels: str
    ) -> None:
        with (Path(__file__).parent / labels).open(encoding="utf-8", newline="") as source:
            rows = [row for row in csv.DictReader(source) if "X" not in row["label"] + row["also"]]
        assert len(rows) >= 3
        assert [row["留言编号"] for row in rows if MINE.outside(dict(letters)[row["留言编号"]])] == []

    def test_weak_ones_are_common_among_third_places_and_rare_among_first(self, letters: list[tuple[str, str]]) -> None:
        kept = [MINE.likeliest(text) for _, text in letters if MINE.outside(text) is None]
        weak = [sum(found[place].weak for found in kept) for place in range(3)]
        assert weak[0] < weak[1] <= weak[2]
        assert 0 < weak[0] < len(kept) / 5


def stored(stage: Stage, matter: Matter) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stage.report(matter)["suggestions"]
    return found


class TestInTheDatabase:
    def test_a_clear_report_keeps_its_three_with_scores_and_reasons(self, stage: Stage) -> None:
        matter = stage.receive(words=CLEAR)
        stage.deliver_all()
        three = stored(stage, matter)
        assert len({one["code"] for one in three}) == len(three) == 3
        assert three[0]["code"] == "C04"
        assert three[0]["weak"] is False
        assert three[0]["reasons"]
        assert all(reason in CLEAR for one in three for reason in one["reasons"])

    def test_an_unclear_report_has_three_weak_ones_and_stays_in_triage(self, stage: Stage) -> None:
        matter = stage.receive(words=UNCLEAR)
        stage.deliver_all()
        assert stage.report(matter)["state"] == ReportState.RECEIVED
        assert [(one["code"], one["weak"]) for one in stored(stage, matter)] == [
            (code, True) for code in shipped.data("words.json")["common"][:3]
        ]

    def test_what_the_legal_owner_sends_back_has_its_three_already(self, stage: Stage) -> None:
        stage.own("update accounts_unit set kind = 'labour' where code = 'cast.urban'")
        matter = stage.receive(words=WAGES)
        stage.deliver_all()
        assert (stage.report(matter)["state"], stage.report(matter)["topic"]) == (ReportState.ROUTED, "X03")
        stage.do("responder_urban", send_back, report_id=matter.id, words="不归我们管")
        assert stage.report(matter)["state"] == ReportState.RECEIVED
        assert len({one["code"] for one in stored(stage, matter)}) == 3

    def test_without_a_legal_owner_in_reach_it_stays_in_triage_with_three(self, stage: Stage) -> None:
        stage.own("update accounts_unit set kind = 'property_firm' where kind = 'operation_centre'")
        matter = stage.receive(words=WAGES)
        stage.deliver_all()
        assert stage.report(matter)["state"] == ReportState.RECEIVED
        assert len(stored(stage, matter)) == 3

    def test_a_legal_owner_is_never_a_station(self, stage: Stage) -> None:
        match = MINE.outside(WAGES)
        assert match is not None
        report: Report = stage.see("worker", report_by_id, stage.receive(words=WAGES).id)
        owner = legal_owner(match, report.area)
        assert owner is not None
        assert owner.kind == "operation_centre"


def on_the_desk(stage: Stage, matter: Matter) -> list[tuple[str, bool, bool]]:
    """What the triage page offers: code, chosen by the reporter, weak."""

    def read(actor: Principal) -> list[tuple[str, bool, bool]]:
        return [(one.code, one.by_reporter, one.weak) for one in suggested(report_by_id(actor, matter.id))]

    found: list[tuple[str, bool, bool]] = stage.see("worker", read)
    return found


class TestAtTheDesk:
    def test_the_reporters_own_choice_stands_before_two_that_the_words_say(self, stage: Stage) -> None:
        matter = stage.receive(words=CLEAR, item_code="C05")
        (first, second, third) = on_the_desk(stage, matter)
        assert first == ("C05", True, False)
        assert second == ("C04", False, False)
        assert third[0] not in {"C04", "C05"}

    def test_a_report_of_before_with_one_stored_item_is_filled_up(self, stage: Stage) -> None:
        matter = stage.receive(words=UNCLEAR)
        REPORT_MOVES[Act.SUGGEST](stage, matter)
        assert [code for code, _, _ in on_the_desk(stage, matter)] == [
            "C04",
            *[code for code in shipped.data("words.json")["common"] if code != "C04"][:2],
        ]

    def test_a_retired_item_that_was_stored_is_not_offered_any_more(self, stage: Stage) -> None:
        matter = stage.receive(words=CLEAR)
        stage.deliver_all()
        assert on_the_desk(stage, matter)[0][0] == "C04"
        stage.do("district", catalogue.retire_item, code="C04", reason="并入C03")
        catalogue.forget()
        offered = [code for code, _, _ in on_the_desk(stage, matter)]
        assert "C04" not in offered
        assert len(set(offered)) == 3

    @pytest.mark.parametrize(
        ("language", "said"), [("zh-hans", "线索不足，仅供参考"), ("en", "little to go on")], ids=["zh", "en"]
    )
    def test_the_page_says_when_there_is_little_to_go_on_and_chooses_nothing(
        self, stage: Stage, desk_as: Callable[[str], Client], language: str, said: str
    ) -> None:
        clear, unclear = stage.receive(words=CLEAR), stage.receive(words=UNCLEAR)
        stage.deliver_all()
        client = desk_as("worker")
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = client.get(f"/desk/{unclear.number}").content.decode()
        assert page.count(said) == 3
        assert checked_items(page) == ["other"]
        page = client.get(f"/desk/{clear.number}").content.decode()
        assert page.count(said) == sum(weak for _, _, weak in on_the_desk(stage, clear)) < 3
        assert checked_items(page) == ["C04"]

    def test_a_weak_item_may_still_be_chosen_by_hand(self, stage: Stage, desk_as: Callable[[str], Client]) -> None:
        matter = stage.receive(words=UNCLEAR)
        stage.deliver_all()
        answer = desk_as("worker").post(f"/desk/{matter.number}/file", {"item": "C12", "title": ""})
        assert answer.status_code == 302
        assert (stage.case(matter)["state"], stage.case(matter)["item_code"]) == ("filed", "C12")

    def test_filing_many_at_once_fills_in_only_what_is_clear(
        self, stage: Stage, desk_as: Callable[[str], Client]
    ) -> None:
        clear, unclear = stage.receive(words=CLEAR), stage.receive(words=UNCLEAR)
        stage.deliver_all()
        page = desk_as("worker").post("/desk/bulk", {"pick": [str(clear.id), str(unclear.id)]}).content.decode()
        assert typed_for(page, clear).startswith("C04 ")
        assert typed_for(page, unclear) == ""

    def test_a_weak_guess_brings_up_no_cases_to_merge_with(
        self, stage: Stage, desk_as: Callable[[str], Client]
    ) -> None:
        known = stage.receive(words="小区里乱停车")
        stage.do("worker", open_case, report_id=known.id, item_code="C12")
        clear, unclear = stage.receive(words="车乱停放，堵住出口"), stage.receive(words=UNCLEAR)
        stage.deliver_all()
        client = desk_as("worker")
        assert f'value="{known.id}"' in client.get(f"/desk/{clear.number}").content.decode()
        assert f'value="{known.id}"' not in client.get(f"/desk/{unclear.number}").content.decode()


def checked_items(page: str) -> list[str]:
    """The values of the chosen radio buttons of the item question."""
    return [
        tag.split('value="')[1].split('"')[0]
        for tag in page.split("<input")
        if 'name="item"' in tag.split(">")[0] and " checked" in tag.split(">")[0]
    ]


def typed_for(page: str, matter: Matter) -> str:
    """What stands in the field of one line of the bulk page."""
    (tag,) = [tag.split(">")[0] for tag in page.split("<input") if f'name="item_{matter.id}"' in tag.split(">")[0]]
    return tag.split('value="')[1].split('"')[0]


class TestThroughTheInterface:
    def test_the_inbox_names_three_and_which_of_them_are_weak(
        self, stage: Stage, tokens: Callable[[str], str], desk_as: Callable[[str], Client]
    ) -> None:
        clear, unclear = stage.receive(words=CLEAR), stage.receive(words=UNCLEAR)
        chosen = stage.receive(words=CLEAR, item_code="C05")
        stage.deliver_all()
        client = desk_as("worker")
        answer = client.get("/api/v1/inbox", headers={"authorization": f"Bearer {tokens('worker')}"})
        rows = {row["number"]: row for row in answer.json()["items"]}
        common = shipped.data("words.json")["common"][:3]
        assert (rows[unclear.number]["suggestions"], rows[unclear.number]["weak_suggestions"]) == (common, common)
        three, weak = rows[clear.number]["suggestions"], rows[clear.number]["weak_suggestions"]
        assert (three[0], len(set(three))) == ("C04", 3)
        assert weak == three[3 - len(weak) :]
        assert len(weak) < 3
        row = rows[chosen.number]
        assert (row["item_code"], row["suggestions"], row["weak_suggestions"]) == ("C05", [], [])

    def test_a_resident_is_told_that_his_words_fit_only_when_they_do(self, stage: Stage) -> None:
        assert {one.code for one in catalogue.suggest(CLEAR)} >= {"C04"}
        assert catalogue.suggest(UNCLEAR) == []
        assert len(catalogue.likeliest(UNCLEAR)) == 3

    def test_the_kept_list_answers_with_the_items_of_today(self, stage: Stage) -> None:
        stage.do("district", catalogue.retire_item, code="C12", reason="并入C01")
        catalogue.forget()
        assert [one.code for one in catalogue.likeliest(UNCLEAR)] == shipped.data("words.json")["common"][1:4]


def test_a_suggester_keeps_no_common_item_that_has_left_the_list() -> None:
    rest = [spec for spec in shipped.items() if spec.code not in {"C12", "C10"}]
    short: Suggester = suggester(rest, shipped.outside_topics())
    assert codes(short.likeliest("")) == ["C19", "C04", "C15"]
