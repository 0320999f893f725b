"""What a newcomer meets first: the Makefile and its installer."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _make(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_help_is_the_default_and_names_every_goal() -> None:
    answer = _make()
    assert answer.returncode == 0
    for goal in ("run", "test", "check", "bench", "soak", "help"):
        assert f"make {goal} " in answer.stdout


def test_no_python_is_said_with_what_to_do() -> None:
    answer = _make("run", "PYTHON=")
    assert answer.returncode != 0
    assert "make run PYTHON=/path/to/python3.11" in answer.stderr


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", "package.json", "pyproject.toml", "requirements/install.py"])
def test_no_registry_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    assert text
    for word in ("http://1", "https://", "index-url", "registry=", "--index", "find-links"):
        assert word not in text


def test_a_finished_environment_is_left_alone() -> None:
    stamp = ROOT / ".venv" / "linli.stamp"
    wanted = runpy.run_path(str(ROOT / "requirements" / "install.py"))["digest"]()
    if not stamp.exists() or stamp.read_text() != wanted:
        pytest.skip("the environment is not the one of `make setup`, or what it is made from has changed since")
    before = stamp.stat().st_mtime_ns
    subprocess.run([sys.executable, "requirements/install.py"], cwd=ROOT, check=True)
    assert stamp.stat().st_mtime_ns == before
