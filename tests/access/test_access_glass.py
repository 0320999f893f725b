"""Break-glass: who may, for how long, who is told, who judges; and what the database holds against everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import cast
import pytest
from casework.fixtures import fresh_caches, stage
from casework.stage import Stage
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.utils import translation
from psycopg import sql
from sealed_people import BY_LEVEL, opened

from linli.access import actions
from linli.access.api import (
    BrokenGlass,
    Glass,
    GlassAct,
    GlassReview,
    GlassState,
    Level,
    Principal,
    Verdict,
    break_glass,
    end_glass,
    enter,
    glass_by_id,
    glass_in_force,
    glasses,
    open_session,
    review_glass,
    seal_for,
    standing,
    unreviewed_glasses,
    within,
)
from linli.accounts.api import Post, Role
from linli.casework.cases.api import open_case
from linli.casework.intake.api import Report, reports
from linli.kernel.clock import now
from linli.kernel.errors import Forbidden, InvalidInput, LinliError, NotFound, WrongState
from linli.notices.api import notices_for
from linli.notices.models import Notice
from linli.notices.phrases import words
from linli.territory.api import area_by_code, area_by_id

pytestmark = pytest.mark.django_db
__all__ = ["fresh_caches", "stage"]
WHY = "独居老人失联，需立即上门查看"


def breaks(stage: Stage, who: str = "worker", code: str = cast.COUSIN_AREA, **changed: Any) -> Glass:
    asked: dict[str, Any] = {"area_id": area_by_code(code).id, "minutes": 60, "reason": WHY, **changed}
    glass: Glass = stage.do(who, break_glass, **asked)
    return glass


def age(stage: Stage, glass: Glass, **length: float) -> None:
    """As if it had been broken that much earlier."""
    back = timedelta(**length)
    stage.own("set local session_replication_role = replica")
    stage.own(
        "update access_glass set broken_at = broken_at - %s::interval, expires_at = expires_at - %s::interval,"
        " ended_at = ended_at - %s::interval where id = %s", back, back, back, glass.id,
    )  # fmt: skip
    stage.own("set local session_replication_role = origin")


def look(stage: Stage, who: str, glass: Glass) -> BrokenGlass:
    found: BrokenGlass = stage.see(who, glass_by_id, glass.id)
    return found


def sees(stage: Stage, who: str) -> set[UUID]:
    """The reports a person sees: with the filter in code, and by the database alone, which must be the same."""
    me = stage._acting(who)
    by_code = set(reports(me).values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("select id from casework_report")
        assert {row[0] for row in cursor.fetchall()} == by_code
    return by_code


class TestWhatAGlassOpens:
    def test_the_area_is_reached_from_the_next_transaction_on_and_given_back(self, stage: Stage) -> None:
        mine, theirs = stage.receive(), stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
        assert sees(stage, "worker") == {mine.id}
        glass = breaks(stage)
        assert sees(stage, "worker") == {mine.id, theirs.id}
        me = stage._acting("worker")
        assert me.glass == (area_by_code(cast.COUSIN_AREA).path,)
        stage.do("worker", end_glass, glass_id=glass.id)
        assert sees(stage, "worker") == {mine.id}
        assert stage._acting("worker").glass == ()

    def test_nobody_else_sees_more_by_it(self, stage: Stage) -> None:
        stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
        others = ("worker_sibling", "worker_village", "head", "dispatcher_other", "responder")
        before = {who: sees(stage, who) for who in others}
        breaks(stage)
        assert {who: sees(stage, who) for who in others} == before

    def test_a_glass_belongs_to_the_post_that_broke_it(self, stage: Stage) -> None:
        theirs = stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
        breaks(stage)
        stage.own("update accounts_post set user_id = %s where user_id = %s",
                  cast.user_of("worker_village").id, cast.user_of("worker").id)  # fmt: skip
        assert theirs.id not in sees(stage, "worker_village")

    def test_a_station_opens_with_everything_below_it(self, stage: Stage) -> None:
        below = stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
        breaks(stage, "worker", cast.OTHER_STATION)
        assert below.id in sees(stage, "worker")

    def test_he_acts_there_as_at_home(self, stage: Stage) -> None:
        theirs = stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
        with pytest.raises(LinliError):
            stage.do("worker", _file, matter=theirs)
        breaks(stage)
        assert stage.do("worker", _file, matter=theirs).id == theirs.id

    def test_when_it_is_over_not_a_row_is_left(self, stage: Stage) -> None:
        theirs = stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
        glass = breaks(stage, minutes=180)
        age(stage, glass, minutes=179)
        assert theirs.id in sees(stage, "worker")
        age(stage, glass, minutes=1, seconds=1)
        assert sees(stage, "worker") == set()
        assert stage._acting("worker").glass == ()

    @pytest.mark.parametrize(("level", "helps"), [(Level.PROTECTED, True), (Level.CLOSED, False)])
    def test_a_protected_field_opens_under_it_and_a_closed_one_does_not(
        self, stage: Stage, level: Level, helps: bool, tmp_path: Any, settings: Any
    ) -> None:
        settings.LINLI_KEYS = tmp_path / "keys"
        person, name = uuid4(), BY_LEVEL[level]
        stage._acting("worker_cousin")
        secret = seal_for(person, {name: "13800138000"})[name]
        there = area_by_code(cast.COUSIN_AREA)
        with pytest.raises(Forbidden):
            opened(stage._acting("worker"), person, secret, name, area_id=there.id, area_path=there.path)
        breaks(stage)
        me = stage._acting("worker")
        if helps:
            assert opened(me, person, secret, name, area_id=there.id, area_path=there.path) == "13800138000"
            return
        with pytest.raises(Forbidden):
            opened(me, person, secret, name, area_id=there.id, area_path=there.path)

    def test_the_filter_in_code_follows_it_when_the_database_stands_aside(self, stage: Stage) -> None:
        mine, theirs = stage.receive(), stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
        before = stage._acting("worker")
        breaks(stage)
        after = stage._acting("worker")
        with connection.cursor() as cursor:
            cursor.execute("set local role none")
        assert set(within(Report.objects.all(), before).values_list("id", flat=True)) == {mine.id}
        assert set(within(Report.objects.all(), after).values_list("id", flat=True)) == {mine.id, theirs.id}


def _file(*, actor: Principal, matter: Any) -> Any:
    return open_case(actor=actor, report_id=matter.id, item_code="C06")


class TestWhoMayBreakIt:
    @pytest.mark.parametrize(("who", "code"), [
        ("worker", cast.COUSIN_AREA), ("head", cast.COUSIN_AREA), ("dispatcher", cast.FOREIGN_AREA),
        ("worker", cast.OTHER_STATION), ("head", cast.VILLAGE_AREA),
    ])  # fmt: skip
    def test_people_of_an_area_may(self, stage: Stage, who: str, code: str) -> None:
        glass = breaks(stage, who, code)
        assert (glass.user_id, glass.area.code, glass.reason) == (cast.user_of(who).id, code, WHY)
        assert glass.expires_at - glass.broken_at == timedelta(minutes=60)

    @pytest.mark.parametrize("who", ["responder", "district", "auditor"])
    def test_others_may_not(self, stage: Stage, who: str) -> None:
        with pytest.raises(Forbidden):
            breaks(stage, who)

    def test_an_installation_may_allow_fewer(self, stage: Stage, settings: Any) -> None:
        settings.LINLI_GLASS_ROLES = ["station_head"]
        with pytest.raises(Forbidden):
            breaks(stage)
        assert breaks(stage, "head").home.code == cast.STATION

    def test_a_fresh_second_factor_is_asked_for_where_it_is_switched_on(self, stage: Stage, settings: Any) -> None:
        settings.LINLI_STEP_UP_MINUTES = 10
        with pytest.raises(Forbidden) as caught:
            breaks(stage)
        assert caught.value.code == "step_up_needed"

    @pytest.mark.parametrize(("changed", "code"), [
        ({"minutes": 0}, "glass_too_long"), ({"minutes": 181}, "glass_too_long"),
        ({"minutes": 10**12}, "glass_too_long"),
        ({"reason": ""}, "reason_missing"), ({"reason": "老人失联急"}, "reason_missing"),
        ({"reason": "   急急急急急急急急急   "}, "reason_missing"),
    ])  # fmt: skip
    def test_time_and_reason_are_asked_for(self, stage: Stage, changed: dict[str, Any], code: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            breaks(stage, **changed)
        assert caught.value.code == code
        assert stage.ask("select 1 from access_glass") == []

    @pytest.mark.parametrize(("who", "code", "refused"), [
        ("worker", cast.TOWN, "area_too_large"), ("worker", cast.DISTRICT, "area_too_large"),
        ("worker", cast.HOME_AREA, "area_held"), ("head", cast.HOME_AREA, "area_held"),
        ("dispatcher", cast.STATION, "area_held"),
    ])  # fmt: skip
    def test_one_small_area_beyond_the_own(self, stage: Stage, who: str, code: str, refused: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            breaks(stage, who, code)
        assert caught.value.code == refused

    def test_one_at_a_time_and_another_after_it(self, stage: Stage) -> None:
        first = breaks(stage)
        with pytest.raises(WrongState) as caught:
            breaks(stage, code=cast.VILLAGE_AREA)
        assert caught.value.code == "glass_in_force"
        in_force = stage.see("worker", glass_in_force)
        assert in_force.glass.id == first.id
        stage.do("worker", end_glass, glass_id=first.id)
        assert stage.see("worker", glass_in_force) is None
        assert breaks(stage, code=cast.VILLAGE_AREA).id != first.id

    def test_an_area_that_is_not_there(self, stage: Stage) -> None:
        with pytest.raises(NotFound):
            breaks(stage, area_id=-1)

    def test_a_long_reason_is_kept_as_far_as_there_is_room_and_whose_sake_it_was(self, stage: Stage) -> None:
        glass = breaks(stage, reason="急" * 300, subject_kind="home", subject_id="4711")
        assert (glass.reason, glass.subject_kind, glass.subject_id) == ("急" * 200, "home", "4711")


class TestWhoIsTold:
    @pytest.mark.parametrize(("who", "code", "above"), [
        ("worker", cast.COUSIN_AREA, "head"), ("worker_cousin", cast.HOME_AREA, "head_other"),
        ("head", cast.COUSIN_AREA, "dispatcher"), ("worker_village", cast.HOME_AREA, "dispatcher"),
    ])  # fmt: skip
    def test_the_next_level_above_the_holder_hears_it_at_once(
        self, stage: Stage, who: str, code: str, above: str
    ) -> None:
        glass = breaks(stage, who, code)
        stage.deliver_all()
        (notice,) = Notice.objects.filter(template="glass_broken").select_related("post__user")
        assert (notice.post.user.username, notice.urgent, notice.area_id) == (above, True, glass.home_id)
        assert [one.id for one in stage.see(above, notices_for)][:1] == [notice.id]
        with translation.override("en"):
            said = words(notice.template, notice.params)
        assert who.replace("_", " ") in said
        assert WHY not in said

    def test_a_dispatcher_with_nobody_above_him_is_still_on_the_list(self, stage: Stage) -> None:
        glass = breaks(stage, "dispatcher", cast.FOREIGN_AREA)
        stage.deliver_all()
        assert [one.glass.id for one in stage.see("district", unreviewed_glasses)] == [glass.id]
        assert [one.glass.id for one in stage.see("auditor", unreviewed_glasses)] == [glass.id]

    def test_every_act_is_in_the_trail_of_the_area_that_was_opened(self, stage: Stage) -> None:
        glass = breaks(stage)
        stage.do("worker", end_glass, glass_id=glass.id)
        stage.do("head", review_glass, glass_id=glass.id, verdict=Verdict.JUSTIFIED, words="情况属实")
        rows = stage.ask(
            "select act, actor_id, area_id from audit_record where subject_kind = 'glass' and subject_id = %s"
            " order by id", str(glass.id),
        )  # fmt: skip
        assert [(row["act"], row["actor_id"], row["area_id"]) for row in rows] == [
            ("glass.break", cast.user_of("worker").id, glass.area_id),
            ("glass.end", cast.user_of("worker").id, glass.area_id),
            ("glass.review", cast.user_of("head").id, glass.area_id),
        ]


class TestTheReview:
    @pytest.mark.parametrize("who", ["head", "dispatcher", "district", "auditor"])
    @pytest.mark.parametrize("verdict", list(Verdict))
    def test_whoever_stands_above_or_audits_may_judge(self, stage: Stage, who: str, verdict: Verdict) -> None:
        glass = breaks(stage)
        age(stage, glass, hours=2)
        stage.do(who, review_glass, glass_id=glass.id, verdict=verdict, words="  已核对工单  ")
        found = look(stage, who, glass)
        assert found.state is GlassState.REVIEWED
        assert (found.glass.review.verdict, found.glass.review.words) == (verdict, "已核对工单")
        assert found.glass.review.reviewer.username == who
        assert stage.see(who, unreviewed_glasses) == []

    @pytest.mark.parametrize("who", ["worker_sibling", "responder", "head_other", "dispatcher_other", "worker"])
    def test_nobody_else_may(self, stage: Stage, who: str) -> None:
        glass = breaks(stage)
        age(stage, glass, hours=2)
        with pytest.raises((Forbidden, NotFound)):
            stage.do(who, review_glass, glass_id=glass.id, verdict=Verdict.JUSTIFIED, words="没有问题")
        assert stage.ask("select 1 from access_glassreview") == []

    def test_not_the_holder_even_when_he_stands_above_himself_by_another_post(self, stage: Stage) -> None:
        glass = breaks(stage)
        age(stage, glass, hours=2)
        stage.own("update accounts_post set user_id = %s where user_id = %s",
                  cast.user_of("worker").id, cast.user_of("head").id)  # fmt: skip
        him = _in_post(stage, "worker", Role.STATION_HEAD)
        with pytest.raises(Forbidden) as caught:
            review_glass(actor=him, glass_id=glass.id, verdict=Verdict.JUSTIFIED, words="没有问题")
        assert caught.value.code == "not_above"

    def test_not_a_peer_and_not_by_a_glass_of_his_own(self, stage: Stage) -> None:
        """A head of another station breaks a glass over the holder's area: that does not put him above him."""
        glass = breaks(stage, "worker_cousin", cast.HOME_AREA)
        age(stage, glass, hours=2)
        breaks(stage, "head", cast.COUSIN_AREA)
        with pytest.raises((Forbidden, NotFound)):
            stage.do("head", review_glass, glass_id=glass.id, verdict=Verdict.JUSTIFIED, words="没有问题")

    def test_words_are_asked_for(self, stage: Stage) -> None:
        glass = breaks(stage)
        age(stage, glass, hours=2)
        with pytest.raises(InvalidInput):
            stage.do("head", review_glass, glass_id=glass.id, verdict=Verdict.JUSTIFIED, words="  ")

    def test_once(self, stage: Stage) -> None:
        glass = breaks(stage)
        age(stage, glass, hours=2)
        stage.do("head", review_glass, glass_id=glass.id, verdict=Verdict.JUSTIFIED, words="情况属实")
        with pytest.raises(WrongState):
            stage.do("auditor", review_glass, glass_id=glass.id, verdict=Verdict.UNJUSTIFIED, words="不属实")
        assert look(stage, "auditor", glass).glass.review.verdict == Verdict.JUSTIFIED

    def test_two_at_the_same_moment_leave_one_verdict(self, stage: Stage, monkeypatch: Any) -> None:
        glass = breaks(stage)
        age(stage, glass, hours=2)
        before = look(stage, "auditor", glass)
        stage.do("head", review_glass, glass_id=glass.id, verdict=Verdict.JUSTIFIED, words="情况属实")
        monkeypatch.setattr(actions, "glass_by_id", lambda _actor, _id: before)
        with pytest.raises(WrongState):
            stage.do("auditor", review_glass, glass_id=glass.id, verdict=Verdict.UNJUSTIFIED, words="不属实")

    def test_two_that_end_it_at_the_same_moment(self, stage: Stage, monkeypatch: Any) -> None:
        glass = breaks(stage)
        before = look(stage, "head", glass)
        stage.do("worker", end_glass, glass_id=glass.id)
        monkeypatch.setattr(actions, "glass_by_id", lambda _actor, _id: before)
        with pytest.raises(WrongState):
            stage.do("head", end_glass, glass_id=glass.id)


