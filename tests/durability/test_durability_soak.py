"""`linli soak`: runs what it is told, gathers figures, and says so when something fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from linli.project.soak.campaigns import CAMPAIGNS
from linli.project.soak.running import keep, soak

ROOT = Path(__file__).resolve().parents[2]

GOOD = """
import json, os
def test_it():
    with open(os.environ["LINLI_SOAK_FIGURES"], "a") as out:
        out.write(json.dumps({"campaign": "x", "probes": 7, "seed": os.environ["LINLI_SEED"]}) + "\\n")
    assert os.environ["LINLI_SOAK"] == "1"
"""
BAD = "def test_it():\n    assert False\n"


@pytest.mark.parametrize("bad", [False, True])
def test_figures_are_kept_and_a_failure_is_told(tmp_path: Path, bad: bool) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:django\n")
    (tmp_path / "test_good.py").write_text(GOOD)
    (tmp_path / "test_bad.py").write_text(BAD)
    sort = type(CAMPAIGNS[0])
    campaigns = [sort("good", "a goal", ("test_good.py",))] + [sort("bad", "another", ("test_bad.py",))] * bad
    said: list[str] = []
    report = tmp_path / "var" / "soak.json"
    keep(report, "earlier", {"passed": True})
    assert soak(campaigns, root=tmp_path, seed=5, report=report, say=said.append) is not bad
    kept = json.loads(report.read_text())
    assert kept["earlier"] == {"passed": True}
    assert kept["good"]["figures"] == [{"campaign": "x", "probes": 7, "seed": "5"}]
    assert kept["good"]["seed"] == 5
    wanted = {"earlier": True, "good": True, **({"bad": False} if bad else {})}
    assert {name: one["passed"] for name, one in kept.items()} == wanted
    assert any("FAILED" in line for line in said) is bad


def test_every_campaign_names_tests_that_are_there() -> None:
    for campaign in CAMPAIGNS:
        assert all((ROOT / path).exists() for path in campaign.tests), campaign.name


def test_an_unknown_campaign_is_refused() -> None:
    with pytest.raises(CommandError):
        call_command("soak", "--only", "nonsense")
