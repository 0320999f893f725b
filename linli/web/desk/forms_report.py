"""Triage: what the desk can do with a report."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from linli.accounts.api import Unit, unit_by_id, unit_for, units_near
from linli.casework.cases.api import Case, case_by_id, cases, merge_report, open_case
from linli.casework.dispatch.api import dispatch_case, take_routed
from linli.casework.intake.api import ReportState, ask_refusal, review_refusal, route_report, send_back
from linli.catalogue.api import ItemSpec, OutsideMatch, list_specs, outside, outside_topic, outside_topics
from linli.kernel.errors import InvalidInput
from linli.kernel.numbers import parse_number
from linli.web.desk import words
from linli.web.desk.forms_base import ChosenForm, DeedForm, words_field
from linli.web.desk.place import Beside, beside
from linli.web.desk.triage import Suggested, consequence, suggested

OTHER = "other"
OUTSIDE = "outside"
CENTRE = "operation_centre"


class FileForm(ChosenForm):
    """Take the report on: which item, which conditions, and whether it goes to the proposed unit at once."""

    template = "desk/acts/file.html"
    send = _l("File")
    done = _l("Filed.")

    item = forms.ChoiceField(label=_l("Kind of matter"), widget=forms.RadioSelect)
    other = forms.CharField(
        label=_l("Another item"), required=False, help_text=_l("Code or words; all items of the lists")
    )
    title = forms.CharField(label=_l("Title"), required=False, max_length=80)
    conditions = forms.MultipleChoiceField(
        label=_l("Special conditions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    at_once = forms.BooleanField(label=_l("Dispatch to the proposed unit at once"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairs = [(one.code, one.title) for one in self.suggestions]
        clear = [one.code for one in self.suggestions if not one.weak]
        outside_first = self._routed and bool(self.matter.thing.topic)
        if outside_first:
            pairs.insert(
                0, (OUTSIDE, _("Outside the list: %(topic)s") % {"topic": words.topic_name(self.matter.thing.topic)})
            )
        self.choose("item", [*pairs, (OTHER, _("Another item"))])
        self.fields["item"].initial = OUTSIDE if outside_first else (clear or [OTHER])[0]
        self.fields["title"].initial = self.matter.title
        self.fields["at_once"].initial = self.actor.can("case.dispatch")
        self.choose("conditions", [(c, words.condition(c)) for c in self._conditions_of(self.chosen_code)])
        if not self.actor.can("case.dispatch"):
            del self.fields["at_once"]

    @property
    def _routed(self) -> bool:
        return self.matter.state == ReportState.ROUTED

    @cached_property
    def suggestions(self) -> list[Suggested]:
        return suggested(self.matter.need_report())

    @cached_property
    def items(self) -> list[ItemSpec]:
        """Every active item as it holds here."""
        return list_specs(area_path=self.matter.area.path)

    @property
    def item_options(self) -> list[str]:
        return [f"{spec.code} {words.item_name(spec)}" for spec in self.items]

    @property
    def chosen_code(self) -> str:
        """The code chosen so far, also before the form is valid; empty when none is."""
        item = str(self.data.get("item", "")) or str(self.fields["item"].initial or "")
        typed = str(self.data.get("other", "")) if item == OTHER else item
        return self._code(typed)

    def _code(self, typed: str) -> str:
        head = typed.strip().split(" ")[0].upper()
        known = {spec.code for spec in self.items}
        if head in known:
            return head
        by_name = [spec.code for spec in self.items if typed.strip() and typed.strip() in (spec.name, spec.name_en)]
        return by_name[0] if by_name else ""

    def _conditions_of(self, code: str) -> tuple[str, ...]:
        return next((spec.conditions for spec in self.items if spec.code == code), ())

    @property
    def consequence(self) -> object:
        """What the choice would lead to: limits, unit, near matters."""
        report = self.matter.need_report()
        return consequence(self.actor, report, self.chosen_code) if self.chosen_code else None

    @cached_property
    def outside(self) -> OutsideMatch | None:
        """The topic outside the list that the words point to."""
        return outside(f"{self.matter.title} {self.matter.words}")

    @property
    def outside_words(self) -> str:
        return words.named(self.outside.topic.name, self.outside.topic.name_en) if self.outside else ""

    @property
    def outside_owner(self) -> str:
        return words.named(self.outside.topic.owner_name, self.outside.topic.owner_name_en) if self.outside else ""

    def clean(self) -> dict[str, Any]:
        """An item of the list must be meant, unless the matter is a routed one."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("item") == OTHER and not self.chosen_code:
            self.add_error("other", _("No item of the lists has this code or name."))
        return cleaned

    def perform(self) -> None:
        """File, and dispatch in the same breath when asked."""
        code = "" if self.cleaned_data["item"] == OUTSIDE else self.chosen_code
        with transaction.atomic():
            case = open_case(
                actor=self.actor, report_id=self.matter.id, item_code=code, title=self.cleaned_data["title"],
                conditions=self.cleaned_data["conditions"],
            )  # fmt: skip
            if not code and case.unit_id == self.actor.unit_id:
                take_routed(actor=self.actor, case=case)
            elif self.cleaned_data.get("at_once"):
                dispatch_case(actor=self.actor, case_id=case.id)


