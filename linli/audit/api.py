"""The door to the append-only trail, its seals and what is exported of them."""

from linli.audit.actions import Actor, NamedActor, record, ticket
from linli.audit.export import export_trail
from linli.audit.heads import heads_file, line_of
from linli.audit.keys import key_file, make_key, public_pem, read_key
from linli.audit.models import APPEND_ONLY
from linli.audit.queries import newest_seal, openings_of, proof_of, seals_are_fresh, trail_of
from linli.audit.rules import SealError, canonical
from linli.audit.sealing import seal_waiting

__all__ = [
    "APPEND_ONLY",
    "Actor",
    "NamedActor",
    "SealError",
    "canonical",
    "export_trail",
    "heads_file",
    "key_file",
    "line_of",
    "make_key",
    "newest_seal",
    "openings_of",
    "proof_of",
    "public_pem",
    "read_key",
    "record",
    "seal_waiting",
    "seals_are_fresh",
    "ticket",
    "trail_of",
]
