"""Which acts are possible on a matter, for this person, now: state table × permissions × whose hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from linli.access.api import require
from linli.casework.cases.api import MAX_RETURNS, CaseState
from linli.casework.cases.api import after as case_after
from linli.casework.dispatch.api import current, require_hands
from linli.casework.intake.api import ReportState
from linli.casework.intake.api import after as report_after
from linli.casework.timeline.api import Act, story
from linli.casework.works.api import hands_of
from linli.catalogue.api import ItemClass, self_handle_allowed
from linli.kernel.clock import now
from linli.kernel.errors import Forbidden
from linli.web.desk import forms_case, forms_report, forms_work
from linli.web.desk.forms_base import DeedForm
from linli.web.desk.matter import Matter
from linli.web.desk.place import running_milestones

HIDDEN = None
Hurdle = Callable[[Matter], str | None]
"""Why an act that the tables allow is not open all the same: a sentence, "" when it is open, HIDDEN when it does not
matter here."""


class Reach(StrEnum):
    """How far the person's post must reach: over the area, over the area or the unit, or to the unit's own hands."""

    AREA = "area"
    UNIT = "unit"
    HANDS = "hands"


def _open(matter: Matter) -> str | None:
    return ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done on the page of a matter, with its form."""

    slug: str
    acts: tuple[Act, ...]
    permission: str
    reach: Reach
    icon: str
    label: Promise
    form: type[DeedForm]
    key: str = ""
    of_cases: bool = True
    hurdle: Hurdle = _open
    danger: bool = False


def _own_refusal(matter: Matter) -> str | None:
    own = matter.report is not None and matter.report.asked_by == matter.actor.user_id
    return _("You proposed it; somebody else must review it.") if own else ""


def _own_work(matter: Matter) -> str | None:
    worked = matter.actor.user_id in hands_of(matter.id)
    return _("You worked on this matter; somebody else must verify it.") if worked else ""


def _own_return(matter: Matter) -> str | None:
    running = current(matter.case) if matter.case else None
    if running is None:
        return ""
    if running.assigned_by == matter.actor.user_id:
        return _("You dispatched it; the next level must rule on the return.")
    own = running.return_asked_by == matter.actor.user_id
    return _("You asked for the return; the next level must rule on it.") if own else ""


def _returned_once(matter: Matter) -> str | None:
    used = matter.case is not None and matter.case.returns >= MAX_RETURNS
    return _("It was returned once already; it stays with this unit.") if used else ""


def _more_time(matter: Matter) -> str | None:
    case = matter.case
    if case is None or case.extension_asked:
        return HIDDEN
    if case.extensions:
        return _("More time was given once already.")
    late = case.promised_at is not None and case.promised_at <= now()
    return _("The deadline has passed; more time can only be asked before it.") if late else ""


def _asked_for_time(matter: Matter) -> str | None:
    return "" if matter.case is not None and matter.case.extension_asked else HIDDEN


def _small(matter: Matter) -> str | None:
    case = matter.case
    if case is None or not case.cls:
        return HIDDEN
    return "" if self_handle_allowed(ItemClass(case.cls), now() - case.opened_at) else HIDDEN


def _has_milestones(matter: Matter) -> str | None:
    return "" if running_milestones(matter.id) else HIDDEN


def _routed_to_others(matter: Matter) -> str | None:
    report = matter.report
    if report is None or report.unit_id != matter.actor.unit_id:
        return HIDDEN
    said = any(one.act == Act.SEND_BACK and one.data.get("unit") == report.unit_id for one in story([report.id]))
    return _("Your unit sent it back once already; it stays with your unit.") if said else ""


