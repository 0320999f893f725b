"""Who takes a step: signs the right person of the town in, as he would be."""

from __future__ import annotations

from datetime import timedelta

from linli.access.api import Principal, enter, open_session
from linli.accounts.api import Post, Role
from linli.casework.cases.api import Case
from linli.casework.dispatch.api import OWN_HANDS
from linli.casework.intake.api import Report
from linli.project.demo.matters import By
from linli.territory.api import Area

LIFE = timedelta(hours=2)


class Players:
    """The posts of the town and one session for each that was needed."""

    def __init__(self) -> None:
        posts = Post.objects.select_related("area", "unit").order_by("deputy", "id")
        self._posts = [post for post in posts if post.role != Role.SYSTEM]
        self._tokens: dict[int, str] = {}

    def enter(self, by: By, report: Report, case: Case | None, hands: frozenset[int]) -> Principal:
        """Put the open transaction under the person who would do it. Raises LookupError when nobody could."""
        return enter(self._token(self._choose(by, report, case, hands)))

    def _choose(self, by: By, report: Report, case: Case | None, hands: frozenset[int]) -> Post:
        area = report.area
        match by:
            case By.DESK:
                return self._of(Role.WORKER, area) or self._above(Role.STATION_HEAD, area)
            case By.HEAD:
                return self._above(Role.STATION_HEAD, area)
            case By.DISPATCHER:
                return self._above(Role.DISPATCHER, area)
            case By.VERIFIER:
                return self._verifier(area, case, hands)
            case By.LEGAL_OWNER:
                return self._in_unit(report.unit_id) or self._above(Role.DISPATCHER, area)
            case _:
                return self._doer(area, case)

    def _doer(self, area: Area, case: Case | None) -> Post:
        if case is None:
            raise LookupError("nobody works on a report")
        if case.unit.kind in OWN_HANDS:
            return self._of(Role.WORKER, area) or self._above(Role.STATION_HEAD, area)
        found = self._in_unit(case.unit_id)
        if found is None:
            raise LookupError(f"{case.unit} has no people")
        return found

    def _verifier(self, area: Area, case: Case | None, hands: frozenset[int]) -> Post:
        lead = case is not None and case.result == "unsolvable"
        others = [p for p in self._posts if p.user_id not in hands and area.path.startswith(p.area.path)]
        for role in (Role.STATION_HEAD, Role.DISPATCHER) if lead else (Role.WORKER, Role.STATION_HEAD, Role.DISPATCHER):
            found = next((post for post in others if post.role == role), None)
            if found is not None:
                return found
        raise LookupError("no other eyes")

    def _of(self, role: Role, area: Area) -> Post | None:
        return next((post for post in self._posts if post.role == role and post.area_id == area.id), None)

    def _above(self, role: Role, area: Area) -> Post:
        found = [post for post in self._posts if post.role == role and area.path.startswith(post.area.path)]
        if not found and role is not Role.DISPATCHER:
            return self._above(Role.DISPATCHER, area)
        if not found:
            raise LookupError(f"no {role} above {area}")
        return found[0]

    def _in_unit(self, unit_id: int) -> Post | None:
        return next((p for p in self._posts if p.unit_id == unit_id and p.role == Role.RESPONDER), None)

    def _token(self, post: Post) -> str:
        if post.id not in self._tokens:
            self._tokens[post.id] = open_session(
                user_id=post.user_id, post_id=post.id, kind="web", ttl=LIFE, label="demo"
            )  # fmt: skip
        return self._tokens[post.id]
