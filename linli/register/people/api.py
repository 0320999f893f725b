"""The door to people, their needs and their roles."""

from linli.register.people.models import Person, Tag, TagKind
from linli.register.people.rules import Sex, Source, TagGroup

__all__ = ["Person", "Sex", "Source", "Tag", "TagGroup", "TagKind"]
