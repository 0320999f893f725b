"""What changed, in words for people and in both languages; and the shipped list as it lies in the database."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import cast
import pytest
from casework.stage import Stage
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connections, transaction
from django.test import Client

from linli.catalogue import api as catalogue
from linli.catalogue import shipped
from linli.catalogue.changes import CENTRAL, apply_changes, read_changes
from linli.catalogue.models import Element, Item, ItemVersion, OutsideTopic
from linli.catalogue.shown import FIELD_NAMES
from linli.territory.api import area_by_code

SPECS = {spec.code: spec for spec in shipped.items()}

CHANGES: list[tuple[str, str, Any, tuple[str, str, str], tuple[str, str, str]]] = [
    # Item, field, new value; what it is, new and old: in Chinese, in English.
    ("C13", "resolve", "e0.5", ("办结时限", "30分钟", "2个工作日"), ("whole matter", "30 minutes", "2 working days")),
    ("C13", "respond", "立即", ("首次响应", "立即", "1个工作日"), ("first contact", "at once", "1 working day")),
    ("C13", "patrol", "每日2次", ("巡查频次", "每日2次", "每周"), ("patrol", "2 times every day", "every week")),
    (
        "C13", "channels", "报 热", ("来源渠道", "随手报、12345/110", "巡查、随手报"),
        ("channels", "residents' report, hotline 12345/110", "patrol, residents' report"),
    ),
    ("C13", "closing", "清净", ("结案条件", "清净", "清除无残留;号码移交"), ("", "", "")),
    ("C13", "evidence", "照片;清后照", ("取证要求", "照片;清后照", "位置照;清除后照"),
     ("evidence", "照片;清后照", "位置照;清除后照")),
    ("C13", "duplicate_radius_m", 80, ("同一事项距离(米)", "80", "50"), ("the same within (metres)", "80", "50")),
    ("C13", "duplicate_days", 3, ("同一事项天数", "3", "7"), ("the same within (days)", "3", "7")),
    (
        "C13", "co_owner_names", ["居委"], ("协办单位", "居委", "居委、城管、环卫"), ("", "", ""),
    ),
    ("C13", "cls", "S", ("类别", "更安全", "更干净"), ("class", "safer", "cleaner")),
    ("C13", "name", "小广告", ("名称", "小广告", "乱张贴、乱涂写小广告"), ("", "", "")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "field", "value", "zh", "en"), CHANGES, ids=[field for _, field, *_ in CHANGES])
def test_one_change_is_one_line_in_each_language(
    code: str, field: str, value: Any, zh: tuple[str, str, str], en: tuple[str, str, str]
) -> None:
    new = apply_changes(SPECS[code], read_changes({field: value}))
    assert [(one.what, one.new, one.old) for one in catalogue.differences(new, SPECS[code])] == [zh]
    found = [(one.what, one.new, one.old) for one in catalogue.differences(new, SPECS[code], english=True)]
    assert found == ([en] if en[0] else []), "a Chinese text alone has changed, its English stands"


def test_an_item_does_not_differ_from_itself() -> None:
    for spec in SPECS.values():
        assert catalogue.differences(spec, spec) == catalogue.differences(spec, spec, english=True) == []


def test_the_way_back_is_the_same_lines_turned_round() -> None:
    old = SPECS["S10"]
    new = apply_changes(old, read_changes({"owner_kind": "城管", "resolve": "停排4h;大修另立", "patrol": "每周"}))
    there, back = catalogue.differences(new, old, english=True), catalogue.differences(old, new, english=True)
    assert [(one.what, one.old, one.new) for one in back] == [(one.what, one.new, one.old) for one in there]
    assert [one.what for one in there] == ["who answers", "whole matter", "other ways", "patrol"]
    assert (there[0].old, there[0].new) == (
        "ecology and environment bureau / urban management squad", "urban management squad",
    )  # fmt: skip
    assert (there[2].old, there[2].new) == ("", "major repair → separate project")
    assert catalogue.differences(new, old)[0].old == "生态环境/城管"


def test_whatever_may_be_revised_shows_in_a_difference() -> None:
    """Were a field left out, a town would see nothing while it works under another rule."""
    other, seen = catalogue.to_json(SPECS["S10"]), set()
    for field in CENTRAL - {"named", "closing_en", "name_en", "owner_alternates"}:
        new = apply_changes(SPECS["C01"], {field: other[field]})
        lines = catalogue.differences(new, SPECS["C01"]) + catalogue.differences(new, SPECS["C01"], english=True)
        assert lines or other[field] == catalogue.to_json(SPECS["C01"])[field], field
        seen |= {one.what for one in lines}
    assert len(seen) >= 12
    assert all(zh and en for zh, en in FIELD_NAMES.values())


@pytest.mark.django_db
class TestOnTheDesk:
    @pytest.mark.parametrize(
        ("language", "heading", "lines"),
        [
            ("zh-hans", "本地与区里不同之处", [("办结时限", "1个工作日", "2个工作日"), ("主办单位", "环卫", "物业")]),
            (
                "en", "Different here from the district",
                [
                    ("whole matter", "1 working day", "2 working days"),
                    ("who answers", "sanitation service", "property management firm"),
                ],
            ),
        ],
        ids=["zh", "en"],
    )  # fmt: skip
    def test_a_town_sees_its_own_values_beside_the_districts(
        self, stage: Stage, desk_as: Callable[[str], Client], language: str, heading: str, lines: list[tuple[str, ...]]
    ) -> None:
        stage.do(
            "dispatcher", catalogue.override_item, code="C13", area_id=area_by_code(cast.TOWN).id,
            changes={"resolve": "1d", "owner_kind": "环卫"}, reason="试点",
        )  # fmt: skip
        catalogue.forget()
        pages = {}
        for who in ("worker", "dispatcher_other", "district"):
            client = desk_as(who)
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            pages[who] = client.get("/desk/items/C13").content.decode()
        assert heading in pages["worker"]
        for what, new, old in lines:
            assert f'<th scope="row">{what}</th><td>{new}</td><td>{old}</td>' in pages["worker"]
        assert heading not in pages["dispatcher_other"]
        assert heading not in pages["district"]


@pytest.mark.django_db
class TestTheShippedList:
    def test_the_list_cannot_be_filled_in_twice(self, as_owner: None) -> None:
        fill = import_module("linli.catalogue.migrations.0002_shipped_list").fill
        counts = [model.objects.count() for model in (Item, ItemVersion, Element, OutsideTopic)]
        editor = connections["default"].schema_editor(atomic=False)
        with pytest.raises(IntegrityError), transaction.atomic():
            fill(apps, editor)
        assert [model.objects.count() for model in (Item, ItemVersion, Element, OutsideTopic)] == counts
        assert counts[:3] == [61, 61, 22]

    @pytest.mark.parametrize("code", list(SPECS))
    def test_each_item_lies_in_the_database_as_it_was_shipped(self, as_owner: None, code: str) -> None:
        row = ItemVersion.objects.select_related("item").get(item__code=code)
        assert catalogue.from_json(row.spec) == SPECS[code]
        assert (row.version, row.created_by, row.item.retired_at) == (1, None, None)
        assert (row.item.cls, row.item.list_kind) == (SPECS[code].cls, SPECS[code].list_kind)
