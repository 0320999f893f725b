"""`linli keys status|rotate`: the keys of sealed fields."""

from __future__ import annotations

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from linli.access.api import EpochState, KeyMissing, RotationRuns, epochs, rotate

OWNER: Final = "owner"


class Command(BaseCommand):
    """A rotation may be killed and started again at any moment."""

    help = "Show the keys of sealed fields, or rotate those that could still open something shredded in a backup."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("status", help="the epochs, their keys and files; ends with 1 when a file is missing")
        turn = acts.add_parser("rotate", help="wrap what survives anew and destroy the keys of what was shredded")
        turn.add_argument("--all", action="store_true", help="every epoch: when a key may have leaked")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["act"] == "rotate":
                self._rotate(everything=options["all"])
            else:
                self._status(epochs(using=OWNER))
        except (KeyMissing, RotationRuns) as error:
            raise CommandError(str(error)) from error

    def _rotate(self, *, everything: bool) -> None:
        done = rotate(using=OWNER, everything=everything)
        gone = ", ".join(map(str, done.destroyed)) or "none"
        self.stdout.write(f"Keys wrapped anew: {done.rewrapped}. Epochs whose key is destroyed: {gone}.")

    def _status(self, found: list[EpochState]) -> None:
        for one in found:
            state = "destroyed" if one.destroyed else "retired" if one.retired else "in use"
            file = "file there" if one.has_file else "no file"
            held = f"{one.keys} keys, {one.shredded} shredded"
            self.stdout.write(f"epoch {one.epoch}: {state}, {file}, {held}, opened {one.opened_at:%F}")
        missing = [str(one.epoch) for one in found if not one.destroyed and one.keys and not one.has_file]
        if missing:
            raise CommandError(f"The key files of these epochs are missing: {', '.join(missing)} (LINLI_KEYS).")