def _in_post(stage: Stage, who: str, role: Role) -> Principal:
    post = Post.objects.get(user__username=who, role=role)
    return enter(open_session(user_id=post.user_id, post_id=post.id, kind="web", ttl=timedelta(hours=1)))


class TestTheEnd:
    @pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "district"])
    def test_the_holder_or_whoever_stands_above_him_ends_it(self, stage: Stage, who: str) -> None:
        theirs = stage.receive(area_id=area_by_code(cast.COUSIN_AREA).id)
        glass = breaks(stage)
        stage.do(who, end_glass, glass_id=glass.id)
        assert look(stage, "head", glass).state is GlassState.AWAITING
        assert theirs.id not in sees(stage, "worker")

    @pytest.mark.parametrize("who", ["worker_sibling", "head_other", "auditor", "responder", "dispatcher_other"])
    def test_nobody_else_does(self, stage: Stage, who: str) -> None:
        glass = breaks(stage)
        with pytest.raises((Forbidden, NotFound)):
            stage.do(who, end_glass, glass_id=glass.id)
        assert look(stage, "head", glass).state is GlassState.IN_FORCE


WAYS: dict[GlassState, Callable[[Stage, Glass], None]] = {
    GlassState.IN_FORCE: lambda stage, glass: None,
    GlassState.AWAITING: lambda stage, glass: age(stage, glass, hours=2),
    GlassState.OVERDUE: lambda stage, glass: age(stage, glass, days=8),
    GlassState.REVIEWED: lambda stage, glass: (
        age(stage, glass, hours=2),
        stage.do("head", review_glass, glass_id=glass.id, verdict=Verdict.JUSTIFIED, words="情况属实"),
    )[1],
}
ALLOWED = {
    (GlassState.IN_FORCE, GlassAct.END), (GlassState.AWAITING, GlassAct.REVIEW), (GlassState.OVERDUE, GlassAct.REVIEW),
}  # fmt: skip


