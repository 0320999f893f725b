"""`linli run`: database, web server and worker together, for trying and developing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from linli.project import environment as env
from linli.project.postgres import ClusterError
from linli.project.run import Plan, RunError, run


class Command(BaseCommand):
    """Address and size come from HOST, PORT and WEB_WORKERS; options go before them."""

    help = "Start the database (unless DATABASE_URL is set), the web server and the worker; stop with Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=env.text("HOST", "127.0.0.1"), help="address to listen on")
        parser.add_argument("--port", type=int, default=env.number("PORT", 8000))
        parser.add_argument("--web-workers", type=int, default=env.number("WEB_WORKERS", 2))

    def handle(self, *_args: Any, **options: Any) -> None:
        plan = Plan(
            var=settings.VAR,
            host=options["host"],
            port=options["port"],
            web_workers=options["web_workers"],
            demo=settings.LINLI_DEMO,
            database_url=env.text("DATABASE_URL") or None,
            allowed_host=_first_name(settings.ALLOWED_HOSTS),
        )
        try:
            run(plan, self._say)
        except (RunError, ClusterError) as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _first_name(allowed: list[str]) -> str:
    """A host name that the server accepts, to ask it whether it is ready."""
    names = [name.lstrip(".") for name in allowed if name != "*"]
    return names[0] if names else "localhost"
