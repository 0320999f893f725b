"""Forms of duty: who, where, from when. The floor below decides; here is only read what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from linli.register.duty.api import (
    MAX_CHAIN_NAME,
    MAX_WORDS,
    Candidate,
    CardWords,
    Charge,
    Holder,
    Laid,
    LevelDraft,
    OpenSpot,
    Seat,
    Spot,
)
from linli.web.desk.duty import words


class Day(forms.DateField):
    """A day, chosen with the browser's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class HolderField(forms.ChoiceField):
    """One of those who may be charged; cleaned to a Holder."""

    def offer(self, people: Sequence[Candidate]) -> None:
        """Put in who may be chosen."""
        self.people = {_key(one): one for one in people}
        offices = [(_key(one), f"{one.name} · {one.where}") for one in people if one.post]
        residents = [(_key(one), f"{one.name} · {one.where}") for one in people if one.person]
        groups = [(_("Residents"), residents), (_("Offices and building heads"), offices)]
        self.choices = [("", _("Choose a person")), *((name, rows) for name, rows in groups if rows)]

    def clean(self, value: Any) -> Holder:
        """The person behind the choice. Raises ValidationError."""
        found = self.people[super().clean(value)]
        return Holder(post=found.post, person=found.person)


def _key(one: Candidate) -> str:
    return f"post-{one.post.id}" if one.post else f"person-{one.person.id if one.person else UUID(int=0)}"


