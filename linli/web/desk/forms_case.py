"""What the desk decides on a case."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from linli.accounts.api import units_near
from linli.casework.cases.api import Case, comment, decide_extension, remind, reopen, resume, suspend, void
from linli.casework.dispatch.api import Proposal, assignments, dispatch_case, propose, rule_return, transfer
from linli.casework.timeline.api import Act, story
from linli.casework.verification.api import Method, verify
from linli.kernel.clock import now
from linli.web.desk import words
from linli.web.desk.forms_base import ChosenForm, words_field

UNITS = [(unit, word) for unit, word in words.LIMIT_UNITS.items()]


class CaseForm(ChosenForm):
    """A form on a case."""

    @property
    def case(self) -> Case:
        return self.matter.need_case()


class DispatchForm(CaseForm):
    """Which unit: the proposed one with its reason, or another that answers here, then with a reason of one's own."""

    template = "desk/acts/dispatch.html"
    send = _l("Dispatch")
    done = _l("Dispatched.")

    unit = forms.ChoiceField(label=_l("Unit"), widget=forms.RadioSelect)
    another = forms.ChoiceField(label=_l("Another unit that answers here"), required=False)
    words = words_field(_l("Words for the unit; the reason when it is another one"), required=False, rows=2)

    PROPOSED, ANOTHER = "proposed", "another"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("unit", [(self.PROPOSED, str(self.proposal.unit)), (self.ANOTHER, _("Another unit"))])
        self.fields["unit"].initial = self.PROPOSED
        self.choose("another", [("", _("Choose")), *unit_options(self.matter.area.path, self.proposal.unit.id)])

    @cached_property
    def proposal(self) -> Proposal:
        return propose(self.case, at=now())

    @property
    def why(self) -> list[str]:
        return words.why_words(self.proposal.why)

    def clean(self) -> dict[str, Any]:
        """Another unit must be named, with a reason."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("unit") == self.ANOTHER:
            self.demand("another", _("Choose the unit."))
            self.demand("words", _("Say why it is not the proposed unit."))
        return cleaned

    def perform(self) -> None:
        """Dispatch."""
        given = self.cleaned_data
        unit_id = int(given["another"]) if given["unit"] == self.ANOTHER else None
        dispatch_case(actor=self.actor, case_id=self.case.id, unit_id=unit_id, words=given["words"])


def unit_options(area_path: str, without: int) -> list[tuple[str, str]]:
    """Units that answer in the area, nearest first, one left out."""
    return [
        (str(unit.id), f"{unit} · {words.kind_name(unit.kind)}") for unit in units_near(area_path) if unit.id != without
    ]


class TransferForm(CaseForm):
    """From one unit to another."""

    send = _l("Transfer")
    done = _l("Transferred.")
    unit = forms.ChoiceField(label=_l("To"))
    words = words_field(_l("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("unit", [("", _("Choose")), *unit_options(self.matter.area.path, self.case.unit_id)])

    def perform(self) -> None:
        """Transfer."""
        given = self.cleaned_data
        transfer(actor=self.actor, case_id=self.case.id, unit_id=int(given["unit"]), words=given["words"])


class RuleForm(CaseForm):
    """The next level rules on a return (退单)."""

    template = "desk/acts/rule.html"
    done = _l("Ruled.")
    decision = forms.ChoiceField(
        label=_l("Ruling"),
        widget=forms.RadioSelect,
        choices=[("grant", _l("Granted: the desk dispatches anew")), ("deny", _l("Denied: the unit takes it on"))],
    )
    words = words_field(_l("Reason"))

    @cached_property
    def asked(self) -> dict[str, str]:
        """What the unit says."""
        told = assignments(self.actor, self.case.id)
        running = next((one for one in reversed(told) if one.ended_at is None), None)
        if running is None:
            return {}
        reason = words.say(words.RETURN_REASONS, running.return_reason)
        return {"unit": str(running.unit), "reason": reason, "words": running.return_words}

    def perform(self) -> None:
        """Rule."""
        grant = self.cleaned_data["decision"] == "grant"
        rule_return(actor=self.actor, case_id=self.case.id, grant=grant, words=self.cleaned_data["words"])


class ExtensionForm(CaseForm):
    """Grant or deny more time; the amount is the one that was asked for unless the desk changes it."""

    template = "desk/acts/extension.html"
    done = _l("Decided.")
    decision = forms.ChoiceField(
        label=_l("Decision"),
        widget=forms.RadioSelect,
        choices=[("grant", _l("Grant: the reporter sees the new date")), ("deny", _l("Deny: the promise stays"))],
    )
    amount = forms.DecimalField(
        label=_l("How much more"), min_value=Decimal("0.25"), max_value=Decimal(366), decimal_places=2
    )
    unit = forms.ChoiceField(label=_l("counted in"), choices=UNITS)
    words = words_field(_l("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = self.asked.get("amount")
        self.fields["unit"].initial = self.asked.get("unit", "d")

    @cached_property
    def asked(self) -> dict[str, str]:
        """What the unit asked for."""
        found = [entry for entry in story([self.case.id]) if entry.act == Act.EXTEND_ASK]
        if not found:
            return {}
        data = found[-1].data
        amount, unit = Decimal(data.get("amount", "1")), str(data.get("unit", "d"))
        return {
            "amount": f"{amount.normalize():f}", "unit": unit, "words": found[-1].words,
            "said": words.amount_words(amount, unit), "who": found[-1].actor_name,
        }  # fmt: skip

    def perform(self) -> None:
        """Decide."""
        given = self.cleaned_data
        decide_extension(
            actor=self.actor, case_id=self.case.id, grant=given["decision"] == "grant", amount=given["amount"],
            unit=given["unit"], words=given["words"],
        )  # fmt: skip


class VerifyForm(CaseForm):
    """Other eyes on the result."""

    template = "desk/acts/verify.html"
    photo_fields: ClassVar[Sequence[str]] = ("photos",)
    done = _l("Checked.")
    decision = forms.ChoiceField(
        label=_l("Result"),
        widget=forms.RadioSelect,
        choices=[("pass", _l("It is done")), ("back", _l("Back to work, with a reason"))],
    )
    method = forms.ChoiceField(
        label=_l("How did you check"), choices=list(words.METHODS.items()), widget=forms.RadioSelect
    )
    words = words_field(_l("What you found; the reason when it goes back"), required=False)

    @property
    def result(self) -> str:
        return words.say(words.RESULTS, self.case.result)

    def clean(self) -> dict[str, Any]:
        """Sending back needs a reason."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == "back":
            self.demand("words", _("Say what is missing."))
        return cleaned

    def perform(self) -> None:
        """Verify."""
        given = self.cleaned_data
        verify(
            actor=self.actor, case_id=self.case.id, passed=given["decision"] == "pass", method=Method(given["method"]),
            words=given["words"], photos=self.photo_ids("photos"),
        )  # fmt: skip


