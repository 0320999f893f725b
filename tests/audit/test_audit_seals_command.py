"""`linli audit …` as a person types it, in a process of its own; and the settings behind it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from audit.seal_exports import edit_row
from audit.seal_stage import Trail
from django.conf import settings

from linli.audit.api import key_file

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"SECRET_KEY": "0123456789abcdef" * 4, "LINLI_MASTER_KEY": "bGlubGktdGVzdC1tYXN0ZXIta2V5LW9mLTMyLWJ5dGU="}


def linli(trail: Trail, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {
        "DATABASE_URL": trail.url, "SECRET_KEY": settings.SECRET_KEY, "LINLI_MASTER_KEY": settings.LINLI_MASTER_KEY,
        "LINLI_KEYS": str(settings.LINLI_KEYS), "LINLI_AUDIT_HEADS": str(trail.heads),
    } | more  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "linli.project.cli", "audit", *words],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_from_the_first_seal_to_a_checked_export(trail: Trail, tmp_path: Path) -> None:
    file, key = tmp_path / "export.jsonl", tmp_path / "key.pem"
    trail.add(records=4, openings=2)
    rows = trail.count("audit_record") + trail.count("audit_opening")
    assert linli(trail, "head").stderr == "CommandError: There is no seal yet.\n"
    assert linli(trail, "seal").stdout == f"{rows} rows sealed.\n"
    assert linli(trail, "seal").stdout == "0 rows sealed.\n"
    head = linli(trail, "head")
    assert (head.returncode, head.stdout.encode()) == (0, trail.heads.read_bytes())
    assert json.loads(head.stdout)["n"] == 1
    key.write_text(linli(trail, "key").stdout)
    assert key.read_text() == trail.key.read_text()
    export = linli(trail, "export", str(file))
    assert (export.returncode, export.stdout) == (0, "")
    assert f'"row": {rows}' in export.stderr
    for more in ((), ("--key", str(key), "--heads", str(trail.heads))):
        done = linli(trail, "verify", str(file), *more)
        assert (done.returncode, done.stdout) == (0, f"1 seals, {rows} rows, 0 not sealed yet: nothing is wrong\n")
    other, (_n, row) = edit_row(file.read_bytes().splitlines(keepends=True), random.Random(1))
    file.write_bytes(b"".join(other))
    done = linli(trail, "verify", str(file))
    assert done.returncode == 1
    assert f"row {row}, is not what was sealed" in done.stdout


def test_verifying_needs_no_database(sealed: Trail, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"".join(sealed.export()))
    done = linli(sealed, "verify", str(file), DATABASE_URL=f"postgresql://nobody@/none?host={tmp_path}")
    assert done.returncode == 0


def test_a_proof_is_written_and_checked(sealed: Trail, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    ((opening,),) = sealed.run("select opening_ids[1]::text from audit_seal where n = 3")
    assert linli(sealed, "proof", opening, str(file)).returncode == 0
    done = linli(sealed, "verify", str(file))
    assert (done.returncode, done.stdout) == (0, f"the proof of row {opening} under seal 3: nothing is wrong\n")
    missing = linli(sealed, "proof", str(uuid4()), str(tmp_path / "none.json"))
    assert missing.returncode != 0
    assert not (tmp_path / "none.json").exists()


def test_a_key_is_made_on_request_and_never_written_over(trail: Trail) -> None:
    assert "The key of the trail is not there" in linli(trail, "key").stderr
    made = linli(trail, "key", "--new")
    assert made.stdout.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert "PRIVATE" not in made.stdout + made.stderr
    held = key_file().read_bytes()
    again = linli(trail, "key", "--new")
    assert again.returncode != 0
    assert "There is a key" in again.stderr
    assert key_file().read_bytes() == held
    assert linli(trail, "key").stdout == made.stdout


def test_a_chain_that_was_cut_off_is_said_in_one_sentence(trail: Trail) -> None:
    for _ in range(2):
        trail.add(records=1)
        trail.seal()
    trail.force("delete from audit_seal where n = 2")
    done = linli(trail, "seal")
    assert done.returncode != 0
    assert done.stderr.startswith("CommandError: The trail was cut off, or an older database restored: seal 2 was told")
    assert "docs/operations.md" in done.stderr


def test_a_file_that_is_not_there_is_said(sealed: Trail, tmp_path: Path) -> None:
    done = linli(sealed, "verify", str(tmp_path / "none.jsonl"))
    assert done.returncode == 2
    assert "could not be checked" in done.stderr
    assert linli(sealed, "export", str(tmp_path / "no" / "folder")).returncode != 0


def start(tmp_path: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    bare = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "DATABASE_URL"}}
    code = (
        "import django, json; from django.conf import settings as s;"
        "print(json.dumps([s.LINLI_SEALS_STALE_MINUTES, str(s.LINLI_KEYS), str(s.LINLI_AUDIT_HEADS)]))"
    )
    given = bare | {"DJANGO_SETTINGS_MODULE": "linli.project.settings", "LINLI_VAR": str(tmp_path)} | environ
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, check=False
    )


def test_unless_told_otherwise_the_rule_holds_and_everything_lies_under_one_folder(tmp_path: Path) -> None:
    minutes, keys, heads = json.loads(start(tmp_path).stdout)
    assert (minutes, keys, heads) == (15, str(tmp_path / "keys"), str(tmp_path / "audit-heads.jsonl"))
    assert not (tmp_path / "keys").exists()
    told = start(tmp_path, LINLI_KEYS="/run/keys", LINLI_AUDIT_HEADS="/mnt/heads", LINLI_SEALS_STALE_MINUTES="0")
    assert json.loads(told.stdout) == [0, "/run/keys", "/mnt/heads"]


@pytest.mark.parametrize("minutes", ["0", "-1"])
def test_production_does_not_start_with_the_rule_switched_off(tmp_path: Path, minutes: str) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    production = {"LINLI_PRODUCTION": "1", "LINLI_KEYS": str(tmp_path / "keys"), **SECRETS}
    done = start(tmp_path, LINLI_SEALS_STALE_MINUTES=minutes, **production)
    assert done.returncode != 0
    assert "LINLI_SEALS_STALE_MINUTES must be at least 1" in done.stderr
    assert start(tmp_path, LINLI_SEALS_STALE_MINUTES="1", **production).returncode == 0