@pytest.mark.parametrize("act", list(GlassAct))
@pytest.mark.parametrize("state", list(GlassState))
def test_every_edge_is_walked_by_the_acts_themselves(stage: Stage, state: GlassState, act: GlassAct) -> None:
    glass = breaks(stage)
    WAYS[state](stage, glass)
    assert look(stage, "dispatcher", glass).state is state
    acts: dict[GlassAct, Callable[[], object]] = {
        GlassAct.END: lambda: stage.do("dispatcher", end_glass, glass_id=glass.id),
        GlassAct.REVIEW: lambda: stage.do(
            "dispatcher", review_glass, glass_id=glass.id, verdict=Verdict.UNJUSTIFIED, words="无必要"
        ),
    }
    if (state, act) in ALLOWED:
        acts[act]()
        assert look(stage, "dispatcher", glass).state is not state
        return
    with pytest.raises(WrongState) as caught:
        acts[act]()
    assert caught.value.detail == {"state": state}
    assert look(stage, "dispatcher", glass).state is state


class TestTheList:
    def test_what_is_older_than_a_week_is_overdue_and_comes_first(self, stage: Stage) -> None:
        old, fresh, done = breaks(stage), breaks(stage, "worker_sibling", cast.COUSIN_AREA), breaks(stage, "head")
        age(stage, old, days=7, seconds=5)
        age(stage, fresh, days=6, hours=23)
        age(stage, done, hours=5)
        stage.do("dispatcher", review_glass, glass_id=done.id, verdict=Verdict.JUSTIFIED, words="情况属实")
        listed = stage.see("dispatcher", unreviewed_glasses)
        assert [(one.glass.id, one.state) for one in listed] == [
            (old.id, GlassState.OVERDUE), (fresh.id, GlassState.AWAITING),
        ]  # fmt: skip
        assert listed[0].due_at == listed[0].glass.broken_at + timedelta(days=7)

    @pytest.mark.parametrize(("who", "count"), [
        ("worker", 1), ("head", 1), ("dispatcher", 1), ("district", 1), ("auditor", 1), ("worker_sibling", 0),
        ("head_other", 0), ("dispatcher_other", 0), ("worker_cousin", 0),
    ])  # fmt: skip
    def test_a_person_sees_his_own_and_those_of_the_posts_below_him(self, stage: Stage, who: str, count: int) -> None:
        breaks(stage)
        assert stage.see(who, glasses).count() == count
        if count == 0:
            with pytest.raises(NotFound):
                stage.see(who, glass_by_id, Glass.objects.values_list("id", flat=True).first() or uuid4())

    def test_his_own_does_not_wait_for_his_own_review(self, stage: Stage) -> None:
        breaks(stage)
        assert stage.see("worker", unreviewed_glasses) == []
        assert standing(stage.see("worker", glasses).get()).state is GlassState.IN_FORCE


