"""Hashes, trees, canonical JSON: sealer and verifier, written apart, against each other and against the standards."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from linli.audit import rules, verifier
from linli.audit.models import Opening, Record
from linli.audit.rules import EXACT, NO_HEAD, canonical, leaf, path, root, split, statement
from linli.project.assets import find_node

LEAVES = [hashlib.sha256(bytes([number])).digest() for number in range(70)]


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 §2.1.1 word for word: split at the largest power of two below the number of leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + tree_hash(leaves[:half]) + tree_hash(leaves[half:])).digest()


@pytest.mark.parametrize("count", range(66))
def test_sealer_and_verifier_build_the_tree_of_the_standard(count: int) -> None:
    wanted = tree_hash(LEAVES[:count])
    assert root(LEAVES[:count]) == wanted
    assert verifier.root_of(one.hex() for one in LEAVES[:count]) == wanted.hex()


@pytest.mark.parametrize("count", range(1, 34))
def test_every_leaf_climbs_to_the_root_from_its_own_place_and_from_no_other(count: int) -> None:
    leaves, top = LEAVES[:count], root(LEAVES[:count]).hex()
    for index in range(count):
        way = [one.hex() for one in path(leaves, index)]
        assert verifier.climb(leaves[index].hex(), index, count, way) == top
        for other in {*range(count), -1, count} - {index}:
            assert verifier.climb(leaves[index].hex(), other, count, way) != top
        assert verifier.climb(LEAVES[-1].hex(), index, count, way) != top
        assert verifier.climb(leaves[index].hex(), index, count, [*way, LEAVES[0].hex()]) is None
        if way:
            assert verifier.climb(leaves[index].hex(), index, count, way[:-1]) != top


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    """Without a mark for leaves, two leaves written as one row would give the same root."""
    one, two = leaf("record", {"id": "1"}), leaf("record", {"id": "2"})
    assert root([one, two]) != hashlib.sha256(b"\x00" + one + two).digest()
    assert root([one, two]) != hashlib.sha256(one + two).digest()
    assert root([root([one, two])]) == root([one, two])  # why the number of leaves is signed too


@pytest.mark.parametrize(("first", "second"), [
    ({"id": "1", "act": "2"}, {"id": "12", "act": ""}), ({"id": "1"}, {"id": 1}), ({"id": None}, {"id": "null"}),
    ({"id": ""}, {"id": None}), ({"id": "1", "x": None}, {"id": "1"}),
])  # fmt: skip
def test_different_rows_have_different_leaves(first: rules.Row, second: rules.Row) -> None:
    assert leaf("record", first) != leaf("record", second)
    assert leaf("record", first) == leaf("record", dict(reversed(first.items())))
    assert leaf("record", first) != leaf("opening", first)
    for row in (first, second):
        assert leaf("record", row).hex() == verifier.leaf_of("record", row)


def test_the_order_of_leaves_counts() -> None:
    assert root(LEAVES[:5]) != root([LEAVES[1], LEAVES[0], *LEAVES[2:5]])
    assert root(LEAVES[:4]) != root(LEAVES[:5])


PLAIN = st.recursive(
    st.none() | st.text(st.characters(codec="utf-8")) | st.integers(-EXACT + 1, EXACT - 1),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(value=PLAIN)
@bounded(max_examples=200, deadline=None)
def test_what_is_written_is_read_back_the_same_and_by_the_verifier_too(value: Any) -> None:
    written = canonical({"value": value})
    assert json.loads(written) == {"value": value}
    assert verifier.read_line(written) == {"value": value}
    assert verifier.canonical({"value": value}) == written


@pytest.mark.parametrize(
    "value",
    [1.0, 1.5, float("nan"), float("inf"), True, False, EXACT, -EXACT, {"ä": 1}, {1: 2}, {"a": [0.1]}, b"x", {1}, (1,)],
    ids=repr,
)
def test_what_two_programs_could_write_differently_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical("\ud800")


def test_what_rfc_8785_shows_for_text_is_what_we_write() -> None:
    """Section 3.2.4, without its fractions."""
    given = (
        '{"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null], "numbers": [333]}'
    )
    wanted = '{"literals":[null],"numbers":[333],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical(json.loads(given)) == wanted.encode()


JAVASCRIPT = """
const write = (v) => v === null || typeof v !== "object" ? JSON.stringify(v)
  : Array.isArray(v) ? "[" + v.map(write).join(",") + "]"
  : "{" + Object.keys(v).sort().map((k) => JSON.stringify(k) + ":" + write(v[k])).join(",") + "}";
const lines = require("fs").readFileSync(0, "utf8").split("\\n");
process.stdout.write(lines.map((line) => write(JSON.parse(line))).join("\\n"));
"""


def _javascript(values: Sequence[object]) -> list[str]:
    """How JavaScript itself writes them, which is how RFC 8785 defines it."""
    told = "\n".join(json.dumps(value) for value in values)
    done = subprocess.run(
        [str(find_node().node), "-e", JAVASCRIPT], input=told.encode(), capture_output=True, check=True
    )
    return done.stdout.decode().split("\n")


def test_javascript_writes_every_character_and_number_as_we_do() -> None:
    """The proof that no package for RFC 8785 is needed: its text and numbers are defined by JavaScript."""
    characters = [chr(point) for point in range(0x3000)] + ["\ue000", "\uffff", "𠮷", "🏠", "\U0010ffff"]
    numbers = [0, 1, -1, 10**15, EXACT - 1, 1 - EXACT, *(7**power for power in range(18))]
    keys = {chr(point) * length: point for point in range(128) for length in (1, 2)}
    values = [*characters, *numbers, None, [], {}, [None, "", [0]], keys, {"b": {"d": 1, "c": 2}, "a": []}]
    assert _javascript(values) == [canonical(value).decode() for value in values]


def test_javascript_would_not_agree_about_fractions() -> None:
    """The control: for what we refuse, the two do differ."""
    values = [1.0, 1e16, 1e-7, -0.0]
    assert all(one != json.dumps(value) for one, value in zip(_javascript(values), values, strict=True))


def test_every_column_of_the_trail_is_hashed() -> None:
    for stream, model in (("record", Record), ("opening", Opening)):
        assert list(rules.COLUMNS[stream]) == [field.attname for field in model._meta.concrete_fields], stream


def test_a_head_stands_for_every_word_of_a_seal() -> None:
    said = statement(n=1, at="2026-03-02T02:00:00.000000Z", prev=NO_HEAD, key="k", streams={"record": {"count": 0}})
    assert rules.head(said) == verifier.head_of(said)
    for name, other in (("n", 2), ("at", "x"), ("prev", "1" * 64), ("key", "l"), ("streams", {}), ("v", 2)):
        assert rules.head({**said, name: other}) != rules.head(said)


def test_leaves_are_taken_apart_as_they_were_put_together() -> None:
    assert split(b"".join(LEAVES)) == LEAVES
    assert split(b"") == []


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
    return found


def test_the_verifier_borrows_nothing_from_the_sealer() -> None:
    """Else a fault in the one would blind the other."""
    known = imports(Path(verifier.__file__))
    assert not known & {"linli", "django", "orjson", "msgspec"}
    assert "cryptography" in known
    assert "linli" in imports(Path(rules.__file__).with_name("sealing.py"))
