"""The OpenAPI file and what the server really answers: no 5xx, no undocumented status, no schema break."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from linli.doors.rest.openapi import document

sys.path.insert(0, str(Path(__file__).parent))

import api_fuzz

SEED = 20261124


@pytest.fixture(scope="module")
def server(real_database: str, free_port: Callable[[], int]) -> Iterator[str]:
    """Granian on this folder's database, as in production."""
    owner, port = settings.DATABASES["owner"], free_port()
    host = str(owner["HOST"]).replace("/", "%2F")
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{owner['USER']}@/{real_database}?host={host}&port={owner['PORT']}",
        "LINLI_PUBLIC_PER_MINUTE": "0",
    }
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--log-level", "warning", "linli.project.asgi:application"),
    ]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError):
            line = HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/healthz")
            if line.getresponse().status == 200:
                return
    raise TimeoutError(f"no answer on port {port}")


def fuzzed(server: str, folder: Path, **options: Any) -> api_fuzz.Fuzzed:
    found = api_fuzz.fuzz(server, folder, seed=SEED, **options)
    sys.stdout.write(f"\n{found.cases} cases {found.statuses}\n")
    return found


@pytest.mark.slow
def test_the_front_door_withstands_a_fuzzer(server: str, tmp_path: Path) -> None:
    found = fuzzed(
        server, tmp_path, token=None, examples=15, seconds=15, phases="fuzzing,stateful",
        operations="^(create_report|get_report|list_items|list_areas)$",
    )  # fmt: skip
    assert found.failures == []
    assert found.cases > 50


@pytest.mark.slow
def test_the_interface_of_staff_withstands_a_fuzzer(server: str, caller: Callable[[str], Any], tmp_path: Path) -> None:
    token = caller("dispatcher").token
    found = fuzzed(server, tmp_path, token=token, examples=3, seconds=25, phases="fuzzing,stateful")
    assert found.failures == []
    assert found.cases > 100
    assert not any(status.startswith("5") for status in found.statuses)


def test_the_fuzzer_finds_a_server_that_does_not_keep_its_word(tmp_path: Path) -> None:
    """The control: an answer of another status than the file says is found."""
    script = tmp_path / "liar.py"
    script.write_text(LIAR, encoding="utf-8")
    (tmp_path / "openapi.json").write_bytes(document())
    with subprocess.Popen([sys.executable, str(script)], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as liar:
        try:
            assert liar.stdout is not None
            port = int(liar.stdout.readline())
            found = api_fuzz.fuzz(
                f"http://127.0.0.1:{port}", tmp_path, token=None, examples=3, seed=SEED, seconds=5, phases="fuzzing",
                operations="^list_items$",
            )  # fmt: skip
        finally:
            liar.terminate()
    assert found.failures != []


LIAR = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Liar(BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path.endswith("openapi.json")
        body = open("openapi.json", "rb").read() if known else b"{}"
        self.send_response(200 if known else 500)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_args):
        pass
server = HTTPServer(("127.0.0.1", 0), Liar)
print(server.server_port, flush=True)
server.serve_forever()
"""
