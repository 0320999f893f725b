"""Compiles the translations (.po → .mo) that are newer than what was compiled before.

`python -m linli.project.messages`; plain Python, so that no machine needs gettext's programs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import polib

__all__ = ["CatalogueError", "compile_all", "main"]

PACKAGE = Path(__file__).resolve().parents[1]


class CatalogueError(ValueError):
    """A .po file that cannot be read; the message names file and line."""


def compile_all(package: Path = PACKAGE) -> int:
    """Number of catalogues compiled. Raises CatalogueError."""
    count = 0
    for source in sorted(package.rglob("locale/*/LC_MESSAGES/*.po")):
        goal = source.with_suffix(".mo")
        if goal.exists() and goal.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        try:
            catalogue = polib.pofile(str(source))
        except (OSError, ValueError) as error:
            raise CatalogueError(f"{source}: {error}") from error
        partial = goal.with_suffix(f".{os.getpid()}")
        catalogue.save_as_mofile(str(partial))
        partial.replace(goal)
        count += 1
    return count


def main() -> int:
    """Entry of `python -m linli.project.messages`."""
    try:
        count = compile_all()
    except CatalogueError as error:
        sys.stderr.write(f"A translation cannot be compiled. {error}\n")
        return 1
    if count:
        sys.stdout.write(f"Compiled {count} translations.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
