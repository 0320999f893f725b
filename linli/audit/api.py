"""The door to the append-only trail."""

from linli.audit.actions import Actor, NamedActor, record, ticket
from linli.audit.models import APPEND_ONLY
from linli.audit.queries import openings_of, trail_of

__all__ = ["APPEND_ONLY", "Actor", "NamedActor", "openings_of", "record", "ticket", "trail_of"]
