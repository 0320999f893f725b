"""The list in the database: versions, overrides, admission. Two towns of one district."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from linli.access.api import Principal
from linli.accounts.api import Role
from linli.audit.models import Record
from linli.catalogue import api as catalogue
from linli.catalogue import shipped
from linli.catalogue.models import AdmissionRecord, Element, Item, ItemVersion, OutsideTopic, Override
from linli.catalogue.notation import write_limits
from linli.catalogue.rules import AdmissionTest, Answer
from linli.catalogue.spec import ItemClass, ItemSpec, ListKind
from linli.kernel.clock import now
from linli.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, WrongState
from linli.outbox.models import Event
from linli.territory.models import Area

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_owner")]
YES = {test: Answer(True, "巡查能见") for test in AdmissionTest}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    catalogue.forget()
    yield
    catalogue.forget()


@pytest.fixture
def areas() -> dict[str, Area]:
    """A district with two towns, the first with a committee."""

    def area(code: str, kind: str, path: str, parent: Area | None) -> Area:
        return Area.objects.create(code=code, kind=kind, name=code, path=path, parent=parent)

    district = area("999901", "district", "999901", None)
    town = area("999901101", "town", "999901.101", district)
    other = area("999901102", "town", "999901.102", district)
    committee = area("999901101001", "committee", "999901.101.001", town)
    return {"district": district, "town": town, "other": other, "committee": committee}


def person(area: Area, role: Role) -> Principal:
    return Principal(user_id=7, post_id=8, role=role, area_id=area.id, area_path=area.path, unit_id=None, name="林一")


@pytest.fixture
def district(areas: dict[str, Area]) -> Principal:
    return person(areas["district"], Role.DISTRICT)


@pytest.fixture
def dispatcher(areas: dict[str, Area]) -> Principal:
    return person(areas["town"], Role.DISPATCHER)


def seen() -> None:
    """What a commit would do to this process."""
    catalogue.forget()


def resolve(code: str, path: str | None = None, **when: datetime) -> str:
    spec = catalogue.spec_for(code, path, **when)
    return write_limits(spec.resolve, spec.branches)


def new_item(code: str = "C21") -> ItemSpec:
    return replace(shipped.items()[3], code=code, id="balcony_cages", name="违规防盗窗", name_en="Window cages")


def test_the_shipped_list_is_there_from_the_start() -> None:
    assert [Item.objects.filter(list_kind=kind.value).count() for kind in ListKind] == [20, 20, 21]
    assert ItemVersion.objects.count() == 61
    assert tuple(catalogue.list_specs()) == shipped.items()
    assert tuple(catalogue.elements()) == shipped.elements()
    assert tuple(catalogue.outside_topics()) == shipped.outside_topics()
    assert len(catalogue.list_specs(ListKind.VILLAGE)) == 21
    assert OutsideTopic.objects.filter(owner_kind="station").count() == 0


def test_an_unknown_item_or_topic_is_not_found() -> None:
    with pytest.raises(NotFound):
        catalogue.spec_for("C99")
    with pytest.raises(NotFound):
        catalogue.outside_topic("X99")
    assert not catalogue.is_active("C99")
    assert catalogue.outside_topic("X01").name == "教育"


def test_a_revision_is_a_new_version_and_the_old_one_stays(district: Principal) -> None:
    before = now()
    assert catalogue.revise_item(actor=district, code="C06", changes={"resolve": "停工2h;拆除10d"}, note="新规") == 2
    seen()
    assert resolve("C06") == "停工2h;拆除10d"
    assert resolve("C06", at=before) == "停工4h;立案处罚7d;拆除20d"
    assert catalogue.in_force("C06").version == 2
    assert Record.objects.get(act="catalogue.revise").subject_id == "C06"
    assert Event.objects.get(name="catalogue.ItemRevised").payload == {"code": "C06", "version": 2}


def test_a_revision_may_begin_later(district: Principal) -> None:
    later = now() + timedelta(days=10)
    catalogue.revise_item(actor=district, code="C13", changes={"resolve": "1d"}, note="试行", valid_from=later)
    seen()
    assert resolve("C13") == "2d"
    assert resolve("C13", at=later) == "1d"
    with pytest.raises(Conflict) as planned:
        catalogue.revise_item(actor=district, code="C13", changes={"resolve": "3d"}, note="再改")
    assert planned.value.code == "later_change_planned"


def test_a_new_class_is_the_items_class_too(district: Principal) -> None:
    catalogue.revise_item(actor=district, code="C12", changes={"cls": "S"}, note="按安全管")
    seen()
    assert catalogue.spec_for("C12").cls is ItemClass.SAFER
    assert Item.objects.get(code="C12").cls == "S"


@pytest.mark.parametrize(
    ("arguments", "error", "code"),
    [
        ({"code": "C99"}, NotFound, "item_unknown"),
        ({"note": "  "}, InvalidInput, "note_missing"),
        ({"changes": {}}, InvalidInput, "nothing_to_change"),
        ({"changes": {"resolve": ""}}, InvalidInput, "limit_unreadable"),
        ({"expected_version": 7}, Conflict, "item_changed"),
        ({"valid_from": datetime(2020, 1, 1, tzinfo=UTC)}, InvalidInput, "starts_in_past"),
    ],
)
def test_a_bad_revision_leaves_nothing_behind(
    district: Principal, arguments: dict[str, Any], error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as refused:
        catalogue.revise_item(
            **({"actor": district, "code": "C06", "changes": {"resolve": "1d"}, "note": "试"} | arguments)
        )
    assert getattr(refused.value, "code", None) == code
    assert ItemVersion.objects.count() == 61
    assert not Record.objects.filter(act="catalogue.revise").exists()


def test_a_towns_own_value_holds_in_the_town_and_nowhere_else(dispatcher: Principal, areas: dict[str, Area]) -> None:
    town, other, committee = areas["town"], areas["other"], areas["committee"]
    number = catalogue.override_item(
        actor=dispatcher, area_id=town.id, code="C11", changes={"resolve": "1d", "owner_kind": "环卫"}, reason="试点"
    )
    seen()
    assert number == 1
    assert resolve("C11", town.path) == "1d"
    assert resolve("C11", committee.path) == "1d"
    assert catalogue.spec_for("C11", committee.path).owner_kind == "sanitation"
    assert resolve("C11", other.path) == resolve("C11") == "建筑垃圾2d;渣土3d"
    assert len(catalogue.in_force("C11", committee.path).overridden_by) == 1
    assert Record.objects.get(act="catalogue.override").area_id == town.id
    assert Event.objects.get(name="catalogue.ItemOverridden").payload["area_id"] == town.id


def test_the_nearest_area_wins_field_by_field(dispatcher: Principal, areas: dict[str, Area]) -> None:
    for area, changes in (
        (areas["town"], {"resolve": "1d", "patrol": "每日"}),
        (areas["committee"], {"resolve": "4h"}),
    ):
        catalogue.override_item(actor=dispatcher, area_id=area.id, code="C13", changes=changes, reason="试点")
    seen()
    spec = catalogue.spec_for("C13", areas["committee"].path)
    assert (write_limits(spec.resolve), spec.patrol[0].cadence) == ("4h", "day")
    assert resolve("C13", areas["town"].path) == "1d"


def test_a_towns_value_outlives_a_revision_of_another_field(
    dispatcher: Principal, district: Principal, areas: dict[str, Area]
) -> None:
    catalogue.override_item(
        actor=dispatcher, area_id=areas["town"].id, code="C13", changes={"resolve": "1d"}, reason="试点"
    )
    catalogue.revise_item(actor=district, code="C13", changes={"respond": "4h"}, note="提速")
    seen()
    spec = catalogue.spec_for("C13", areas["town"].path)
    assert (write_limits(spec.respond), write_limits(spec.resolve)) == ("4h", "1d")


def test_an_override_is_taken_back_by_an_empty_one(dispatcher: Principal, areas: dict[str, Area]) -> None:
    town = areas["town"]
    for changes in ({"resolve": "1d"}, {}):
        catalogue.override_item(actor=dispatcher, area_id=town.id, code="C13", changes=changes, reason="试点")
    seen()
    assert resolve("C13", town.path) == "2d"
    assert catalogue.in_force("C13", town.path).overridden_by == ()
    assert list(Override.objects.values_list("version", flat=True)) == [1, 2]


def test_nobody_changes_the_list_beyond_his_role_or_place(
    dispatcher: Principal, district: Principal, areas: dict[str, Area]
) -> None:
    change: dict[str, Any] = {"code": "C13", "changes": {"resolve": "1d"}}
    with pytest.raises(Forbidden):
        catalogue.override_item(actor=dispatcher, area_id=areas["other"].id, reason="越界", **change)
    with pytest.raises(Forbidden):
        catalogue.override_item(
            actor=person(areas["committee"], Role.WORKER), area_id=areas["committee"].id, reason="越权", **change
        )
    with pytest.raises(Forbidden):
        catalogue.revise_item(actor=dispatcher, note="越权", **change)
    with pytest.raises(Forbidden):
        catalogue.admit_item(actor=dispatcher, spec=new_item(), answers=YES)
    with pytest.raises(Forbidden):
        catalogue.retire_item(actor=dispatcher, code="C13", reason="越权")
    assert (Override.objects.count(), ItemVersion.objects.count()) == (0, 61)


def test_a_town_may_not_turn_a_safety_item_into_another_class(dispatcher: Principal, areas: dict[str, Area]) -> None:
    with pytest.raises(InvalidInput) as refused:
        catalogue.override_item(
            actor=dispatcher, area_id=areas["town"].id, code="C03", changes={"cls": "O"}, reason="抢单"
        )
    assert refused.value.code == "field_fixed"


def test_five_passed_tests_put_a_matter_on_the_list(district: Principal) -> None:
    outcome = catalogue.admit_item(actor=district, spec=new_item(), answers=YES, elements=["A3"])
    seen()
    assert outcome.admitted
    assert catalogue.is_active("C21")
    assert catalogue.spec_for("C21") == new_item()
    assert catalogue.list_specs(ListKind.COMMUNITY)[-1].code == "C21"
    assert "C21" in Element.objects.get(code="A3").fed_by
    assert catalogue.suggest("楼上装了违规防盗窗")[0].code == "C21"
    kept = AdmissionRecord.objects.get()
    assert (kept.admitted, kept.answers["seen"]) == (True, {"passed": True, "reason": "巡查能见"})
    assert Event.objects.get().name == "catalogue.ItemAdmitted"


def test_one_failed_test_keeps_it_off_the_list_but_on_record(district: Principal) -> None:
    no = YES | {AdmissionTest.MANAGEABLE: Answer(False, "无执法权")}
    outcome = catalogue.admit_item(actor=district, spec=new_item(), answers=no)
    seen()
    assert (outcome.admitted, outcome.failed) == (False, (AdmissionTest.MANAGEABLE,))
    assert not Item.objects.filter(code="C21").exists()
    assert AdmissionRecord.objects.get().admitted is False
    assert Record.objects.get(act="catalogue.admit").detail["failed"] == ["manageable"]
    assert Event.objects.get().payload == {"code": "C21", "failed": ["manageable"]}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"spec": new_item("C01")}, Conflict),
        ({"answers": {}}, InvalidInput),
        ({"spec": replace(new_item(), respond=())}, InvalidInput),
        ({"elements": ["Z9"]}, NotFound),
    ],
)
def test_a_bad_admission_leaves_nothing_behind(
    district: Principal, arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        catalogue.admit_item(**({"actor": district, "spec": new_item(), "answers": YES} | arguments))
    assert (AdmissionRecord.objects.count(), Item.objects.count()) == (0, 61)


def test_a_retired_item_is_no_longer_offered_but_old_cases_keep_it(district: Principal) -> None:
    catalogue.retire_item(actor=district, code="C13", reason="并入S03")
    seen()
    assert not catalogue.is_active("C13")
    assert "C13" not in {spec.code for spec in catalogue.list_specs()}
    assert "C13" not in {s.code for s in catalogue.suggest("楼道里乱张贴小广告")}
    assert catalogue.spec_for("C13").code == "C13"
    with pytest.raises(WrongState):
        catalogue.retire_item(actor=district, code="C13", reason="再来")
    with pytest.raises(WrongState):
        catalogue.revise_item(actor=district, code="C13", changes={"resolve": "1d"}, note="晚了")


def test_the_process_keeps_the_list_and_hears_of_a_change_at_commit(
    district: Principal,
    django_assert_num_queries: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    catalogue.spec_for("C13")
    with django_assert_num_queries(0):
        catalogue.list_specs(ListKind.COMMUNITY, "999901.101.001")
        catalogue.suggest("楼道堆物")
        catalogue.outside("拖欠工资")
    with django_capture_on_commit_callbacks(execute=True):
        catalogue.revise_item(actor=district, code="C13", changes={"resolve": "1d"}, note="提速")
    assert resolve("C13") == "1d"


@pytest.mark.parametrize("model", [ItemVersion, Override, AdmissionRecord])
def test_history_can_be_neither_rewritten_nor_deleted(
    model: type[ItemVersion | Override | AdmissionRecord],
    dispatcher: Principal,
    district: Principal,
    areas: dict[str, Area],
) -> None:
    catalogue.override_item(
        actor=dispatcher, area_id=areas["town"].id, code="C13", changes={"resolve": "1d"}, reason="试点"
    )
    catalogue.admit_item(actor=district, spec=new_item(), answers=YES)
    rows = model.objects.all()
    assert rows.exists()
    field = {ItemVersion: "note", Override: "reason", AdmissionRecord: "name"}[model]
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(**{field: "改写"})
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Item, {"code": "", "list_kind": "area", "cls": "S"}),
        (Item, {"code": "Q1", "list_kind": "city", "cls": "S"}),
        (Item, {"code": "Q1", "list_kind": "area", "cls": "X"}),
        (Item, {"code": "C01", "list_kind": "area", "cls": "S"}),
        (OutsideTopic, {"code": "X90", "owner_kind": "nobody"}),
    ],
)
def test_the_database_itself_refuses_nonsense(model: type[Item | OutsideTopic], values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**values)
