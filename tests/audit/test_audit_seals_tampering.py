"""Hundreds of tamperings drawn at random, by a superuser of the database and on the export: every one is found."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from typing import Any

import pytest
from audit.seal_exports import (
    IN_EXPORTS,
    delete_row,
    edit_row,
    sign_with_another_key,
    truncate_tail,
    write_it_otherwise,
)
from audit.seal_forgers import IN_TABLES, Forger, Found
from audit.seal_stage import Trail, kinds, names
from figures import note_figures

from linli.audit import verifier
from linli.audit.verifier import Fault

SOAK = os.environ.get("LINLI_SOAK") == "1"
TAMPERINGS = 10_000 if SOAK else 400
SEED = int(os.environ.get("LINLI_SEED", "20261128"))


def located(faults: list[Fault], wanted: Found) -> bool:
    """Whether something was found, and among it the very seal and row that were touched."""
    n, row = wanted
    return bool(faults) and (n is None or names(faults, n=n)) and (row is None or names(faults, row=row))


def told(where: str, done: Counter[str], missed: list[str]) -> None:
    note_figures(f"tamperings {where}", seed=SEED, done=done.total(), found=done.total() - len(missed), kinds=len(done))


def test_the_trail_that_nobody_touched_is_in_order(sealed: Trail) -> None:
    """The control: else everything would be found in everything."""
    lines = sealed.export()
    assert sealed.check(lines) == []
    assert len(sealed.numbers()) == 8
    assert len(lines) > 100


@pytest.mark.slow
def test_every_tampering_with_the_tables_is_found(sealed: Trail) -> None:
    rng, done, missed = random.Random(SEED), Counter[str](), list[str]()
    for number in range(TAMPERINGS):
        tamper = IN_TABLES[number % len(IN_TABLES)]
        wanted = tamper(Forger(sealed, rng))
        done[tamper.__name__] += 1
        if not located(sealed.check(), wanted):
            missed.append(f"{number} {tamper.__name__} {wanted}")
        sealed.put_right()
    told("in the database", done, missed)
    assert missed == []
    assert len(done) >= 8
    assert done.total() == TAMPERINGS
    assert sealed.check() == []


def test_every_tampering_with_the_export_is_found(sealed: Trail) -> None:
    rng, done, missed = random.Random(SEED), Counter[str](), list[str]()
    lines = sealed.export()
    for number in range(TAMPERINGS):
        tamper = IN_EXPORTS[number % len(IN_EXPORTS)]
        other, wanted = tamper(lines, rng)
        assert other != lines, tamper.__name__
        done[tamper.__name__] += 1
        if not located(sealed.check(other), wanted):
            missed.append(f"{number} {tamper.__name__} {wanted}")
    told("in the export", done, missed)
    assert missed == []
    assert len(done) >= 8
    assert sealed.check(lines) == []


WANTED = {
    "edit_row": {"edited"}, "delete_row": {"deleted"}, "insert_row": {"inserted"},
    "insert_row_into_a_seal": {"wrong count"}, "swap_rows": {"edited"}, "drop_seal": {"gap"}, "drop_batch": {"gap"},
    "drop_batch_and_close_the_gap": {"wrong signature"}, "truncate_tail": {"truncated"},
    "swap_seals": {"wrong signature", "broken chain"}, "edit_signature": {"wrong signature"},
    "edit_leaves": {"wrong root"}, "forget_a_row": {"wrong root", "wrong count"}, "sign_anew": {"wrong key"},
    "sign_anew_with_the_stolen_key": {"not as told"}, "take_a_waiting_row": {"deleted"},
    "hide_a_waiting_row": {"inserted"},
}  # fmt: skip


@pytest.mark.parametrize("tamper", IN_TABLES, ids=lambda tamper: tamper.__name__)
def test_each_kind_of_fault_has_its_own_name(sealed: Trail, tamper: object) -> None:
    name = tamper.__name__  # type: ignore[attr-defined]
    getattr(Forger(sealed, random.Random(SEED + 1)), name)()
    found = kinds(sealed.check())
    sealed.put_right()
    assert found
    assert WANTED.get(name, set()) <= found


def test_only_the_heads_show_a_tail_that_was_cut_off_and_a_stolen_key(sealed: Trail) -> None:
    """Why they have to lie elsewhere; and that the campaign above does not pass by some other fault."""
    for tamper in (Forger.truncate_tail, Forger.sign_anew_with_the_stolen_key):
        tamper(Forger(sealed, random.Random(SEED)))
        lines = sealed.export()
        sealed.put_right()
        assert sealed.check(lines, heads=False) == []
        assert sealed.check(lines) != []


def only_note(check: verifier.Check, *, n: int, stream: str, row: dict[str, Any]) -> None:
    """A verifier that ticks rows off without looking at them."""
    if check.here:
        check.here.seen.add((stream, row["id"]))


BLIND = {
    "to what a row says": (verifier.Check, "_row", only_note, edit_row),
    "to rows that are gone": (verifier.Check, "_close", lambda _check: None, delete_row),
    "to signatures": (verifier, "signature_fault", lambda *_given: None, sign_with_another_key),
    "to the form": (verifier, "read_line", json.loads, write_it_otherwise),
    "to the heads": (verifier.Check, "_tail", lambda _check: None, truncate_tail),
}  # fmt: skip


@pytest.mark.parametrize("blind", BLIND)
def test_a_verifier_that_is_blind_in_one_eye_is_noticed(
    sealed: Trail, monkeypatch: pytest.MonkeyPatch, blind: str
) -> None:
    """Without the check nothing else would find this: each is needed, and the campaign sees when one is gone."""
    where, name, instead, tamper = BLIND[blind]
    other, _wanted = tamper(sealed.export(), random.Random(SEED))
    assert sealed.check(other) != []
    monkeypatch.setattr(where, name, instead)
    assert sealed.check(other) == []
