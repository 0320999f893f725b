"""Admission to the list: five tests, each enough to refuse; whoever passes all of them is worked with at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product
from typing import Any

import cast
import pytest
from casework.stage import Stage
from django.conf import settings
from django.test import Client

from linli.casework.cases.api import open_case
from linli.catalogue import api as catalogue
from linli.catalogue import shipped
from linli.catalogue.models import AdmissionRecord, Element, Item, ItemVersion
from linli.catalogue.rules import AdmissionTest, Answer, admission
from linli.catalogue.spec import Branch, Closing, ItemClass, ItemSpec, ListKind
from linli.kernel.errors import Conflict, InvalidInput, LinliError, NotFound
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
T = AdmissionTest
REASONS = {
    T.SEEN: "每日巡查能看到", T.UNDERSTOOD: "不用仪器就能认出", T.TAKEN_ON: "站内两人半日可办",
    T.OBLIGED: "《物业管理规定》第五十一条", T.MANAGEABLE: "城管队员驻站",
}  # fmt: skip
YES = {test: Answer(True, reason) for test, reason in REASONS.items()}
ITEM = replace(
    next(spec for spec in shipped.items() if spec.code == "C06"),
    code="C21", id="balcony_cages", name="违规防盗窗", name_en="Window cages", branches=(Branch("大修", "转业主表决"),),
)  # fmt: skip


def answers(*failed: AdmissionTest) -> dict[AdmissionTest, Answer]:
    """All passed but these."""
    return YES | {test: Answer(False, f"{REASONS[test]}：不成立") for test in failed}


def admit(stage: Stage, who: str = "district", **given: Any) -> catalogue.Admission:
    outcome: catalogue.Admission = stage.do(who, catalogue.admit_item, **({"spec": ITEM, "answers": YES} | given))
    catalogue.forget()
    return outcome


def tables() -> tuple[int, ...]:
    """How much the list's tables hold."""
    return tuple(model.objects.count() for model in (Item, ItemVersion, AdmissionRecord))