INTO = (
    "insert into access_glass (id, user_id, post_id, home_id, area_id, subject_kind, subject_id, reason, expires_at,"
    " broken_at) values (gen_random_uuid(), {user}, {post}, {home}, {area}, '', '', {reason}, {expires}, {broken})"
)


class TestWhatTheDatabaseHolds:
    """An injected statement, or a mistake in the code, breaks no glass that the rules do not know."""

    @pytest.fixture(autouse=True)
    def _areas(self, stage: Stage) -> Iterator[None]:
        self.me = stage._acting("worker")
        self.given = {
            "user": self.me.user_id, "post": self.me.post_id, "home": self.me.area_id,
            "area": area_by_code(cast.COUSIN_AREA).id, "reason": f"'{WHY}'",
            "expires": "statement_timestamp() + interval '3 hours'", "broken": "statement_timestamp()",
        }  # fmt: skip
        yield

    def put(self, **changed: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INTO.format(**{**self.given, **changed}))

    def test_what_is_in_order_is_taken(self) -> None:
        self.put()
        assert Glass.objects.count() == 1

    @pytest.mark.parametrize("changed", [
        {"user": "(select id from accounts_user where username = 'head')"},
        {"post": "(select min(id) from accounts_post)"},
        {"home": "(select id from territory_area where kind = 'district')"},
        {"area": "(select id from territory_area where kind = 'district')"},
        {"area": "(select id from territory_area where code = '310115132')"},
        {"broken": "now() - interval '1 hour'", "expires": "now() + interval '1 hour'"},
        {"broken": "now() + interval '1 hour'", "expires": "now() + interval '2 hours'"},
    ])  # fmt: skip
    def test_not_in_another_name_nor_for_another_time_nor_for_a_town(self, changed: dict[str, object]) -> None:
        with pytest.raises(ProgrammingError, match="row-level security"):
            self.put(**changed)

    @pytest.mark.parametrize("changed", [
        {"expires": "statement_timestamp() + interval '3 hours 1 second'"}, {"expires": "now() + interval '1 year'"},
        {"expires": "statement_timestamp()"}, {"reason": "'too short'"}, {"reason": "''"},
    ])  # fmt: skip
    def test_not_for_longer_and_not_without_a_reason(self, changed: dict[str, object]) -> None:
        with pytest.raises(IntegrityError, match="glass_"):
            self.put(**changed)

    @pytest.mark.parametrize("role", ["linli_unit", "linli_wide", "linli_reader", "linli_link", "linli_public"])
    def test_not_under_another_role(self, role: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        with pytest.raises(ProgrammingError, match="permission denied"):
            self.put()

    @pytest.mark.parametrize("statement", [
        "update access_glass set expires_at = expires_at + interval '1 hour'", "update access_glass set reason = 'x'",
        "update access_glass set area_id = home_id", "delete from access_glass", "truncate access_glass",
    ])  # fmt: skip
    @pytest.mark.parametrize("owner", [False, True])
    def test_a_glass_stays_as_it_was_broken(self, stage: Stage, statement: str, owner: bool) -> None:
        self.put()
        if owner and statement.startswith("truncate"):
            return
        with pytest.raises(DatabaseError, match=r"permission denied|pgtrigger: Cannot"), transaction.atomic():
            (stage.own if owner else _run)(statement)

    def test_its_end_is_written_once(self, stage: Stage) -> None:
        self.put()
        _run("update access_glass set ended_at = now()")
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
            _run("update access_glass set ended_at = null")

    @pytest.mark.parametrize("who", ["worker", "worker_sibling", "head", "auditor"])
    def test_no_review_in_another_name_nor_by_the_holder_nor_before_its_end(self, stage: Stage, who: str) -> None:
        self.put()
        glass = Glass.objects.get()
        me = stage._acting(who)
        statement = (
            "insert into access_glassreview (glass_id, reviewer_id, verdict, words) values ('{}', {}, 'justified', 'x')"
        )
        other = cast.user_of("dispatcher").id
        for reviewer in (me.user_id, other):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                _run(statement.format(glass.id, reviewer))
        age(stage, glass, hours=4)
        stage._acting(who)
        for reviewer in (me.user_id, other):
            allowed = reviewer == me.user_id and who in ("head", "auditor")
            if not allowed:
                with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                    _run(statement.format(glass.id, reviewer))
        if who in ("head", "auditor"):
            _run(statement.format(glass.id, me.user_id))
            assert GlassReview.objects.count() == 1

    def test_a_review_stays(self, stage: Stage) -> None:
        self.put()
        glass = Glass.objects.get()
        age(stage, glass, hours=4)
        stage.do("head", review_glass, glass_id=glass.id, verdict=Verdict.JUSTIFIED, words="情况属实")
        for statement in ("update access_glassreview set verdict = 'unjustified'", "delete from access_glassreview"):
            with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
                stage.own(statement)


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_clock_of_the_database_decides_not_ours(stage: Stage) -> None:
    """The stage stands still in March; a glass is counted by the server's own time all the same."""
    glass = breaks(stage)
    assert abs(glass.broken_at - now()) > timedelta(days=1)
    assert look(stage, "head", glass).state is GlassState.IN_FORCE
    assert area_by_id(glass.area_id).code == cast.COUSIN_AREA
