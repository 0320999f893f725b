"""`linli areas load FILE.geojson`: the outlines of areas from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from linli.kernel.errors import LinliError
from linli.kernel.geo import Datum
from linli.territory.api import Loaded, load_shapes

LEFT_OUT: Final = 2
"""Exit status when outlines were loaded and some features were left out."""


class Command(BaseCommand):
    """Draws the areas that the features of a GeoJSON file name, and says which features it had to leave out."""

    help = "Load the outlines of areas from a GeoJSON file; safe to repeat. Nothing is written with --dry-run."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        load = acts.add_parser("load", help="draw the areas that a file names")
        load.add_argument("file", type=Path, help="GeoJSON FeatureCollection of Polygon or MultiPolygon")
        load.add_argument(
            "--datum", required=True, choices=[str(datum) for datum in Datum], help="what its degrees mean"
        )
        load.add_argument("--key", default="code", help="the property that holds the code or the name of the area")
        load.add_argument("--source", default="", help="where the outlines come from; the file's name when left out")
        load.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            loaded = load_shapes(
                actor=None,
                collection=_read(file),
                key=options["key"],
                datum=options["datum"],
                source=options["source"] or file.name,
                write=not options["dry_run"],
            )
        except LinliError as error:
            raise CommandError(_(str(error))) from error
        if options["dry_run"]:
            self.stdout.write(_("Nothing was written: this was a dry run."))
        self._report(loaded, options["key"])

    def _report(self, loaded: Loaded, key: str) -> None:
        self.stdout.write(
            _("%(drawn)d areas drawn, %(unmatched)d features name no area, %(refused)d outlines not taken.")
            % {"drawn": len(loaded.drawn), "unmatched": len(loaded.unmatched), "refused": len(loaded.refused)}
        )
        for number, called in loaded.unmatched:
            self.stdout.write(
                _("  feature %(number)d: no area, or several, called “%(called)s” (property %(key)s)")
                % {"number": number, "called": called, "key": key}
            )
        for number, area, reason in loaded.refused:
            self.stdout.write(
                _("  feature %(number)d, %(area)s: %(reason)s") % {"number": number, "area": area, "reason": _(reason)}
            )
        left_out = len(loaded.unmatched) + len(loaded.refused)
        if left_out:
            raise CommandError(_("%(count)d features were left out.") % {"count": left_out}, returncode=LEFT_OUT)


def _read(file: Path) -> object:
    """Constants that JSON lacks (NaN, Infinity) come through as floats and are refused with their feature."""
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(_("%(file)s is not JSON in UTF-8.") % {"file": file}) from error
