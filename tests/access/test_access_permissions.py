"""Who may do what: the table of DOMAIN §4 written out a second time by hand, and what `require` makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cast
import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from linli.access.api import PERMISSIONS, Anyone, Principal, Reporter, Who, require, within
from linli.accounts.api import AREA_ROLES, HEAD_ROLES, UNIT_ROLES, WIDE_ROLES, Role
from linli.kernel.errors import Forbidden
from linli.kernel.ids import uuid7
from linli.territory.api import Area, area_by_code

LETTERS = {
    "W": Role.WORKER, "H": Role.STATION_HEAD, "D": Role.DISPATCHER, "X": Role.DISTRICT, "R": Role.RESPONDER,
    "B": Role.BUILDING_HEAD, "A": Role.AUDITOR, "S": Role.SYSTEM, "Y": Role.SYSTEM_ADMIN, "Z": Role.SECURITY_ADMIN,
}  # fmt: skip
"""SW, SEC, STC, DOC, PM and DEP, BLD, AUD, Linli itself, and two of the three separated administrators."""

BY_HAND = {
    # Report and event queue. AUD reads all and changes nothing; units only what is sent to them (row scope).
    "report.create": "W H D X R   S",
    "report.read":   "W H D X R A S",
    "report.triage": "W H D   R   S",
    "report.route":  "W H D   R   S",
    # A refusal is asked by one and decided by another, from L1 up.
    "report.refuse.propose": "W H D   R",
    "report.refuse.review":  "  H D X",
    # Stricter than DOMAIN: DEP reads no phone at all yet, DOC's "by approval" is not built, so it opens nothing.
    "reporter.open": "W H D",
    # Resident base record, in full: SW and SEC; STC reads it masked.
    "person.open":   "W H",
    # Keys are destroyed by retention (Linli itself) or by the district on a resident's request.
    "subject.shred": "      X     S",
    # Out of one's area for three hours: whoever works in one. Ended by himself or above; judged above, or by AUD.
    "glass.break":   "W H D",
    "glass.end":     "W H D X",
    "glass.review":  "  H D X   A",
    "case.read":     "W H D X R A S",
    "case.comment":  "W H D X R",
    # Dispatch: SW within L0/L1, SEC L1, STC L2; DOC's L3 enters by its own escalation.
    "case.dispatch": "W H D",
    "case.transfer": "W H D",
    "case.void":     "  H D X",
    "case.self_handle": "W H D",
    "case.accept":   "W H D   R",
    "case.handle":   "W H D   R",
    # Extend, suspend, return: asked by who has the work, decided above him.
    "case.return.ask":  "W H D   R",
    "case.return.rule": "  H D X",
    "case.extend.ask":  "W H D   R",
    # Wider than DOMAIN ("SW asks"): a worker decides what a unit asks of him, never what he asked himself; so the
    # district may, where everybody below has asked.
    "case.extend.decide":  "W H D X",
    "case.suspend.ask":    "W H D   R",
    "case.suspend.decide": "W H D",
    "case.resume":   "W H D   R   S",
    # Verify: not the own work (a rule of its own), and no unit at all; DOC's sample recheck.
    "case.verify":   "W H D X",
    "case.reopen":   "W H D X",
    "case.close":    "            S",
    "case.escalate": "  H D X     S",
    # The list: everybody reads; the district admits; a town sets its own part.
    "catalogue.read":     "W H D X R B A S Y Z",
    "catalogue.admit":    "      X",
    "catalogue.revise":   "      X",
    "catalogue.override": "    D",
    "territory.draw": "    D X",
    "calendar.edit": "    D X",
    "rules.edit":    "    D X",
    "duty.edit":     "  H D X",
    # What the public is shown of somebody: by those who work with him, or by a head his own (a rule of its own).
    "card.edit":     "W H D     B",
    "import.hotline": "    D X     S",
    "notice.read":   "W H D X R B A S",
    # BLD: his buildings alone; names and doors, no needs (row scope).
    "register.read": "W H D X   B A",
    "place.edit":    "W H D     S",
    "person.read":   "W H D     B S",
    "person.edit":   "W H       S",
    "need.read":     "W H       S",
    "register.sweep": "            S",
    "register.import": "W H D   S",
    # SW asks and never decides; SEC decides within the site, STC within the town, DOC above both.
    "register.export": "W H D",
    "export.approve":  "  H D X",
    "canvass.run":   "W H       S",
    "canvass.walk":  "W H       S",
    # Who sees which layer of a chart is a table of its own (register/charts/rules.py LAYERS_OF).
    "chart.read":    "W H D X R B A",
    "legend.edit":   "  H D",
    # A building's grade: SW proposes, SEC approves, STC reads; the rule proposes, it never decides.
    "grade.read":    "W H D",
    "grade.propose": "W H",
    "grade.approve": "  H",
    "grade.limits":  "    D",
    "audit.read":    "          A",
}  # fmt: skip


def table() -> list[tuple[str, Role, bool]]:
    return [(act, role, letter in row.split()) for act, row in BY_HAND.items() for letter, role in LETTERS.items()]


def somebody(role: Role, *, path: str = "310115.132", unit: int | None = None) -> Principal:
    return Principal(1, 1, role, 1, path, unit, "somebody")


def test_every_act_and_every_role_is_in_the_table() -> None:
    assert set(BY_HAND) == set(PERMISSIONS)
    assert set(LETTERS.values()) == set(Role)


@pytest.mark.parametrize(("act", "role", "may"), table(), ids=str)
def test_the_table_holds(act: str, role: Role, may: bool) -> None:
    assert somebody(role).can(act) is may


@pytest.mark.parametrize("act", ["", "case", "case.*", "CASE.READ", "case.read ", "report.read;case.void"])
def test_an_act_that_is_not_listed_is_refused_to_everybody(act: str) -> None:
    assert not any(somebody(role).can(act) for role in Role)
    with pytest.raises(Forbidden) as caught:
        require(somebody(Role.SYSTEM), act)
    assert (caught.value.code, caught.value.detail) == ("not_permitted", {"act": act})


def test_no_role_both_changes_and_audits() -> None:
    """His verdict on a broken glass is a row of its own beside it: it changes nothing."""
    reads = {"report.read", "case.read", "catalogue.read", "notice.read", "register.read", "chart.read"}
    reads |= {"audit.read"}
    assert {act for act in PERMISSIONS if somebody(Role.AUDITOR).can(act)} == reads | {"glass.review"}
    assert [role for role in Role if somebody(role).can("audit.read")] == [Role.AUDITOR]


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_administrators_see_no_matter_and_do_nothing_to_one(role: Role) -> None:
    assert {act for act in PERMISSIONS if somebody(role).can(act)} == {"catalogue.read"}


def test_a_unit_neither_verifies_nor_decides_nor_opens_a_phone() -> None:
    unit = somebody(Role.RESPONDER)
    forbidden = {"case.verify", "case.reopen", "case.void", "reporter.open", "case.close", "case.escalate"}
    forbidden |= {act for act in PERMISSIONS if act.endswith((".decide", ".rule", ".review", ".edit"))}
    assert not any(unit.can(act) for act in forbidden)
    assert unit.can("case.handle")


def test_a_building_head_reads_his_register_and_his_notices_and_changes_his_card_alone() -> None:
    head = somebody(Role.BUILDING_HEAD)
    assert {act for act in PERMISSIONS if head.can(act)} == {
        "catalogue.read", "notice.read", "register.read", "person.read", "card.edit", "chart.read",
    }  # fmt: skip
    assert not head.covers(head.area_path), "his area is where he lives, not what he reaches"


def test_every_request_that_one_may_make_somebody_else_may_decide() -> None:
    for ask, decide in (
        ("case.return.ask", "case.return.rule"), ("case.extend.ask", "case.extend.decide"),
        ("case.suspend.ask", "case.suspend.decide"), ("report.refuse.propose", "report.refuse.review"),
    ):  # fmt: skip
        for role in PERMISSIONS[ask]:
            assert PERMISSIONS[decide] - {role}, (role, decide)


def test_every_role_reaches_rows_in_exactly_one_way() -> None:
    powerless = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
    groups = (AREA_ROLES, UNIT_ROLES, HEAD_ROLES, WIDE_ROLES, powerless)
    assert sorted(role for group in groups for role in group) == sorted(Role)


HOME = "310115.132.S01.001"
SCOPES = [
    ("310115.132.S01.001", True), ("310115.132.S01", True), ("310115.132", True), ("310115", True),
    ("310115.132.S01.003", False), ("310115.132.S02", False), ("310115.004", False), ("310115.13", False),
    ("310115.132.S01.00", False), ("310115.132.S01.001.9", False),
]  # fmt: skip


@pytest.mark.parametrize("role", sorted(AREA_ROLES))
@pytest.mark.parametrize(("path", "reaches"), SCOPES)
def test_an_area_role_reaches_what_lies_below_its_area_and_nothing_else(role: Role, path: str, reaches: bool) -> None:
    assert somebody(role, path=path).covers(HOME) is reaches


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize(("path", "reaches"), SCOPES)
def test_a_broken_glass_adds_its_area_to_an_area_role_and_nothing_to_the_others(
    role: Role, path: str, reaches: bool
) -> None:
    me = replace(somebody(role, path="310115.004"), glass=("310115.009", path))
    plain = role in WIDE_ROLES
    assert me.covers(HOME) is (plain or (role in AREA_ROLES and reaches))
    assert me.holds(HOME) is plain


@pytest.mark.parametrize("path", [path for path, _reaches in SCOPES])
def test_wide_roles_reach_everything_and_the_others_nothing_by_their_area(path: str) -> None:
    for role in Role:
        if role in AREA_ROLES:
            continue
        assert somebody(role, path=path).covers(HOME) is (role in WIDE_ROLES), role


@given(st.lists(st.sampled_from(["001", "132", "S01"]), min_size=1, max_size=5), st.integers(1, 5))
@bounded(max_examples=60, deadline=None)
def test_covering_is_the_order_of_the_tree(steps: list[str], depth: int) -> None:
    below, above = ".".join(steps), ".".join(steps[:depth])
    assert somebody(Role.WORKER, path=above).covers(below)
    assert somebody(Role.WORKER, path=below).covers(above) is (below == above)


def test_out_of_the_area_is_another_refusal_than_out_of_the_role() -> None:
    me = somebody(Role.WORKER, path="310115.132.S01.003")
    with pytest.raises(Forbidden) as caught:
        require(me, "case.read", area_path=HOME)
    assert caught.value.code == "out_of_scope"
    with pytest.raises(Forbidden) as caught:
        require(me, "case.close", area_path=HOME)
    assert caught.value.code == "not_permitted"
    require(me, "case.read", area_path=me.area_path)
    require(me, "case.read")


def test_people_of_the_unit_in_charge_reach_the_matter_and_no_other_unit_does() -> None:
    require(somebody(Role.RESPONDER, unit=7), "case.handle", area_path=HOME, unit_id=7)
    for unit, in_charge in ((7, 8), (7, None), (None, None), (None, 7)):
        with pytest.raises(Forbidden):
            require(somebody(Role.RESPONDER, unit=unit), "case.handle", area_path=HOME, unit_id=in_charge)


def test_the_system_reaches_every_area_for_what_it_may() -> None:
    linli = somebody(Role.SYSTEM, path="310115")
    require(linli, "case.close", area_path=HOME)
    with pytest.raises(Forbidden):
        require(linli, "case.verify", area_path=HOME)


REPORTER = Reporter(report_id=uuid7(), link="x")


@pytest.mark.parametrize(("who", "acts"), [
    (REPORTER, {"report.add", "report.withdraw", "case.rate", "case.dispute"}), (Anyone(), {"report.create"}),
], ids=["reporter", "anyone"])  # fmt: skip
def test_without_an_account_there_are_only_a_few_acts(who: Who, acts: set[str]) -> None:
    known = {*PERMISSIONS, "report.add", "report.withdraw", "case.rate", "case.dispute"}
    assert {act for act in known if who.can(act)} == acts
    for act in known - acts:
        with pytest.raises(Forbidden):
            require(who, act)
    assert (who.user_id, who.post_id, who.name) == (None, None, "")


@pytest.mark.django_db
class TestTheCodesOwnScope:
    """The filter in code, beside the database's: asked here with the owner's eyes, so that only it can hold."""

    @pytest.fixture(autouse=True)
    def _owner(self, as_owner: None) -> None:
        """Row security is out of the way."""

    def seen(self, who: Who, **given: str) -> set[str]:
        areas = Area.objects.filter(code__in=[*cast.LEAVES, cast.STATION])
        return {area.code for area in within(areas, who, area="parent", **given)}

    def principal(self, role: Role, code: str) -> Principal:
        area = area_by_code(code)
        return replace(somebody(role, path=area.path), area_id=area.id)

    def test_an_area_role_gets_the_rows_below_its_area(self) -> None:
        assert self.seen(self.principal(Role.STATION_HEAD, cast.STATION)) == {cast.HOME_AREA, cast.SIBLING_AREA}

    def test_a_wide_role_gets_all(self) -> None:
        for role in WIDE_ROLES:
            assert self.seen(self.principal(role, cast.DISTRICT)) == {*cast.LEAVES, cast.STATION}

    def test_everybody_else_gets_none(self) -> None:
        for role in (Role.RESPONDER, Role.BUILDING_HEAD, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
            assert self.seen(self.principal(role, cast.DISTRICT)) == set()
        for stranger in (REPORTER, Anyone()):
            assert self.seen(stranger) == set()

    def test_a_unit_gets_the_rows_of_its_unit_when_the_table_knows_units(self) -> None:
        home = area_by_code(cast.HOME_AREA)
        me = replace(somebody(Role.RESPONDER), unit_id=home.id)
        assert self.seen(me, unit="id") == {cast.HOME_AREA}
        assert self.seen(replace(me, unit_id=None), unit="id") == set()


def test_the_acting_person_is_put_together_from_account_post_and_area(acting: Callable[[str], Principal]) -> None:
    for name, part in cast.CAST.items():
        me = acting(name)
        area = area_by_code(part.area)
        assert (me.role, me.area_id, me.area_path) == (part.role, area.id, area.path)
        assert (me.name, me.user_id) == (name.replace("_", " "), cast.user_of(name).id)
        assert (me.unit_id is None) is (part.unit is None)
        assert me.mfa_at is None
