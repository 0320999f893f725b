"""The load: the corner of the town was killed hard in the middle of its history, and the next load finished it."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from itertools import pairwise

import pytest
from demo.conftest import KILL_AFTER, MATTERS, Loaded
from demo.town_facts import corner_town, counts
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import override_settings

from linli.accounts.api import Post, Role, Unit, User
from linli.casework.cases.api import Case
from linli.casework.intake.api import Report
from linli.casework.timeline.api import Entry
from linli.outbox.api import waiting
from linli.project.demo.fates import rules, scaled
from linli.project.demo.history import DAYS
from linli.project.demo.load import begun, is_empty, load
from linli.project.demo.matters import PlannedMatter, in_order
from linli.project.demo.seeds import Scale
from linli.project.demo.settle import PASSWORD
from linli.register.duty.api import Duty
from linli.register.households.api import HomeCheck
from linli.register.places.api import Place
from linli.web.worker.templatetags import linli_demo

pytestmark = pytest.mark.usefixtures("at_work")
OWNER = "owner"


def plan() -> tuple[PlannedMatter, ...]:
    """The matters that were to be loaded, planned again from what the trail says."""
    from linli.project.demo.history import plan_history
    from linli.project.demo.load import _deadline

    start = begun()
    assert start is not None
    return plan_history(corner_town(), start.at, count=start.matters, deadline=_deadline)


def rows() -> tuple[int, ...]:
    """How many rows the load has made."""
    tables = (Unit, User, Post, Place, Duty, Report, Case, Entry)
    return tuple(table.objects.using(OWNER).count() for table in tables)


def run(*words: str) -> str:
    out = StringIO()
    call_command("demo", *words, stdout=out)
    return out.getvalue()


def test_the_first_load_was_cut_short_and_the_second_came_to_the_end(loaded: Loaded) -> None:
    assert KILL_AFTER <= loaded.entries_at_kill < Entry.objects.using(OWNER).count()
    assert loaded.told[0] == loaded.told[1] == len(list(in_order(plan())))
    start = begun()
    assert start is not None
    assert start.finished
    assert (start.scale, start.matters) == (Scale.SMALL, MATTERS), "the second load's own sizes did not count"


def test_no_step_was_refused(loaded: Loaded) -> None:
    assert loaded.replay.dropped == Counter()


def test_every_planned_matter_is_there_once() -> None:
    keys = Report.objects.using(OWNER).values_list("idempotency_key", flat=True)
    assert sorted(str(key) for key in keys) == sorted(f"demo:{matter.key}" for matter in plan())
    assert len(keys) == sum(scaled(fate, MATTERS) for fate in rules())


def test_what_stood_there_at_the_kill_was_kept_and_not_doubled(loaded: Loaded) -> None:
    assert loaded.reports_at_kill
    wanted = {f"demo:{matter.key}": matter for matter in plan()}
    for report in Report.objects.using(OWNER).filter(idempotency_key__in=loaded.reports_at_kill):
        said = Counter(Entry.objects.using(OWNER).filter(matter_id=report.id).values_list("act", flat=True))
        matter = wanted[str(report.idempotency_key)]
        planned_acts = Counter(step.act for step in matter.steps)
        assert said["receive"] == 1
        for act in ("open", "accept", "arrive", "verify", "rate", "close", "withdraw", "merge"):
            assert said[act] == planned_acts[act], (matter.key, act)


def test_every_step_of_every_matter_was_taken_at_its_instant() -> None:
    ids = {str(r.idempotency_key).removeprefix("demo:"): r.id for r in Report.objects.using(OWNER)}
    told = set(Entry.objects.using(OWNER).values_list("matter_id", "act", "at"))
    missing = [
        (matter.key, step.act)
        for matter in plan()
        for step in matter.steps
        if step.by != "legal_owner" and step.act != "route" and (ids[matter.key], step.act, step.at) not in told
    ]
    assert missing == []
    received = {(matter_id, at) for matter_id, act, at in told if act == "receive"}
    assert received == {(ids[matter.key], matter.at) for matter in plan()}


def test_the_town_in_the_database_is_the_town_that_was_built() -> None:
    town = corner_town()
    there = counts(town)
    kinds = Counter(Place.objects.using(OWNER).values_list("kind", flat=True))
    assert kinds == {
        "compound": there["compounds"], "building": there["buildings"], "entrance": there["entrances"],
        "home": there["homes"], "village_group": there["groups"], "facility": there["facilities"],
        "venue": there["venues"],
    }  # fmt: skip
    assert set(Unit.objects.using(OWNER).values_list("code", flat=True)) == {unit.code for unit in town.units}
    usernames = set(User.objects.using(OWNER).values_list("username", flat=True))
    assert usernames >= {person.username for person in town.people}
    assert len(usernames) - len(town.people) == 1, "the system itself"


def test_every_place_hangs_where_it_was_drawn() -> None:
    town = corner_town()
    parents = dict(Place.objects.using(OWNER).values_list("code", "parent__code"))
    areas = dict(Place.objects.using(OWNER).values_list("code", "area__code"))
    for compound in town.compounds:
        assert parents[compound.code] is None
        for thing in compound.facilities:
            assert (parents[thing.code], areas[thing.code]) == (compound.code, compound.area_code)
    for compound, building, door in town.entrances():
        assert parents[building.code] == compound.code
        assert parents[door.code] == building.code
        assert {parents[home.code] for home in door.homes()} == {door.code}
        assert {areas[home.code] for home in door.homes()} == {compound.area_code}
    for group, house in town.houses():
        assert (parents[house.code], areas[house.code]) == (group.code, group.area_code)


def test_every_matter_at_a_known_thing_hangs_on_it_and_lies_in_its_area() -> None:
    by_key = {f"demo:{matter.key}": matter for matter in plan()}
    for report in Report.objects.using(OWNER).select_related("area", "place"):
        matter = by_key[str(report.idempotency_key)]
        assert report.area.code == matter.place.area_code
        assert report.place is not None, matter.place
        if matter.place.kind in ("compound", "building", "facility", "venue", "village_group"):
            assert report.place.code == matter.place.code
        else:
            assert matter.place.code.startswith(report.place.code), "the house it stands in, which a visitor may choose"


def test_each_estate_has_its_firm_on_duty() -> None:
    duties = dict(Duty.objects.using(OWNER).values_list("place__code", "unit__code"))
    assert duties == {compound.code: compound.property_unit for compound in corner_town().compounds}


def test_every_account_can_sign_in_with_the_published_password_and_holds_its_posts() -> None:
    town = corner_town()
    users = {user.username: user for user in User.objects.using(OWNER)}
    hashes = {users[person.username].password for person in town.people}
    assert len(hashes) == 1, "hashed once for all"
    assert authenticate(username=town.people[0].username, password=PASSWORD) is not None
    assert all(users[person.username].is_active for person in town.people)
    assert all(users[person.username].has_usable_password() for person in town.people), "asked for the old one first"
    assert len({users[person.username].password_stamp for person in town.people}) == len(town.people)
    posts = {
        (post.user.username, post.role, post.area.code, post.unit.code if post.unit else "", post.deputy)
        for post in Post.objects.using(OWNER).select_related("user", "area", "unit").exclude(role=Role.SYSTEM)
    }
    assert posts == {
        (person.username, post.role, post.area_code, post.unit_code, post.deputy)
        for person in town.people
        for post in person.posts
    }


def test_nobody_but_the_invented_can_sign_in() -> None:
    invented = {person.username for person in corner_town().people}
    others = [user for user in User.objects.using(OWNER) if user.username not in invented]
    assert others
    assert not any(user.has_usable_password() for user in others)
    assert not User.objects.using(OWNER).filter(is_superuser=True).exists()


def test_the_sign_in_page_and_the_loader_speak_of_the_same_password() -> None:
    assert linli_demo.demo_password() == linli_demo.SHARED == PASSWORD


def test_nothing_lies_after_the_load_and_nothing_before_the_three_months() -> None:
    start = begun()
    assert start is not None
    entries = list(Entry.objects.using(OWNER).exclude(act__in=("warn", "overdue", "escalate", "remind")))
    assert all(entry.at <= start.at for entry in entries)
    assert all((start.at - entry.at).days <= DAYS + 1 for entry in entries)
    assert max(entry.at for entry in entries) > min(entry.at for entry in entries)


def test_every_story_runs_forward() -> None:
    stories: dict[object, list[Entry]] = {}
    for entry in Entry.objects.using(OWNER).order_by("id").exclude(act__in=("warn", "overdue", "escalate", "remind")):
        stories.setdefault(entry.matter_id, []).append(entry)
    assert len(stories) == Report.objects.using(OWNER).count()
    for story in stories.values():
        assert story[0].act == "receive"
        assert all(a.at <= b.at for a, b in pairwise(story))


def test_every_hand_over_has_been_delivered_and_no_job_waits() -> None:
    assert waiting(using=OWNER) == []
    with connections[OWNER].cursor() as cursor:
        cursor.execute("select count(*) from outbox_event where delivered_at is not null")
        delivered = cursor.fetchone()[0]
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'outbox.deliver'")
        assert cursor.fetchone()[0] == 0
    assert delivered > MATTERS


def test_a_second_load_changes_nothing() -> None:
    before = rows()
    with pytest.raises(CommandError, match="units in this database already"):
        run("load", "--scale", "small")
    assert run("load", "--if-empty") == ""
    assert rows() == before
    assert not is_empty()


def test_outside_the_demonstration_the_command_and_the_function_refuse() -> None:
    before = rows()
    with override_settings(LINLI_DEMO=False):
        for words in (("load",), ("load", "--if-empty"), ("load", "--scale", "small", "--matters", "1"), ("accounts",)):
            with pytest.raises(CommandError, match="LINLI_DEMO=1"):
                run(*words)
        with pytest.raises(RuntimeError, match="LINLI_DEMO=1"):
            load(Scale.SMALL, 1, lambda _done, _of: None)
    assert rows() == before


def test_the_list_of_accounts_names_one_person_of_each_role_who_is_there() -> None:
    said = run("accounts")
    assert "Resident: no account" in said
    lines = [line.split() for line in said.splitlines() if PASSWORD in line]
    assert len(lines) == 7
    usernames = [words[-2] for words in lines]
    roles = set(Post.objects.using(OWNER).filter(user__username__in=usernames).values_list("role", flat=True))
    assert roles >= {"building_head", "worker", "station_head", "dispatcher", "responder", "district", "auditor"}


def test_sizes_are_checked_before_anything_is_loaded() -> None:
    before = rows()
    with pytest.raises(CommandError, match="invalid choice"):
        run("load", "--scale", "galaxy")
    with pytest.raises(CommandError, match="invalid int"):
        run("load", "--matters", "many")
    assert rows() == before


def test_homes_that_nobody_has_looked_at_wait_in_every_committee(loaded: Loaded) -> None:
    waiting_there = HomeCheck.objects.using(OWNER).filter(done_at__isnull=True).values_list("area_id", flat=True)
    homes = Place.objects.using(OWNER).filter(kind="home").values_list("area_id", flat=True)
    assert set(waiting_there) == set(homes)
    assert max(Counter(waiting_there).values()) <= 30
