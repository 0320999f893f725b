"""The OpenAPI file and what the server really answers: no 5xx, no undocumented status, no schema break.

`LINLI_SOAK=1` sends 2,000 generated requests and more, the ordinary run a tenth of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doors import api_fuzz
from figures import note_figures

from linli.doors.rest.openapi import document

SOAK = os.environ.get("LINLI_SOAK") == "1"
CASES, EXAMPLES = (2_000, 20) if SOAK else (200, 4)
SEED = int(os.environ.get("LINLI_SEED", "20261124"))


def fuzzed(server: str, folder: Path, name: str, cases: int, **options: Any) -> api_fuzz.Fuzzed:
    found = api_fuzz.campaign(server, folder, cases=cases, seed=SEED, phases="examples,fuzzing,stateful", **options)
    note_figures(name, cases=found.cases, answers=found.statuses, seed=SEED, failures=len(found.failures))
    return found


@pytest.mark.slow
def test_the_front_door_withstands_a_fuzzer(server: str, tmp_path: Path) -> None:
    found = fuzzed(
        server, tmp_path, "rest, without a token", CASES // 4, token=None, examples=3 * EXAMPLES,
        operations="^(create_report|get_report|list_items|list_areas)$",
    )  # fmt: skip
    assert found.failures == []
    assert found.cases >= CASES // 4
    assert {"200", "201", "422"} <= set(found.statuses)
    assert not any(status.startswith("5") for status in found.statuses)


@pytest.mark.slow
def test_the_interface_of_staff_withstands_a_fuzzer(server: str, caller: Callable[[str], Any], tmp_path: Path) -> None:
    token = caller("dispatcher").token
    found = fuzzed(server, tmp_path, "rest, with a token", CASES - CASES // 4, token=token, examples=EXAMPLES)
    assert found.failures == []
    assert found.cases >= CASES - CASES // 4
    assert {"200", "404", "422"} <= set(found.statuses)
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
                f"http://127.0.0.1:{port}", tmp_path, token=None, examples=3, seed=SEED, phases="fuzzing",
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
