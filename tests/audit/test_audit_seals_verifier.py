"""The verifier on its own: no Linli, no database, no network; what it says, what it refuses, proofs of one row."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from audit.seal_exports import edit_row, truncate_tail
from audit.seal_stage import Trail, dumps, kinds, loads
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from linli.access.api import as_system
from linli.audit import verifier
from linli.audit.api import canonical, proof_of, public_pem
from linli.kernel.errors import NotFound, WrongState

NEEDED = ("cryptography", "cffi", "_cffi_backend")


@dataclass(frozen=True)
class Office:
    """Somebody elsewhere who has the verifier, the public key and the heads, and Python with one package."""

    folder: Path
    packages: Path

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-S", *arguments], cwd=self.folder, env={"PYTHONPATH": str(self.packages)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def verify(self, lines: Sequence[bytes], *more: str, heads: bool = True) -> subprocess.CompletedProcess[str]:
        (self.folder / "export.jsonl").write_bytes(b"".join(lines))
        told = ["--heads", "heads.jsonl"] if heads else ["--without-heads"]
        return self.python("verifier.py", "export.jsonl", "--key", "key.pem", *told, *more)


@pytest.fixture
def office(sealed: Trail, tmp_path: Path) -> Office:
    packages = tmp_path / "packages"
    packages.mkdir()
    for name in NEEDED:
        spec = find_spec(name)
        assert spec is not None and spec.origin is not None
        found = Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
        (packages / found.name).symlink_to(found)
    (tmp_path / "verifier.py").write_bytes(Path(verifier.__file__).read_bytes())
    (tmp_path / "key.pem").write_bytes(sealed.key.read_bytes())
    (tmp_path / "heads.jsonl").write_bytes(sealed.heads.read_bytes())
    return Office(tmp_path, packages)


def test_it_runs_where_neither_django_nor_linli_nor_a_driver_can_be_imported(sealed: Trail, office: Office) -> None:
    done = office.verify(sealed.export())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("8 seals, ")
    assert done.stdout.endswith(" 2 not sealed yet: nothing is wrong\n")
    for name in ("django", "linli", "psycopg"):
        assert "ModuleNotFoundError" in office.python("-c", f"import {name}").stderr


def test_it_names_every_fault_and_ends_with_one(sealed: Trail, office: Office) -> None:
    lines = sealed.export()
    other, (n, row) = edit_row(lines, random.Random(1))
    done = office.verify(truncate_tail(other, random.Random(6))[0])
    assert done.returncode == 1
    assert "truncated: seals " in done.stdout
    assert f"edited: seal {n}, row {row}, is not what was sealed\n" in done.stdout
    assert done.stdout.endswith(": 2 FAULTS\n")


def test_it_wants_the_heads_or_to_be_told_that_there_are_none(sealed: Trail, office: Office) -> None:
    lines = truncate_tail(sealed.export(), random.Random(1))[0]
    assert office.verify(lines).returncode == 1
    assert office.verify(lines, heads=False).returncode == 0
    done = office.python("verifier.py", "export.jsonl", "--key", "key.pem")
    assert done.returncode == 2
    assert "--heads" in done.stderr
    assert office.python("verifier.py", "export.jsonl", "--without-heads").returncode == 2


@pytest.mark.parametrize(
    ("broken", "words"),
    [("key.pem", "could not be checked"), ("heads.jsonl", "of the heads is no head"), ("export.jsonl", "unreadable")],
)
@pytest.mark.parametrize("content", [b"hello\n", b"[]\n", b'"x"\n', b"\xff\xfe\n", b"1\n"])
def test_files_of_another_kind_are_no_success(
    sealed: Trail, office: Office, broken: str, words: str, content: bytes
) -> None:
    office.verify(sealed.export())
    (office.folder / broken).write_bytes(content)
    done = office.python("verifier.py", "export.jsonl", "--key", "key.pem", "--heads", "heads.jsonl")
    assert done.returncode != 0
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    (office.folder / broken).unlink()
    assert office.python("verifier.py", "export.jsonl", "--key", "key.pem", "--heads", "heads.jsonl").returncode == 2


def test_an_empty_export_and_an_empty_trail_are_two_things(sealed: Trail) -> None:
    assert kinds(sealed.check([])) == {"cut", "truncated"}
    start, *_lines, _end = sealed.export()
    nothing = [start, dumps({"kind": "end", "seal": 0, "row": 0, "unsealed": 0, "lost": 0})]
    assert kinds(sealed.check(nothing)) == {"truncated"}
    assert sealed.check(nothing, heads=False) == []


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    public = generate_private_key(SECP256R1()).public_key()
    file.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ValueError, match="no Ed25519 key"):
        verifier.read_keys([file])


def test_every_seal_is_signed_with_a_key_that_was_given(sealed: Trail, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text(public_pem(Ed25519PrivateKey.generate()))
    lines = sealed.export()
    for files, wanted in (([other], {"wrong key"}), ([other, sealed.key], set())):
        check = verifier.Check(verifier.read_keys(files), {})
        check.read(lines)
        assert kinds(check.faults) == wanted
        assert len(check.faults) == (8 if wanted else 0)


@pytest.mark.parametrize(("place", "moved"), [(0, 1), (1, 0), (2, 3)])
def test_heads_out_of_order_are_a_fault_of_the_heads(sealed: Trail, tmp_path: Path, place: int, moved: int) -> None:
    lines = sealed.heads.read_bytes().splitlines(keepends=True)
    lines[place], lines[moved] = lines[moved], lines[place]
    file = tmp_path / "heads.jsonl"
    file.write_bytes(b"".join(lines))
    _told, faults = verifier.read_heads(file)
    assert kinds(faults) == {"heads"}


def test_heads_that_end_earlier_are_no_fault(sealed: Trail, tmp_path: Path) -> None:
    """They are sent after the commit: the last ones may be on their way."""
    file = tmp_path / "heads.jsonl"
    file.write_bytes(b"".join(sealed.heads.read_bytes().splitlines(keepends=True)[:5]))
    told, faults = verifier.read_heads(file)
    check = verifier.Check(verifier.read_keys([sealed.key]), told)
    check.read(sealed.export())
    assert (faults, check.faults, len(told)) == ([], [], 5)


def test_what_waits_too_long_is_told(sealed: Trail) -> None:
    assert sealed.check() == []
    sealed.run("update audit_unsealed set added_at = now() - interval '14 minutes'")
    assert sealed.check() == []
    sealed.run("update audit_unsealed set added_at = now() - interval '16 minutes'")
    found = sealed.check()
    sealed.put_right()
    assert [fault.kind for fault in found] == ["unsealed", "unsealed"]


def opening_of(trail: Trail, *, sealed: bool = True) -> UUID:
    table = "(select unnest(opening_ids) from audit_seal)" if sealed else "(select row_id from audit_unsealed)"
    rows = trail.run(f"select id from audit_opening where id in {table} order by id")
    found: UUID = rows[len(rows) // 2][0]
    return found


def proved(opening: UUID) -> dict[str, Any]:
    with as_system():
        return proof_of(opening)


def test_one_opening_is_proved_without_any_other_row(sealed: Trail, office: Office) -> None:
    for (opening,) in sealed.run("select unnest(opening_ids) from audit_seal"):
        proof = proved(opening)
        assert proof["row"]["id"] == str(opening)
        assert verifier.check_proof(proof, verifier.read_keys([sealed.key]), {}) == []
    done = office.verify([canonical(proof) + b"\n"])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"the proof of row {opening} under seal {proof['seal']['n']}: nothing is wrong\n"
    others = {str(one) for (one,) in sealed.run("select id from audit_opening")} - {str(opening)}
    assert not others & set(json.dumps(proof["row"]).split('"'))


def test_a_proof_cannot_stand_for_a_whole_trail(sealed: Trail, office: Office) -> None:
    """Put before what was tampered with, it would be all that is looked at."""
    done = office.verify([canonical(proved(opening_of(sealed))) + b"\n", *sealed.export()])
    assert done.returncode == 2
    assert "a proof is one line" in done.stderr


def _words(proof: dict[str, Any]) -> None:
    proof["row"]["purpose"] = "urgent_safety"


def _place(proof: dict[str, Any]) -> None:
    proof["index"] = (proof["index"] + 1) % proof["count"]


def _path(proof: dict[str, Any]) -> None:
    proof["path"][0] = "0" * 64


def _shorter(proof: dict[str, Any]) -> None:
    proof["path"].pop()


def _count(proof: dict[str, Any]) -> None:
    proof["count"] += 1


def _signature(proof: dict[str, Any]) -> None:
    proof["signature"] = "0" * 128


def _root(proof: dict[str, Any]) -> None:
    proof["seal"]["streams"]["opening"]["root"] = verifier.leaf_of("opening", proof["row"])
    proof["seal"]["streams"]["opening"]["count"] = proof["count"] = 1
    proof["index"], proof["path"] = 0, []


def _stream(proof: dict[str, Any]) -> None:
    proof["stream"] = "record"


FORGED = (_words, _place, _path, _shorter, _count, _signature, _root, _stream)


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
def test_a_forged_proof_is_found(sealed: Trail, office: Office, forge: Any) -> None:
    proof = proved(opening_of(sealed))
    forge(proof)
    done = office.verify([canonical(proof) + b"\n"])
    assert done.returncode == 1
    assert "FAULT" in done.stdout


def test_a_proof_under_a_seal_that_nobody_was_told_of_is_found(sealed: Trail) -> None:
    proof, keys = proved(opening_of(sealed)), verifier.read_keys([sealed.key])
    told, _faults = verifier.read_heads(sealed.heads)
    assert verifier.check_proof(proof, keys, told) == []
    n = proof["seal"]["n"]
    assert kinds(verifier.check_proof(proof, keys, told | {n: "0" * 64})) == {"not as told"}
    assert kinds(verifier.check_proof(proof, keys, {m: head for m, head in told.items() if m != n})) == {"not as told"}


def test_a_proof_with_something_missing_is_no_success(sealed: Trail, office: Office) -> None:
    for name in ("row", "index", "path", "seal", "signature", "stream"):
        proof = proved(opening_of(sealed))
        del proof[name]
        assert office.verify([canonical(proof) + b"\n"]).returncode == 2, name


def test_what_waits_cannot_be_proved_yet_and_what_is_not_there_never(sealed: Trail) -> None:
    with pytest.raises(WrongState) as caught:
        proved(opening_of(sealed, sealed=False))
    assert caught.value.code == "not_sealed_yet"
    with pytest.raises(NotFound) as missing:
        proved(uuid4())
    assert missing.value.code == "opening_unknown"


def test_a_fault_says_where() -> None:
    fault = verifier.Fault("edited", "is not what was sealed", 3, "x")
    assert str(fault) == "edited: seal 3, row x, is not what was sealed"
    assert str(replace(fault, n=None)) == "edited: row x, is not what was sealed"
    assert str(replace(fault, n=None, row=None)) == "edited: is not what was sealed"


def test_an_export_is_written_in_the_one_canonical_way(sealed: Trail) -> None:
    lines = sealed.export()
    assert all(verifier.canonical(loads(line)) + b"\n" == line for line in lines)
    assert [loads(line)["kind"] for line in (lines[0], lines[-1])] == ["start", "end"]
