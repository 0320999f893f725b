"""A piece of Zhoupu full of matters in mixed states, made by real actions in its own database, then only read."""

from __future__ import annotations

import fcntl
import hashlib
import io
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import cast
import house_db as house
import orjson
from django.conf import settings
from django.db import connections, transaction
from PIL import Image
from psycopg import sql

from linli.access import scope
from linli.access.api import (
    Verdict,
    break_glass,
    end_glass,
    enter,
    enter_link,
    enter_public,
    open_session,
    review_glass,
)
from linli.accounts.api import Post, Role, Unit, User, create_unit, create_user, end_post, grant_post, save_filter
from linli.audit.api import seal_waiting
from linli.calendar.api import today
from linli.casework.cases.api import (
    add_by_reporter,
    ask_extension,
    case_of_report,
    comment,
    decide_extension,
    merge_report,
    open_case,
    reopen,
    resume,
    suspend,
    void,
    withdraw_case,
)
from linli.casework.cases.models import Result
from linli.casework.dispatch.api import accept_assignment, ask_return, dispatch_case, rule_return, take_routed, transfer
from linli.casework.intake import numbering
from linli.casework.intake.api import (
    Channel,
    Draft,
    Receipt,
    add_to_report,
    ask_refusal,
    receive_report,
    review_refusal,
    route_report,
    send_back,
    withdraw_report,
)
from linli.casework.timeline.api import sweep
from linli.casework.verification.api import Method, Satisfaction, dispute, rate, verify
from linli.casework.works.api import add_step, arrive, feed_back, self_handle
from linli.catalogue.api import list_specs
from linli.files.api import store_photo
from linli.kernel.clock import now
from linli.notices.api import mark_read, notices_for, send
from linli.outbox.api import deliver
from linli.project.environment import role_password
from linli.territory.api import Area

SOURCES = (
    "tests/access/scope_world.py",
    "tests/cast.py",
    "linli/casework/**/*.py",
    "linli/flow/*.py",
    "linli/access/*.py",
)
FILES = house.ROOT / "var" / "test-world-files"
LIFTED = (cast.STATION, cast.TOWN, cast.DISTRICT)
"""Areas above the leaves that some finished matters are moved to, so that `parent` rows exist for every table."""

EXTRA = {
    "worker_foreign": (Role.WORKER, cast.FOREIGN_AREA, None),
    "responder_foreign": (Role.RESPONDER, cast.OTHER_TOWN, "world.urban_foreign"),
    "sysadmin": (Role.SYSTEM_ADMIN, cast.DISTRICT, None),
    "secadmin": (Role.SECURITY_ADMIN, cast.DISTRICT, None),
    "disabled": (Role.WORKER, cast.HOME_AREA, None),
    "ended": (Role.DISPATCHER, cast.TOWN, None),
    "not_yet": (Role.DISPATCHER, cast.TOWN, None),
}
WORKERS = {
    cast.HOME_AREA: "worker",
    cast.SIBLING_AREA: "worker_sibling",
    cast.COUSIN_AREA: "worker_cousin",
    cast.VILLAGE_AREA: "worker_village",
    cast.FOREIGN_AREA: "worker_foreign",
}
HANDS = {
    "cast.property": "responder",
    "cast.property_other": "responder_other",
    "cast.urban": "responder_urban",
    "cast.housing": "responder_housing",
    "world.urban_foreign": "responder_foreign",
}
UNITS_HERE = {
    cast.HOME_AREA: ("cast.property", "cast.urban", "cast.housing", None),
    cast.SIBLING_AREA: ("cast.urban", "cast.housing", None),
    cast.COUSIN_AREA: ("cast.property_other", "cast.urban", None),
    cast.VILLAGE_AREA: ("cast.urban", "cast.housing", None),
    cast.FOREIGN_AREA: ("world.urban_foreign", None),
}


