"""What the replay left in the database: every state and side route, everybody within his post, evidence and notices."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from demo.conftest import post_of, token_of
from django.conf import settings
from django.db import transaction
from django.utils import translation
from PIL import Image

from linli.access.api import enter
from linli.accounts.api import Post, Role, Unit
from linli.casework.cases.api import Case
from linli.casework.cases.rules import CaseState
from linli.casework.dispatch.rules import RETURN_REASONS
from linli.casework.intake.api import Report, ReportState
from linli.casework.timeline.api import SAID_BY_REPORTERS, Clock, Entry
from linli.catalogue.shipped import items
from linli.files.api import Photo
from linli.notices.api import Notice, notices_for, words
from linli.project.demo.load import begun
from linli.project.demo.matters import Fate
from linli.territory.api import Area

pytestmark = pytest.mark.usefixtures("at_work")
OWNER = "owner"
MACHINE = ("warn", "overdue", "escalate", "remind", "suggest")

STATES: dict[Fate, tuple[str, ...]] = {
    Fate.TRIAGE: ("received",), Fate.REFUSAL_ASKED: ("refusal_asked",), Fate.REFUSED: ("refused",),
    Fate.MERGED: ("merged",), Fate.ROUTED: ("routed",), Fate.DISPATCH_WAITING: ("filed",),
    Fate.ACCEPT_WAITING: ("dispatched",), Fate.RETURN_ASKED: ("return_asked",), Fate.HANDLING: ("handling",),
    Fate.NEAR_LIMIT: ("handling",), Fate.OVERDUE: ("handling",), Fate.EXTENSION_ASKED: ("handling",),
    Fate.SUSPENDED: ("suspended",), Fate.FED_BACK: ("fed_back",), Fate.VERIFIED: ("verified",),
    Fate.DISPUTED: ("handling",), Fate.VOIDED: ("voided",), Fate.WITHDRAWN: ("withdrawn", "voided"),
}  # fmt: skip
"""Where a matter stands; all others are closed."""


def standing() -> dict[str, tuple[Report, Case | None]]:
    """Every report with its case, by the key of its matter."""
    cases = {case.id: case for case in Case.objects.using(OWNER).select_related("area", "unit", "desk")}
    reports = Report.objects.using(OWNER).select_related("area", "unit")
    return {str(r.idempotency_key).removeprefix("demo:"): (r, cases.get(r.id)) for r in reports}


def with_fate(fate: Fate) -> list[tuple[Report, Case | None]]:
    """Those whose key begins with the fate."""
    return [both for key, both in standing().items() if key.rsplit("-", 1)[0] == fate]


def cases_of(*fates: Fate) -> list[Case]:
    found = [case for fate in fates for _, case in with_fate(fate) if case is not None]
    assert found, fates
    return found


@cache
def stories() -> Mapping[UUID, Sequence[Entry]]:
    """The entries of every matter, oldest first, without those of the machine; nothing writes to this database."""
    told: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.using(OWNER).select_related("area").exclude(act__in=MACHINE).order_by("id"):
        told[entry.matter_id].append(entry)
    return told


def loaded_at() -> datetime:
    start = begun()
    assert start is not None
    return start.at


@pytest.mark.parametrize("fate", list(Fate))
def test_a_matter_of_every_fate_stands_where_its_fate_says(fate: Fate) -> None:
    found = with_fate(fate)
    assert found, "every fate is there"
    for report, case in found:
        state = case.state if case is not None else report.state
        assert state in STATES.get(fate, ("closed",)), report.number


def test_every_state_of_a_report_and_of_a_case_is_present() -> None:
    both = standing().values()
    early = {"withdrawn"}  # half of those who withdraw do it before there is a case: not in every small town
    assert {report.state for report, _ in both} | early == {state.value for state in ReportState}
    assert {case.state for _, case in both if case is not None} == {state.value for state in CaseState}


def test_reports_came_by_every_channel_of_the_plan_and_have_numbers_of_the_town() -> None:
    reports = [report for report, _ in standing().values()]
    assert {report.channel for report in reports} == {"resident", "hotline", "patrol", "device"}
    numbers = [report.number for report in reports]
    assert len(set(numbers)) == len(numbers)
    assert all(number[4:9] == "-132-" for number in numbers), numbers[0]
    assert {number[:4] for number in numbers} == {f"{r.received_at.astimezone():%y%m}" for r in reports}


def test_every_side_route_was_taken() -> None:
    acts = Counter(entry.act for story in stories().values() for entry in story)
    main = {"receive", "open", "dispatch", "accept", "arrive", "step", "feed_back", "verify", "rate", "close"}
    side = {
        "route", "refuse_ask", "refuse", "withdraw", "merge", "self_handle", "return_ask", "return_grant",
        "extend_ask", "extend_grant", "suspend", "resume", "rework", "dispute", "void",
    }  # fmt: skip
    assert set(acts) >= main | side
    assert acts["open"] == Case.objects.using(OWNER).count()


def test_all_three_results_came_out_and_only_the_doers_ones() -> None:
    results = Counter(case.result for _, case in standing().values() if case is not None)
    assert set(results) == {"", "solved", "explained", "unsolvable"}
    assert {case.result for case in cases_of(Fate.UNSOLVABLE)} == {"unsolvable"}
    assert {case.result for case in cases_of(Fate.EXPLAINED)} == {"explained"}


def test_staff_act_under_their_own_post_and_inside_its_area_or_unit() -> None:
    posts = {post.id: post for post in Post.objects.using(OWNER).select_related("area", "unit")}
    looked_at: Counter[str] = Counter()
    for story in stories().values():
        for entry in story:
            if entry.post_id is None or posts[entry.post_id].role == Role.SYSTEM:
                continue
            post = posts[entry.post_id]
            looked_at[post.role] += 1
            assert (post.user_id, post.role) == (entry.actor_id, entry.actor_role)
            if post.role == Role.WORKER:
                assert entry.area_id == post.area_id, (entry.act, post)
            elif post.role in (Role.STATION_HEAD, Role.DISPATCHER):
                assert entry.area.path.startswith(post.area.path), (entry.act, post)
            else:
                assert post.role == Role.RESPONDER, (entry.act, post.role)
    assert set(looked_at) == {Role.WORKER, Role.STATION_HEAD, Role.DISPATCHER, Role.RESPONDER}


def test_whoever_works_on_a_case_belongs_to_the_unit_it_was_sent_to() -> None:
    units = {unit.id: unit for unit in Unit.objects.using(OWNER)}
    posts = {post.id: post for post in Post.objects.using(OWNER)}
    checked = 0
    for _, case in standing().values():
        if case is None or case.returns or case.topic:
            continue
        for entry in stories()[case.id]:
            if entry.act in ("accept", "arrive", "step", "feed_back") and entry.post_id is not None:
                post = posts[entry.post_id]
                if post.role == Role.RESPONDER:
                    assert post.unit_id == case.unit_id, (entry.act, units[case.unit_id])
                    checked += 1
    assert checked > 20


def test_nobody_checked_his_own_work() -> None:
    checks = 0
    for story in stories().values():
        hands = {e.actor_id for e in story if e.act in ("accept", "arrive", "step", "feed_back", "self_handle")}
        eyes = {e.actor_id for e in story if e.act in ("verify", "rework")}
        checks += len(eyes)
        assert not hands & eyes
    assert checks > 10


def test_a_refusal_is_asked_by_one_and_agreed_by_another() -> None:
    for report, _ in with_fate(Fate.REFUSED):
        (asked,) = [e for e in stories()[report.id] if e.act == "refuse_ask"]
        (agreed,) = [e for e in stories()[report.id] if e.act == "refuse"]
        assert asked.actor_id != agreed.actor_id
        assert agreed.actor_role == Role.STATION_HEAD
        assert asked.words
        assert report.reason == asked.words, "the reporter is told why"


def test_what_a_reporter_says_is_said_by_nobody_on_the_staff() -> None:
    channels = {report.id: report.channel for report, _ in standing().values()}
    for matter_id, story in stories().items():
        for entry in story:
            if entry.act in SAID_BY_REPORTERS and entry.act != "receive":
                assert entry.post_id is None, entry.act
                assert channels[matter_id] in ("resident", "hotline")


def test_merged_reports_joined_the_case_they_speak_of() -> None:
    merged = with_fate(Fate.MERGED)
    for report, case in merged:
        assert case is None
        assert report.state == ReportState.MERGED
    joined = [case for _, case in standing().values() if case is not None and case.reports > 1]
    assert sum(case.reports - 1 for case in joined) == len(merged)
    spots = {(case.place_id, case.area_id) for case in joined}
    assert {(report.place_id, report.area_id) for report, _ in merged} == spots


def test_solved_work_shows_a_picture_from_after() -> None:
    shown = 0
    for case in cases_of(Fate.RATED, Fate.LATE, Fate.SELF_HANDLED, Fate.REWORKED):
        entries = [e for e in stories()[case.id] if e.act in ("feed_back", "self_handle")]
        assert all(entry.photos for entry in entries), case.number
        shown += len(entries)
    assert shown > 10


def test_every_photo_a_story_shows_is_in_the_store_and_is_a_plain_jpeg() -> None:
    wanted = {photo for story in stories().values() for entry in story for photo in entry.photos}
    photos = {photo.id: photo for photo in Photo.objects.using(OWNER).filter(id__in=wanted)}
    assert set(photos) == wanted
    assert wanted
    assert {photo.purpose for photo in photos.values()} <= {"report", "evidence"}
    names = {photo.stored_name for photo in photos.values()}
    assert len(names) < len(photos), "the same picture is stored once"
    for name in sorted(names):
        (file,) = [path for path in settings.LINLI_FILES_ROOT.rglob(f"*{name.rsplit('/', 1)[-1]}*") if path.is_file()]
        with Image.open(BytesIO(file.read_bytes())) as image:
            assert (image.format, dict(image.getexif())) == ("JPEG", {})


def test_photos_of_a_matter_are_seen_where_the_matter_is() -> None:
    areas = dict(Photo.objects.using(OWNER).values_list("id", "area_id"))
    looked_at = 0
    for story in stories().values():
        for entry in story:
            for photo in entry.photos:
                assert areas[photo] == entry.area_id, entry.act
                looked_at += 1
    assert looked_at > 20


def test_clocks_of_late_and_urgent_matters_stand_as_the_board_shows_them() -> None:
    overdue = cases_of(Fate.OVERDUE)
    assert all(case.due_at is not None and case.due_at < loaded_at() for case in overdue)
    marked = Clock.objects.using(OWNER).filter(matter_id__in=[case.id for case in overdue], overdue_at__isnull=False)
    assert {clock.matter_id for clock in marked} == {case.id for case in overdue}, "the sweep has told them"
    for case in cases_of(Fate.NEAR_LIMIT):
        (whole,) = Clock.objects.using(OWNER).filter(matter_id=case.id, kind="whole")
        assert whole.due_at is not None
        assert whole.warn_at is not None
        assert whole.warn_at <= loaded_at() < whole.due_at, case.number
        assert (whole.warned_at is not None, whole.overdue_at) == (True, None)
    for case in cases_of(Fate.HANDLING):
        assert case.promised_at is not None
        assert case.promised_at > loaded_at(), case.number


def test_suspended_cases_stand_still_and_say_what_they_wait_for() -> None:
    for case in cases_of(Fate.SUSPENDED):
        clocks = Clock.objects.using(OWNER).filter(matter_id=case.id, kind="whole")
        assert [clock.paused_since is not None for clock in clocks] == [True]
        assert case.waiting_for
    for case in cases_of(Fate.RESUMED):
        assert not Clock.objects.using(OWNER).filter(matter_id=case.id, paused_since__isnull=False).exists()


def test_counters_of_the_cases_agree_with_their_stories() -> None:
    for _, case in standing().values():
        if case is not None:
            acts = Counter(entry.act for entry in stories()[case.id])
            assert (case.returns, case.extensions, case.reworks) == (
                acts["return_ask"], acts["extend_grant"], acts["rework"] + acts["dispute"],
            ), case.number  # fmt: skip
    assert [case.extension_asked for case in cases_of(Fate.EXTENSION_ASKED)] == [True]


def test_returns_name_a_legal_reason_and_then_reach_another_unit() -> None:
    for case in cases_of(Fate.RETURNED):
        story = stories()[case.id]
        sent = [entry.data for entry in story if entry.act == "dispatch"]
        assert len(sent) == 2
        reasons = [entry.data["reason"] for entry in story if entry.act == "return_ask"]
        assert len(reasons) == 1
        assert reasons[0] in RETURN_REASONS


def test_items_of_cases_are_of_the_list_of_their_area() -> None:
    kinds = dict(Area.objects.using(OWNER).values_list("id", "kind"))
    letters = {"committee": "C", "village": "V", "special": "S"}
    codes = {item.code for item in items()}
    for _, case in standing().values():
        if case is not None and case.item_code:
            assert case.item_code in codes
            assert case.item_code[0] == letters[kinds[case.area_id]], case.number
            assert not case.topic


def test_matters_outside_the_list_went_to_their_legal_owner() -> None:
    for report, case in [*with_fate(Fate.ROUTED), *with_fate(Fate.ROUTED_CLOSED)]:
        assert report.topic
        assert report.unit.kind not in ("station", "committee", "village_committee"), "never to the station"
        if case is not None:
            assert (case.item_code, case.topic) == ("", report.topic)


def everything_told() -> list[Notice]:
    return list(Notice.objects.using(OWNER).order_by("id"))


@pytest.mark.parametrize(
    "template", ["dispatched", "reworked", "return_asked", "return_ruled", "extension_asked", "fed_back", "disputed",
                 "warned", "overdue", "routed", "refusal_asked"],
)  # fmt: skip
def test_notices_of_every_kind_were_sent_and_read_well_in_both_languages(template: str) -> None:
    told = [notice for notice in everything_told() if notice.template == template]
    assert told
    for notice in told:
        said: dict[str, str] = {}
        for language in ("zh-hans", "en"):
            with translation.override(language):
                said[language] = words(notice.template, notice.params)
        assert said["zh-hans"] != said["en"]
        assert any("一" <= sign <= "鿿" for sign in said["zh-hans"])
        number = str(notice.params["number"])
        assert all(number in sentence and "%(" not in sentence for sentence in said.values())


def test_notices_go_to_posts_and_units_that_are_there() -> None:
    told = everything_told()
    assert told
    units = set(Unit.objects.using(OWNER).values_list("id", flat=True))
    for notice in told:
        assert (notice.post_id is None) != (notice.unit_id is None)
        assert notice.unit_id is None or notice.unit_id in units
    numbers = {report.number for report, _ in standing().values()}
    assert {str(notice.params["number"]) for notice in told} <= numbers


def test_a_dispatched_unit_was_told_of_its_matter() -> None:
    told: set[Any] = {(n.matter_id, n.unit_id) for n in everything_told() if n.template == "dispatched"}
    for case in cases_of(Fate.ACCEPT_WAITING):
        assert (case.id, case.unit_id) in told


def test_people_of_units_and_heads_find_notices_addressed_to_them() -> None:
    found: dict[Role, int] = {}
    for role in (Role.STATION_HEAD, Role.RESPONDER):
        for post in Post.objects.using(OWNER).filter(role=role):
            with transaction.atomic():
                found[role] = found.get(role, 0) + len(notices_for(enter(token_of(post))))
    assert found[Role.STATION_HEAD] > 0
    assert found[Role.RESPONDER] > 0
    with transaction.atomic():
        assert notices_for(enter(token_of(post_of(Role.SYSTEM_ADMIN)))) == []


def test_phones_of_reporters_are_sealed_and_masked_wherever_one_was_left() -> None:
    left = [report for report, _ in standing().values() if report.phone_mask]
    assert len(left) > 5
    for report in left:
        assert report.phone_secret_id is not None
        assert report.phone_mask.startswith("160")
        assert "*" in report.phone_mask
        assert report.channel in ("resident", "hotline")
        assert "*" in report.reporter_name, "names are masked too"
    quiet = [report for report, _ in standing().values() if report.channel in ("patrol", "device")]
    assert quiet
    assert not any(report.phone_secret_id or report.reporter_name for report in quiet)
