from __future__ import annotations

from typing import Any

import pytest

from linli.catalogue import shipped
from linli.catalogue.changes import CENTRAL, LOCAL, apply_changes, checked, read_changes
from linli.catalogue.kinds import UnitKind
from linli.catalogue.notation import amount_text, write_limits, write_patrol
from linli.catalogue.spec import ItemSpec
from linli.kernel.errors import InvalidInput

SPECS = {spec.code: spec for spec in shipped.items()}


def changed(code: str, **changes: Any) -> ItemSpec:
    return apply_changes(SPECS[code], read_changes(changes))


def test_a_change_may_be_written_in_the_notation_of_the_list() -> None:
    spec = changed("C06", resolve="停工2h;拆除10d", patrol="每日2次", respond="1h叫停")
    assert write_limits(spec.resolve) == "停工2h;拆除10d"
    assert amount_text(spec.promise) == "10d"
    assert write_patrol(spec.patrol) == "每日2次"
    assert spec.closing == SPECS["C06"].closing


def test_new_limits_bring_their_branches_and_drop_the_old_ones() -> None:
    assert changed("C14", resolve="围护e1;排险2d").branches == ()
    assert changed("C06", resolve="拆除20d;大修公示").branches[0].act == "公示"


def test_a_new_owner_brings_its_name_and_drops_the_alternates() -> None:
    spec = changed("S10", owner_kind="城管中队")
    assert (spec.owner_kind, spec.owner_name, spec.owner_alternates) == (UnitKind.URBAN_MANAGEMENT, "城管中队", ())
    named = changed("S10", owner_kind="urban_management", owner_name="城管执法一队")
    assert named.owner_name == "城管执法一队"


def test_structured_values_are_taken_as_they_are() -> None:
    assert changed("C01", duplicate_radius_m=80).duplicate_radius_m == 80
    assert changed("C01", resolve=[{"label": "拆", "amount": "2", "unit": "d"}]).promise.label == "拆"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "nothing_to_change"),
        ({"code": "C99"}, "field_fixed"),
        ({"list_kind": "village"}, "field_fixed"),
        ({"colour": "red"}, "field_fixed"),
        ({"owner_kind": "某局"}, "unit_kind_unknown"),
        ({"resolve": "尽快"}, "limit_unreadable"),
        ({"patrol": "常看"}, "patrol_unreadable"),
        ({"channels": "信"}, "channel_unknown"),
    ],
)
def test_a_change_that_cannot_be_read_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_changes(changes)
    assert refused.value.code == code


@pytest.mark.parametrize("field", sorted(CENTRAL - LOCAL))
def test_class_and_names_are_the_districts_alone(field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_changes({field: shipped.to_json(SPECS["C01"])[field]}, allowed=LOCAL)
    assert refused.value.code == "field_fixed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"respond": []}, "respond"),
        ({"resolve": []}, "resolve"),
        ({"resolve": "立即转110"}, "resolve"),
        ({"resolve": [{"label": "", "amount": "-1", "unit": "d"}]}, "resolve"),
        ({"respond": [{"label": "", "amount": "NaN", "unit": "d"}]}, "respond"),
        ({"channels": []}, "channels"),
        ({"name": " "}, "name"),
        ({"closing": ""}, "closing"),
        ({"patrol": [{"cadence": "day", "times": 0}]}, "patrol"),
        ({"duplicate_radius_m": 0}, "duplicate_radius_m"),
        ({"duplicate_radius_m": 5001}, "duplicate_radius_m"),
        ({"duplicate_days": 366}, "duplicate_days"),
    ],
)
def test_an_item_that_could_not_be_worked_with_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        changed("C01", **changes)
    assert (refused.value.code, refused.value.detail) == ("item_value_bad", {"field": field})


@pytest.mark.parametrize("changes", [{"duplicate_days": "many"}, {"cls": "X"}, {"resolve": [{"amount": "2"}]}])
def test_a_value_of_the_wrong_shape_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        changed("C01", **changes)
    assert refused.value.code == "item_spec_invalid"


def test_every_shipped_item_can_be_worked_with() -> None:
    for spec in SPECS.values():
        assert checked(spec) is spec
