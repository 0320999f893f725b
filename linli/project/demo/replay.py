"""Replays the invented matters through the ordinary actions, with a clock that is set to each instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import connections, transaction

from linli.access.api import Principal, Reporter, as_system, enter_link, enter_public
from linli.accounts.api import Unit, unit_for
from linli.casework.cases.api import (
    Case,
    Result,
    add_by_reporter,
    ask_extension,
    case_by_id,
    comment,
    decide_extension,
    merge_report,
    open_case,
    resume,
    suspend,
    void,
    withdraw_case,
)
from linli.casework.dispatch.api import accept_assignment, ask_return, dispatch_case, rule_return, take_routed
from linli.casework.intake.api import (
    Channel,
    Draft,
    Receipt,
    Report,
    ReportState,
    add_to_report,
    ask_refusal,
    receive_report,
    report_by_id,
    review_refusal,
    route_report,
    withdraw_report,
)
from linli.casework.timeline.api import sweep
from linli.casework.verification.api import Method, Satisfaction, close_unrated, dispute, rate, verify
from linli.casework.works.api import add_step, arrive, feed_back, hands_of, self_handle
from linli.catalogue.api import outside_topic
from linli.files.api import Photo, store_photo
from linli.kernel.clock import SettableClock, now, using
from linli.kernel.errors import LinliError
from linli.outbox.api import deliver, waiting
from linli.project.demo import pictures
from linli.project.demo.history import in_order
from linli.project.demo.matters import By, PhotoPlan, PlannedMatter, Step
from linli.project.demo.players import Players
from linli.register.places.api import OPEN_KINDS, Place

OWNER = "owner"
Progress = Callable[[int, int], None]


class Replay:
    """The state of one replay: which matter became which report, and the pictures drawn so far."""

    def __init__(self) -> None:
        self.players = Players()
        self.receipts: dict[str, Receipt] = {}
        self.photos: dict[PhotoPlan, Photo] = {}
        self.places = _open_places()
        self.dropped: Counter[str] = Counter()

    def run(self, matters: Sequence[PlannedMatter], tell: Progress) -> None:
        """Everything in order of time; a step that the rules do not allow ends that matter's story there, counted."""
        steps = list(in_order(matters))
        stopped: set[str] = set()
        clock = SettableClock(steps[0][0])
        with using(clock):
            for nth, (at, matter, step) in enumerate(steps):
                clock.advance(at - clock.now())
                if matter.key not in stopped and not self._tried(matter, step):
                    stopped.add(matter.key)
                tell(nth + 1, len(steps))
        with as_system():
            sweep()
        self._deliver()
        with connections[OWNER].cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs where task_name = 'outbox.deliver'")

    def _tried(self, matter: PlannedMatter, step: Step | None) -> bool:
        try:
            with transaction.atomic():
                if step is None:
                    self._receive(matter)
                else:
                    self._take(matter, step)
        except (LinliError, LookupError) as error:
            self.dropped[f"{step.act if step else 'receive'}: {error}"] += 1
            return False
        self._deliver()
        return True

    def _deliver(self) -> None:
        """Hand-overs happen at the instant of their cause, not when the worker starts."""
        for event_id in waiting(using=OWNER):
            deliver(event_id)

    def _receive(self, matter: PlannedMatter) -> None:
        photos = self._draw(matter.photos)
        draft = Draft(
            channel=Channel(matter.channel),
            words=matter.words,
            item_code=matter.item_code if matter.channel != Channel.HOTLINE else "",
            place_id=self.places.get(matter.place.code),
            lat=matter.place.lat,
            lng=matter.place.lng,
            place_text=matter.place.label,
            photos=photos,
            reporter_name=matter.reporter.name,
            phone=matter.reporter.phone,
            received_at=now(),
            idempotency_key=f"demo:{matter.key}",
        )
        self.receipts[matter.key] = receive_report(actor=enter_public(), draft=draft)

    def _take(self, matter: PlannedMatter, step: Step) -> None:
        got = self.receipts[matter.key]
        report, case, hands = _standing(got.report_id)
        if step.by is By.REPORTER:
            self._by_reporter(enter_link(got.link), step, case)
        elif step.by is By.TIMER:
            with as_system() as system:
                close_unrated(actor=system, case_id=got.report_id)
        else:
            actor = self.players.enter(step.by, report, case, hands)
            ACTS[step.act](_Scene(self, actor, got.report_id, matter, step))

    def _by_reporter(self, actor: Reporter, step: Step, case: Case | None) -> None:
        match step.act:
            case "rate":
                rate(actor=actor, satisfaction=Satisfaction(step.detail["satisfaction"]), words=step.words)
            case "dispute":
                dispute(actor=actor, words=step.words)
            case "withdraw" if case is None:
                withdraw_report(actor=actor, report_id=actor.report_id, words=step.words)
            case "withdraw":
                withdraw_case(actor=actor, case_id=actor.report_id, words=step.words)
            case _ if case is None:
                add_to_report(actor=actor, report_id=actor.report_id, words=step.words)
            case _:
                add_by_reporter(actor=actor, case_id=actor.report_id, words=step.words)

    def draw(self, plans: Sequence[PhotoPlan]) -> list[UUID]:
        """Photos of these plans, each a row of its own over a picture that is drawn and cleaned once."""
        return self._draw(plans)

    def _draw(self, plans: Sequence[PhotoPlan]) -> list[UUID]:
        return [self._photo(plan).id for plan in plans]

    def _photo(self, plan: PhotoPlan) -> Photo:
        drawn = self.photos.get(plan)
        if drawn is None:
            data = pictures.draw(plan.scene, state=plan.state, variant=plan.variant)
            drawn = self.photos[plan] = store_photo(data=data, name="demo.jpg", purpose="report")
            return drawn
        again = Photo(
            sha256=drawn.sha256, size_bytes=drawn.size_bytes, width=drawn.width, height=drawn.height,
            stored_name=drawn.stored_name, purpose=drawn.purpose,
        )  # fmt: skip
        again.save(force_insert=True)
        return again