@dataclass
class Built:
    """What the tests need besides the rows: the links of the reports, and the phones that were sealed."""

    links: dict[str, str] = field(default_factory=dict)
    fates: dict[str, int] = field(default_factory=dict)
    phones: list[str] = field(default_factory=list)


def world_database(matters: int) -> str:
    """The name of the database with `matters` matters, made when nobody has made it yet."""
    digest = hashlib.sha256(f"{house.template_database()} {matters}".encode())
    for pattern in SOURCES:
        for path in sorted(house.ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    name = f"linli_w{matters}_{digest.hexdigest()[:12]}"
    with (house.ROOT / "var" / "test-world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with house.admin("postgres") as admin:
            there = {
                str(row[0])
                for row in admin.execute(
                    "select datname from pg_database where datname like %s", [f"linli\\_w{matters}\\_%"]
                )
            }
            if name in there:
                return name
            for old in there:
                admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(old)))
        making = f"{name}_making"
        house.clone_database(making)
        with real_logins(making):
            _Builder(random.Random(matters)).build(matters)
        with house.admin("postgres") as admin:
            admin.execute(
                sql.SQL("alter database {} rename to {}").format(sql.Identifier(making), sql.Identifier(name))
            )
    return name


def clone_world(source: str, name: str) -> None:
    """A copy that a test may break. PostgreSQL copies only a database that nobody is connected to."""
    for alias in settings.DATABASES:
        connections[alias].close()
    with house.admin("postgres") as admin:
        drop_database(name)
        admin.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(source)))


def drop_database(name: str) -> None:
    with house.admin("postgres") as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@contextmanager
def real_logins(name: str) -> Iterator[None]:
    """Every alias speaks to this database, `default` signed in as the application itself, as in production."""
    before = settings.DATABASES["owner"]["NAME"]
    files = settings.LINLI_FILES_ROOT
    house.point_to(name)
    login = connections["default"].settings_dict
    login["USER"], login["PASSWORD"] = "linli_app", role_password("linli_app", settings.SECRET_KEY)
    login["OPTIONS"] = {key: value for key, value in login["OPTIONS"].items() if key != "options"}
    settings.LINLI_FILES_ROOT = FILES
    forget_processes_memory()
    try:
        yield
    finally:
        settings.LINLI_FILES_ROOT = files
        house.point_to(before)
        forget_processes_memory()


def forget_processes_memory() -> None:
    """What a process keeps belongs to one database."""
    scope._system.opened = float("-inf")
    numbering._block.forget()


def open_token(username: str) -> str:
    post = Post.objects.using("owner").filter(user__username=username).order_by("id").first()
    assert post is not None, username
    return open_session(user_id=post.user_id, post_id=post.id, kind="web", ttl=timedelta(hours=8))


