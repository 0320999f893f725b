"""The settings as a whole, each combination in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRETS = {"SECRET_KEY": "0123456789abcdef" * 4, "LINLI_MASTER_KEY": "bGlubGktdGVzdC1tYXN0ZXIta2V5LW9mLTMyLWJ5dGU="}
SAID = """
import json, sys
import django
from django.conf import settings
names = sys.argv[1].split(",")
print(json.dumps({name: getattr(settings, name) for name in names}, default=str))
"""


def _settings(*names: str, **environ: str) -> dict[str, object]:
    done = _start(SAID, ",".join(names), **environ)
    assert done.returncode == 0, done.stderr
    said: dict[str, object] = json.loads(done.stdout)
    return said


def _start(code: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    bare = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "DATABASE_URL"}}
    given = bare | {"DJANGO_SETTINGS_MODULE": "linli.project.settings"} | environ
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, env=given, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "environ",
    [{"LINLI_DEMO": "1"}, {"DEBUG": "1"}, {"LINLI_DEMO": "yes", "DEBUG": "true"}, {"LINLI_DEMO": "on", **SECRETS}],
    ids=str,
)
def test_production_and_demonstration_exclude_each_other(environ: dict[str, str], tmp_path: Path) -> None:
    done = _start(SAID, "DEBUG", LINLI_PRODUCTION="1", LINLI_VAR=str(tmp_path), **environ)
    assert done.returncode != 0
    assert "LINLI_PRODUCTION=1 excludes LINLI_DEMO and DEBUG" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_production_does_not_start_without_each_secret(missing: str, tmp_path: Path) -> None:
    given = {name: value for name, value in SECRETS.items() if name != missing}
    done = _start(SAID, "DEBUG", LINLI_PRODUCTION="1", LINLI_VAR=str(tmp_path), **given)
    assert done.returncode != 0
    assert f"Set {missing} (or {missing}_FILE)" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("named", [None, "not-there"])
def test_production_does_not_start_without_its_folder_of_keys(named: str | None, tmp_path: Path) -> None:
    given = {} if named is None else {"LINLI_KEYS": str(tmp_path / named)}
    done = _start(SAID, "DEBUG", LINLI_PRODUCTION="1", LINLI_VAR=str(tmp_path), **given, **SECRETS)
    assert done.returncode != 0
    assert "Set LINLI_KEYS: a folder that is there, mode 0700" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_elsewhere_the_folder_of_keys_is_made_when_it_is_needed(tmp_path: Path) -> None:
    assert _settings("LINLI_KEYS", LINLI_VAR=str(tmp_path))["LINLI_KEYS"] == str(tmp_path / "keys")
    assert _settings("LINLI_KEYS", LINLI_KEYS=str(tmp_path / "k"))["LINLI_KEYS"] == str(tmp_path / "k")
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(("value", "good"), [("1", True), ("65536", True), ("0", False), ("65537", False)])
def test_an_epoch_takes_no_more_keys_than_one_key_may_wrap(tmp_path: Path, value: str, good: bool) -> None:
    done = _start(SAID, "LINLI_KEYS_PER_EPOCH", LINLI_VAR=str(tmp_path), LINLI_KEYS_PER_EPOCH=value)
    assert (done.returncode == 0) is good
    assert good or "LINLI_KEYS_PER_EPOCH must be from 1 to 65536" in done.stderr


COOKIES = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SECURE_HSTS_SECONDS")


def test_production_sends_its_cookies_over_tls_alone_and_says_so_for_a_year(tmp_path: Path) -> None:
    given = {"LINLI_PRODUCTION": "1", "LINLI_VAR": str(tmp_path), "LINLI_KEYS": str(tmp_path), **SECRETS}
    said = _settings(*COOKIES, "LINLI_DEMO", "DEBUG", **given)
    assert said == {
        "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": True,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600, "LINLI_DEMO": False, "DEBUG": False,
    }  # fmt: skip


def test_a_first_start_without_any_setting_is_neither_demonstration_nor_debug(tmp_path: Path) -> None:
    said = _settings(*COOKIES, "LINLI_DEMO", "DEBUG", "ALLOWED_HOSTS", LINLI_VAR=str(tmp_path))
    assert said == {
        "SESSION_COOKIE_SECURE": False, "CSRF_COOKIE_SECURE": False, "SESSION_COOKIE_HTTPONLY": True,
        "SECURE_HSTS_SECONDS": 0, "LINLI_DEMO": False, "DEBUG": False,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
    }  # fmt: skip


def test_everything_that_is_written_lies_under_one_folder(tmp_path: Path) -> None:
    said = _settings("VAR", "STATIC_ROOT", "LINLI_FILES_ROOT", "MEDIA_ROOT", LINLI_VAR=str(tmp_path))
    assert {name: Path(str(value)).is_relative_to(tmp_path) for name, value in said.items()} == dict.fromkeys(
        said, True
    )


def test_the_forwarded_scheme_is_believed_only_behind_a_proxy_that_was_named(tmp_path: Path) -> None:
    name, where = "SECURE_PROXY_SSL_HEADER", str(tmp_path)
    assert _settings(name, LINLI_VAR=where)[name] is None
    assert _settings(name, LINLI_VAR=where, BEHIND_TLS_PROXY="1")[name] == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_no_page_may_run_a_script_or_be_framed_from_elsewhere(tmp_path: Path) -> None:
    policy = _settings("CONTENT_SECURITY_POLICY", LINLI_VAR=str(tmp_path))["CONTENT_SECURITY_POLICY"]
    assert isinstance(policy, dict)
    directives = policy["DIRECTIVES"]
    assert directives["script-src"] == directives["default-src"] == directives["style-src"] == ["'self'"]
    assert directives["frame-ancestors"] == directives["object-src"] == directives["base-uri"] == ["'none'"]
    assert "unsafe" not in json.dumps(policy)


def test_a_wrong_value_stops_the_start_with_its_name(tmp_path: Path) -> None:
    done = _start(SAID, "DEBUG", LINLI_VAR=str(tmp_path), LINLI_PUBLIC_PER_MINUTE="many")
    assert done.returncode != 0
    assert "LINLI_PUBLIC_PER_MINUTE is 'many'; it must be a whole number." in done.stderr


def test_without_a_setting_there_is_no_base_map_and_a_wrong_one_stops_the_start(tmp_path: Path) -> None:
    names, where = ("LINLI_BASEMAP_URL", "LINLI_BASEMAP_ATTRIBUTION", "LINLI_BASEMAP_DATUM"), str(tmp_path)
    assert _settings(*names, LINLI_VAR=where) == dict(zip(names, ("", "", "wgs84"), strict=True))
    tiles = "https://t.example.org/{z}/{x}/{y}.png"
    given = {"LINLI_BASEMAP_URL": tiles, "LINLI_BASEMAP_ATTRIBUTION": "© x", "LINLI_BASEMAP_DATUM": "gcj02"}
    assert _settings(*names, LINLI_VAR=where, **given) == given
    for wrong, said in (
        ({"LINLI_BASEMAP_ATTRIBUTION": ""}, "Set LINLI_BASEMAP_ATTRIBUTION"),
        ({"LINLI_BASEMAP_DATUM": "bd09"}, "LINLI_BASEMAP_DATUM is 'bd09'"),
        ({"LINLI_BASEMAP_URL": "https://{s}.x/{z}/{x}/{y}"}, "LINLI_BASEMAP_URL is"),
    ):
        done = _start(SAID, "DEBUG", LINLI_VAR=where, **{**given, **wrong})
        assert done.returncode != 0 and said in done.stderr, wrong


CHECK = """
from django.core.management import execute_from_command_line
execute_from_command_line(["linli", "check", "--deploy", "--fail-level", "WARNING"])
"""


def test_djangos_own_check_for_production_finds_only_what_the_proxy_does(tmp_path: Path) -> None:
    where = {"LINLI_VAR": str(tmp_path), "LINLI_KEYS": str(tmp_path), "ALLOWED_HOSTS": "linli.example"}
    done = _start(CHECK, LINLI_PRODUCTION="1", **where, **SECRETS)
    found = {word.strip("()?:") for line in done.stderr.splitlines() for word in line.split() if "security.W" in word}
    assert found <= {"security.W004", "security.W005", "security.W008", "security.W021"}, done.stderr