class SuspendForm(CaseForm):
    """Wait for a season, a court, a vote (挂起)."""

    send = _l("Suspend")
    done = _l("Suspended: the clocks stand still, a reminder comes every week.")
    words = forms.CharField(
        label=_l("What it waits for"),
        max_length=200,
        help_text=_l("The reporter reads it, for example: the owners' vote"),
    )

    def perform(self) -> None:
        """Suspend."""
        suspend(actor=self.actor, case_id=self.case.id, reason=self.cleaned_data["words"])


class ResumeForm(CaseForm):
    """The reason is gone."""

    send = _l("Resume")
    done = _l("Resumed: the clocks go on from where they stood.")
    words = words_field(_l("What changed"), required=False, rows=2)

    def perform(self) -> None:
        """Resume."""
        resume(actor=self.actor, case_id=self.case.id, words=self.cleaned_data["words"])


class RemindForm(CaseForm):
    """Looked at: the reason still holds."""

    send = _l("It still waits")
    done = _l("Noted. The next reminder comes in a week.")

    def perform(self) -> None:
        """Start the next week."""
        remind(actor=self.actor, case_id=self.case.id)


class ReopenForm(CaseForm):
    """Closed too early."""

    send = _l("Reopen")
    done = _l("Reopened: it is back at work.")
    words = words_field(_l("Reason"))

    def perform(self) -> None:
        """Reopen."""
        reopen(actor=self.actor, case_id=self.case.id, words=self.cleaned_data["words"])


class VoidForm(CaseForm):
    """Invalid or a duplicate (作废): kept, with its reason."""

    send = _l("Void")
    done = _l("Voided. It stays readable.")
    words = words_field(_l("Reason, as the reporter will read it"))

    def perform(self) -> None:
        """Void."""
        void(actor=self.actor, case_id=self.case.id, words=self.cleaned_data["words"])


class CommentForm(CaseForm):
    """A remark, among colleagues or for the reporter too."""

    send = _l("Add")
    done = _l("Added.")
    words = words_field(_l("Remark"))
    public = forms.ChoiceField(
        label=_l("Who reads it"),
        widget=forms.RadioSelect,
        initial="inner",
        choices=[("inner", _l("Colleagues only")), ("public", _l("The reporter too"))],
    )

    def perform(self) -> None:
        """Say it."""
        public = self.cleaned_data["public"] == "public"
        comment(actor=self.actor, case_id=self.case.id, words=self.cleaned_data["words"], public=public)
