"""The command line: `linli <command>`."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a management command with Linli's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.project.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
