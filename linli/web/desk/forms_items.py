"""Forms of the lists: a town's own values, and the five tests of admission."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from linli.access.api import Principal
from linli.catalogue.api import (
    TESTS,
    Admission,
    AdmissionTest,
    Answer,
    ItemClass,
    ListKind,
    admit_item,
    item_from_notation,
    override_item,
    spec_for,
    write_limits,
)
from linli.web.desk import words

NOTATION = _l("e2 is 2 hours day and night, 4h working hours, 3d working days, 30n days; several with a semicolon")


class OverrideForm(forms.Form):
    """What the town sets for itself; a value equal to the district's is none of its own."""

    done: ClassVar[Promise] = _l("Kept. New matters follow it at once; open ones keep their limits.")

    respond = forms.CharField(label=_l("First contact"), max_length=200, help_text=NOTATION)
    resolve = forms.CharField(label=_l("Whole matter"), max_length=200, help_text=NOTATION)
    radius = forms.IntegerField(label=_l("Counts as the same within (metres)"), min_value=1, max_value=5000)
    days = forms.IntegerField(label=_l("and within (days)"), min_value=1, max_value=365)
    reason = forms.CharField(label=_l("Reason"), max_length=300)

    def __init__(self, *args: Any, code: str, area_path: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code = code
        here = spec_for(code, area_path)
        self.fields["respond"].initial = write_limits(here.respond)
        self.fields["resolve"].initial = write_limits(here.resolve, here.branches)
        self.fields["radius"].initial = here.duplicate_radius_m
        self.fields["days"].initial = here.duplicate_days

    def perform(self, actor: Principal) -> None:
        """Set the town's values. Raises LinliError."""
        base, given = spec_for(self.code), self.cleaned_data
        asked = {
            "respond": (given["respond"], write_limits(base.respond)),
            "resolve": (given["resolve"], write_limits(base.resolve, base.branches)),
            "duplicate_radius_m": (given["radius"], base.duplicate_radius_m),
            "duplicate_days": (given["days"], base.duplicate_days),
        }
        changes = {name: value for name, (value, districts) in asked.items() if value != districts}
        override_item(actor=actor, area_id=actor.area_id, code=self.code, changes=changes, reason=given["reason"])


class AdmitForm(forms.Form):
    """A new item in the notation of the lists, and the five tests, each with its reason."""

    code = forms.RegexField(r"^[A-Z][0-9A-Z]{1,8}$", label=_l("Code"), max_length=9, help_text=_l("For example C21"))
    name = forms.CharField(label=_l("Name (Chinese)"), max_length=40)
    name_en = forms.CharField(label=_l("Name (English)"), max_length=80)
    list_kind = forms.ChoiceField(label=_l("List"))
    cls = forms.ChoiceField(label=_l("Class"))
    owner = forms.CharField(
        label=_l("Who answers"), max_length=60, help_text=_l("As in the lists, for example 物业 or 城管中队")
    )
    co = forms.CharField(label=_l("Together with"), max_length=120, help_text=_l("Several with 、"))
    respond = forms.CharField(label=_l("First contact"), max_length=200, help_text=NOTATION)
    resolve = forms.CharField(label=_l("Whole matter"), max_length=200, help_text=NOTATION)
    channel = forms.CharField(label=_l("Channels"), max_length=40, initial="巡 报 热")
    freq = forms.CharField(label=_l("Patrol"), max_length=120, initial="每周")
    evidence = forms.CharField(label=_l("Evidence"), max_length=300, initial="前:现场照片;后:同角度照片")
    close = forms.CharField(label=_l("Closed when"), max_length=200)
    closing_en = forms.CharField(label=_l("Closed when (English)"), max_length=200)
    gb = forms.CharField(label=_l("Class of GB/T 30428.2"), max_length=80, initial="扩展")
    note = forms.CharField(label=_l("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("list_kind", [(kind.value, words.list_name(kind)) for kind in ListKind])
        self._choose("cls", [(cls.value, words.class_name(cls)) for cls in ItemClass])
        for test, (zh, en) in TESTS.items():
            self.fields[f"{test.value}_passed"] = forms.ChoiceField(
                label=words.named(f"{zh}({en})", f"{en} ({zh})") if not words.english() else f"{en} ({zh})",
                choices=[("yes", _("Passed")), ("no", _("Not passed"))], widget=forms.RadioSelect,
            )  # fmt: skip
            self.fields[f"{test.value}_reason"] = forms.CharField(label=_("Reason"), max_length=500)

    def _choose(self, name: str, pairs: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(name)
        field.choices = pairs

    @property
    def facts(self) -> list[forms.BoundField]:
        """The fields of the item."""
        return [self[name] for name in self.base_fields]

    @property
    def tests(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The five tests with their reasons."""
        return [(self[f"{test.value}_passed"], self[f"{test.value}_reason"]) for test in AdmissionTest]

    def perform(self, actor: Principal) -> Admission:
        """Put it to the tests. Raises LinliError: a value that cannot be read, a code that exists."""
        given = self.cleaned_data
        raw = {
            "code": given["code"], "id": given["code"].lower(), "zh": given["name"], "cls": given["cls"],
            "owner": given["owner"], "co": given["co"], "respond": given["respond"], "resolve": given["resolve"],
            "channel": given["channel"], "freq": given["freq"], "evidence": given["evidence"], "close": given["close"],
            "gb": given["gb"], "named": "",
        }  # fmt: skip
        english = {"name": given["name_en"], "closing": given["closing_en"]}
        spec = item_from_notation(raw, list_kind=ListKind(given["list_kind"]), english=english)
        answers = {
            test: Answer(given[f"{test.value}_passed"] == "yes", given[f"{test.value}_reason"])
            for test in AdmissionTest
        }
        return admit_item(actor=actor, spec=spec, answers=answers, note=given["note"])
