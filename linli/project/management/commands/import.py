"""`linli import hotline FILE`: messages of the hotline; `linli import register FILE`: homes and people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from linli.doors.hotline12345.actions import Outcome, Plan, plan_import, run_import
from linli.doors.hotline12345.mapping import RowNote
from linli.doors.hotline12345.queries import USUAL_PROFILE
from linli.kernel.errors import LinliError
from linli.project.register_import import import_register

DEMO_TOWN: Final = "310115132"
SHOWN: Final = 20
LEFT_OUT: Final = 2
"""Exit status when the import ran and some rows could not come in."""


class Command(BaseCommand):
    """Reads the file, says what is in it, asks, and brings it in with a progress bar."""

    help = "Import messages from a file; safe to repeat. Nothing is written with --dry-run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", choices=["hotline", "register"], help="what kind of file it is")
        parser.add_argument("file", type=Path, help="CSV (UTF-8 or GB18030) or XLSX")
        parser.add_argument("--profile", default=None, help="which column is what")
        parser.add_argument("--area", default=DEMO_TOWN, help="code of the area the rows belong to")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        people = parser.add_argument_group("register")
        people.add_argument("--fill-down", action="store_true", help="rows without an address belong to the home above")
        people.add_argument("--update", action="store_true", help="bring people who are here up to date")
        people.add_argument("--whole", action="store_true", help="all rows or none")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["source"] == "register":
                import_register(self.stdout, options["file"], options)
                return
            plan = plan_import(options["file"], profile=options["profile"] or USUAL_PROFILE, area=options["area"])
            self._tell(plan)
            if options["dry_run"]:
                self.stdout.write(_("Nothing was written: this was a dry run."))
                return
            if not options["yes"] and not self._agreed(plan):
                raise CommandError(_("Nothing was imported."))
            outcome = self._run(plan)
        except LinliError as error:
            raise CommandError(" ".join(filter(None, (str(error), str(error.kept or ""))))) from error
        self._report(plan, outcome)

    def _tell(self, plan: Plan) -> None:
        mapped = plan.mapped
        self.stdout.write(
            _("%(name)s (%(encoding)s): %(rows)d rows, %(good)d can come in, %(bad)d cannot.")
            % {
                "name": plan.table.name,
                "encoding": plan.table.encoding,
                "rows": len(plan.table.rows),
                "good": len(mapped.messages),
                "bad": len({note.row for note in mapped.errors}),
            }
        )
        if plan.profile.spread and not plan.area.is_leaf:
            self.stdout.write(
                _("The file names no committee: its messages are laid over the %(count)d committees of %(area)s.")
                % {"count": len(plan.leaves), "area": plan.area}
            )
        self._list(mapped.errors)
        self._list(mapped.remarks)

    def _list(self, notes: Sequence[RowNote]) -> None:
        for note in notes[:SHOWN]:
            self.stdout.write(
                _("  row %(row)d: %(what)s %(cure)s") % {"row": note.row, "what": note.what, "cure": note.cure}
            )
        if len(notes) > SHOWN:
            self.stdout.write(_("  … and %(more)d more") % {"more": len(notes) - SHOWN})

    def _agreed(self, plan: Plan) -> bool:
        question = _("Bring in %(count)d messages? [y/N] ") % {"count": len(plan.mapped.messages)}
        return input(question).strip().lower() in {"y", "yes", "是"}

    def _run(self, plan: Plan) -> Outcome:
        shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*shown, console=Console(stderr=True)) as bar:
            task = bar.add_task(_("Bringing in"), total=len(plan.mapped.messages))
            return run_import(plan, progress=lambda done: bar.advance(task, done))

    def _report(self, plan: Plan, outcome: Outcome) -> None:
        self.stdout.write(
            _("%(fresh)d new, %(known)d known already, %(refused)d not taken.")
            % {"fresh": outcome.fresh, "known": outcome.known, "refused": len(outcome.refused)}
        )
        self._list(outcome.refused)
        left_out = len({note.row for note in (*plan.mapped.errors, *outcome.refused)})
        if left_out:
            raise CommandError(
                _("%(count)d rows were left out. Correct them and import the file again; nothing is doubled.")
                % {"count": left_out},
                returncode=LEFT_OUT,
            )
