"""The proof of completeness: what is missing, doubled or too much, and the way to mend each line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from linli.access.api import Principal, StaffRequest, staff
from linli.accounts.api import WIDE_ROLES, Post
from linli.audit.api import record
from linli.calendar.api import today
from linli.kernel.clock import now, shanghai
from linli.kernel.text import csv_safe
from linli.register.duty.api import (
    MOST,
    Cause,
    Chain,
    Fault,
    Overload,
    chain_by_id,
    faults,
    overloads,
    proof,
)
from linli.register.people.api import Person
from linli.territory.api import Area, areas_under
from linli.web.desk.duty import words
from linli.web.desk.pages import answer, private

PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to. area: a path at or below the reader's own."""

    area: str
    causes: tuple[Cause, ...]
    level_id: int | None
    after: str

    def query(self, **changed: str) -> str:
        """The part of the address after the question mark."""
        own = {
            "area": self.area, "cause": self.causes[0].value if len(self.causes) == 1 else "",
            "level": str(self.level_id or ""),
        }  # fmt: skip
        return urlencode({key: value for key, value in {**own, **changed}.items() if value})


@staff("register.read")
def show(request: StaffRequest, chain_id: int) -> HttpResponseBase:
    """The summary by level, who has too much, and every door that is not in order."""
    actor, chain = request.actor, chain_by_id(chain_id)
    asked = _asked(actor, request.GET)
    found = faults(
        actor, chain, asked.area, today(), causes=asked.causes, level_id=asked.level_id, after=asked.after,
        limit=PAGE + 1,
    )  # fmt: skip
    context = {
        "chain": chain,
        "asked": asked,
        "proof": proof(actor, chain, asked.area, today()),
        "lines": [(fault, words.MARKS[fault.cause], charged(fault)) for fault in found[:PAGE]],
        "next": asked.query(after=found[PAGE - 1].cursor) if len(found) > PAGE else "",
        "overloads": _loaded(actor, overloads(actor, chain, asked.area, today())),
        "areas": _areas(actor, chain),
        "causes": words.MARKS.items(),
        "levels": [level for level in chain.levels.all() if level.must_cover],
        "may_edit": actor.can("duty.edit"),
    }
    return answer(request, "desk/duty/proof.html", context, tab="register")


def charged(fault: Fault) -> list[tuple[int, str]]:
    """The charges that cover a door, each with what it is laid on."""
    return list(zip(fault.charges, fault.spots, strict=True))


@staff("register.read")
def export(request: StaffRequest, chain_id: int) -> HttpResponseBase:
    """Every fault as CSV: doors and causes, no name of anybody. The export is on record."""
    if request.method != "POST":
        return redirect("desk:duty_proof", chain_id)
    actor, chain = request.actor, chain_by_id(chain_id)
    asked = _asked(actor, request.POST)
    found = faults(actor, chain, asked.area, today(), causes=asked.causes, level_id=asked.level_id, limit=MOST)
    record(
        actor=actor, act="duty.export", subject_kind="chain", subject_id=str(chain.id), area_id=chain.area_id,
        detail={"rows": len(found), "area": asked.area},
    )  # fmt: skip
    response = HttpResponse(table(found), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="linli-duty-{shanghai(now()):%Y%m%d-%H%M}.csv"'
    return private(response)


def table(found: Iterable[Fault]) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read Chinese; every cell made harmless."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([csv_safe(cell) for cell in words.columns()])
    for fault in found:
        mark = words.MARKS[fault.cause]
        cells = [fault.area, fault.address, fault.level, mark.word, fault.held, "、".join(fault.spots)]
        writer.writerow([csv_safe(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _asked(actor: Principal, given: object) -> Asked:
    get = getattr(given, "get")  # noqa: B009  (a query or a form, both have it)
    area, cause, level = str(get("area", "")), str(get("cause", "")), str(get("level", ""))
    known = {one.value for one in Cause}
    return Asked(
        area=area if area and actor.covers(area) else actor.area_path,
        causes=(Cause(cause),) if cause in known else tuple(Cause),
        level_id=int(level) if level.isascii() and level.isdigit() else None,
        after=str(get("after", "")),
    )


def _areas(actor: Principal, chain: Chain) -> list[tuple[str, str]]:
    """What the list may be narrowed to: areas of the reader that lie in the chain; for the district its towns."""
    found = [area for area in areas_under(actor.area_path) if _inside(area, chain)]
    if actor.role in WIDE_ROLES:
        found = [area for area in found if not area.is_leaf]
    return [(area.path, "\u3000" * (area.path.count(".") - actor.area_path.count(".")) + str(area)) for area in found]


def _inside(area: Area, chain: Chain) -> bool:
    return area.path == chain.area.path or area.path.startswith(f"{chain.area.path}.")


def _loaded(actor: Principal, found: list[Overload]) -> list[tuple[Overload, str]]:
    """Who has too much, in words; a resident whom the reader does not see stays unnamed."""
    posts = Post.objects.filter(id__in=[one.post_id for one in found if one.post_id]).select_related("user")
    names: dict[object, str] = {post.id: post.user.name for post in posts}
    if actor.can("person.read"):
        people = Person.objects.filter(id__in=[one.person_id for one in found if one.person_id])
        names |= words.names_of(actor, people)
    return [(one, names.get(one.post_id or one.person_id, "")) for one in found]
