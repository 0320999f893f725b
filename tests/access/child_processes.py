"""Processes of our own on a test database, started in order to be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


def url_of(database: str) -> str:
    owner = settings.DATABASES["owner"]
    return f"postgresql://{owner['USER']}@/{database}?host={owner['HOST']}&port={owner['PORT']}"


def start(script: str, database: str, *arguments: object) -> subprocess.Popen[bytes]:
    """A script of this folder, with pipes to talk to it, under the secrets of this test run."""
    environ = os.environ | {
        "DATABASE_URL": url_of(database), "SECRET_KEY": settings.SECRET_KEY, "LINLI_DEMO": "0",
        "LINLI_MASTER_KEY": settings.LINLI_MASTER_KEY,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"), str(HERE))),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, str(HERE / script), *map(str, arguments)], cwd=ROOT, env=environ, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
