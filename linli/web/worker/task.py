"""The page of a matter in a worker's hand, and one page for each act."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from linli.access.api import StaffRequest, staff
from linli.casework.cases.api import Case, case_by_id, reports_of, spec_of
from linli.casework.timeline.api import clocks_of, story
from linli.kernel.errors import LinliError, NotFound, WrongState
from linli.web.worker import words
from linli.web.worker.acts import DEEDS, Deed, milestones, possible
from linli.web.worker.plan import sketch
from linli.web.worker.shell import UNPROCESSABLE, done, page
from linli.web.worker.telling import photo_list, tell
from linli.web.worker.today import arrived, next_act
from linli.web.worker.typed import Typed, read


@staff("case.read")
@require_GET
def show(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Where, until when, what happened, and what can be done."""
    case = case_by_id(request.actor, case_id)
    deeds = possible(request.actor, case)
    first = next_act(case, case.id in arrived([case.id]))
    clocks = [
        (clock, words.clock_label(clock.kind, clock.label), words.clock_rule(clock)) for clock in clocks_of(case.id)
    ]
    ids = {case.id} | {report.id for report in reports_of(request.actor, case.id)}
    context = {
        "case": case,
        "spec": spec_of(case),
        "item": words.item_name(spec) if (spec := spec_of(case)) else "",
        "clocks": [row for row in clocks if row[0].met_at is None],
        "met": [row for row in clocks if row[0].met_at is not None],
        "story": tell(story(ids)),
        "first": next((deed for deed in deeds if deed.slug == first), None),
        "others": [deed for deed in deeds if deed.slug != first],
        "plan": sketch(case),
    }
    return page(request, "worker/task.html", "today", context)


@staff("case.handle")
@require_http_methods(["GET", "POST"])
def act(request: StaffRequest, case_id: UUID, slug: str) -> HttpResponseBase:
    """The form of one act; taken, it leads on, refused, it comes back with everything typed."""
    deed = DEEDS.get(slug)
    if deed is None:
        raise NotFound(_("There is no such step."), code="act_unknown")
    case = case_by_id(request.actor, case_id)
    if request.method == "GET":
        if deed not in possible(request.actor, case):
            raise WrongState(_("This matter has moved on; that step is not possible now."), code="case_wrong_state")
        return _form(request, case, deed, Typed())
    typed = read(request)
    if not typed.errors:
        try:
            deed.run(request.actor, case.id, typed)
        except LinliError as error:
            typed.errors = [_(str(error))]
    if typed.errors:
        return _form(request, case, deed, typed)
    if slug == "result":
        return done(request, str(deed.done), "worker:today")
    return done(request, str(deed.done), "worker:task", case_id=case.id)


def _form(request: StaffRequest, case: Case, deed: Deed, typed: Typed) -> HttpResponse:
    spec = spec_of(case)
    wanted = spec.evidence if spec else None
    parts = [] if wanted is None else (wanted.after if deed.slug == "result" else wanted.before)
    context = {
        "case": case,
        "deed": deed,
        "typed": typed,
        "kept": photo_list(typed.photos),
        "reasons": words.REASONS.items(),
        "results": words.RESULTS.items(),
        "units": words.UNITS.items(),
        "labels": [(label, words.term(label)) for label in milestones(case.id)] if "label" in deed.asks else [],
        "wanted": [words.term(part.text) for part in parts] if "photos" in deed.asks else [],
        "privacy": words.term(wanted.privacy) if wanted and wanted.privacy and "photos" in deed.asks else "",
        "closing": (spec.closing_en if words.english() else spec.closing.text) if spec else "",
    }
    return page(request, "worker/act.html", "today", context, status=UNPROCESSABLE if typed.errors else 200)
