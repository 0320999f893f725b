"""Forms of homes and people. What is known is not asked: an existing person brings his facts, a home its committee."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from linli.access.api import Principal
from linli.calendar.api import today
from linli.kernel.errors import Conflict, InvalidInput, LinliError, WrongState
from linli.register.households.api import HomeStory, Newcomer, Relation, Tenure, move_in
from linli.register.people.api import Person, Sex, Source, TagGroup, TagKind, correct_person, find_people, note_tag
from linli.web.desk import words
from linli.web.desk.homes import shown

Pairs = Sequence[tuple[str, object]]
NEW = "new"
FAULTS = (InvalidInput, WrongState, Conflict)
"""What a person can set right on the page he is on; what he may not do or see has a page of its own."""
AT_HAND = (Source.DOOR, Source.PHONE, Source.SELF, Source.AUTHORITY)
"""Sources a person at the desk can name; lists and inventions come by other ways."""


def pairs(found: Iterable[Any]) -> list[tuple[str, object]]:
    """Values of an enumeration with their words."""
    return [(one.value, _(one.label)) for one in found]


def source_field() -> forms.ChoiceField:
    """Where it was learnt: at the door, where nothing else is said."""
    return forms.ChoiceField(label=_l("Where it was learnt"), initial=Source.DOOR.value)


FIELD_OF = {"bad_mobile": "phone", "bad_id": "id_number", "bad_id_check": "id_number"}
"""Faults of the numbers stand at their fields."""


def id_field() -> forms.CharField:
    """An ID number; seldom needed: name, home and phone are enough for most."""
    return forms.CharField(
        label=_l("ID number"),
        required=False,
        max_length=24,
        help_text=_l("Only where it is needed. It is sealed, and tells birthday and sex."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def phone_field() -> forms.CharField:
    """A phone, sealed."""
    return forms.CharField(
        label=pgettext_lazy("person", "Phone"),
        required=False,
        max_length=24,
        help_text=_l("It is sealed; lists show a part of it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )


def day_field(label: Any, *, required: bool = False) -> forms.DateField:
    """A day, never one to come."""
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class Choosing(forms.Form):
    """A form whose choices are put into words when it is made."""

    def blame(self, error: LinliError) -> None:
        """Say what went wrong, at the field whose fault it is."""
        field = FIELD_OF.get(error.code)
        self.add_error(field if field in self.fields else None, _(str(error)))

    def choose(self, name: str, choices: Sequence[Any]) -> None:
        """Set the choices of a field."""
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(name)
        field.choices = choices


class MoveInForm(Choosing):
    """Somebody moves in. When people of this committee have such a name, it is asked whether it is one of them."""

    name = forms.CharField(label=_l("Name"), max_length=60)
    person = forms.ChoiceField(label=_l("Is it one of these?"), required=False, widget=forms.RadioSelect)
    household = forms.ChoiceField(label=_l("Into which household"), required=False)
    tenure = forms.ChoiceField(label=_l("By which right they live there"), required=False)
    relation = forms.ChoiceField(label=_l("What he is to the head of the household"))
    lives_here = forms.BooleanField(label=_l("Lives here (not only registered)"), required=False, initial=True)
    since = day_field(_l("Since"))
    phone = phone_field()
    id_number = id_field()
    born_on = day_field(_l("Born on"))
    sex = forms.ChoiceField(label=_l("Sex"), required=False)
    source = source_field()

    def __init__(self, *args: Any, actor: Principal, story: HomeStory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.story = actor, story
        self.alike: list[Person] = []
        families = story.families
        self.choose("household", [*((str(f.household.id), _family(actor, f)) for f in families), (NEW, _("A new one"))])
        self.choose("tenure", [("", "—"), *pairs(Tenure)])
        self.choose("relation", pairs(Relation))
        self.choose("sex", pairs(sorted(Sex, key=lambda one: one is not Sex.UNKNOWN)))
        self.choose("source", pairs(AT_HAND))
        self.fields["since"].initial = today()
        self.fields["relation"].initial = Relation.OTHER.value if families else Relation.HEAD.value
        if families:
            self.fields["household"].required = True
            self.fields["tenure"].help_text = _("Only for a new household")
        else:
            del self.fields["household"]
            self.fields["tenure"].required = True
        self._look_for_alike()

    def _look_for_alike(self) -> None:
        name = str(self.data.get("name", "")).strip()
        if name:
            self.alike = find_people(self.actor, area_id=self.story.home.area_id, words=name, limit=8)
        here = {one.person.id for family in self.story.families for one in family.residents if one.person}
        self.alike = [one for one in self.alike if one.id not in here]
        if self.alike:
            choices = [(str(one.id), _who(one)) for one in self.alike]
            self.choose("person", [*choices, (NEW, _("No, somebody who is not noted yet"))])
        else:
            del self.fields["person"]

    def clean(self) -> dict[str, Any]:
        """Whom it is and into which household have to be clear. Raises nothing: faults stand at their fields."""
        given: dict[str, Any] = super().clean() or {}
        if self.alike and not given.get("person") and "person" not in self.errors:
            self.add_error("person", _("People of this name are noted here. Say whether it is one of them."))
        if given.get("household", NEW) in ("", NEW) and not given.get("tenure") and "tenure" not in self.errors:
            self.add_error("tenure", _("Say by which right they live there."))
        return given

    def perform(self) -> None:
        """Let him move in. Raises LinliError."""
        given = self.cleaned_data
        chosen, household = given.get("person") or NEW, given.get("household") or NEW
        new = Newcomer(
            name=given["name"],
            source=given["source"],
            sex=given["sex"] or Sex.UNKNOWN.value,
            born_on=given["born_on"],
            id_number=given["id_number"],
            phone=given["phone"],
        )
        move_in(
            actor=self.actor,
            home_id=self.story.home.id,
            person=new if chosen == NEW else UUID(chosen),
            relation=given["relation"],
            household_id=None if household == NEW else UUID(household),
            tenure=given["tenure"],
            lives_here=given["lives_here"],
            since=given["since"],
        )


def _family(actor: Principal, family: Any) -> str:
    people = [shown.name_for(actor, one.person) for one in family.residents if one.person]
    return words.listed(people[:3]) or _(Tenure(family.household.tenure).label)


def _who(person: Person) -> str:
    (found,) = shown.listed([person], today())
    return f"{person.name} · {found.about}" if found.about else person.name


class CorrectForm(Choosing):
    """What is noted of a person, set right."""

    name = forms.CharField(label=_l("Name"), max_length=60)
    born_on = day_field(_l("Born on"))
    sex = forms.ChoiceField(label=_l("Sex"))
    language = forms.CharField(
        label=_l("Language he speaks best"), max_length=10, required=False, help_text=_l("For example en, ja or ug")
    )
    phone = phone_field()
    id_number = id_field()
    source = source_field()

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        facts = {"name": person.name, "born_on": person.born_on, "sex": person.sex, "language": person.language}
        super().__init__(*args, **{"initial": facts, "auto_id": "correct-%s", **kwargs})
        self.person = person
        self.choose("sex", pairs(Sex))
        self.choose("source", pairs(AT_HAND))

    def perform(self, actor: Principal) -> None:
        """Set it right. Raises LinliError."""
        changes = {name: self.cleaned_data[name] for name in ("name", "born_on", "sex", "language")}
        changed = {name: value for name, value in changes.items() if value != getattr(self.person, name)}
        correct_person(
            actor=actor,
            person_id=self.person.id,
            source=self.cleaned_data["source"],
            changes=changed,
            id_number=self.cleaned_data["id_number"],
            phone=self.cleaned_data["phone"],
        )


class NeedForm(Choosing):
    """A need or a role from the list; what it is kept for and by which law comes with the kind."""

    kind = forms.ChoiceField(label=_l("Need or role"))
    source = source_field()

    def __init__(self, *args: Any, kinds: Sequence[TagKind], held: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "need-%s", **kwargs})
        free = [kind for kind in kinds if kind.code not in held]
        groups = [(_(group.label), [(k.code, str(k)) for k in free if k.group == group]) for group in TagGroup]
        self.choose("kind", [("", "—"), *(group for group in groups if group[1])])
        self.choose("source", pairs(AT_HAND))

    def perform(self, actor: Principal, person_id: UUID) -> None:
        """Note it. Raises LinliError."""
        note_tag(actor=actor, person_id=person_id, kind=self.cleaned_data["kind"], source=self.cleaned_data["source"])
