"""All that the page of a home shows, for one reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from linli.access.api import Principal
from linli.accounts.api import User
from linli.audit.api import trail_of
from linli.calendar.api import today
from linli.casework.cases.api import ENDED, Case, cases
from linli.casework.intake.api import OPEN_STATES, Report, reports
from linli.kernel.phrases import gettext_noop
from linli.register.duty.api import who_answers
from linli.register.households.api import CheckCause, HomeStory, Relation, Tenure, home_story
from linli.register.places.api import UseState
from linli.web.desk.homes import shown
from linli.web.desk.homes.forms import pairs

ANSWERS = ("property_firm",)
MOST_MATTERS = 20
MOST_HISTORY = 20
ACTS = {
    "place.add": gettext_noop("Added"),
    "place.correct": gettext_noop("Corrected"),
    "place.use": gettext_noop("Use changed"),
    "home.check": gettext_noop("Looked at"),
    "home.ask_look": gettext_noop("A look was asked for"),
    "household.found": gettext_noop("A household began"),
    "household.join": gettext_noop("Somebody moved in"),
    "household.leave": gettext_noop("Somebody left"),
    "household.move_out": gettext_noop("A household moved out"),
    "household.relation": gettext_noop("A relation was changed"),
}


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the trail of a home."""

    at: datetime
    who: str
    act: str


def page(actor: Principal, home_id: int, *, wrong: str = "") -> dict[str, object]:
    """The whole page. wrong: what went wrong with an act, in a sentence. Raises NotFound."""
    story = home_story(actor, home_id)
    now = today()
    check = story.check
    return {
        "story": story,
        "home": story.home,
        "wrong": wrong,
        "houses": [shown.house(actor, family, now) for family in story.families],
        "past": [
            (_(Tenure(one.tenure).label), shown.day(one.moved_in), shown.day(one.moved_out)) for one in story.past
        ],
        "check": check,
        "check_cause": _(CheckCause(check.cause).label) if check else "",
        "check_due": shown.day(check.due_on) if check else "",
        "check_over": check is not None and check.due_on < now,
        "use": _(UseState(story.home.use).label) if story.home.use else "",
        "uses": pairs(UseState),
        "relations": pairs(Relation),
        "looked_on": shown.day(story.home.looked_on),
        "may_place": actor.can("place.edit"),
        "may_people": actor.can("person.edit"),
        "sees_needs": actor.can("need.read"),
        "matters": matters(actor, story),
        "answers": answers(story),
        "history": history(actor, home_id),
        "trail": f"place:{home_id}",
    }


def matters(actor: Principal, story: HomeStory) -> dict[str, list[Case | Report]]:
    """What goes on about this home and what has ended, within the reader's own scope."""
    home_id = story.home.id
    found = list(cases(actor).filter(place_id=home_id).order_by("-opened_at")[:MOST_MATTERS])
    waiting = list(
        reports(actor).filter(place_id=home_id, state__in=OPEN_STATES).order_by("-received_at")[:MOST_MATTERS]
    )
    return {
        "open": [*waiting, *(one for one in found if one.state not in ENDED)],
        "ended": [one for one in found if one.state in ENDED],
    }


def answers(story: HomeStory) -> list[tuple[str, str]]:
    """Who answers for this home, each as (unit, for which place); a gap is told and not hidden."""
    told = []
    for kind in ANSWERS:
        answer = who_answers(kind, place=story.home, area_path=story.home.area.path)
        if answer is None:
            told.append((_("Nobody answers as the property firm"), ""))
        else:
            told.append((str(answer.unit), answer.where))
    return told


def history(actor: Principal, home_id: int) -> list[Past]:
    """Who did what to this home, the latest first; for auditors alone."""
    if not actor.can("audit.read"):
        return []
    lines = trail_of("place", str(home_id))[-MOST_HISTORY:]
    names = {user.id: user.name for user in User.objects.filter(id__in={one.actor_id for one in lines if one.actor_id})}
    return [
        Past(
            one.at,
            names.get(one.actor_id or 0, _("without an account")),
            _(ACTS[one.act]) if one.act in ACTS else one.act,
        )
        for one in reversed(lines)
    ]
