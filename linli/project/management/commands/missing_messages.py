from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from linli.project import extraction


class Command(BaseCommand):
    help = "List sentences without a translation and translations that would break; ends with 1 when there are any."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--locale", default="zh_Hans")
        parser.add_argument("--under", default="", help="only places that start with this, such as web/desk")

    def handle(self, *_args: Any, **options: Any) -> None:
        lost = [one for one in extraction.missing(locale=options["locale"]) if one.where.startswith(options["under"])]
        wrong = extraction.broken(locale=options["locale"])
        for sentence in lost:
            context = f" [{sentence.context}]" if sentence.context else ""
            self.stdout.write(f"{sentence.where}{context} {sentence.msgid!r}")
        for line in wrong:
            self.stdout.write(line)
        if lost or wrong:
            raise CommandError(f"{len(lost)} without translation, {len(wrong)} wrong")
        self.stdout.write("every sentence is translated")