A, REACH = Act, Reach
DEEDS: Mapping[str, Deed] = {
    deed.slug: deed
    for deed in (
        Deed(
            "file",
            (A.OPEN,),
            "report.triage",
            REACH.UNIT,
            "file-case",
            _l("File"),
            forms_report.FileForm,
            "a",
            of_cases=False,
        ),
        Deed(
            "merge",
            (A.MERGE,),
            "report.triage",
            REACH.UNIT,
            "merge",
            _l("Merge"),
            forms_report.MergeForm,
            "m",
            of_cases=False,
        ),
        Deed(
            "route",
            (A.ROUTE,),
            "report.route",
            REACH.UNIT,
            "route",
            _l("Route to the legal owner"),
            forms_report.RouteForm,
            "r",
            of_cases=False,
        ),
        Deed(
            "send-back",
            (A.SEND_BACK,),
            "report.triage",
            REACH.UNIT,
            "return",
            _l("Not ours"),
            forms_report.SendBackForm,
            of_cases=False,
            hurdle=_routed_to_others,
        ),
        Deed(
            "refuse",
            (A.REFUSE_ASK,),
            "report.refuse.propose",
            REACH.UNIT,
            "reject",
            _l("Propose to refuse"),
            forms_report.RefuseForm,
            of_cases=False,
            danger=True,
        ),
        Deed(
            "review",
            (A.REFUSE, A.REFUSE_DENY),
            "report.refuse.review",
            REACH.AREA,
            "eye",
            _l("Review the refusal"),
            forms_report.ReviewForm,
            "v",
            of_cases=False,
            hurdle=_own_refusal,
        ),
        Deed(
            "dispatch", (A.DISPATCH,), "case.dispatch", REACH.AREA, "send", _l("Dispatch"), forms_case.DispatchForm, "d"
        ),
        Deed("accept", (A.ACCEPT,), "case.accept", REACH.HANDS, "accept", _l("Take on"), forms_work.AcceptForm, "a"),
        Deed(
            "rule",
            (A.RETURN_GRANT, A.RETURN_DENY),
            "case.return.rule",
            REACH.AREA,
            "return",
            _l("Rule on the return"),
            forms_case.RuleForm,
            "v",
            hurdle=_own_return,
        ),
        Deed(
            "extension",
            (A.EXTEND_GRANT, A.EXTEND_DENY),
            "case.extend.decide",
            REACH.AREA,
            "extend",
            _l("Decide on more time"),
            forms_case.ExtensionForm,
            "t",
            hurdle=_asked_for_time,
        ),
        Deed(
            "verify",
            (A.VERIFY, A.REWORK),
            "case.verify",
            REACH.AREA,
            "verify",
            _l("Verify"),
            forms_case.VerifyForm,
            "v",
            hurdle=_own_work,
        ),
        Deed("arrive", (A.ARRIVE,), "case.handle", REACH.HANDS, "arrive", _l("On site"), forms_work.ArriveForm),
        Deed(
            "milestone",
            (A.MILESTONE,),
            "case.handle",
            REACH.HANDS,
            "flag",
            _l("Milestone reached"),
            forms_work.MilestoneForm,
            hurdle=_has_milestones,
        ),
        Deed(
            "feed-back",
            (A.FEED_BACK,),
            "case.handle",
            REACH.HANDS,
            "reply",
            _l("Feed back"),
            forms_work.FeedBackForm,
            "f",
        ),
        Deed("step", (A.STEP,), "case.handle", REACH.HANDS, "tool", _l("Work step"), forms_work.StepForm),
        Deed(
            "self-handle",
            (A.SELF_HANDLE,),
            "case.self_handle",
            REACH.AREA,
            "hand",
            _l("Fixed at once"),
            forms_work.SelfHandleForm,
            hurdle=_small,
        ),
        Deed("resume", (A.RESUME,), "case.resume", REACH.UNIT, "redo", _l("Resume"), forms_case.ResumeForm, "r"),
        Deed("remind", (A.REMIND,), "case.resume", REACH.UNIT, "bell", _l("Still waiting"), forms_case.RemindForm),
        Deed("reopen", (A.REOPEN,), "case.reopen", REACH.AREA, "redo", _l("Reopen"), forms_case.ReopenForm),
        Deed("transfer", (A.TRANSFER,), "case.transfer", REACH.AREA, "route", _l("Transfer"), forms_case.TransferForm),
        Deed(
            "suspend", (A.SUSPEND,), "case.suspend.decide", REACH.AREA, "pause", _l("Suspend"), forms_case.SuspendForm
        ),
        Deed(
            "more-time",
            (A.EXTEND_ASK,),
            "case.extend.ask",
            REACH.UNIT,
            "extend",
            _l("Ask for more time"),
            forms_work.MoreTimeForm,
            hurdle=_more_time,
        ),
        Deed(
            "return",
            (A.RETURN_ASK,),
            "case.return.ask",
            REACH.HANDS,
            "return",
            _l("Ask to return"),
            forms_work.ReturnForm,
            hurdle=_returned_once,
        ),
        Deed("comment", (A.COMMENT,), "case.comment", REACH.UNIT, "talk", _l("Remark"), forms_case.CommentForm, "c"),
        Deed("void", (A.VOID,), "case.void", REACH.AREA, "void", _l("Void"), forms_case.VoidForm, danger=True),
    )
}
"""In the order of the page: what usually comes next stands first."""


@dataclass(frozen=True, slots=True)
class Possible:
    """An act that state and permission allow. `blocked`: why it is closed to this person all the same."""

    deed: Deed
    blocked: str


def possible(matter: Matter) -> list[Possible]:
    """Every act that state table, permission table and the duty of hands leave open, in the order of the page."""
    found = []
    for deed in DEEDS.values():
        if _in_state(deed, matter) and _permitted(deed, matter):
            hurdle = deed.hurdle(matter)
            if hurdle is not HIDDEN:
                found.append(Possible(deed, hurdle))
    return found


def _in_state(deed: Deed, matter: Matter) -> bool:
    if deed.of_cases is not matter.is_case:
        return False
    if matter.is_case:
        return any(case_after(CaseState(matter.state), act) is not None for act in deed.acts)
    return any(report_after(ReportState(matter.state), act) is not None for act in deed.acts)


def _permitted(deed: Deed, matter: Matter) -> bool:
    try:
        if deed.reach is Reach.HANDS and matter.case is not None:
            require_hands(matter.actor, deed.permission, matter.case)
        else:
            unit_id = matter.thing.unit_id if deed.reach is not Reach.AREA else None
            require(matter.actor, deed.permission, area_path=matter.area.path, unit_id=unit_id)
    except Forbidden:
        return False
    return True


def ordered(found: Sequence[Possible]) -> tuple[list[Possible], list[Possible]]:
    """The first three as large buttons, the rest below “more”."""
    return list(found[:3]), list(found[3:])
