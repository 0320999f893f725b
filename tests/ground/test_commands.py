"""What the small commands of the command line hand on, and what they say when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class

from linli.project import extraction
from linli.project.management.commands import missing_messages, run, soak, worker
from linli.project.postgres import ClusterError
from linli.project.run import Plan, RunError

OURS = sorted(name for name, app in get_commands().items() if app.startswith("linli."))


def test_the_commands_that_the_docs_name_are_there() -> None:
    assert {"setup", "run", "worker", "demo", "import", "token", "bench", "soak"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_every_command_says_in_a_sentence_what_it_does(name: str) -> None:
    said = load_command_class(get_commands()[name], name).help
    assert said.endswith(".")
    assert len(said.split()) > 3


# --- run


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """Every plan that would have been run."""
    kept: list[Plan] = []
    monkeypatch.setattr(run, "run", lambda plan, say: kept.append(plan))
    for name in ("HOST", "PORT", "WEB_WORKERS", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return kept


def test_run_listens_on_this_machine_alone_by_default(plans: list[Plan], settings: Any) -> None:
    call_command("run")
    assert plans == [
        Plan(var=settings.VAR, host="127.0.0.1", port=8000, web_workers=2, demo=settings.LINLI_DEMO, database_url=None,
             allowed_host=settings.ALLOWED_HOSTS[0])
    ]  # fmt: skip


def test_run_takes_address_and_size_from_the_environment(plans: list[Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HOST": "0.0.0.0",
        "PORT": "18080",
        "WEB_WORKERS": "3",
        "DATABASE_URL": "postgresql://db",
    }.items():
        monkeypatch.setenv(name, value)
    call_command("run")
    (plan,) = plans
    assert (plan.host, plan.port, plan.web_workers, plan.database_url) == ("0.0.0.0", 18080, 3, "postgresql://db")


def test_an_option_of_run_goes_before_the_environment(plans: list[Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "18080")
    call_command("run", "--port", "18081", "--host", "::1")
    assert (plans[0].host, plans[0].port) == ("::1", 18081)


@pytest.mark.parametrize("demo", [True, False])
def test_run_loads_the_demonstration_only_when_the_settings_say_so(
    plans: list[Plan], settings: Any, *, demo: bool
) -> None:
    settings.LINLI_DEMO = demo
    call_command("run")
    assert plans[0].demo is demo


@pytest.mark.parametrize(
    ("allowed", "asked"),
    [(["linli.example", "localhost"], "linli.example"), ([".example"], "example"), (["*"], "localhost"),
     ([], "localhost"), (["*", "town.example"], "town.example")],
    ids=str,
)  # fmt: skip
def test_run_asks_for_readiness_by_a_name_the_server_accepts(
    plans: list[Plan], settings: Any, allowed: list[str], asked: str
) -> None:
    settings.ALLOWED_HOSTS = allowed
    call_command("run")
    assert plans[0].allowed_host == asked


@pytest.mark.parametrize("trouble", [RunError("Port 8000 cannot be used."), ClusterError("The disk is full.")], ids=str)
def test_what_stops_run_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> None:
    def fails(_plan: Plan, _say: Callable[[str], object]) -> None:
        raise trouble

    monkeypatch.setattr(run, "run", fails)
    with pytest.raises(CommandError, match=str(trouble)):
        call_command("run")


def test_run_passes_on_at_once_what_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    out, flushed = StringIO(), []
    monkeypatch.setattr(out, "flush", lambda: flushed.append(out.getvalue()))
    monkeypatch.setattr(run, "run", lambda _plan, say: say("Linli is ready"))
    call_command("run", stdout=out)
    assert flushed[0] == "Linli is ready\n"


# --- worker


@pytest.mark.parametrize(("given", "jobs"), [([], 4), (["--concurrency", "1"], 1)], ids=str)
def test_the_worker_keeps_failed_jobs_and_stops_within_seconds(
    monkeypatch: pytest.MonkeyPatch, given: list[str], jobs: int
) -> None:
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(worker, "call_command", lambda *arguments: calls.append(arguments))
    call_command("worker", *given)
    ((name, act, *options),) = calls
    assert (name, act) == ("procrastinate", "worker")
    assert set(options) == {f"--concurrency={jobs}", "--delete-jobs=successful", "--shutdown-graceful-timeout=5"}


# --- soak


@pytest.fixture
def soaked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the campaigns would have been started with; the seed 13 makes one fail."""
    kept: list[dict[str, Any]] = []

    def instead(campaigns: Any, **given: Any) -> bool:
        kept.append({"names": [one.name for one in campaigns], **given})
        return bool(given["seed"] != 13)

    monkeypatch.setattr(soak, "soak", instead)
    return kept


def test_soak_runs_every_campaign_with_a_seed_that_can_be_given_again(soaked: list[dict[str, Any]]) -> None:
    out = StringIO()
    call_command("soak", stdout=out)
    (first,) = soaked
    assert first["names"] == list(soak.NAMES)
    assert out.getvalue().startswith(f"seed {first['seed']}\n")
    call_command("soak", "--seed", str(first["seed"]), "--only", "sql", "--only", "kills", stdout=out)
    assert (soaked[1]["names"], soaked[1]["seed"]) == (["sql", "kills"], first["seed"])


def test_a_seed_of_nought_is_a_seed(soaked: list[dict[str, Any]]) -> None:
    call_command("soak", "--seed", "0", stdout=StringIO())
    assert soaked[0]["seed"] == 0


def test_a_campaign_that_fails_ends_soak_with_an_error(soaked: list[dict[str, Any]]) -> None:
    with pytest.raises(CommandError, match=r"A campaign failed; see above and soak\.json"):
        call_command("soak", "--seed", "13", stdout=StringIO())
    assert len(soaked) == 1


def test_soak_says_that_it_needs_a_clone(soaked: list[dict[str, Any]], settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="run this in a clone"):
        call_command("soak", stdout=StringIO())
    assert soaked == []


# --- missing messages


def test_a_sentence_without_translation_is_named_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = [
        extraction.Sentence("Close", "door", where="web/desk/views.py:7"),
        extraction.Sentence("Open", where="web/worker/views.py:3"),
    ]
    monkeypatch.setattr(missing_messages.extraction, "missing", lambda locale: lost)
    monkeypatch.setattr(missing_messages.extraction, "broken", lambda locale: ["casework: %(x)s is lost"])
    out = StringIO()
    with pytest.raises(CommandError, match="2 without translation, 1 wrong"):
        call_command("missing_messages", stdout=out)
    assert out.getvalue().splitlines() == [
        "web/desk/views.py:7 [door] 'Close'", "web/worker/views.py:3 'Open'", "casework: %(x)s is lost",
    ]  # fmt: skip


def test_the_search_can_be_narrowed_to_one_face(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = [extraction.Sentence("Open", where="web/worker/views.py:3")]
    monkeypatch.setattr(missing_messages.extraction, "missing", lambda locale: lost)
    monkeypatch.setattr(missing_messages.extraction, "broken", lambda locale: [])
    out = StringIO()
    call_command("missing_messages", "--under", "web/desk", stdout=out)
    assert out.getvalue() == "every sentence is translated\n"
    with pytest.raises(CommandError, match="1 without translation"):
        call_command("missing_messages", "--under", "web/worker", stdout=out)
