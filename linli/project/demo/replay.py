"""Replays the invented matters through the ordinary actions, with a clock that is set to each instant.

Every step is a transaction of its own, in order of time. So what is there is always the beginning of the whole, and a
replay that was cut short goes on where it stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, connections, transaction

from linli.access.api import Reporter, as_system, enter_link, enter_public
from linli.casework.cases.api import Case, add_by_reporter, withdraw_case
from linli.casework.intake.api import (
    Channel,
    Draft,
    Report,
    ReportState,
    add_to_report,
    link_of,
    receive_report,
    withdraw_report,
)
from linli.casework.timeline.api import Entry, sweep
from linli.casework.verification.api import Satisfaction, close_unrated, dispute, rate
from linli.casework.works.api import hands_of
from linli.files.api import Photo, store_photo
from linli.kernel.clock import SettableClock, now, using
from linli.kernel.errors import LinliError
from linli.outbox.api import deliver, waiting
from linli.project.demo import pictures
from linli.project.demo.acts import ACTS, Scene
from linli.project.demo.matters import By, PhotoPlan, PlannedMatter, Step, in_order
from linli.project.demo.players import Players
from linli.register.places.api import OPEN_KINDS, Place

OWNER = "owner"
KEY = "demo:"
Progress = Callable[[int, int], None]


class Replay:
    """The state of one replay: which matter became which report, and the pictures drawn so far."""

    def __init__(self) -> None:
        self.players = Players()
        self.reports = _known_reports()
        self.photos: dict[PhotoPlan, Photo] = {}
        self.places = _open_places()
        self.dropped: Counter[str] = Counter()

    def run(self, matters: Sequence[PlannedMatter], tell: Progress) -> None:
        """Everything in order of time; a step that the rules do not allow ends that matter's story there, counted."""
        steps = list(in_order(matters))
        stopped: set[str] = set()
        done = _Done(self.reports)
        _commit_lazily()
        with using(SettableClock(steps[0][0])) as clock:
            self._deliver()
            for nth, (at, matter, step) in enumerate(steps):
                clock.advance(at - clock.now())
                if matter.key not in stopped and not done.has(at, matter) and not self._tried(matter, step):
                    stopped.add(matter.key)
                tell(nth + 1, len(steps))
        with as_system():
            sweep()
        self._deliver()
        with connections[OWNER].cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs where task_name = 'outbox.deliver'")

    def draw(self, plans: Sequence[PhotoPlan]) -> list[UUID]:
        """Photos of these plans, each a row of its own over a picture that is drawn and cleaned once."""
        return [self._photo(plan).id for plan in plans]

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
        draft = Draft(
            channel=Channel(matter.channel),
            words=matter.words,
            item_code=matter.item_code if matter.channel != Channel.HOTLINE else "",
            place_id=self.places.get(matter.place.code),
            lat=matter.place.lat,
            lng=matter.place.lng,
            place_text=matter.place.label,
            photos=self.draw(matter.photos),
            reporter_name=matter.reporter.name,
            phone=matter.reporter.phone,
            received_at=now(),
            idempotency_key=KEY + matter.key,
        )
        self.reports[matter.key] = receive_report(actor=enter_public(), draft=draft).report_id

    def _take(self, matter: PlannedMatter, step: Step) -> None:
        report_id = self.reports[matter.key]
        report, case = _standing(report_id)
        if step.by is By.REPORTER:
            self._by_reporter(enter_link(link_of(report_id)), step, case)
        elif step.by is By.TIMER:
            with as_system() as system:
                close_unrated(actor=system, case_id=report_id)
        else:
            actor = self.players.enter(step.by, report, case, _hands(report_id, step.by))
            ACTS[step.act](Scene(self, actor, report_id, matter, step))

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


def _known_reports() -> dict[str, UUID]:
    """The reports of an earlier replay that was cut short, by the key of their matter."""
    rows = Report.objects.using(OWNER).filter(idempotency_key__startswith=KEY).values_list("idempotency_key", "id")
    return {key.removeprefix(KEY): report_id for key, report_id in rows if key is not None}


class _Done:
    """What an earlier replay came to: all before its last instant, and at this one whatever stands in a story."""

    def __init__(self, reports: dict[str, UUID]) -> None:
        entries = Entry.objects.using(OWNER).filter(matter_id__in=list(reports.values())).order_by("at")
        latest = entries.last()
        self._last: datetime | None = latest.at if latest else None
        matters = {entry.matter_id for entry in entries.filter(at=latest.at)} if latest else set()
        self._keys = {key for key, report_id in reports.items() if report_id in matters}

    def has(self, at: datetime, matter: PlannedMatter) -> bool:
        """Whether the step of the matter at this instant was taken."""
        return self._last is not None and (at < self._last or (at == self._last and matter.key in self._keys))


def _commit_lazily() -> None:
    """A power cut may cost the last steps, which the next replay takes again: no step waits for the disk."""
    for each in (connection, connections[OWNER]):
        with each.cursor() as cursor:
            cursor.execute("set synchronous_commit to off")


def _standing(report_id: UUID) -> tuple[Report, Case | None]:
    """Where the matter is now; read in passing on the owner's connection, for every step asks."""
    report = Report.objects.using(OWNER).select_related("area").get(id=report_id)
    case = Case.objects.using(OWNER).select_related("unit").filter(id=report_id).first()
    return report, case if report.state == ReportState.ACCEPTED else None


def _hands(report_id: UUID, by: By) -> frozenset[int]:
    """Who has worked on it: only a check by other eyes needs to know."""
    if by is not By.VERIFIER:
        return frozenset()
    with as_system():
        return hands_of(report_id)
