"""What an installation may say in its environment, and what it is told when that is wrong."""

from __future__ import annotations

import stat
import threading
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from linli.project import environment as env

# --- one value


def test_a_value_comes_from_the_variable_else_from_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINLI_X", raising=False)
    monkeypatch.delenv("LINLI_X_FILE", raising=False)
    assert env.text("LINLI_X") == ""
    assert env.text("LINLI_X", "three") == "three"
    monkeypatch.setenv("LINLI_X", "two words")
    assert env.text("LINLI_X", "three") == "two words"


def test_a_mounted_file_wins_over_the_variable_and_loses_its_last_newline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mounted = tmp_path / "secret"
    mounted.write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("LINLI_X", "from the variable")
    monkeypatch.setenv("LINLI_X_FILE", str(mounted))
    assert env.text("LINLI_X") == "from the file"


def test_a_mounted_file_that_is_not_there_stops_the_start_instead_of_falling_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LINLI_X", "from the variable")
    monkeypatch.setenv("LINLI_X_FILE", str(tmp_path / "gone"))
    with pytest.raises(FileNotFoundError):
        env.text("LINLI_X")


@pytest.mark.parametrize(
    ("value", "meant"),
    [("1", True), ("true", True), ("Yes", True), ("ON", True), ("0", False), ("false", False), ("No", False),
     ("off", False), ("", False)],
)  # fmt: skip
def test_a_flag_is_understood(monkeypatch: pytest.MonkeyPatch, value: str, *, meant: bool) -> None:
    monkeypatch.setenv("LINLI_X", value)
    assert env.flag("LINLI_X", default=not meant) is meant


@pytest.mark.parametrize("default", [True, False])
def test_a_flag_that_is_not_set_is_its_default(monkeypatch: pytest.MonkeyPatch, *, default: bool) -> None:
    monkeypatch.delenv("LINLI_X", raising=False)
    assert env.flag("LINLI_X", default=default) is default


