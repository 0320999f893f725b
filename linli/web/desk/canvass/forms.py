"""Forms of the canvass. They ask and hand over; the acts decide."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from linli.access.api import Principal
from linli.register.canvass.api import (
    FORM_LABELS,
    FORMS,
    Canvass,
    Channel,
    Chosen,
    Claim,
    Outcome,
    Target,
    draw_up,
    try_home,
)
from linli.register.people.api import TagKind
from linli.register.places.api import Place, PlaceKind, UseState
from linli.territory.api import Area, ids_under

MOST_LINES = 5000


class DrawUpForm(forms.Form):
    """Which homes are asked what, what for, and until when."""

    title = forms.CharField(label=_l("What it is called"), max_length=60)
    purpose = forms.CharField(label=_l("What for (told to the household)"), max_length=160)
    form = forms.ChoiceField(label=_l("What is asked"), required=False)
    due_on = forms.DateField(label=_l("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    compound = forms.ChoiceField(label=_l("Where"), required=False)
    uses = forms.MultipleChoiceField(
        label=_l("Only homes that are"), required=False, widget=forms.CheckboxSelectMultiple
    )
    tags = forms.MultipleChoiceField(
        label=_l("Only homes with somebody who is"), required=False, widget=forms.CheckboxSelectMultiple
    )
    unseen_days = forms.IntegerField(label=_l("Only homes not looked at for (days)"), required=False, min_value=1)

    def __init__(self, *args: Any, actor: Principal, area: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.area = actor, area
        compounds = Place.objects.filter(
            kind__in=(PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP), area_id__in=ids_under(area.path)
        ).order_by("name")
        here = [("", _("The whole area")), *((str(place.id), place.name) for place in compounds)]
        self._choose("compound", here)
        self._choose("form", [(code, _(label)) for code, label in FORM_LABELS.items()])
        self._choose("uses", [(use.value, _(use.label)) for use in UseState])
        self._choose(
            "tags", [(kind.code, str(kind)) for kind in TagKind.objects.filter(is_active=True).order_by("position")]
        )
        if not actor.can("need.read"):
            del self.fields["tags"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def perform(self) -> Canvass:
        """Draw it up. Raises LinliError."""
        given = self.cleaned_data
        return draw_up(
            actor=self.actor, area=self.area, title=given["title"], purpose=given["purpose"], form=given["form"],
            due_on=given["due_on"],
            chosen=Chosen(
                place_id=int(given["compound"]) if given["compound"] else None, uses=tuple(given["uses"]),
                tags=tuple(given.get("tags", ())), unseen_days=given["unseen_days"],
            ),
        )  # fmt: skip


class TryForm(forms.Form):
    """One try to reach a home, with the answers of whoever was reached."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    channel = forms.ChoiceField(label=_l("How"), widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label=_l("What came of it"), widget=forms.RadioSelect)
    words = forms.CharField(label=_l("Remark (may be left empty)"), required=False, max_length=200)
    next_on = forms.DateField(
        label=_l("Next try (proposed when left empty)"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, target: Target, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target = target
        self.fields["key"].initial = str(uuid4())
        channel: Any = self.fields["channel"]
        outcome: Any = self.fields["outcome"]
        channel.choices = [(one.value, _(one.label)) for one in Channel]
        channel.initial = target.next_channel or Channel.MESSAGE.value
        outcome.choices = [(one.value, _(one.label)) for one in Outcome]
        self.questions = FORMS[target.canvass.form]
        for question in self.questions:
            self.fields[f"q_{question.code}"] = forms.ChoiceField(
                label=f"{_(question.part)}: {_(question.text)}", required=False, widget=forms.RadioSelect,
                choices=[(code, _(name)) for code, name in question.choices],
            )  # fmt: skip

    @property
    def asked(self) -> list[forms.BoundField]:
        """The questions of the form."""
        return [self[f"q_{question.code}"] for question in self.questions]

    def perform(self, actor: Principal) -> Target:
        """Note the try. Raises LinliError."""
        given = self.cleaned_data
        answers = {q.code: given[f"q_{q.code}"] for q in self.questions if given[f"q_{q.code}"]}
        next_on: date | None = given["next_on"]
        return try_home(
            actor=actor, target_id=self.target.id, channel=Channel(given["channel"]), outcome=Outcome(given["outcome"]),
            words=given["words"], answers=answers, next_on=next_on, key=given["key"] or None,
        )  # fmt: skip


class CompareForm(forms.Form):
    """Another list: one line for each person, name and address, as they stand in two columns of a sheet."""

    lines = forms.CharField(
        label=_l("Name and address, one person a line (paste two columns)"), widget=forms.Textarea(attrs={"rows": 10})
    )

    def clean_lines(self) -> list[Claim]:
        """The lines as claims; a line that has no two columns is named with its number."""
        text = self.cleaned_data["lines"]
        rows = list(csv.reader(StringIO(text), delimiter="\t" if "\t" in text else ","))
        if len(rows) > MOST_LINES:
            raise forms.ValidationError(
                _("More lines than can be compared at once: %(most)s at most."), params={"most": MOST_LINES}
            )
        claims, broken = [], []
        for number, row in enumerate(rows, 1):
            cells = [cell.strip() for cell in row if cell.strip()]
            if len(cells) >= 2:
                claims.append(Claim(number, cells[0], cells[1]))
            elif cells:
                broken.append(str(number))
        if broken:
            lines = "、".join(broken[:20])
            raise forms.ValidationError(_("No name and address in line %(lines)s."), params={"lines": lines})
        return claims
