"""Homes that have to be looked at again (以房管人): after a change, on somebody's word, or because time has passed."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.audit.api import record
from linli.calendar.api import today
from linli.kernel.clock import now
from linli.kernel.errors import InvalidInput
from linli.register.households.models import HomeCheck
from linli.register.households.rules import CheckCause, Found, looked_before
from linli.register.people.api import seen_at
from linli.register.places.api import Place, home_by_id, looked_at


def ask_look(*, actor: Principal, home_id: int, cause: CheckCause = CheckCause.ASKED) -> HomeCheck:
    """Ask that a home be looked at; the check that is open already stays. Raises Forbidden, NotFound."""
    require(actor, "place.edit")
    with transaction.atomic():
        home = home_by_id(actor, home_id)
        require(actor, "place.edit", area_path=home.area.path)
        if raise_check(home, cause):
            _note(actor, "home.ask_look", home, cause=cause.value)
    return HomeCheck.objects.get(home=home, done_at__isnull=True)


def raise_check(home: Place, cause: CheckCause) -> bool:
    """Inside another act: the home has to be looked at. Whether a check was opened; one that is open stays as it is."""
    if HomeCheck.objects.filter(home=home, done_at__isnull=True).exists():
        return False
    due = today() + timedelta(days=settings.LINLI_HOME_CHECK_DAYS)
    check = HomeCheck(area_id=home.area_id, home=home, cause=cause, raised_at=now(), due_on=due)
    HomeCheck.objects.bulk_create([check], ignore_conflicts=True)  # two at once open one check
    return True


def check_home(*, actor: Principal, home_id: int, found: str) -> Place:
    """Somebody looked at a home: its open check ends, and found as noted all who live there count as seen today.

    It may be looked at without being asked, and a second tap does no harm. Raises Forbidden, NotFound, InvalidInput.
    """
    require(actor, "person.edit")
    if found not in set(Found):
        raise InvalidInput(_("Say what you found."), code="found_unknown")
    with transaction.atomic():
        home = home_by_id(actor, home_id)
        require(actor, "person.edit", area_path=home.area.path)
        open_check = HomeCheck.objects.filter(home=home, done_at__isnull=True)
        done = open_check.update(done_at=now(), done_by=actor.user_id, found=found)
        looked_at(home_id=home.id, day=today())
        if found == Found.SAME:
            seen_at(home_id=home.id, day=today())
        _note(actor, "home.check", home, found=found, asked=bool(done))
    return home


SWEEP = """
insert into register_homecheck (area_id, home_id, cause, due_on)
select a.id, stale.id, %(cause)s, %(due)s
  from territory_area a
 cross join lateral (
    select greatest(0, %(most)s - count(*)) as room from register_homecheck c
     where c.area_id = a.id and c.done_at is null and c.cause = %(cause)s) open
 cross join lateral (
    select p.id from register_place p
     where p.area_id = a.id and p.kind = 'home' and p.state <> 'gone'
       and (p.looked_on is null or p.looked_on < %(before)s)
       and not exists (select 1 from register_homecheck c where c.home_id = p.id and c.done_at is null)
     order by p.looked_on nulls first limit open.room) stale
on conflict do nothing
"""
"""Area by area the homes that were not looked at for longest, as many as the committee has room for."""


def stale_checks(*, actor: Principal) -> int:
    """Ask for a look at the homes nobody has looked at for long; how many. One statement for the whole district.

    Settings: LINLI_HOME_LOOK_DAYS, LINLI_HOME_CHECKS_OPEN (so many may wait in one committee), LINLI_HOME_CHECK_DAYS.
    Raises Forbidden.
    """
    require(actor, "register.sweep")
    day = today()
    given: dict[str, str | int | date] = {
        "cause": CheckCause.STALE.value,
        "due": day + timedelta(days=settings.LINLI_HOME_CHECK_DAYS),
        "before": looked_before(day, settings.LINLI_HOME_LOOK_DAYS),
        "most": settings.LINLI_HOME_CHECKS_OPEN,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SWEEP, given)
        raised: int = cursor.rowcount
        record(actor=actor, act="home.sweep", subject_kind="register", subject_id="homes", detail={"raised": raised})
    return raised


def _note(actor: Principal, act: str, home: Place, **detail: object) -> None:
    record(actor=actor, act=act, subject_kind="place", subject_id=str(home.id), area_id=home.area_id, detail=detail)
