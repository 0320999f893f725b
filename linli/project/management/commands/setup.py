"""`linli setup`: everything a database needs before the first request. Safe to repeat."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from linli.accounts.api import Post, Role, User, create_user, grant_post
from linli.project.roles import grant_tables, make_roles
from linli.territory.api import Area, load_district

OWNER = "owner"


class Command(BaseCommand):
    help = "Make roles, tables and rights; load the district's tree. Safe to repeat."
    requires_system_checks = []  # checked with the pages; this must start quickly

    def handle(self, *args: object, **options: object) -> None:
        owner = connections[OWNER]
        make_roles(owner)
        call_command("migrate", database=OWNER, verbosity=0, interactive=False)
        call_command("createcachetable", database=OWNER, verbosity=0)
        undecided = grant_tables(owner)
        if undecided:
            raise CommandError(f"No rights are decided for: {', '.join(undecided)} (linli/project/roles.py)")
        if not Area.objects.using(OWNER).exists():
            load_district(actor=None)
        if not Post.objects.using(OWNER).filter(role=Role.SYSTEM).exists():
            self._system()
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        self.stdout.write("The database is ready.")

    def _system(self) -> None:
        """The one post under which timers, deliveries and imports act."""
        user = User.objects.using(OWNER).filter(username="linli").first()
        user = user or create_user(actor=None, username="linli", name="Linli", password=None)
        district = Area.objects.using(OWNER).get(kind="district")
        grant_post(actor=None, user=user, role=Role.SYSTEM, area=district, starts_on=date(2020, 1, 1))
