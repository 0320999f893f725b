from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.db.models.sql.compiler import SQLCompiler
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from linli.accounts.rules import MAX_FILTER_NAME, MAX_FILTER_QUERY, Role
from linli.territory.api import Area


class UnreadField(models.CharField):  # type: ignore[type-arg]  # Django's class takes none when it runs
    """A column that the application may not read (linli/project/roles.py): every query, joins too, gets "" for it."""

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, tuple[str | int, ...]]:
        """An empty text in the place of the column."""
        return "''::text", ()

    def deconstruct(self) -> tuple[str, str, Sequence[object], dict[str, object]]:
        """To migrations an ordinary column."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> models.QuerySet[User]:
        # Deferred, so that saving a person writes everything but the password.
        return super().get_queryset().defer("password")

    def create_user(self, username: str, password: str | None = None, **extra: object) -> User:
        user = self.model(username=username, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **extra: object) -> User:
        return self.create_user(username, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What he may do follows from his posts, never from this row.

    `password_stamp` changes with the password and is empty without one. It stands for the password wherever only
    "still the same one?" is asked, so that nobody needs to read the hash.
    """

    id = models.AutoField(primary_key=True)
    password = UnreadField("password", max_length=128)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=60)
    email = models.EmailField(blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    password_stamp = models.CharField(max_length=32, blank=True, default="", editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        base_manager_name = "objects"
        constraints = [
            # Whoever has no stamp is asked for a first password without an old one.
            models.CheckConstraint(
                condition=~Q(password_stamp="") | Q(("password__startswith", "!")), name="user_password_has_stamp"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def set_password(self, raw_password: str | None) -> None:
        """Set the hash and a new stamp; the caller saves. None leaves the account without a usable password."""
        super().set_password(raw_password)
        self.password_stamp = "" if raw_password is None else secrets.token_hex(16)

    def set_unusable_password(self) -> None:
        """Leave the account without a password that could fit."""
        self.set_password(None)

    def has_usable_password(self) -> bool:
        """Whether there is a password that could fit."""
        return self.password_stamp != ""

    def get_session_auth_hash(self) -> str:
        """What ties a browser's session to the present password."""
        return self._tied_with(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same with each earlier secret key."""
        return (self._tied_with(key) for key in settings.SECRET_KEY_FALLBACKS)

    def _tied_with(self, key: str | bytes) -> str:
        return salted_hmac("linli session of a password", self.password_stamp, secret=key).hexdigest()


class Unit(models.Model):
    """An organisation that can be made responsible: a station, a property firm, a department …

    `kind` is a unit kind of the catalogue (DOMAIN §3 owners); `area` is where it answers for matters of that kind.
    """

    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=40, db_index=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True, default="")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class Post(models.Model):
    """A role held by a person over an area, or in a unit, for a term (DOMAIN §4.1)."""

    id = models.AutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in Role])
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="posts")
    deputy = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["role", "area"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="post_term_runs_forward"
            ),
            models.CheckConstraint(
                condition=~Q(role="responder") | Q(unit__isnull=False), name="post_responder_has_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {Role(self.role).label}"


class SavedFilter(models.Model):
    """A narrowing of the desk's list that a person keeps under a name of his own. Nobody else sees it.

    `query`: the part of the list's address after the question mark. `is_start`: the list opens with it.
    """

    id = models.AutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=MAX_FILTER_NAME)
    query = models.CharField(max_length=MAX_FILTER_QUERY)
    is_start = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint("user", Lower("name"), name="saved_filter_name_once"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_start=True), name="saved_filter_one_start"),
        ]

    def __str__(self) -> str:
        return self.name
