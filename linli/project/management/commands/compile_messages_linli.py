from typing import Any

from django.core.management.base import BaseCommand, CommandError

from linli.project.messages import CatalogueError, compile_all


class Command(BaseCommand):
    help = "Compile the translations that changed (.po to .mo)."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            self.stdout.write(f"{compile_all()} compiled")
        except CatalogueError as error:
            raise CommandError(str(error)) from error
