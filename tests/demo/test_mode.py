"""The demonstration cannot be switched on by accident: every combination of settings, and every door that asks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template
from django.test import Client, override_settings

from linli.project import environment
from linli.project.run import Plan, _prepare
from linli.web.worker.templatetags import linli_demo

SECRETS = {"SECRET_KEY": "k" * 44, "LINLI_MASTER_KEY": "bWFzdGVya2V5LWZvci10ZXN0cy1vZi0zMi1ieXRlcyE="}
SWITCHES = ("LINLI_PRODUCTION", "LINLI_DEMO", "DEBUG")
REPORT = """
import json
from django.core.exceptions import ImproperlyConfigured
try:
    from linli.project import settings
except ImproperlyConfigured as error:
    print(json.dumps({"refused": str(error)}))
else:
    names = ("LINLI_PRODUCTION", "LINLI_DEMO", "DEBUG", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
    print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def started(tmp_path: Path, **environ: str) -> dict[str, object]:
    """What the settings come to in a process of their own with this environment."""
    kept = {name: value for name, value in os.environ.items() if name not in (*SWITCHES, *SECRETS)}
    done = subprocess.run(
        [sys.executable, "-c", REPORT], env=kept | {"LINLI_VAR": str(tmp_path)} | environ, capture_output=True,
        text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("production", "demo", "debug"), list(product("01", repeat=3)))
def test_every_combination_of_the_three_switches(tmp_path: Path, production: str, demo: str, debug: str) -> None:
    keys = {"LINLI_KEYS": str(tmp_path), "LINLI_SEALS_STALE_MINUTES": "15"}
    found = started(tmp_path, LINLI_PRODUCTION=production, LINLI_DEMO=demo, DEBUG=debug, **SECRETS, **keys)
    if production == "1" and "1" in (demo, debug):
        assert "LINLI_PRODUCTION=1 excludes LINLI_DEMO and DEBUG" in str(found["refused"])
        return
    assert "refused" not in found
    assert (found["LINLI_PRODUCTION"], found["LINLI_DEMO"], found["DEBUG"]) == (
        production == "1", demo == "1", debug == "1",
    )  # fmt: skip
    assert found["SESSION_COOKIE_SECURE"] is (production == "1")


def test_saying_nothing_means_neither_demonstration_nor_production(tmp_path: Path) -> None:
    found = started(tmp_path)
    assert (found["LINLI_DEMO"], found["LINLI_PRODUCTION"], found["DEBUG"]) == (False, False, False)


@pytest.mark.parametrize("value", ["maybe", "2", "demo", "-1", "j"])
def test_an_unclear_answer_stops_the_start(tmp_path: Path, value: str) -> None:
    assert f"LINLI_DEMO is {value!r}; it must be 1 or 0." in str(started(tmp_path, LINLI_DEMO=value)["refused"])


def test_the_switch_read_from_a_file_is_refused_in_production_too(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("yes\n", encoding="utf-8")
    file = {"LINLI_DEMO_FILE": str(tmp_path / "demo")}
    assert "excludes LINLI_DEMO" in str(started(tmp_path, LINLI_PRODUCTION="1", **file, **SECRETS)["refused"])
    assert started(tmp_path, **file)["LINLI_DEMO"] is True


def test_production_without_secrets_does_not_make_them_up(tmp_path: Path) -> None:
    assert "Set SECRET_KEY" in str(started(tmp_path, LINLI_PRODUCTION="1")["refused"])
    assert list(tmp_path.iterdir()) == []
    started(tmp_path)
    assert (tmp_path / "secret_key.secret").exists(), "outside production one is made"


@pytest.mark.parametrize(
    ("said", "meant"),
    [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("false", False), ("No", False),
     ("off", False), ("", False)],
)  # fmt: skip
def test_what_counts_as_yes_and_no(monkeypatch: pytest.MonkeyPatch, said: str, *, meant: bool) -> None:
    monkeypatch.setenv("LINLI_DEMO", said)
    assert environment.flag("LINLI_DEMO") is meant


def test_a_flag_that_is_neither_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_DEMO", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="perhaps"):
        environment.flag("LINLI_DEMO")


class Steps:
    """Writes down the commands that a start would run."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, ...]] = []

    def step(self, command: list[str]) -> bool:
        self.ran.append(tuple(command[3:]))
        return True


@pytest.mark.parametrize(
    ("demo", "wanted"), [(False, [("setup",)]), (True, [("setup",), ("demo", "load", "--if-empty")])]
)
def test_a_start_loads_the_town_only_in_the_demonstration(
    tmp_path: Path, wanted: list[tuple[str, ...]], *, demo: bool
) -> None:
    steps = Steps()
    assert _prepare(Plan(var=tmp_path, demo=demo), steps, lambda _line: None)  # type: ignore[arg-type]  # stands in
    assert steps.ran == wanted


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_ribbon_hangs_on_every_page_of_the_demonstration_and_on_no_other(language: str) -> None:
    ribbon = {"zh-hans": "演示", "en": "Demonstration"}[language]
    for address in ("/", "/report/", "/accounts/login/"):
        with override_settings(LINLI_DEMO=True):
            shown = Client().get(address, {"lang": language}).content.decode()
        with override_settings(LINLI_DEMO=False):
            bare = Client().get(address, {"lang": language}).content.decode()
        assert ribbon in shown, address
        assert ribbon not in bare, address


@pytest.mark.django_db
def test_the_gallery_of_components_is_shown_in_the_demonstration_only() -> None:
    for on, status in ((True, 200), (False, 404)):
        with override_settings(LINLI_DEMO=on):
            assert Client().get("/ui/gallery").status_code == status


@pytest.mark.django_db
def test_the_password_of_the_invented_is_told_in_the_demonstration_only() -> None:
    page = Template("{% load linli_demo %}{% demo_password %}|{% demo_accounts as them %}{{ them|length }}")
    with override_settings(LINLI_DEMO=False):
        assert page.render(Context()) == "|0"
    with override_settings(LINLI_DEMO=True):
        password, offered = page.render(Context()).split("|")
        assert password == linli_demo.SHARED
        assert int(offered) > 0