def _open_places() -> dict[str, int]:
    """Every place by its code; a door or a home by the building or group it stands in, which is what a visitor may
    choose: the rest he says in words."""
    rows = list(Place.objects.using(OWNER).values_list("id", "code", "kind", "parent_id"))
    by_id = {row[0]: row for row in rows}
    found: dict[str, int] = {}
    for row in rows:
        at = row
        while at[2] not in OPEN_KINDS and at[3] is not None:
            at = by_id[at[3]]
        found[row[1]] = at[0]
    return found


class _Scene:
    """What one step of staff needs."""

    def __init__(self, replay: Replay, actor: Principal, case_id: UUID, matter: PlannedMatter, step: Step) -> None:
        self.replay, self.actor, self.case_id, self.matter, self.step = replay, actor, case_id, matter, step
        self.words, self.detail = step.words, step.detail

    @property
    def photos(self) -> list[UUID]:
        return self.replay.draw(self.step.photos)

    @property
    def case(self) -> Case:
        return case_by_id(self.actor, self.case_id)

    def unit(self, kind: str) -> Unit:
        found = unit_for(kind, self.case.area.path)
        if found is None:
            raise LookupError(f"no {kind} here")
        return found


def _open(s: _Scene) -> None:
    case = open_case(actor=s.actor, report_id=s.case_id, item_code=s.matter.item_code)
    if s.step.by is By.LEGAL_OWNER:
        take_routed(actor=s.actor, case=case)


def _dispatch(s: _Scene) -> None:
    if s.step.by is not By.LEGAL_OWNER:
        unit = s.unit(s.detail["to"]).id if "to" in s.detail else None
        dispatch_case(actor=s.actor, case_id=s.case_id, unit_id=unit, words="按来电描述派出。" if unit else "")


def _accept(s: _Scene) -> None:
    if s.step.by is not By.LEGAL_OWNER:
        accept_assignment(actor=s.actor, case_id=s.case_id)


def _route(s: _Scene) -> None:
    report = report_by_id(s.actor, s.case_id)
    if report.state == ReportState.ROUTED:
        return  # the words alone have sent it there already
    topic = outside_topic(s.detail["to"])
    unit = unit_for(topic.owner_kind, report.area.path) or unit_for("operation_centre", report.area.path)
    if unit is None:
        raise LookupError("no legal owner")
    route_report(actor=s.actor, report_id=s.case_id, topic=topic.code, unit=unit, words=s.words)


def _grant_more_time(s: _Scene) -> None:
    amount = Decimal(s.detail["amount"])
    decide_extension(
        actor=s.actor, case_id=s.case_id, grant=True, amount=amount, unit=s.detail["unit"], words=s.words
    )  # fmt: skip


def _self_handle(s: _Scene) -> None:
    self_handle(actor=s.actor, case_id=s.case_id, words=s.words, after=s.photos)


ACTS: dict[str, Callable[[_Scene], object]] = {
    "open": _open,
    "dispatch": _dispatch,
    "accept": _accept,
    "route": _route,
    "extend_grant": _grant_more_time,
    "self_handle": _self_handle,
    "comment": lambda s: comment(actor=s.actor, case_id=s.case_id, words=s.words),
    "refuse_ask": lambda s: ask_refusal(actor=s.actor, report_id=s.case_id, reason=s.words),
    "refuse": lambda s: review_refusal(actor=s.actor, report_id=s.case_id, agree=True, words=s.words),
    "merge": lambda s: merge_report(
        actor=s.actor, report_id=s.case_id, into=s.replay.receipts[s.detail["to"]].report_id
    ),
    "return_ask": lambda s: ask_return(actor=s.actor, case_id=s.case_id, reason=s.detail["reason"], words=s.words),
    "return_grant": lambda s: rule_return(actor=s.actor, case_id=s.case_id, grant=True, words=s.words),
    "arrive": lambda s: arrive(actor=s.actor, case_id=s.case_id, words=s.words, photos=s.photos),
    "step": lambda s: add_step(actor=s.actor, case_id=s.case_id, words=s.words, photos=s.photos),
    "extend_ask": lambda s: ask_extension(
        actor=s.actor, case_id=s.case_id, amount=Decimal(s.detail["amount"]), unit=s.detail["unit"], words=s.words
    ),
    "suspend": lambda s: suspend(actor=s.actor, case_id=s.case_id, reason=s.words),
    "resume": lambda s: resume(actor=s.actor, case_id=s.case_id, words=s.words),
    "feed_back": lambda s: feed_back(
        actor=s.actor, case_id=s.case_id, result=Result(s.detail["result"]), words=s.words, photos=s.photos
    ),
    "verify": lambda s: verify(
        actor=s.actor, case_id=s.case_id, passed=True, method=Method(s.detail["method"]), words=s.words
    ),
    "rework": lambda s: verify(actor=s.actor, case_id=s.case_id, passed=False, method=Method.ON_SITE, words=s.words),
    "void": lambda s: void(actor=s.actor, case_id=s.case_id, words=s.words),
}


def _standing(report_id: UUID) -> tuple[Report, Case | None, frozenset[int]]:
    with as_system() as system:
        report = report_by_id(system, report_id)
        case = case_by_id(system, report_id) if report.state == ReportState.ACCEPTED else None
        return report, case, hands_of(report_id)
