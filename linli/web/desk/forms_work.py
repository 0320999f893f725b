"""What the responsible unit does; the desk's own people do it when the station or the committee is that unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _l

from linli.casework.cases.api import Result, ask_extension
from linli.casework.dispatch.api import accept_assignment, ask_return
from linli.casework.works.api import add_step, arrive, feed_back, reach_milestone, self_handle
from linli.web.desk import words
from linli.web.desk.forms_base import words_field
from linli.web.desk.forms_case import UNITS, CaseForm
from linli.web.desk.place import running_milestones

PHOTOS: Sequence[str] = ("photos",)


class AcceptForm(CaseForm):
    """Take the case on."""

    send = _l("Take on")
    done = _l("Taken on.")

    def perform(self) -> None:
        """Accept."""
        accept_assignment(actor=self.actor, case_id=self.case.id)


class ReturnForm(CaseForm):
    """Not ours (退单)."""

    send = _l("Ask to return")
    done = _l("Asked. The next level rules on it.")
    reason = forms.ChoiceField(label=_l("Legal reason"), choices=[("", _l("Choose")), *words.RETURN_REASONS.items()])
    words = words_field(_l("In words"))

    def perform(self) -> None:
        """Ask."""
        given = self.cleaned_data
        ask_return(actor=self.actor, case_id=self.case.id, reason=given["reason"], words=given["words"])


class ArriveForm(CaseForm):
    """First contact, or on site."""

    photo_fields = PHOTOS
    send = _l("On site")
    done = _l("Noted: first contact.")
    words = words_field(_l("What was found"), required=False)

    def perform(self) -> None:
        """Note it."""
        arrive(
            actor=self.actor, case_id=self.case.id, words=self.cleaned_data["words"], photos=self.photo_ids("photos")
        )  # fmt: skip


class StepForm(CaseForm):
    """What was done so far."""

    photo_fields = PHOTOS
    done = _l("Added.")
    words = words_field(_l("What was done so far"), required=False)

    def perform(self) -> None:
        """Add it."""
        add_step(
            actor=self.actor, case_id=self.case.id, words=self.cleaned_data["words"], photos=self.photo_ids("photos")
        )  # fmt: skip


class MilestoneForm(CaseForm):
    """One of the item's milestones is reached."""

    photo_fields = PHOTOS
    done = _l("Noted: its clock stands.")
    label = forms.ChoiceField(label=_l("Milestone"), widget=forms.RadioSelect)
    words = words_field(_l("In words"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("label", [(label, words.condition(label)) for label in running_milestones(self.matter.id)])

    def perform(self) -> None:
        """Note it."""
        given = self.cleaned_data
        reach_milestone(
            actor=self.actor, case_id=self.case.id, label=given["label"], words=given["words"],
            photos=self.photo_ids("photos"),
        )  # fmt: skip


class FeedBackForm(CaseForm):
    """What came of it."""

    photo_fields = PHOTOS
    send = _l("Feed back")
    done = _l("Fed back. Somebody else looks at the result.")
    result = forms.ChoiceField(label=_l("Result"), choices=list(words.RESULTS.items()), widget=forms.RadioSelect)
    words = words_field(_l("What came of it"))

    def perform(self) -> None:
        """Feed back."""
        given = self.cleaned_data
        feed_back(
            actor=self.actor, case_id=self.case.id, result=Result(given["result"]), words=given["words"],
            photos=self.photo_ids("photos"),
        )  # fmt: skip


class SelfHandleForm(CaseForm):
    """Found and fixed at once (自处置)."""

    photo_fields: ClassVar[Sequence[str]] = ("before", "after")
    send = _l("Done at once")
    done = _l("Noted. The reporter is asked for a rating.")
    words = words_field(_l("What was done"))

    def perform(self) -> None:
        """Steps 1–6 in one form."""
        self_handle(
            actor=self.actor, case_id=self.case.id, words=self.cleaned_data["words"],
            before=self.photo_ids("before"), after=self.photo_ids("after"),
        )  # fmt: skip


class MoreTimeForm(CaseForm):
    """Ask for more time, once, before the deadline."""

    send = _l("Ask")
    done = _l("Asked. The desk decides.")
    amount = forms.DecimalField(
        label=_l("How much more"), min_value=Decimal("0.25"), max_value=Decimal(366), decimal_places=2
    )
    unit = forms.ChoiceField(label=_l("counted in"), choices=UNITS, initial="d")
    words = words_field(_l("Reason"), help_text=_l("The reporter reads it when it is granted."))

    def perform(self) -> None:
        """Ask."""
        given = self.cleaned_data
        ask_extension(
            actor=self.actor, case_id=self.case.id, amount=given["amount"], unit=given["unit"], words=given["words"]
        )  # fmt: skip
