"""A process that makes children which open sealed values without pause and say what they read, until they are killed.

argv: token, folder of keys, file with the secrets (JSON: list of [person, secret, area id, area path]), mutant or "".
On standard input one line makes one child; its process number is the first thing said. Each opening is told as
`<child> <turn> <secret> <value>` the moment the value is out, in one write, so that no line is torn.
"""

from __future__ import annotations

import json
import os
import sys
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.project.settings")


def say(line: str) -> None:
    os.write(1, (line + "\n").encode())


def open_for_ever(token: str, secrets: list[list[str]], mutant: str) -> None:
    from django.db import connection, transaction

    from linli.access import sealed
    from linli.access.api import enter

    ticket, turn, told = sealed.ticket, 0, ""

    def read_before_the_ticket(**given: object) -> object:
        """What must never be: the value is out, and then it is put on record."""
        with connection.cursor() as cursor:
            cursor.execute("select authz.peek(%s)", [given["secret_id"]])
            say(f"{told} {bytes(cursor.fetchone()[0]).hex()}")
        return ticket(**given)

    if mutant:
        sealed.ticket = read_before_the_ticket
    while True:
        person, secret, area, path = secrets[turn % len(secrets)]
        turn += 1
        told = f"{os.getpid()} {turn} {secret}"
        with transaction.atomic():
            value = sealed.open_sealed(
                actor=enter(token), secret_id=UUID(secret), subject_kind="tested", subject_id=person,
                area_id=int(area), area_path=path, field="phone", purpose="home_visit",
                reason=f"turn {os.getpid()} {turn}",
            )  # fmt: skip
            say(f"{told} {value}")


def main() -> None:
    import django

    django.setup()
    import sealed_people
    from django.conf import settings
    from django.db import connections

    token, settings.LINLI_KEYS, secrets, mutant = sys.argv[1:5]
    assert sealed_people.PHONE
    with open(secrets) as given:  # noqa: PTH123  (a script, not the application)
        known = json.load(given)
    say("ready")
    while sys.stdin.readline():
        child = os.fork()
        if child == 0:
            connections.close_all()
            say(f"child {os.getpid()}")
            open_for_ever(token, known, mutant)
        os.waitpid(child, 0)
        say(f"dead {child}")


if __name__ == "__main__":
    main()
