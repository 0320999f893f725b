"""What a person says of a table that comes in or goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from linli.access.api import Principal
from linli.doors.sheets.api import ExportPurpose, compounds_of, profiles
from linli.territory.api import Area, areas_under


def areas(actor: Principal) -> list[Area]:
    """Where this post may bring something in or take something out: its own area and all below."""
    return areas_under(actor.area_path)


def area_field(found: Sequence[Area]) -> forms.TypedChoiceField:
    """A choice of areas, indented as they lie in each other."""
    depth = min((area.path.count(".") for area in found), default=0)
    pairs = [(area.id, "\u3000" * (area.path.count(".") - depth) + str(area)) for area in found]
    return forms.TypedChoiceField(label=_("Area"), choices=pairs, coerce=int)


class FileForm(forms.Form):
    """A table that somebody sends."""

    file = forms.FileField(
        label=_l("Table"),
        help_text=_l("XLSX, XLS, ODS or CSV; at most 50 MB. It is kept sealed, and for two days at most."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )
    profile = forms.ChoiceField(label=_l("Columns as in"), required=False)

    field_order = ("file", "area", "profile")

    def __init__(self, *args: Any, actor: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.areas = {area.id: area for area in areas(actor)}
        self.fields["area"] = area_field(list(self.areas.values()))
        self.profiles = {profile.name: profile for profile in profiles()}
        profile = self.fields["profile"]
        if isinstance(profile, forms.ChoiceField):
            profile.choices = [("", _("Find out by the headings")), *((name, name) for name in self.profiles)]
        if not self.profiles:
            del self.fields["profile"]
        self.order_fields(self.field_order)


class WishForm(forms.Form):
    """A table somebody asks for."""

    place = forms.TypedChoiceField(label=_l("Compound"), coerce=int, empty_value=None, required=False)
    purpose = forms.ChoiceField(label=_l("What for"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_l("Why now"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_l("Whoever agrees reads it, and so does the auditor."),
    )  # fmt: skip
    empty_homes = forms.BooleanField(label=_l("With the homes in which nobody lives"), required=False)
    format = forms.ChoiceField(label=_l("File"), choices=[("xlsx", "XLSX"), ("csv", "CSV")])

    field_order = ("area", "place", "purpose", "reason", "empty_homes", "format")

    def __init__(self, *args: Any, actor: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.areas = {area.id: area for area in areas(actor)}
        self.fields["area"] = area_field(list(self.areas.values()))
        place, purpose = self.fields["place"], self.fields["purpose"]
        if isinstance(place, forms.ChoiceField) and isinstance(purpose, forms.ChoiceField):
            place.choices = [("", _("All of the area")), *compounds_of(actor.area_path)]
            purpose.choices = [(one.value, _(one.label)) for one in ExportPurpose]
        self.order_fields(self.field_order)