class LayForm(forms.Form):
    """Who is to answer for which spots of a level."""

    spots = forms.MultipleChoiceField(
        label=_l("What he is to answer for"), widget=forms.CheckboxSelectMultiple, required=False
    )
    holder = HolderField(label=_l("Who"))
    seat = forms.ChoiceField(label=_l("In which seat"), initial=Seat.ACCOUNTABLE.value)
    starts_on = Day(label=_l("From"))

    def __init__(
        self, *args: Any, spots: Iterable[OpenSpot], people: Sequence[Candidate], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.open = {_spot_key(one.spot): one for one in spots}
        self.fields["spots"].choices = [  # type: ignore[attr-defined]
            (key, _offered(one)) for key, one in self.open.items()
        ]
        self.fields["holder"].offer(people)  # type: ignore[attr-defined]
        self.fields["seat"].choices = [(seat.value, words.SEATS[seat]) for seat in Seat]  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = today

    def chosen(self) -> list[Spot]:
        """The spots that were ticked."""
        return [self.open[key].spot for key in self.cleaned_data["spots"]]


def _offered(one: OpenSpot) -> str:
    return _("%(spot)s (now %(name)s)") % {"spot": one.name, "name": one.holder or "…"} if one.charge_id else one.name


def _spot_key(spot: Spot) -> str:
    return f"place-{spot.place.id}" if spot.place else f"area-{spot.area.id}"


def spot_key(place_id: int | None, area_id: int) -> str:
    """The value a spot has in the form."""
    return f"place-{place_id}" if place_id else f"area-{area_id}"


class HandOverForm(forms.Form):
    """Who takes a charge over, and from which day on."""

    holder = HolderField(label=_l("To whom"))
    on = Day(label=_l("From"))

    def __init__(self, *args: Any, people: Sequence[Candidate], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].offer(people)  # type: ignore[attr-defined]
        self.fields["on"].initial = today


class LeaveForm(forms.Form):
    """From when to when somebody is away, and who stands in."""

    starts_on = Day(label=_l("Away from"))
    ends_on = Day(label=_l("Back on"), required=False)
    stand_in = forms.ChoiceField(label=_l("Who stands in"), required=False)

    def __init__(
        self, *args: Any, charges: Sequence[tuple[Charge, str]], people: Sequence[Candidate], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.charges = {f"charge-{charge.id}": charge for charge, _name in charges}
        self.posts = {_key(one): one.post for one in people if one.post}
        beside = [
            (f"charge-{charge.id}", f"{name} · {words.SEATS[Seat(charge.seat)]}") for charge, name in charges if name
        ]
        offices = [(_key(one), f"{one.name} · {one.where}") for one in people if one.post]
        groups = [(_("Also charged here"), beside), (_("Offices and building heads"), offices)]
        self.fields["stand_in"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody: it counts as a gap")), *((name, rows) for name, rows in groups if rows)
        ]  # fmt: skip
        self.fields["starts_on"].initial = today

    def given(self) -> dict[str, Any]:
        """The cleaned values as the act takes them."""
        asked = self.cleaned_data["stand_in"]
        return {
            "starts_on": self.cleaned_data["starts_on"],
            "ends_on": self.cleaned_data["ends_on"],
            "stand_in": self.charges.get(asked),
            "stand_in_post": self.posts.get(asked),
        }


class ChainForm(forms.Form):
    """The name of a chain, and whether it holds."""

    name = forms.CharField(label=_l("Name (Chinese)"), max_length=MAX_CHAIN_NAME)
    name_en = forms.CharField(label=_l("Name (English)"), max_length=MAX_CHAIN_NAME, required=False)
    is_active = forms.BooleanField(label=_l("In use"), required=False, initial=True)


class NewChainForm(forms.Form):
    """A chain to begin with: a shipped one, or a name of one's own."""

    preset = forms.ChoiceField(label=_l("Begin with"), required=False, widget=forms.RadioSelect)
    name = forms.CharField(label=_l("Own name"), max_length=MAX_CHAIN_NAME, required=False)

    def __init__(self, *args: Any, presets: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["preset"].choices = [*presets, ("", _("An empty chain"))]  # type: ignore[attr-defined]
        self.fields["preset"].initial = presets[0][0] if presets else ""


class LevelForm(forms.Form):
    """One level of a chain."""

    name = forms.CharField(label=_l("Name (Chinese)"), max_length=MAX_CHAIN_NAME)
    name_en = forms.CharField(label=_l("Name (English)"), max_length=MAX_CHAIN_NAME, required=False)
    laid_on = forms.MultipleChoiceField(label=_l("Laid on"), widget=forms.CheckboxSelectMultiple)
    must_cover = forms.BooleanField(label=_l("Every entrance needs one"), required=False, initial=True)
    most_doors = forms.IntegerField(label=_l("At most so many entrances for one"), min_value=1, required=False)
    most_homes = forms.IntegerField(label=_l("At most so many homes for one"), min_value=1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["laid_on"].choices = [(kind.value, word) for kind, word in words.LAID.items()]  # type: ignore[attr-defined]

    def draft(self) -> LevelDraft:
        """The level as it was typed."""
        given = self.cleaned_data
        return LevelDraft(
            name=given["name"], name_en=given["name_en"], laid_on=tuple(Laid(kind) for kind in given["laid_on"]),
            must_cover=given["must_cover"], most_doors=given["most_doors"], most_homes=given["most_homes"],
        )  # fmt: skip


class CardForm(forms.Form):
    """What the public is to read, and the consent to it."""

    shown_name = forms.CharField(label=_l("Name as shown"), max_length=60)
    duty_words = forms.CharField(label=_l("What he answers for"), max_length=MAX_WORDS)
    promise = forms.CharField(label=_l("Promise"), max_length=MAX_WORDS, required=False)
    reach = forms.CharField(
        label=_l("How to reach him"), max_length=MAX_WORDS,
        help_text=_l("A phone only if he wants it to be public; or a place and an hour"),
    )  # fmt: skip
    consents = forms.BooleanField(
        label=_l("He has agreed that this is shown to everybody, and may withdraw it at any time"), required=True
    )

    def __init__(self, *args: Any, own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if own:
            self.fields["consents"].label = _("I agree that this is shown to everybody; I may withdraw it at any time")

    def words(self) -> CardWords:
        """The words of the card."""
        given = self.cleaned_data
        return CardWords(given["shown_name"], given["duty_words"], given["reach"], given["promise"])
