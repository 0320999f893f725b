"""Rules of dispatch: every pair against a judge who asks one question after the other; and who has it at last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time
from itertools import permutations, product
from typing import Any

import cast
import pytest
from casework.stage import BY_COMMITTEE, BY_FIRM, CASE_MOVES, ITEM, MONDAY, Matter, Stage, unit
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.casework.cases.api import case_by_id, open_case
from linli.casework.dispatch.api import Proposal, assignments, dispatch_case, propose, take_routed, transfer
from linli.casework.dispatch.rules import RuleSpec, Situation, choose
from linli.casework.intake.api import route_report
from linli.casework.timeline.api import Act
from linli.kernel.clock import now
from linli.kernel.errors import Forbidden, InvalidInput
from linli.register.places.api import Place
from linli.territory.api import area_by_code
from linli.web.desk.words import why_words

HERE = Situation("C06", "O", "community", "310115.132.S01.001", "compound", time(10, 0))
FIELDS: dict[str, tuple[Any, ...]] = {
    "item_code": ("", "C06", "C07"),
    "area_path": ("", "310115", "310115.132", "310115.132.S01", "310115.132.S01.001", "310115.132.S0", "310115.004"),
    "place_kind": ("", "compound", "home"),
    "hours": ((None, None), (time(8), time(18)), (time(18), time(8))),
}
EVERY_RULE = [dict(zip(FIELDS, values, strict=True)) for values in product(*FIELDS.values())]
"""Item × area × place kind × time of day: each unset, right and wrong; an area also at every depth."""


def spec(id_: int, said: dict[str, Any]) -> RuleSpec:
    begin, end = said["hours"]
    return RuleSpec(
        id=id_, item_code=said["item_code"], area_path=said["area_path"], place_kind=said["place_kind"],
        from_time=begin, to_time=end, unit_kind="x", cls=said.get("cls", ""), list_kind=said.get("list_kind", ""),
    )  # fmt: skip


def holds(rule: RuleSpec) -> bool:
    """Whether a rule speaks of HERE, said as a person would."""
    steps, wanted = HERE.area_path.split("."), rule.area_path.split(".") if rule.area_path else []
    by_day = (rule.from_time, rule.to_time) != (time(18), time(8))
    return (
        rule.item_code != "C07" and rule.place_kind != "home" and rule.cls != "S" and rule.list_kind != "village"
        and steps[: len(wanted)] == wanted and by_day
    )  # fmt: skip


def judged(rules: Sequence[RuleSpec]) -> RuleSpec | None:
    """One question after the other; each leaves only those who answer it best."""
    left = [rule for rule in rules if holds(rule)]
    questions = (
        lambda rule: rule.item_code != "",
        lambda rule: len(rule.area_path.split(".")) if rule.area_path else 0,
        lambda rule: rule.place_kind != "",
        lambda rule: rule.from_time is not None,
        lambda rule: rule.cls != "",
        lambda rule: rule.list_kind != "",
        lambda rule: rule.id,
    )
    for question in questions:
        best = max((question(rule) for rule in left), default=None)
        left = [rule for rule in left if question(rule) == best]
    return left[0] if left else None


def test_each_rule_alone_applies_exactly_when_nothing_it_says_is_wrong() -> None:
    assert len(EVERY_RULE) == 3 * 7 * 3 * 3
    applied = [said for said in EVERY_RULE if choose([spec(1, said)], HERE)]
    assert applied == [said for said in EVERY_RULE if holds(spec(1, said))]
    assert len(applied) == 2 * 5 * 2 * 2


def test_of_every_two_rules_the_judge_and_the_town_choose_the_same_whichever_is_newer() -> None:
    right = [said for said in EVERY_RULE if holds(spec(1, said))]
    wrong = [said for said in EVERY_RULE if not holds(spec(1, said))]
    disagreed = []
    for one, other in permutations([*right, *wrong[::7]], 2):
        rules = [spec(1, one), spec(2, other)]
        if choose(rules, HERE) != judged(rules):
            disagreed.append((one, other))
    assert disagreed == []


CLASSES, LISTS = st.sampled_from(["", "O", "S"]), st.sampled_from(["", "community", "village"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(EVERY_RULE), CLASSES, LISTS), max_size=25), st.randoms())
def test_of_any_number_of_rules_in_any_order_the_same_one_wins(drawn: list[tuple[Any, str, str]], rng: Any) -> None:
    rules = [spec(n, said | {"cls": cls, "list_kind": kind}) for n, (said, cls, kind) in enumerate(drawn)]
    wanted = judged(rules)
    rng.shuffle(rules)
    assert choose(rules, HERE) == wanted


def proposal(stage: Stage, matter: Matter) -> Proposal:
    found = propose(stage.see("worker", case_by_id, matter.id), at=now())
    assert isinstance(found, Proposal)
    return found


def lay(stage: Stage, **said: Any) -> int:
    """A rule of the town; returns its id."""
    row = {
        "item_code": "", "cls": "", "list_kind": "", "place_kind": "", "unit_kind": "", "note": "", "area_id": None,
        "unit_id": None, "from_time": None, "to_time": None, "valid_from": MONDAY, "valid_to": None,
    } | said  # fmt: skip
    columns, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    stage.own(f"insert into casework_rule ({columns}) values ({marks})", *row.values())
    last: int = stage.one("select max(id) from casework_rule")
    return last


def give_up(stage: Stage, key: str) -> None:
    stage.own("update accounts_unit set is_active = false where code = %s", f"cast.{key}")


@pytest.mark.django_db
class TestRulesOfTheTown:
    def test_the_rule_of_the_committee_beats_that_of_the_town_and_that_of_the_district(self, stage: Stage) -> None:
        for code, kind in (
            (cast.DISTRICT, "committee"), (cast.TOWN, "property_firm"), (cast.HOME_AREA, "housing_office"),
        ):  # fmt: skip
            lay(stage, area_id=area_by_code(code).id, unit_kind=kind)
        here, beside = stage.opened(ITEM), stage.receive(area_id=area_by_code(cast.SIBLING_AREA).id)
        assert proposal(stage, here).unit.code == "cast.housing"
        stage.do("worker_sibling", open_case, report_id=beside.id, item_code=ITEM)
        case = stage.see("worker_sibling", case_by_id, beside.id)
        assert propose(case, at=now()).unit.code == "cast.station"  # the town's rule names a firm that is not there

    def test_a_rule_for_a_kind_of_place_holds_for_such_a_place_only(self, stage: Stage) -> None:
        lay(stage, place_kind="building", unit_kind="housing_office")
        building, compound = (
            Place.objects.get(code=f"cast.{cast.HOME_AREA}{rest}") for rest in (".3", "")
        )  # fmt: skip
        assert proposal(stage, stage.opened(ITEM, place_id=building.id)).unit.code == "cast.housing"
        assert proposal(stage, stage.opened(ITEM, place_id=compound.id)).unit.code == "cast.urban"
        assert proposal(stage, stage.opened(ITEM)).unit.code == "cast.urban"

    @pytest.mark.parametrize("field", [{"cls": "O"}, {"list_kind": "community"}], ids=["class", "list"])
    def test_a_rule_for_a_class_or_a_list_holds_for_its_items(self, stage: Stage, field: dict[str, str]) -> None:
        lay(stage, unit_kind="housing_office", **field)
        assert proposal(stage, stage.opened(ITEM)).unit.code == "cast.housing"

    def test_of_two_equal_rules_the_newer_holds_and_is_named(self, stage: Stage) -> None:
        lay(stage, item_code=ITEM, unit_kind="property_firm")
        newer = lay(stage, item_code=ITEM, unit_kind="housing_office")
        found = proposal(stage, stage.opened(ITEM))
        assert (found.unit.code, found.rule_id, found.why[0]) == ("cast.housing", newer, ("rule", str(newer)))

    def test_a_rule_whose_unit_has_given_up_holds_no_longer(self, stage: Stage) -> None:
        lay(stage, item_code=ITEM, unit_id=unit("housing").id)
        matter = stage.opened(ITEM)
        assert proposal(stage, matter).unit.code == "cast.housing"
        give_up(stage, "housing")
        found = proposal(stage, matter)
        assert (found.unit.code, found.rule_id) == ("cast.urban", None)

    def test_a_rule_for_a_kind_that_is_not_here_leaves_it_to_the_desk_and_says_so(self, stage: Stage) -> None:
        number = lay(stage, item_code=ITEM, unit_kind="maintenance_firm")
        found = proposal(stage, stage.opened(ITEM))
        assert (found.unit.code, found.rule_id) == ("cast.station", number)
        assert found.why == (("no_unit", "maintenance_firm"), ("last_resort", ""))


@pytest.mark.django_db
class TestBetweenProposalAndSending:
    """What was proposed a minute ago may be gone when somebody presses the button."""

    def test_a_unit_that_gave_up_meanwhile_is_not_sent_to(self, stage: Stage) -> None:
        matter = stage.opened(ITEM)
        assert proposal(stage, matter).unit.code == "cast.urban"
        give_up(stage, "urban")
        stage.do("worker", dispatch_case, case_id=matter.id)
        row = stage.case(matter)
        assert row["unit_id"] == row["desk_id"] == unit("station").id
        (assigned,) = stage.assignments(matter)
        assert assigned["why"] == [["no_unit", "urban_management"], ["last_resort", ""]]

    def test_nor_is_it_chosen_by_hand(self, stage: Stage) -> None:
        matter = stage.opened(ITEM)
        given_ = {"case_id": matter.id, "unit_id": unit("housing").id, "words": "房管办更熟"}
        give_up(stage, "housing")
        before = stage.snapshot(matter)
        with pytest.raises(InvalidInput) as caught:
            stage.do("worker", dispatch_case, **given_)
        assert caught.value.code == "unit_elsewhere"
        assert stage.snapshot(matter) == before

    def test_the_desks_own_people_do_what_came_back_to_the_desk(self, stage: Stage) -> None:
        matter = stage.opened(ITEM)
        give_up(stage, "urban")
        stage.do("worker", dispatch_case, case_id=matter.id)
        CASE_MOVES[Act.ACCEPT](stage, matter)
        assert stage.case(matter)["state"] == "handling"

    def test_a_dispatcher_whose_post_ended_meanwhile_sends_nothing(self, stage: Stage) -> None:
        matter = stage.opened(ITEM)
        stage.see("dispatcher", case_by_id, matter.id)
        stage.own(
            "update accounts_post set ends_on = '2025-01-01' from accounts_user u where u.id = user_id"
            " and u.username = 'dispatcher'"
        )
        before = stage.snapshot(matter)
        with pytest.raises(Forbidden) as caught:
            stage.do("dispatcher", dispatch_case, case_id=matter.id)
        assert caught.value.code == "session_over"
        assert stage.snapshot(matter) == before

    def test_the_duty_of_a_firm_that_gave_up_falls_to_the_firm_of_the_area(self, stage: Stage) -> None:
        place = Place.objects.get(code=f"cast.{cast.HOME_AREA}")
        stage.own("update register_duty set unit_id = %s where place_id = %s", unit("property_other").id, place.id)
        matter = stage.opened(BY_FIRM, place_id=place.id)
        assert proposal(stage, matter).unit.code == "cast.property_other"
        give_up(stage, "property_other")
        found = proposal(stage, matter)
        assert (found.unit.code, found.why[1][0]) == ("cast.property", "duty_area")


CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.django_db
class TestWhyHere:
    def steps(self, stage: Stage) -> dict[str, tuple[str, ...]]:
        """Every reason that dispatch gives, from real assignments: kind → step."""
        place = Place.objects.get(code=f"cast.{cast.HOME_AREA}")
        matters = [stage.opened(BY_FIRM, place_id=place.id), stage.opened(BY_COMMITTEE), stage.opened("C16")]
        for matter in matters:
            stage.do("worker", dispatch_case, case_id=matter.id)
        lay(stage, item_code=ITEM, unit_id=unit("urban").id)
        by_hand = stage.opened(ITEM)
        stage.do("worker", dispatch_case, case_id=by_hand.id)
        stage.do("worker", transfer, case_id=by_hand.id, unit_id=unit("housing").id, words="房管办更熟")
        routed = stage.receive()
        stage.do("worker", route_report, report_id=routed.id, topic="X10", unit=unit("urban"))
        stage.do("responder_urban", take_routed, case=stage.do("responder_urban", open_case, report_id=routed.id))
        told = [one.why for matter in (*matters, by_hand) for one in stage.see("worker", assignments, matter.id)]
        told += [one.why for one in stage.see("responder_urban", assignments, routed.id)]
        return {step[0]: tuple(step) for why in told for step in why}

    def test_every_reason_is_a_sentence_in_both_languages(self, stage: Stage) -> None:
        steps = self.steps(stage)
        assert set(steps) == {
            "item_owner", "duty_place", "duty_area", "no_unit", "last_resort", "rule", "unit", "chosen_by_hand",
            "instead_of", "legal_owner",
        }  # fmt: skip
        for kind, step in steps.items():
            with translation.override("en"):
                (english,) = why_words([step])
            with translation.override("zh-hans"):
                (chinese,) = why_words([step])
            assert not english.startswith(f"{kind}:") and english != chinese
            assert CHINESE.search(chinese), chinese
            assert re.match(r"[A-Z][a-z]+ ", english), english

    def test_the_sentences_of_an_ordinary_case_word_for_word(self, stage: Stage) -> None:
        matter = stage.opened(ITEM)
        with translation.override("en"):
            assert why_words(proposal(stage, matter).why) == [
                "The list makes this kind of unit answer for it: urban management squad",
                "It is the unit of this kind for the area: Zhoupu Town",
            ]
        give_up(stage, "urban")
        with translation.override("en"):
            assert why_words(proposal(stage, matter).why) == [
                "No unit of this kind is registered here: urban management squad",
                "So that nothing is left without an owner, the desk itself has it",
            ]
