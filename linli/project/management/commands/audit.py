"""`linli audit …`: seal, export, verify and prove the trail (docs/operations.md)."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from linli.access.api import as_system
from linli.audit import verifier
from linli.audit.api import (
    SealError,
    canonical,
    export_trail,
    heads_file,
    key_file,
    line_of,
    make_key,
    newest_seal,
    proof_of,
    public_pem,
    read_key,
    seal_waiting,
)
from linli.kernel.errors import LinliError

OWNER: Final = "owner"


class Command(BaseCommand):
    """Everything but `verify` and `key` speaks to the database as its owner."""

    help = "Seal, export, verify and prove the trail."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("seal", help="seal all that waits, now")
        acts.add_parser("head", help="the newest head, as a line of JSON")
        key = acts.add_parser("key", help="the public key that verifiers need")
        key.add_argument("--new", action="store_true", help="make a key; refused while there is one")
        export = acts.add_parser("export", help="write the trail and its seals for the verifier")
        export.add_argument("file", type=Path)
        proof = acts.add_parser("proof", help="write the proof of one opening for the verifier")
        proof.add_argument("opening", type=UUID)
        proof.add_argument("file", type=Path)
        verify = acts.add_parser("verify", help="check an export or a proof; ends with 1 when something is wrong")
        verify.add_argument("file", type=Path)
        verify.add_argument("--key", type=Path, action="append", help="public key; otherwise that of this machine")
        verify.add_argument("--heads", type=Path, default=None, help="heads; otherwise those of this machine")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except (SealError, LinliError, OSError) as error:
            raise CommandError(str(error)) from error

    def _seal(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{seal_waiting(using=OWNER)} rows sealed.")

    def _head(self, _options: dict[str, Any]) -> None:
        newest = newest_seal(using=OWNER)
        if newest is None:
            raise CommandError("There is no seal yet.")
        self.stdout.write(line_of(newest).decode(), ending="")

    def _key(self, options: dict[str, Any]) -> None:
        if options["new"] and key_file().exists():
            raise CommandError(f"There is a key: {key_file()}. Put it aside first, and keep its public half.")
        self.stdout.write(public_pem(make_key() if options["new"] else read_key()), ending="")

    def _export(self, options: dict[str, Any]) -> None:
        with options["file"].open("wb") as out:
            counts = export_trail(out, using=OWNER)
        self.stderr.write(f"{json.dumps(counts)} written to {options['file']}.")

    def _proof(self, options: dict[str, Any]) -> None:
        with as_system():
            proof = proof_of(options["opening"])
        options["file"].write_bytes(canonical(proof) + b"\n")

    def _verify(self, options: dict[str, Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            own = Path(folder) / "key.pem"
            if not options["key"]:
                own.write_text(public_pem(read_key()), encoding="utf-8")
            keys = [f"--key={key}" for key in options["key"] or [own]]
            code = verifier.main([str(options["file"]), *keys, f"--heads={options['heads'] or heads_file()}"])
        if code:
            sys.exit(code)