def told(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    rows = stage.ask("select name, payload from outbox_event where name like 'catalogue.%%' order by created_at, id")
    return [(row["name"].rsplit(".")[-1], row["payload"]) for row in rows]


class TestTheFiveTests:
    @pytest.mark.parametrize(
        "passed", list(product([True, False], repeat=5)), ids=lambda row: "".join("01"[x] for x in row)
    )
    def test_only_all_five_together_admit(self, passed: tuple[bool, ...]) -> None:
        given = {test: Answer(yes, "有理由") for test, yes in zip(T, passed, strict=True)}
        outcome = admission(given)
        assert outcome.admitted is (passed == (True,) * 5)
        assert outcome.failed == tuple(test for test, yes in zip(T, passed, strict=True) if not yes)

    def test_the_order_of_the_answers_does_not_matter(self) -> None:
        backwards = dict(reversed(answers(T.OBLIGED, T.SEEN).items()))
        assert admission(backwards).failed == (T.SEEN, T.OBLIGED)

    @pytest.mark.parametrize("test", list(T), ids=lambda test: test.value)
    def test_one_that_fails_keeps_the_matter_off_the_list_and_is_told(self, stage: Stage, test: AdmissionTest) -> None:
        before = tables()
        outcome = admit(stage, answers=answers(test))
        assert (outcome.admitted, outcome.failed) == (False, (test,))
        assert tables() == (before[0], before[1], before[2] + 1)
        assert not catalogue.is_active("C21")
        with pytest.raises(NotFound):
            catalogue.spec_for("C21")
        kept = AdmissionRecord.objects.get()
        assert kept.answers[test.value] == {"passed": False, "reason": f"{REASONS[test]}：不成立"}
        assert sum(answer["passed"] for answer in kept.answers.values()) == 4
        assert (kept.item_code, kept.name, kept.admitted) == ("C21", "违规防盗窗", False)
        assert kept.decided_by == cast.user_of("district").id
        assert told(stage) == [("ItemRefused", {"code": "C21", "failed": [test.value]})]
        (line,) = stage.ask("select * from audit_record where act = 'catalogue.admit'")
        assert (line["subject_id"], line["detail"]) == ("C21", {"admitted": False, "failed": [test.value]})

    @pytest.mark.parametrize("test", list(T), ids=lambda test: test.value)
    def test_what_failed_once_may_come_again_when_it_is_different(self, stage: Stage, test: AdmissionTest) -> None:
        admit(stage, answers=answers(test))
        assert admit(stage).admitted
        assert catalogue.is_active("C21")
        assert list(AdmissionRecord.objects.values_list("admitted", flat=True)) == [False, True]
        assert [name for name, _ in told(stage)] == ["ItemRefused", "ItemAdmitted"]

    @pytest.mark.parametrize("test", list(T), ids=lambda test: test.value)
    @pytest.mark.parametrize(
        ("answer", "code"), [(None, "admission_incomplete"), (Answer(True, "　\n"), "admission_reason_missing")]
    )
    def test_an_answer_that_is_missing_or_bare_is_no_decision(
        self, stage: Stage, test: AdmissionTest, answer: Answer | None, code: str
    ) -> None:
        before = tables()
        given = {key: one for key, one in YES.items() if key is not test} | ({test: answer} if answer else {})
        with pytest.raises(InvalidInput) as refused:
            admit(stage, answers=given)
        assert refused.value.code == code
        assert refused.value.detail in ({"missing": [test.value]}, {"tests": [test.value]})
        assert (tables(), told(stage)) == (before, [])

    def test_a_reason_is_kept_clean_of_what_no_paper_would_show(self, stage: Stage) -> None:
        admit(stage, answers=YES | {T.SEEN: Answer(True, "巡查\u202e能见\x00 ")}, note=" 试\n行 ")
        assert AdmissionRecord.objects.get().answers["seen"]["reason"] == "巡查能见"
        assert ItemVersion.objects.get(item__code="C21").note == "试 行"


class TestWhatIsAdmitted:
    def test_it_stands_last_on_its_list_as_version_one_from_now_on(self, stage: Stage) -> None:
        others = [spec.code for spec in catalogue.list_specs()]
        assert admit(stage, note="第三批清单").admitted
        assert [spec.code for spec in catalogue.list_specs()] == [*others, "C21"]
        assert catalogue.list_specs(ListKind.COMMUNITY)[-1] == ITEM == catalogue.spec_for("C21")
        version = ItemVersion.objects.get(item__code="C21")
        assert (version.version, version.valid_from, version.note) == (1, stage.clock.now(), "第三批清单")
        assert version.created_by == cast.user_of("district").id

    def test_a_case_may_be_opened_under_it_in_every_town_at_once(self, stage: Stage) -> None:
        admit(stage)
        matter = stage.receive(words="楼上装了防盗窗")
        stage.do("worker", open_case, report_id=matter.id, item_code="C21")
        case = stage.case(matter)
        assert (case["item_code"], case["item_version"], case["cls"]) == ("C21", 1, "O")
        assert {label for kind, label in stage.clocks(matter) if kind == "milestone"} == {"停工", "立案处罚"}

    def test_words_of_residents_lead_to_it_by_its_name(self, stage: Stage) -> None:
        assert "C21" not in {one.code for one in catalogue.likeliest("楼上装了违规防盗窗")}
        admit(stage)
        assert catalogue.likeliest("楼上装了违规防盗窗")[0].code == "C21"

    def test_it_feeds_the_elements_that_were_named_and_no_other(self, stage: Stage) -> None:
        before = {one.code: one.fed_by for one in catalogue.elements()}
        admit(stage, elements=["B1", "A3", "B1"])
        after = {one.code: one.fed_by for one in catalogue.elements()}
        assert {code for code in after if after[code] != before[code]} == {"A3", "B1"}
        assert after["A3"] == (*before["A3"], "C21")
        assert after["B1"] == (*before["B1"], "C21")

    def test_a_refused_matter_feeds_no_element(self, stage: Stage) -> None:
        admit(stage, answers=answers(T.SEEN), elements=["B1"])
        assert not Element.objects.filter(fed_by__contains="C21").exists()

    @pytest.mark.parametrize("kind", list(ListKind))
    @pytest.mark.parametrize("cls", list(ItemClass))
    def test_any_class_may_stand_on_any_list(self, stage: Stage, kind: ListKind, cls: ItemClass) -> None:
        admit(stage, spec=replace(ITEM, list_kind=kind, cls=cls))
        assert catalogue.list_specs(kind)[-1].code == "C21"
        assert (Item.objects.get(code="C21").list_kind, Item.objects.get(code="C21").cls) == (kind, cls)
        assert told(stage) == [("ItemAdmitted", {"code": "C21", "list_kind": kind.value})]
        assert catalogue.grab_allowed(cls) is (cls is not ItemClass.SAFER)

    def test_what_was_admitted_may_be_revised_overridden_and_retired_like_all_others(self, stage: Stage) -> None:
        admit(stage)
        town = catalogue_area(cast.TOWN)
        stage.do("district", catalogue.revise_item, code="C21", changes={"resolve": "9d"}, note="放宽")
        stage.do(
            "dispatcher", catalogue.override_item,
            code="C21", changes={"resolve": "5d"}, area_id=town[0], reason="试点",
        )  # fmt: skip
        catalogue.forget()
        limits = [catalogue.amount_text(catalogue.spec_for("C21", path).promise) for path in (None, town[1])]
        assert limits == ["9d", "5d"]
        stage.do("district", catalogue.retire_item, code="C21", reason="并入C06")
        catalogue.forget()
        assert not catalogue.is_active("C21")


def catalogue_area(code: str) -> tuple[int, str]:
    area = area_by_code(code)
    return area.id, area.path


class TestWhatCannotBeWorkedWith:
    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"code": ""}, "code"),
            ({"code": "  "}, "code"),
            ({"code": "C2100000X"}, "code"),
            ({"code": "C 21"}, "code"),
            ({"code": "c21"}, "code"),
            ({"code": "违建"}, "code"),
            ({"name": " "}, "name"),
            ({"name": "窗" * 61}, "name"),
            ({"channels": ()}, "channels"),
            ({"respond": ()}, "respond"),
            ({"resolve": ()}, "resolve"),
            ({"closing": Closing("")}, "closing"),
            ({"duplicate_radius_m": 0}, "duplicate_radius_m"),
            ({"duplicate_days": 366}, "duplicate_days"),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_it_is_refused_by_its_field_before_anybody_decides(
        self, stage: Stage, wrong: dict[str, Any], field: str
    ) -> None:
        before = tables()
        with pytest.raises(InvalidInput) as refused:
            admit(stage, spec=replace(ITEM, **wrong))
        assert (refused.value.code, refused.value.detail) == ("item_value_bad", {"field": field})
        assert (tables(), told(stage)) == (before, [])

    @pytest.mark.parametrize("code", ["C21", "A1", "Z9999999"])
    def test_a_code_is_a_letter_and_up_to_seven_more(self, stage: Stage, code: str) -> None:
        assert admit(stage, spec=replace(ITEM, code=code)).admitted
        assert catalogue.spec_for(code).code == code

    def test_the_longest_name_is_kept_whole(self, stage: Stage) -> None:
        admit(stage, spec=replace(ITEM, name="窗" * 60))
        assert catalogue.spec_for("C21").name == AdmissionRecord.objects.get().name == "窗" * 60

    @pytest.mark.parametrize("passes", [True, False], ids=["passes", "fails"])
    def test_a_code_of_the_list_is_never_given_again_not_even_after_it_left(self, stage: Stage, passes: bool) -> None:
        stage.do("district", catalogue.retire_item, code="C13", reason="并入S03")
        before = tables()
        for code in ("C13", "C01"):
            with pytest.raises(Conflict) as refused:
                admit(stage, spec=replace(ITEM, code=code), answers=YES if passes else answers(T.SEEN))
            assert (refused.value.code, refused.value.detail) == ("item_exists", {"code": code})
        assert tables() == before

    @pytest.mark.parametrize("elements", [["Z9"], ["A1", "Z9"], [""]])
    def test_an_element_that_does_not_exist_stops_the_whole_admission(
        self, stage: Stage, elements: Iterable[str]
    ) -> None:
        before = tables()
        with pytest.raises(NotFound) as missing:
            admit(stage, elements=elements)
        assert missing.value.code == "element_unknown"
        assert (tables(), told(stage)) == (before, [])
        assert not Element.objects.filter(fed_by__contains="C21").exists()

    @pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "dispatcher_other", "auditor", "responder"])
    @pytest.mark.parametrize("passes", [True, False], ids=["passes", "fails"])
    def test_nobody_but_the_district_puts_anything_to_the_tests(self, stage: Stage, who: str, passes: bool) -> None:
        before = tables()
        with pytest.raises(LinliError) as refused:
            admit(stage, who, answers=YES if passes else answers(T.SEEN))
        assert type(refused.value).__name__ == "Forbidden"
        assert (tables(), told(stage)) == (before, [])


class TestOnTheDesk:
    @pytest.mark.parametrize(("language", "name"), [("zh-hans", "违规防盗窗"), ("en", "Window cages")])
    def test_the_new_item_has_its_page_in_both_languages(
        self, stage: Stage, desk_as: Callable[[str], Client], language: str, name: str
    ) -> None:
        client = desk_as("worker")
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        assert client.get("/desk/items/C21").status_code == 404
        admit(stage)
        page = client.get("/desk/items/C21").content.decode()
        assert f"C21 {name}" in page
        assert f"C21 {name}" in client.get("/desk/items?list=community").content.decode()
        assert f"C21 {name}" not in client.get("/desk/items?list=village").content.decode()


def test_the_item_of_these_tests_is_one_the_list_could_hold() -> None:
    spec: ItemSpec = catalogue.from_json(catalogue.to_json(ITEM))
    assert spec == ITEM
    assert spec.conditions == ("大修",)