class MergeForm(ChosenForm):
    """It is known already: add the report to an open case."""

    template = "desk/acts/merge.html"
    send = _l("Merge")
    done = _l("Merged: both reporters follow the same story.")

    into = forms.ChoiceField(label=_l("Same matter as"), required=False, widget=forms.RadioSelect)
    number = forms.CharField(label=_l("Or its number"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("into", [(str(one.case.id), self._line(one)) for one in self.near])

    @cached_property
    def near(self) -> list[Beside]:
        """Open cases of the kinds it may be, nearest first."""
        report = self.matter.need_report()
        codes = [report.item_code] if report.item_code else [one.code for one in suggested(report) if not one.weak]
        return [found for code in codes for found in beside(self.actor, report, code, limit=3)]

    def _line(self, one: Beside) -> str:
        away = _("%(n)s m away") % {"n": one.metres} if one.metres is not None else str(one.case.area)
        return f"{one.case.number} · {one.case.title} · {away}"

    def clean(self) -> dict[str, Any]:
        """One case must be meant."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("into") and not cleaned.get("number"):
            raise forms.ValidationError(_("Choose the matter it belongs to, or type its number."))
        return cleaned

    def _target(self) -> Case:
        typed = self.cleaned_data["number"]
        if not typed:
            return case_by_id(self.actor, UUID(self.cleaned_data["into"]))
        found = cases(self.actor).filter(number=str(parse_number(typed))).first()
        if found is None:
            raise InvalidInput(_("No open matter has this number in your area."), code="merge_target")
        return found

    def perform(self) -> None:
        """Merge."""
        merge_report(actor=self.actor, report_id=self.matter.id, into=self._target().id)


class RouteForm(ChosenForm):
    """Outside the list (准入机制): to whom the law gives it."""

    send = _l("Route")
    done = _l("Routed.")

    topic = forms.ChoiceField(label=_l("Topic outside the list"))
    unit = forms.ChoiceField(label=_l("To"), required=False, help_text=_l("Left empty: the legal owner of the topic"))
    words = words_field(_l("What should they know"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        match = outside(f"{self.matter.title} {self.matter.words}")
        topics = [
            (one.code, f"{words.named(one.name, one.name_en)} → {words.named(one.owner_name, one.owner_name_en)}")
            for one in outside_topics()
        ]
        self.choose("topic", [("", _("Choose")), *topics])
        self.fields["topic"].initial = self.matter.thing.topic or (match.topic.code if match else "")
        units = units_near(self.matter.area.path)
        self.choose("unit", [("", _("The legal owner")), *((str(unit.id), str(unit)) for unit in units)])

    def _owner(self) -> Unit:
        if self.cleaned_data["unit"]:
            return unit_by_id(int(self.cleaned_data["unit"]))
        path = self.matter.area.path
        kind = outside_topic(self.cleaned_data["topic"]).owner_kind
        owner = unit_for(kind, path) or unit_for(CENTRE, path)
        if owner is None:
            raise InvalidInput(_("No such unit is registered here. Choose one from the list."), code="no_legal_owner")
        return owner

    def perform(self) -> None:
        """Route."""
        given = self.cleaned_data
        route_report(
            actor=self.actor, report_id=self.matter.id, topic=given["topic"], unit=self._owner(), words=given["words"]
        )  # fmt: skip


class SendBackForm(DeedForm):
    """The legal owner says that it is not his."""

    send = _l("Send back")
    done = _l("Sent back to the desk.")
    words = words_field(_l("Reason"))

    def perform(self) -> None:
        """Send back."""
        send_back(actor=self.actor, report_id=self.matter.id, words=self.cleaned_data["words"])


class RefuseForm(DeedForm):
    """Propose an honest no."""

    send = _l("Propose")
    done = _l("Proposed. Somebody else reviews it.")
    words = words_field(_l("Reason, as the reporter will read it"))

    def perform(self) -> None:
        """Propose."""
        ask_refusal(actor=self.actor, report_id=self.matter.id, reason=self.cleaned_data["words"])


class ReviewForm(DeedForm):
    """Other eyes on a refusal."""

    template = "desk/acts/review.html"
    done = _l("Decided.")
    decision = forms.ChoiceField(
        label=_l("Decision"),
        widget=forms.RadioSelect,
        choices=[
            ("agree", _l("Refuse it: the reporter reads the reason")),
            ("deny", _l("Do not refuse: back to filing")),
        ],
    )
    words = words_field(_l("Reason"))

    def perform(self) -> None:
        """Decide."""
        agree = self.cleaned_data["decision"] == "agree"
        review_refusal(actor=self.actor, report_id=self.matter.id, agree=agree, words=self.cleaned_data["words"])
