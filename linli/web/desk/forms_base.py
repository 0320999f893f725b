"""What every form of an act has: the matter, photos that survive an error, and one call to the floor below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from linli.access.api import Principal
from linli.files.api import Photo, check_number, photos_for, store_photo
from linli.kernel.errors import InvalidInput
from linli.web.desk.matter import Matter

MAX_WORDS = 4000
KEPT = "kept"


Words = Any
"""Text, or a translation that is made when shown (the stubs have no public name for it)."""


class DeedForm(forms.Form):
    """A form that does one act on one matter. `photos`: names of its file fields. `template`: how it is laid out."""

    template: ClassVar[str] = "desk/acts/plain.html"
    photo_fields: ClassVar[Sequence[str]] = ()
    send: ClassVar[Promise] = _l("Send")
    done: ClassVar[Promise] = _l("Kept.")

    def __init__(self, *args: Any, matter: Matter, slug: str, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{slug}-%s"
        super().__init__(*args, **kwargs)
        self.matter = matter
        self.slug = slug
        self.kept: dict[str, list[Photo]] = {}

    @property
    def actor(self) -> Principal:
        return self.matter.actor

    def perform(self) -> None:
        """Do the act with the cleaned values. Raises LinliError: the words are kept and shown again."""
        raise NotImplementedError

    def demand(self, name: str, sentence: str) -> None:
        """This field is needed after all; a fault that it has already is told alone."""
        if name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, sentence)

    def keep_photos(self) -> None:
        """Store what was sent, so that a mistake elsewhere in the form does not cost it; what was stored before stays.

        Raises InvalidInput when a photo is not taken.
        """
        for name in self.photo_fields:
            known = self._kept_photos(name)
            files = self._files(name)
            check_number(len(known) + len(files))
            self.kept[name] = known
            for file in files:
                stored = store_photo(data=file.read(), name=file.name or "", purpose=Photo.Purpose.EVIDENCE)
                self.kept[name].append(stored)

    def photo_ids(self, name: str) -> list[UUID]:
        """The photos of one field."""
        return [photo.id for photo in self.kept.get(name, [])]

    def _files(self, name: str) -> list[UploadedFile[Any]]:
        getlist = getattr(self.files, "getlist", None)
        return list(getlist(name)) if getlist else []

    def _kept_photos(self, name: str) -> list[Photo]:
        given = self.data.getlist(f"{KEPT}_{name}") if isinstance(self.data, QueryDict) else []
        lost = InvalidInput(_("These photos cannot be found. Please add them again."), code="photo_unknown")
        try:
            ids = {UUID(one) for one in given}
        except ValueError as error:
            raise lost from error
        found = photos_for(ids)
        if len(found) != len(ids):
            raise lost
        return found

    @property
    def photo_inputs(self) -> list[dict[str, object]]:
        """The file fields for the template: name, label, what is kept already."""
        labels = {"photos": _("Photos"), "before": _("Photos before"), "after": _("Photos after")}
        return [{"name": name, "label": labels[name], "kept": self.kept.get(name, [])} for name in self.photo_fields]


def words_field(label: Words, *, required: bool = True, rows: int = 3, help_text: Words = "") -> forms.CharField:
    """A field for a few sentences."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=MAX_WORDS,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ChosenForm(DeedForm):
    """A form whose choices are known only with the matter at hand."""

    def choose(self, name: str, pairs: Sequence[tuple[str, object]]) -> None:
        """Set the choices of a field."""
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(name)
        field.choices = list(pairs)