class _Builder:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.built = Built()
        self.tokens: dict[str, str] = {}
        self.count = 0

    def build(self, matters: int) -> None:
        self.areas = {area.code: area for area in Area.objects.using("owner").all()}
        self._people()
        self.items = [spec.code for spec in list_specs()]
        fates = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("fate_")]
        for number in range(matters):
            fate = fates[number % len(fates)]
            leaf = cast.LEAVES[(number + number // len(fates)) % len(cast.LEAVES)]
            fate(leaf)
            self.built.fates[fate.__name__] = self.built.fates.get(fate.__name__, 0) + 1
        self._glasses()
        self._deliver()
        with scope.as_system():
            sweep(at=now() + timedelta(days=4))
        self._deliver()
        self._read_some_notices()
        self._more_rows()
        self._lift()
        self._seal()
        with connections["owner"].cursor() as cursor:
            cursor.execute("create schema probe")
            cursor.execute("create table probe.built (links jsonb, phones jsonb)")
            cursor.execute(
                "insert into probe.built values (%s, %s)",
                [orjson.dumps(self.built.links).decode(), orjson.dumps(self.built.phones).decode()],
            )

    def _seal(self) -> None:
        """Seal the trail with a key that nobody keeps: only the rows of seals are wanted here."""
        before = settings.LINLI_KEYS, settings.LINLI_AUDIT_HEADS
        with tempfile.TemporaryDirectory() as folder:
            settings.LINLI_KEYS, settings.LINLI_AUDIT_HEADS = Path(folder), Path(folder, "heads.jsonl")
            seal_waiting(using="owner", most=200)
        settings.LINLI_KEYS, settings.LINLI_AUDIT_HEADS = before

    def _people(self) -> None:
        unit = create_unit(
            actor=None, code="world.urban_foreign", kind="urban_management", name="潍坊城管",
            area=self.areas[cast.OTHER_TOWN],
        )  # fmt: skip
        yesterday, next_year = today() - timedelta(days=2), today() + timedelta(days=200)
        for username, (role, area, unit_code) in EXTRA.items():
            user = create_user(actor=None, username=username, name=username, password=None)
            grant_post(
                actor=None, user=user, role=role, area=self.areas[area], unit=unit if unit_code else None,
                starts_on=next_year if username == "not_yet" else cast.SINCE,
            )  # fmt: skip
        for username in (*cast.CAST, *EXTRA):
            self.tokens[username] = open_token(username)
        end_post(actor=None, post=Post.objects.using("owner").get(user__username="ended"), on=yesterday)
        User.objects.using("owner").filter(username="disabled").update(is_active=False)
        self.units = {unit.code: unit for unit in Unit.objects.all()}

    # What somebody says carries a mark, so that a page can be searched for whose words it shows.
    def words(self) -> str:
        self.count += 1
        return f"ZQ{self.count:06d}{self.rng.randrange(16**4):04x} 楼道里堆满纸箱"

    def phone(self) -> str:
        self.built.phones.append(f"138{self.rng.randrange(10**8):08d}")
        return self.built.phones[-1]

    def by(self, username: str, action: Callable[..., Any], **given: Any) -> Any:
        with transaction.atomic():
            return action(actor=enter(self.tokens[username]), **given)

    def reporter(self, got: Receipt, action: Callable[..., Any], **given: Any) -> Any:
        with transaction.atomic():
            return action(actor=enter_link(got.link), **given)

    def photos(self, count: int, purpose: str = "evidence", username: str | None = None) -> list[UUID]:
        made = []
        for _ in range(count):
            buffer = io.BytesIO()
            colour = tuple(self.rng.randrange(256) for _ in range(3))
            Image.new("RGB", (40, 30), colour).save(buffer, "JPEG")
            with transaction.atomic():
                enter(self.tokens[username]) if username else enter_public()
                made.append(store_photo(data=buffer.getvalue(), name="a.jpg", purpose=purpose).id)
        return made

    def receive(self, leaf: str, *, photos: int = 0) -> Receipt:
        area = self.areas[leaf]
        draft = Draft(
            channel=Channel.RESIDENT, words=self.words(), item_code="C04", area_id=area.id, reporter_name="王小明",
            phone=self.phone(), photos=self.photos(photos, "report"),
            lat=area.lat, lng=area.lng,
        )  # fmt: skip
        with transaction.atomic():
            got = receive_report(actor=enter_public(), draft=draft)
        self.built.links[str(got.report_id)] = got.link
        return got

    def filed(self, leaf: str, **given: Any) -> Receipt:
        got = self.receive(leaf, **given)
        self.by(WORKERS[leaf], open_case, report_id=got.report_id, item_code=self.rng.choice(self.items))
        if self.rng.random() < 0.5:
            self.by(WORKERS[leaf], comment, case_id=got.report_id, words=self.words(), public=self.rng.random() < 0.3)
        return got

    def dispatched(self, leaf: str, **given: Any) -> tuple[Receipt, str]:
        got = self.filed(leaf, **given)
        code = self.rng.choice(UNITS_HERE[leaf])
        unit = self.units[code].id if code else None
        self.by(self.centre(leaf), dispatch_case, case_id=got.report_id, unit_id=unit, words=self.words())
        return got, self.hands(leaf, got)

    def hands(self, leaf: str, got: Receipt) -> str:
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(
                "select u.code from casework_case c join accounts_unit u on u.id = c.unit_id where c.id = %s",
                [got.report_id],
            )
            return HANDS.get(cursor.fetchone()[0], WORKERS[leaf])

    def centre(self, leaf: str) -> str:
        return "dispatcher_other" if leaf == cast.FOREIGN_AREA else "dispatcher"

    def handling(self, leaf: str, **given: Any) -> tuple[Receipt, str]:
        got, hand = self.dispatched(leaf, **given)
        self.by(hand, accept_assignment, case_id=got.report_id)
        if self.rng.random() < 0.6:
            self.by(hand, arrive, case_id=got.report_id, words=self.words(), photos=self.photos(1, username=hand))
        if self.rng.random() < 0.4:
            self.by(hand, comment, case_id=got.report_id, words=self.words())
        return got, hand

    def fed_back(self, leaf: str) -> tuple[Receipt, str]:
        got, hand = self.handling(leaf, photos=self.rng.randrange(2))
        self.by(hand, add_step, case_id=got.report_id, words=self.words())
        after = self.photos(1, username=hand)
        self.by(hand, feed_back, case_id=got.report_id, result=Result.SOLVED, words=self.words(), photos=after)
        return got, hand

    def verified(self, leaf: str) -> tuple[Receipt, str]:
        got, hand = self.fed_back(leaf)
        self.by(
            self.centre(leaf), verify, case_id=got.report_id, passed=True, method=Method.ON_SITE, words=self.words()
        )
        return got, hand

    # Fates: one function for each way a matter can stand when the tests look at it.
    def fate_received(self, leaf: str) -> None:
        self.receive(leaf, photos=1)

    def fate_added(self, leaf: str) -> None:
        got = self.receive(leaf)
        photos = self.photos(1, "report")
        self.reporter(got, add_to_report, report_id=got.report_id, words=self.words(), photos=photos)

    def fate_routed(self, leaf: str) -> None:
        self.routed(leaf)

    def routed(self, leaf: str) -> tuple[Receipt, str]:
        got = self.receive(leaf)
        code = self.rng.choice([unit for unit in UNITS_HERE[leaf] if unit])
        self.by(
            WORKERS[leaf], route_report, report_id=got.report_id, topic="X01", unit=self.units[code], words=self.words()
        )
        return got, HANDS[code]

    def fate_sent_back(self, leaf: str) -> None:
        got, hand = self.routed(leaf)
        self.by(hand, send_back, report_id=got.report_id, words=self.words())

    def fate_routed_and_taken(self, leaf: str) -> None:
        got, hand = self.routed(leaf)
        case = self.by(hand, open_case, report_id=got.report_id)
        self.by(hand, take_routed, case=case)

    def fate_routed_and_transferred(self, leaf: str) -> None:
        got, hand = self.routed(leaf)
        case = self.by(hand, open_case, report_id=got.report_id)
        self.by(hand, take_routed, case=case)
        others = [code for code in UNITS_HERE[leaf] if code and HANDS[code] != hand]
        if others:
            self.by(
                self.centre(leaf), transfer, case_id=got.report_id, unit_id=self.units[others[0]].id, words=self.words()
            )

    def fate_refusal_asked(self, leaf: str) -> None:
        got = self.receive(leaf)
        self.by(WORKERS[leaf], ask_refusal, report_id=got.report_id, reason=self.words())

    def fate_refused(self, leaf: str) -> None:
        got = self.receive(leaf)
        self.by(WORKERS[leaf], ask_refusal, report_id=got.report_id, reason=self.words())
        self.by(self.centre(leaf), review_refusal, report_id=got.report_id, agree=True, words=self.words())

    def fate_withdrawn(self, leaf: str) -> None:
        got = self.receive(leaf)
        self.reporter(got, withdraw_report, report_id=got.report_id, words=self.words())

    def fate_filed(self, leaf: str) -> None:
        self.filed(leaf, photos=1)

    def fate_case_withdrawn(self, leaf: str) -> None:
        got = self.filed(leaf)
        self.reporter(got, withdraw_case, case_id=got.report_id, words=self.words())

    def fate_merged(self, leaf: str) -> None:
        first, hand = self.handling(leaf)
        second = self.receive(leaf, photos=1)
        self.reporter(second, add_to_report, report_id=second.report_id, words=self.words())
        self.by(WORKERS[leaf], merge_report, report_id=second.report_id, into=first.report_id)
        for one in (first, second):
            photos = self.photos(1, "report")
            self.reporter(one, add_by_reporter, case_id=first.report_id, words=self.words(), photos=photos)
        self.by(hand, comment, case_id=first.report_id, words=self.words(), public=True)

    def fate_dispatched(self, leaf: str) -> None:
        self.dispatched(leaf)

    def fate_return_asked(self, leaf: str) -> None:
        got, hand = self.dispatched(leaf)
        self.by(hand, ask_return, case_id=got.report_id, reason="not_our_duty", words=self.words())

    def fate_returned(self, leaf: str) -> None:
        got = self.filed(leaf)
        code = next(unit for unit in UNITS_HERE[leaf] if unit)
        self.by(
            WORKERS[leaf], dispatch_case, case_id=got.report_id, unit_id=self.units[code].id, words=self.words()
        )  # fmt: skip
        self.by(HANDS[code], ask_return, case_id=got.report_id, reason="not_our_area", words=self.words())
        self.by(self.centre(leaf), rule_return, case_id=got.report_id, grant=True, words=self.words())

    def fate_handling(self, leaf: str) -> None:
        self.handling(leaf, photos=2)

    def fate_extended(self, leaf: str) -> None:
        got, hand = self.handling(leaf)
        self.by(hand, ask_extension, case_id=got.report_id, amount=Decimal(2), unit="d", words=self.words())
        other = next(who for who in (WORKERS[leaf], self.centre(leaf)) if who != hand)
        self.by(
            other, decide_extension, case_id=got.report_id, grant=self.rng.random() < 0.5, amount=Decimal(1),
            unit="d", words=self.words(),
        )  # fmt: skip

    def fate_suspended(self, leaf: str) -> None:
        got, hand = self.handling(leaf)
        self.by(WORKERS[leaf], suspend, case_id=got.report_id, reason=self.words())
        if self.rng.random() < 0.3:
            self.by(hand, resume, case_id=got.report_id, words=self.words())

    def fate_fed_back(self, leaf: str) -> None:
        self.fed_back(leaf)

    def fate_verified(self, leaf: str) -> None:
        self.verified(leaf)

    def fate_rated(self, leaf: str) -> None:
        got, _ = self.verified(leaf)
        self.reporter(got, rate, satisfaction=Satisfaction.SATISFIED, words=self.words())
        if self.rng.random() < 0.3:
            self.by(self.centre(leaf), reopen, case_id=got.report_id, words=self.words())

    def fate_disputed(self, leaf: str) -> None:
        got, _ = self.verified(leaf)
        self.reporter(got, dispute, words=self.words(), photos=self.photos(1, "report"))

    def fate_voided(self, leaf: str) -> None:
        got = self.filed(leaf)
        self.by(self.centre(leaf), void, case_id=got.report_id, words=self.words())

    def fate_self_handled(self, leaf: str) -> None:
        got = self.receive(leaf)
        self.by(WORKERS[leaf], open_case, report_id=got.report_id, item_code="C10")
        before, after = self.photos(1, username=WORKERS[leaf]), self.photos(1, username=WORKERS[leaf])
        self.by(WORKERS[leaf], self_handle, case_id=got.report_id, words=self.words(), before=before, after=after)
        assert self.reporter(got, lambda actor: case_of_report(reporter=actor)) is not None

    def _deliver(self) -> None:
        while True:
            with connections["owner"].cursor() as cursor:
                cursor.execute("select id from outbox_event where delivered_at is null order by id")
                waiting = [row[0] for row in cursor.fetchall()]
            if not waiting:
                return
            for event in waiting:
                deliver(event)

    def _glasses(self) -> None:
        """Broken, given back, and most of them reviewed: over, so that everybody's scope is his own again."""
        for holder, code, reviewer in (
            ("worker", cast.COUSIN_AREA, "auditor"),
            ("worker_cousin", cast.HOME_AREA, "head_other"),
            ("worker_sibling", cast.VILLAGE_AREA, "head"),
            ("head", cast.FOREIGN_AREA, "dispatcher"),
            ("head_other", cast.STATION, None),
            ("dispatcher_other", cast.STATION, "district"),
            ("worker_foreign", cast.HOME_AREA, None),
        ):
            glass = self.by(
                holder, break_glass, area_id=self.areas[code].id, minutes=30, reason=f"{self.words()} 独居老人失联求助"
            )
            self.by(holder, end_glass, glass_id=glass.id)
            if reviewer is not None:
                self.by(reviewer, review_glass, glass_id=glass.id, verdict=Verdict.JUSTIFIED, words=self.words())

    def _read_some_notices(self) -> None:
        for username in ("head", "dispatcher", "dispatcher_other", "responder", "responder_urban", "district"):
            with transaction.atomic():
                actor = enter(self.tokens[username])
                some = [notice.id for notice in notices_for(actor)][:5]
                mark_read(actor=actor, notice_ids=some)

    def _more_rows(self) -> None:
        """Notices and free photos that no fate makes: at every level of the tree, and not attached to anything."""
        params = {"number": "", "title": "", "due": "", "clock": ""}
        posts = Post.objects.using("owner").select_related("area").exclude(role=Role.SYSTEM)
        with scope.as_system():
            for post in posts:
                for _ in range(2):
                    send(
                        area_id=post.area_id,
                        template="warned",
                        post_id=post.id,
                        params=params | {"title": self.words()},
                    )
            for unit in self.units.values():
                send(area_id=unit.area_id, template="routed", unit_id=unit.id, params=params | {"title": self.words()})
        self.photos(3)
        for username in (
            *(name for name in cast.CAST if name != "building_head"),
            "sysadmin",
        ):  # a head's page has no lists to save
            self.by(username, save_filter, name=self.words(), query="view=open")

    def _lift(self) -> None:
        """Move some matters above the leaves: no action does that, but scope must hold for such rows too."""
        tables = {
            "report": "id", "case": "id", "casereport": "case_id", "entry": "matter_id", "clock": "matter_id",
            "assignment": "case_id", "workorder": "case_id", "check": "case_id", "rating": "case_id",
        }  # fmt: skip
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            cursor.execute(
                "select c.id from casework_case c where c.reports = 1 and exists"
                " (select 1 from casework_check k where k.case_id = c.id) order by c.id"
            )
            checked = [row[0] for row in cursor.fetchall()]
            cursor.execute("select c.id from casework_case c where c.reports > 1 order by c.id limit 3")
            merged = [row[0] for row in cursor.fetchall()]
            for number, matter in enumerate([*checked[:6], *merged]):
                area = self.areas[LIFTED[number % 3]].id
                for table, key in tables.items():
                    cursor.execute(f"update casework_{table} set area_id = %s where {key} = %s", [area, matter])
                cursor.execute("update audit_record set area_id = %s where subject_id = %s", [area, str(matter)])
                cursor.execute("update notices_receipt r set area_id = %s from notices_notice n"
                               " where n.id = r.notice_id and n.matter_id = %s", [area, matter])  # fmt: skip
                cursor.execute("update notices_notice set area_id = %s where matter_id = %s", [area, matter])
                cursor.execute(
                    "update files_photo set area_id = %s where id in"
                    " (select unnest(photos) from casework_entry where matter_id = %s)", [area, matter],
                )  # fmt: skip
            for code in (*LIFTED, cast.OTHER_TOWN):
                for kind in ("venue", "home"):
                    cursor.execute(
                        "insert into register_place (code, kind, area_id, name, address, subkind)"
                        " values (%s, %s, %s, '点', '点', '')", [f"world.{code}.{kind}", kind, self.areas[code].id],
                    )  # fmt: skip
                cursor.execute(
                    "insert into register_duty (area_id, place_id, unit_id, unit_kind)"
                    " select area_id, id, %s, 'urban_management' from register_place where code = %s",
                    [self.units["cast.urban"].id, f"world.{code}.venue"],
                )
            for code in (cast.HOME_AREA, cast.FOREIGN_AREA, *LIFTED):
                cursor.execute(
                    "insert into doors_importbatch (id, profile_id, area_id, file_name, file_hash, rows, fresh, known,"
                    " refused, started_by, started_at)"
                    " select gen_random_uuid(), id, %s, 'a.csv', '', 1, 1, 0, 0, 1, now()"
                    " from doors_importprofile limit 1", [self.areas[code].id],
                )  # fmt: skip
                self._tables_in_and_out(cursor, self.areas[code].id)
            for code in (cast.HOME_AREA, cast.FOREIGN_AREA, *LIFTED):
                area = self.areas[code].id
                cursor.execute(
                    "insert into register_legend (area_id, layer, version, rows) values (%s, 'use', 7, '[]')", [area]
                )
                cursor.execute("insert into register_gradelimit (area_id, values) values (%s, '{}')", [area])
                cursor.execute(
                    "insert into register_grading (area_id, building_id, proposed, grade, state, reasons, by_rule,"
                    " proposed_by, proposed_at) select %s, min(id), 'key', 'key', 'replaced', '[]', true, 1, now()"
                    " from register_place where kind = 'building'", [area],
                )  # fmt: skip
            cursor.execute(
                "insert into access_shredding (id, subject_id, epoch, batch, why)"
                " select gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(), 'retention'"
                " from generate_series(1, 3)"
            )
            cursor.execute(
                "insert into audit_opening (id, actor_id, post_id, secret_id, subject_kind, subject_id, area_id, field,"
                " purpose, reason) select gen_random_uuid(), 1, 1, phone_secret_id, 'report', id::text, area_id,"
                " 'phone', 'contact_reporter', 'call back' from casework_report where phone_secret_id is not null"
            )

    def _tables_in_and_out(self, cursor: Any, area: int) -> None:
        """An import in every state a page can show, what one made, and exports in several states."""
        for state in ("received", "checked", "done", "undone"):
            batch = uuid4()
            cursor.execute(
                "insert into doors_sheetbatch (id, area_id, state, file_name, file_hash, encoding, language, columns,"
                " heading_row, fill_down, update_known, good_alone, found, faults, made, file_key, mended_key, failure,"
                " started_by, started_post) values (%s, %s, %s, %s, '', 'xlsx', 'en', '{}', 1, false, false, true,"
                " '{}', '[]', '{}', '', '', '{}', 1, 1)", [batch, area, state, self.words()[:120]],
            )  # fmt: skip
            cursor.execute(
                "insert into doors_made (batch_id, area_id, kind, ids, marks) values (%s, %s, 'person', '{}', '{}')",
                [batch, area],
            )
        for state in ("asked", "withdrawn", "expired"):
            cursor.execute(
                "insert into doors_sheetexport (id, area_id, empty_homes, purpose, reason, format, language, people,"
                " homes, state, needs_second, asked_by, asked_post, asked_name, decided_name, decision, opened,"
                " file_key, file_mark, failure) values (gen_random_uuid(), %s, false, 'visits', %s, 'csv', 'en', 9, 0,"
                " %s, true, 1, 1, 'x', '', '', 0, '', '', '')", [area, self.words()[:200], state],
            )  # fmt: skip