@pytest.mark.parametrize("value", ["2", "maybe", "真", "tru", " 1", "-1"])
def test_a_flag_that_is_neither_yes_nor_no_is_named_with_what_it_says(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("LINLI_DEMO", value)
    with pytest.raises(ImproperlyConfigured, match="LINLI_DEMO is ") as told:
        env.flag("LINLI_DEMO")
    assert repr(value.lower()) in str(told.value)


@pytest.mark.parametrize(("value", "meant"), [("0", 0), ("600", 600), (" 7 ", 7), ("-3", -3)])
def test_a_number_is_understood(monkeypatch: pytest.MonkeyPatch, value: str, meant: int) -> None:
    monkeypatch.setenv("PORT", value)
    assert env.number("PORT", 8000) == meant


@pytest.mark.parametrize("value", ["", "1.5", "8k", "八千", "0x10"])
def test_a_number_that_is_none_is_named_with_what_it_says(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(ImproperlyConfigured, match=r"PORT is .*whole number"):
        env.number("PORT", 8000)


@pytest.mark.parametrize(
    ("value", "meant"),
    [("a", ["a"]), ("a,b", ["a", "b"]), (" a , ,b,", ["a", "b"]), ("", []), (",", [])],
)  # fmt: skip
def test_a_list_is_parted_at_commas_and_has_no_empty_part(
    monkeypatch: pytest.MonkeyPatch, value: str, meant: list[str]
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", value)
    assert env.items("ALLOWED_HOSTS", "localhost") == meant


# --- secrets


@pytest.fixture
def no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINLI_X", raising=False)
    monkeypatch.delenv("LINLI_X_FILE", raising=False)


@pytest.mark.usefixtures("no_secret")
def test_a_secret_is_made_once_kept_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    made = env.kept_secret("LINLI_X", tmp_path / "var", may_make=True)
    assert len(urlsafe_b64decode(made)) == 32
    file = tmp_path / "var" / "linli_x.secret"
    assert file.read_text(encoding="utf-8") == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert env.kept_secret("LINLI_X", tmp_path / "var", may_make=True) == made
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["linli_x.secret"]


@pytest.mark.usefixtures("no_secret")
def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    made = {env.kept_secret("LINLI_X", tmp_path / str(n), may_make=True) for n in range(20)}
    assert len(made) == 20


@pytest.mark.usefixtures("no_secret")
def test_production_is_told_to_set_its_secret_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"Set LINLI_X \(or LINLI_X_FILE\)"):
        env.kept_secret("LINLI_X", tmp_path / "var", may_make=False)
    assert not (tmp_path / "var").exists()


def test_a_given_secret_is_taken_and_not_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINLI_X", "given")
    assert env.kept_secret("LINLI_X", tmp_path / "var", may_make=False) == "given"
    assert not (tmp_path / "var").exists()


@pytest.mark.usefixtures("no_secret")
def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Web server and worker start side by side on a fresh clone: two keys would sign each other out."""
    start, made, lock = threading.Barrier(8), [], threading.Lock()
    serial = iter(range(8))
    monkeypatch.setattr(env.os, "getpid", lambda: next(serial))  # eight processes, eight partial files

    def process() -> None:
        start.wait()
        secret = env.kept_secret("LINLI_X", tmp_path, may_make=True)
        with lock:
            made.append(secret)

    threads = [threading.Thread(target=process) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["linli_x.secret"]


# --- the database


def _databases(monkeypatch: pytest.MonkeyPatch, url: str) -> dict[str, dict[str, object]]:
    monkeypatch.setenv("DATABASE_URL", url)
    return env.databases(Path("/nowhere"), "s")


URL = "postgresql://boss:pass%40word@db.example:5433/linli_town?sslmode=require"


def test_each_door_to_the_database_has_a_role_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    doors = _databases(monkeypatch, URL)
    assert {name: door["USER"] for name, door in doors.items()} == {
        "default": "linli_app", "owner": "boss", "audit": "linli_audit", "gate": "linli_gate",
    }  # fmt: skip
    assert {door["NAME"] for door in doors.values()} == {"linli_town"}
    assert {(door["HOST"], door["PORT"]) for door in doors.values()} == {("db.example", "5433")}


def test_only_the_owner_uses_the_password_of_the_url(monkeypatch: pytest.MonkeyPatch) -> None:
    doors = _databases(monkeypatch, URL)
    assert doors["owner"]["PASSWORD"] == "pass@word"
    others = {str(door["PASSWORD"]) for name, door in doors.items() if name != "owner"}
    assert len(others) == 3
    assert "pass@word" not in others


def test_what_the_url_says_beside_the_address_reaches_every_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    for door in _databases(monkeypatch, URL).values():
        assert door["OPTIONS"] == {"sslmode": "require", "connect_timeout": 10}


def test_the_owner_keeps_no_connection_open(monkeypatch: pytest.MonkeyPatch) -> None:
    doors = _databases(monkeypatch, URL)
    assert doors["owner"]["CONN_MAX_AGE"] == 0
    assert {doors[name]["CONN_MAX_AGE"] for name in ("default", "audit", "gate")} == {600}


def test_a_url_without_a_name_means_linli(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _databases(monkeypatch, "postgresql://boss@db.example")["default"]["NAME"] == "linli"


def test_without_a_server_the_address_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL_FILE", raising=False)
    assert str(env.databases(tmp_path, "s")["default"]["HOST"]).endswith("pg-is-not-running")


def test_the_password_of_a_role_follows_from_the_secret_and_the_role() -> None:
    assert env.role_password("linli_app", "s") == env.role_password("linli_app", "s")
    passwords = {env.role_password(role, key) for role in ("linli_app", "linli_gate") for key in ("s", "t")}
    assert len(passwords) == 4
    assert all(len(password) == 64 for password in passwords)


# --- the base map

BASE = "LINLI_BASEMAP_URL"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://t.example.org/{z}/{x}/{y}.png",
        "http://10.0.0.8:8080/wmts?x={x}&y={y}&z={z}&key=a,b",
        "https://v.example.org/styles/plain.json",
        "https://v.example.org:8443/plain.json?key=1",
        "http://[::1]:8080/{z}/{x}/{y}",
    ],
)
def test_a_base_map_is_tiles_or_a_style_of_one_host(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(BASE, url)
    assert env.basemap_url(BASE) == url


@pytest.mark.parametrize(
    "url",
    [
        "t.example.org/{z}/{x}/{y}.png",
        "ftp://t.example.org/{z}/{x}/{y}.png",
        "https://{s}.example.org/{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}.png",
        "https://t.example.org/{z}/{x}.png",
        "https://t.example.org/tiles",
        "https://t.example.org; script-src */{z}/{x}/{y}",
        "https://a.org,https://b.org/{z}/{x}/{y}",
        "https://user@t.example.org/{z}/{x}/{y}",
        "javascript:alert(1)//{z}{x}{y}",
    ],
)
def test_any_other_base_map_stops_the_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(BASE, url)
    with pytest.raises(ImproperlyConfigured, match="LINLI_BASEMAP_URL is"):
        env.basemap_url(BASE)


def test_a_base_map_needs_the_words_that_say_whose_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "LINLI_BASEMAP_ATTRIBUTION"
    monkeypatch.delenv(name, raising=False)
    assert env.basemap_attribution(name, needed=False) == ""
    with pytest.raises(ImproperlyConfigured, match="审图号"):
        env.basemap_attribution(name, needed=True)
    monkeypatch.setenv(name, "© 例图 GS(2026)1")
    assert env.basemap_attribution(name, needed=True) == "© 例图 GS(2026)1"


def test_one_of_some_words_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINLI_X", raising=False)
    assert env.one_of("LINLI_X", ("wgs84", "gcj02")) == "wgs84"
    monkeypatch.setenv("LINLI_X", "GCJ02")
    assert env.one_of("LINLI_X", ("wgs84", "gcj02")) == "gcj02"
    monkeypatch.setenv("LINLI_X", "bd09")
    with pytest.raises(ImproperlyConfigured, match="LINLI_X is 'bd09'; it must be one of wgs84, gcj02"):
        env.one_of("LINLI_X", ("wgs84", "gcj02"))
