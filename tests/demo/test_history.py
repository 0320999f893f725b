"""The invented matters: every fate reached, every step allowed by the casework tables, nothing from the future."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from demo.town_facts import NOW, corner_town, deadline, planned, whole_town

from linli.casework.cases.rules import CaseState, Result
from linli.casework.cases.rules import after as case_after
from linli.casework.dispatch.rules import RETURN_REASONS
from linli.casework.intake.rules import Channel, ReportState
from linli.casework.intake.rules import after as report_after
from linli.casework.timeline.events import Act
from linli.casework.verification.rules import Method, Satisfaction
from linli.catalogue.kinds import UnitKind
from linli.catalogue.shipped import items, outside_topics
from linli.catalogue.spec import ItemClass
from linli.kernel.clock import SHANGHAI
from linli.kernel.identifiers import parse_mobile
from linli.project.demo.dice import Dice
from linli.project.demo.fates import rules
from linli.project.demo.history import DAYS, plan_history
from linli.project.demo.matters import Fate, PlannedMatter, in_order
from linli.project.demo.pictures import scenes
from linli.project.demo.sayings import item_sayings, outside_sayings
from linli.project.demo.town import Town
from linli.project.demo.whereabouts import Whereabouts

ODD_HOURS = (
    datetime(2026, 11, 21, 19, 5, tzinfo=UTC),
    datetime(2026, 10, 8, 0, 40, tzinfo=UTC),
    datetime(2027, 2, 14, 15, 59, tzinfo=UTC),
)

ENDS: dict[Fate, tuple[str, ...]] = {
    Fate.TRIAGE: ("received",), Fate.REFUSAL_ASKED: ("refusal_asked",), Fate.DISPATCH_WAITING: ("filed",),
    Fate.ACCEPT_WAITING: ("dispatched",), Fate.RETURN_ASKED: ("return_asked",), Fate.HANDLING: ("handling",),
    Fate.NEAR_LIMIT: ("handling",), Fate.OVERDUE: ("handling",), Fate.EXTENSION_ASKED: ("handling",),
    Fate.SUSPENDED: ("suspended",), Fate.FED_BACK: ("fed_back",), Fate.VERIFIED: ("verified",),
    Fate.DISPUTED: ("handling",), Fate.REFUSED: ("refused",), Fate.MERGED: ("merged",),
    Fate.WITHDRAWN: ("withdrawn", "voided"), Fate.VOIDED: ("voided",), Fate.ROUTED: ("routed",),
}  # fmt: skip


@pytest.fixture(scope="module")
def town() -> Town:
    return whole_town()


@pytest.fixture(scope="module")
def matters() -> tuple[PlannedMatter, ...]:
    return planned()


def walk(matter: PlannedMatter) -> str:
    """Take every step through the two state tables and return the last state."""
    report: ReportState | None = ReportState.RECEIVED
    case: CaseState | None = None
    for step in matter.steps:
        act = Act(step.act)
        if case is None:
            assert report is not None
            report = report_after(report, act)
            assert report is not None, (matter.key, act)
            if act is Act.OPEN:
                case = CaseState.FILED
        else:
            case = case_after(case, act)
            assert case is not None, (matter.key, act)
    return str(case or report)


def test_about_as_many_as_ordered_in_every_state(matters: tuple[PlannedMatter, ...]) -> None:
    counts = Counter(matter.fate for matter in matters)
    assert set(counts) == set(Fate) == set(rules())
    assert abs(len(matters) - 900) <= 15


def test_every_step_is_an_edge_of_the_tables_and_ends_where_the_fate_says(matters: tuple[PlannedMatter, ...]) -> None:
    for matter in matters:
        assert walk(matter) in ENDS.get(matter.fate, ("closed",)), (matter.key, matter.fate)


def test_the_walk_refuses_a_forbidden_step(matters: tuple[PlannedMatter, ...]) -> None:
    rated = next(matter for matter in matters if matter.fate is Fate.RATED)
    broken = PlannedMatter(**{name: getattr(rated, name) for name in rated.__slots__} | {"steps": rated.steps[1:]})
    with pytest.raises(AssertionError):
        walk(broken)


@pytest.mark.parametrize("now", [NOW, *ODD_HOURS])
def test_nothing_lies_in_the_future_and_steps_run_forward(town: Town, now: datetime) -> None:
    for matter in plan_history(town, now, count=300, deadline=deadline):
        instants = [matter.at, *(step.at for step in matter.steps)]
        assert instants == sorted(instants), matter.key
        assert instants[-1] <= now
        assert matter.at >= now - timedelta(days=DAYS + 1)
        assert all(at.tzinfo is UTC for at in instants)
        assert len(instants) == 1 or instants[1] > matter.at


def test_repeatable_and_different_for_another_seed(town: Town, matters: tuple[PlannedMatter, ...]) -> None:
    assert plan_history(town, NOW, deadline=deadline) == matters
    assert plan_history(town, NOW, deadline=deadline, seed=5) != matters


def test_the_small_town_has_every_fate_too() -> None:
    small = plan_history(corner_town(), NOW, count=120, deadline=deadline)
    assert {matter.fate for matter in small} == set(Fate)
    assert 110 <= len(small) <= 145


def test_clocks_stand_where_the_fate_says(matters: tuple[PlannedMatter, ...]) -> None:
    sayings = item_sayings()
    for matter in matters:
        if matter.fate in (Fate.NEAR_LIMIT, Fate.OVERDUE, Fate.HANDLING):
            opened = next(step.at for step in matter.steps if step.act == "open")
            due = deadline(sayings[matter.item_code].limit, opened)
            used = (NOW - opened) / (due - opened)
            low, high = {Fate.NEAR_LIMIT: (0.8, 1.0), Fate.OVERDUE: (1.0, 4.0), Fate.HANDLING: (0.0, 0.8)}[matter.fate]
            assert low <= used <= high, (matter.key, used)


def test_a_given_calendar_is_used(town: Town) -> None:
    late = plan_history(town, NOW, count=60, deadline=lambda _limit, start: start + timedelta(hours=6))
    near = [matter for matter in late if matter.fate is Fate.NEAR_LIMIT]
    assert near
    assert all(timedelta(hours=4) < NOW - matter.at < timedelta(hours=6, minutes=10) for matter in near)


def test_exactly_one_of_item_and_topic(matters: tuple[PlannedMatter, ...]) -> None:
    codes, topics = {item.code for item in items()}, {topic.code for topic in outside_topics()}
    for matter in matters:
        assert bool(matter.item_code) != bool(matter.topic)
        assert matter.item_code in codes | {""}
        assert matter.topic in topics | {""}
        assert (matter.fate in (Fate.ROUTED, Fate.ROUTED_CLOSED)) == bool(matter.topic)
    assert len({matter.item_code for matter in matters}) >= 55, "nearly every item comes up"


def test_matters_lie_at_places_of_the_right_list(town: Town, matters: tuple[PlannedMatter, ...]) -> None:
    letters = {leaf.code: {"committee": "C", "village": "V", "special": "S"}[leaf.kind] for leaf in town.leaves}
    for matter in matters:
        assert matter.place.area_code in letters
        if matter.item_code:
            assert matter.item_code[0] == letters[matter.place.area_code]
    assert {matter.place.area_code for matter in matters} == set(letters), "no leaf is silent"


def test_places_exist(town: Town, matters: tuple[PlannedMatter, ...]) -> None:
    codes = {compound.code for compound in town.compounds} | {building.code for _, building in town.buildings()}
    codes |= {door.code for _, _, door in town.entrances()}
    codes |= {home.code for _, _, door in town.entrances() for home in door.homes()}
    codes |= {group.code for group in town.groups} | {house.code for _, house in town.houses()}
    codes |= {thing.code for thing in town.facilities} | {venue.code for venue in town.venues}
    codes |= {thing.code for compound in town.compounds for thing in compound.facilities}
    assert {matter.place.code for matter in matters} <= codes


def test_words_are_filled_and_in_chinese_punctuation(matters: tuple[PlannedMatter, ...]) -> None:
    for matter in matters:
        for words in (matter.words, *(step.words for step in matter.steps)):
            assert not re.search(r"[{},?!;]", words), words
        assert 5 < len(matter.words) < 200


def test_reporters_are_invented_and_step_forward_only_where_they_are(matters: tuple[PlannedMatter, ...]) -> None:
    phones = [matter.reporter.phone for matter in matters if matter.reporter.phone]
    assert len(set(phones)) == len(phones) > 300
    for matter in matters:
        assert Channel(matter.channel)
        assert bool(matter.reporter.name) == bool(matter.reporter.phone)
        if matter.reporter.phone:
            assert parse_mobile(matter.reporter.phone).startswith("160")
        if matter.channel in ("patrol", "device"):
            assert not matter.reporter.phone
            assert not any(step.by == "reporter" for step in matter.steps)


def test_details_use_the_words_of_casework(matters: tuple[PlannedMatter, ...]) -> None:
    for matter in matters:
        for step in matter.steps:
            detail = step.detail
            if step.act == "feed_back":
                assert Result(detail["result"])
                assert step.words
                assert bool(step.photos) or detail["result"] != "solved" or matter.topic
            elif step.act == "verify":
                assert Method(detail["method"])
            elif step.act == "rate":
                assert Satisfaction(detail["satisfaction"])
            elif step.act == "return_ask":
                assert detail["reason"] in RETURN_REASONS
            elif step.act == "dispatch" and detail:
                assert UnitKind(detail["to"]).value


def test_returned_matters_first_went_to_another_kind_of_unit(matters: tuple[PlannedMatter, ...]) -> None:
    owners = {item.code: {item.owner_kind, *item.owner_alternates} for item in items()}
    returned = [matter for matter in matters if matter.fate in (Fate.RETURNED, Fate.RETURN_ASKED)]
    for matter in returned:
        first = next(step for step in matter.steps if step.act == "dispatch")
        assert UnitKind(first.detail["to"]) not in owners[matter.item_code]


def test_found_and_fixed_only_where_the_rules_allow_it(matters: tuple[PlannedMatter, ...]) -> None:
    classes = {item.code: item.cls for item in items()}
    for matter in matters:
        if matter.fate is Fate.SELF_HANDLED:
            assert classes[matter.item_code] is not ItemClass.SAFER
            done = next(step for step in matter.steps if step.act == "self_handle")
            assert done.at - matter.at <= timedelta(hours=1)
            assert matter.channel == "patrol"


def test_merged_reports_join_an_open_case_at_the_same_place(matters: tuple[PlannedMatter, ...]) -> None:
    by_key = {matter.key: matter for matter in matters}
    merged = [matter for matter in matters if matter.fate is Fate.MERGED]
    for matter in merged:
        step = matter.steps[0]
        host = by_key[step.detail["to"]]
        acts = {taken.act: taken.at for taken in reversed(host.steps)}
        assert (host.place, host.item_code) == (matter.place, matter.item_code)
        assert acts["open"] <= step.at <= acts.get("feed_back", NOW)


def test_in_order_replays_everything_once(matters: tuple[PlannedMatter, ...]) -> None:
    moments = list(in_order(matters))
    assert len(moments) == len(matters) + sum(len(matter.steps) for matter in matters)
    assert [at for at, _, _ in moments] == sorted(at for at, _, _ in moments)
    seen: set[str] = set()
    for _, matter, step in moments:
        assert (step is None) == (matter.key not in seen)
        seen.add(matter.key)


def test_reports_follow_the_day_and_the_week(matters: tuple[PlannedMatter, ...]) -> None:
    local = [matter.at.astimezone(SHANGHAI) for matter in matters]
    night = sum(at.hour < 6 for at in local)
    assert night < len(local) * 0.09
    patrols = [matter.at.astimezone(SHANGHAI) for matter in matters if matter.channel == "patrol"]
    weekend = sum(at.weekday() >= 5 for at in patrols) / len(patrols)
    assert weekend < 2 / 7 * 0.85
    months = Counter((at.year, at.month) for at in local)
    assert len(months) >= 3


def test_sayings_cover_the_catalogue_with_its_limits() -> None:
    sayings = item_sayings()
    assert set(sayings) == {item.code for item in items()}
    for item in items():
        limit = f"{item.promise.unit.value}{item.promise.amount}"
        assert sayings[item.code].limit == limit, item.code
        assert sayings[item.code].scene in scenes() or not sayings[item.code].scene
    assert set(outside_sayings()) <= {topic.code for topic in outside_topics()}


def test_common_items_have_six_sentences_and_every_place_has_one(town: Town) -> None:
    where = Whereabouts(town)
    for code, entry in item_sayings().items():
        if entry.weight >= 14:
            assert len(entry.reports) >= 6, code
        assert entry.done
        kind = {"C": "committee", "V": "village", "S": "special"}[code[0]]
        for place_kind in entry.places:
            found = [
                where.pick(leaf.code, (place_kind,), Dice(code, leaf.code)) for leaf in town.leaves if leaf.kind == kind
            ]
            placed = [place for place in found if place is not None]
            assert placed, (code, place_kind)
            assert all(entry.told(place) for place in placed), (code, place_kind)


def test_more_time_is_asked_before_the_deadline(matters: tuple[PlannedMatter, ...]) -> None:
    sayings = item_sayings()
    asked = [matter for matter in matters if any(step.act == "extend_ask" for step in matter.steps)]
    assert len(asked) >= 15
    for matter in asked:
        acts = {step.act: step for step in matter.steps}
        assert acts["extend_ask"].at < deadline(sayings[matter.item_code].limit, acts["open"].at)
        assert acts["extend_ask"].detail == {"amount": "3", "unit": "d"}


def test_ratings_and_disputes_come_within_the_seven_days(matters: tuple[PlannedMatter, ...]) -> None:
    for matter in matters:
        verified = [step.at for step in matter.steps if step.act in ("verify", "self_handle")]
        for step in matter.steps:
            if step.act in ("rate", "dispute"):
                assert step.at - verified[0] < timedelta(days=7)
            if step.act == "close":
                assert step.at - verified[-1] > timedelta(days=7)
