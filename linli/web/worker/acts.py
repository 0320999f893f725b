"""The acts of the worker's face: what each asks for, when it is offered, and which action does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.access.api import Principal
from linli.casework.cases.api import MAX_RETURNS, Case, CaseState, Result, acts_from, ask_extension, comment
from linli.casework.dispatch.api import RETURN_REASONS, accept_assignment, ask_return, require_hands
from linli.casework.timeline.api import Act, ClockKind, clocks_of, said_before
from linli.casework.works.api import add_step, arrive, feed_back, reach_milestone
from linli.kernel.errors import Forbidden, InvalidInput
from linli.web.worker.typed import Typed


@dataclass(frozen=True, slots=True)
class Deed:
    """One act. `asks` names the fields of its form, `needs` the permission, `edge` the step of the state table;
    `waits`: filled in without a connection it is kept on the phone and sent later."""

    slug: str
    icon: str
    title: Promise
    needs: str
    edge: Act
    run: Callable[[Principal, UUID, Typed], None]
    done: Promise
    asks: Sequence[str] = ()
    hint: Promise | str = ""
    words_needed: bool = False
    waits: bool = False
    offered: Callable[[Case], bool] = field(default=lambda case: True)


def _accept(actor: Principal, case_id: UUID, typed: Typed) -> None:
    accept_assignment(actor=actor, case_id=case_id, key=typed.key)


def _arrive(actor: Principal, case_id: UUID, typed: Typed) -> None:
    arrive(actor=actor, case_id=case_id, words=typed.words, photos=typed.photos, key=typed.key)


def _step(actor: Principal, case_id: UUID, typed: Typed) -> None:
    add_step(actor=actor, case_id=case_id, words=typed.words, photos=typed.photos, key=typed.key)


def _milestone(actor: Principal, case_id: UUID, typed: Typed) -> None:
    ahead = typed.label in milestones(case_id)
    if not ahead and not said_before(actor.user_id, case_id, typed.key):
        raise InvalidInput(_("Choose the milestone."), code="milestone_missing")
    reach_milestone(
        actor=actor, case_id=case_id, label=typed.label, words=typed.words, photos=typed.photos, key=typed.key
    )


def _result(actor: Principal, case_id: UUID, typed: Typed) -> None:
    if typed.result not in set(Result):
        raise InvalidInput(_("Choose what came of it."), code="result_missing")
    feed_back(
        actor=actor, case_id=case_id, result=Result(typed.result), words=typed.words, photos=typed.photos, key=typed.key
    )


def _return(actor: Principal, case_id: UUID, typed: Typed) -> None:
    ask_return(actor=actor, case_id=case_id, reason=typed.reason, words=typed.words)


def _extend(actor: Principal, case_id: UUID, typed: Typed) -> None:
    ask_extension(actor=actor, case_id=case_id, amount=typed.length, unit=typed.unit, words=typed.words)


def _wait(actor: Principal, case_id: UUID, typed: Typed) -> None:
    if not typed.words.strip():
        raise InvalidInput(_("Say what it has to wait for."), code="reason_missing")
    comment(actor=actor, case_id=case_id, words=_("Please suspend: %(reason)s") % {"reason": typed.words})


def _remark(actor: Principal, case_id: UUID, typed: Typed) -> None:
    comment(actor=actor, case_id=case_id, words=typed.words)


DEEDS: Mapping[str, Deed] = {
    deed.slug: deed
    for deed in (
        Deed(
            "accept", "accept", gettext_lazy("Accept"), "case.accept", Act.ACCEPT, _accept, gettext_lazy("Accepted."),
            waits=True,
        ),
        Deed(
            "arrive", "arrive", gettext_lazy("On site"), "case.handle", Act.ARRIVE, _arrive,
            gettext_lazy("Your arrival is noted."), ("photos", "words"),
            gettext_lazy("Take a wide picture and a close one of what you find."), waits=True,
        ),
        Deed(
            "result", "reply", gettext_lazy("Feed back the result"), "case.handle", Act.FEED_BACK, _result,
            gettext_lazy("Fed back. Somebody else verifies it."), ("result", "photos", "words"), words_needed=True,
            waits=True,
        ),
        Deed(
            "step", "tool", gettext_lazy("Add a step"), "case.handle", Act.STEP, _step, gettext_lazy("Added."),
            ("photos", "words"), waits=True,
        ),
        Deed(
            "milestone", "check", gettext_lazy("Milestone reached"), "case.handle", Act.MILESTONE, _milestone,
            gettext_lazy("The milestone is noted; its clock has stopped."), ("label", "photos", "words"),
            waits=True, offered=lambda case: bool(milestones(case.id)),
        ),
        Deed(
            "extend", "extend", gettext_lazy("Ask for more time"), "case.extend.ask", Act.EXTEND_ASK, _extend,
            gettext_lazy("Asked. The desk decides within four working hours."), ("amount", "words"),
            gettext_lazy("Once, and before the deadline. The reporter sees the new date and your reason."),
            words_needed=True, offered=lambda case: not case.extension_asked and not case.extensions,
        ),
        Deed(
            "return", "return", gettext_lazy("Return: not ours"), "case.return.ask", Act.RETURN_ASK, _return,
            gettext_lazy("Asked. The next level rules on it."), ("reason", "words"),
            gettext_lazy("Once only. The next level rules within four working hours."),
            words_needed=True, offered=lambda case: case.returns < MAX_RETURNS,
        ),
        Deed(
            "wait", "pause", gettext_lazy("Ask to suspend"), "case.suspend.ask", Act.SUSPEND, _wait,
            gettext_lazy("The desk has your request. The clock runs until it decides."), ("words",),
            gettext_lazy("For a season, a court, an owners' vote. The desk decides."), words_needed=True,
        ),
        Deed(
            "remark", "talk", gettext_lazy("Remark"), "case.comment", Act.COMMENT, _remark, gettext_lazy("Added."),
            ("words",), gettext_lazy("Read by those who work on it, not by the reporter. It moves no clock."),
            words_needed=True,
        ),
    )
}  # fmt: skip
LISTS: Mapping[str, Sequence[str]] = {"reason": RETURN_REASONS, "result": [result.value for result in Result]}


def possible(actor: Principal, case: Case) -> list[Deed]:
    """The acts to offer now; the action decides again when one is taken."""
    allowed = acts_from(CaseState(case.state))
    return [deed for deed in DEEDS.values() if deed.edge in allowed and _may(actor, case, deed) and deed.offered(case)]


def _may(actor: Principal, case: Case, deed: Deed) -> bool:
    try:
        require_hands(actor, deed.needs, case)
    except Forbidden:
        return False
    return True


def milestones(case_id: UUID) -> list[str]:
    """The labels of the milestones that are still ahead."""
    return [c.label for c in clocks_of(case_id) if c.kind == ClockKind.MILESTONE and c.met_at is None]
