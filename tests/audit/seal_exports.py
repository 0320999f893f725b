"""Ways to tamper with an export on its way to whoever checks it. Each takes the lines and gives back others, and what
of the fault must be named (see `seal_forgers`)."""

from __future__ import annotations

import random
from collections.abc import Callable
from uuid import uuid4

from audit.seal_forgers import Found
from audit.seal_stage import dumps, loads
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from linli.audit import verifier

Lines = list[bytes]
Tampered = tuple[Lines, Found]


def _places(lines: Lines, kind: str) -> list[int]:
    return [place for place, line in enumerate(lines) if loads(line)["kind"] == kind]


def _counted(lines: Lines) -> Lines:
    """With an end that fits what is there: the forger is no beginner."""
    kinds = [loads(line)["kind"] for line in lines]
    counts = {kind: kinds.count(kind) for kind in ("seal", "row", "unsealed", "lost")}
    return [*lines[:-1], dumps({"kind": "end", **counts})]


def _row(lines: Lines, rng: random.Random) -> tuple[int, int, str]:
    """The place of a row, its seal and its id."""
    place = rng.choice(_places(lines, "row"))
    line = loads(lines[place])
    return place, line["n"], line["row"]["id"]


def _batches(lines: Lines) -> list[tuple[int, int]]:
    """Where each seal with its rows begins and ends."""
    starts = _places(lines, "seal")
    after = max(_places(lines, "row")) + 1
    return list(zip(starts, [*starts[1:], after], strict=True))


def edit_row(lines: Lines, rng: random.Random) -> Tampered:
    place, n, row = _row(lines, rng)
    line = loads(lines[place])
    name = rng.choice([one for one in line["row"] if one != "id"])
    value = line["row"][name]
    line["row"][name] = (value or 0) + 1 if value is None or isinstance(value, int) else value + " "
    return [*lines[:place], dumps(line), *lines[place + 1 :]], (n, row)


def drop_or_add_a_column(lines: Lines, rng: random.Random) -> Tampered:
    place, n, row = _row(lines, rng)
    line = loads(lines[place])
    if rng.random() < 0.5:
        del line["row"][rng.choice([one for one in line["row"] if one != "id"])]
    else:
        line["row"]["remark"] = "as agreed"
    return [*lines[:place], dumps(line), *lines[place + 1 :]], (n, row)


def delete_row(lines: Lines, rng: random.Random) -> Tampered:
    place, n, row = _row(lines, rng)
    return _counted(lines[:place] + lines[place + 1 :]), (n, row)


def insert_row(lines: Lines, rng: random.Random) -> Tampered:
    place, n, _row_id = _row(lines, rng)
    line, new = loads(lines[place]), str(uuid4())
    line["row"]["id"] = new
    return _counted([*lines[:place], dumps(line), *lines[place:]]), (n, new)


def double_row(lines: Lines, rng: random.Random) -> Tampered:
    place, n, row = _row(lines, rng)
    return _counted([*lines[:place], lines[place], *lines[place:]]), (n, row)


def swap_neighbours(lines: Lines, rng: random.Random) -> Tampered:
    """Two rows one after the other, in the wrong order."""
    rows = set(_places(lines, "row"))
    place = rng.choice([one for one in sorted(rows) if one + 1 in rows])
    n, row = loads(lines[place])["n"], loads(lines[place])["row"]["id"]
    return [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]], (n, row)


def swap_rows_of_two_seals(lines: Lines, rng: random.Random) -> Tampered:
    rows = {place: loads(lines[place])["n"] for place in _places(lines, "row")}
    one = rng.choice(list(rows))
    other = rng.choice([place for place, n in rows.items() if n != rows[one]])
    swapped = list(lines)
    swapped[one], swapped[other] = lines[other], lines[one]
    return swapped, (rows[one], loads(lines[one])["row"]["id"])


def move_row_to_another_seal(lines: Lines, rng: random.Random) -> Tampered:
    place, n, row = _row(lines, rng)
    line = loads(lines[place])
    line["n"] = rng.choice([m for m in range(1, 9) if m != n])
    return [*lines[:place], dumps(line), *lines[place + 1 :]], (None, row)


def call_it_another_stream(lines: Lines, rng: random.Random) -> Tampered:
    place, n, row = _row(lines, rng)
    line = loads(lines[place])
    line["stream"] = "opening" if line["stream"] == "record" else "record"
    return [*lines[:place], dumps(line), *lines[place + 1 :]], (n, row)


def drop_batch(lines: Lines, rng: random.Random) -> Tampered:
    start, end = rng.choice(_batches(lines)[:-1])
    return _counted(lines[:start] + lines[end:]), (loads(lines[start])["seal"]["n"] + 1, None)


def drop_seal(lines: Lines, rng: random.Random) -> Tampered:
    start, _end = rng.choice(_batches(lines))
    return _counted(lines[:start] + lines[start + 1 :]), (loads(lines[start])["seal"]["n"], None)


def double_batch(lines: Lines, rng: random.Random) -> Tampered:
    start, end = rng.choice(_batches(lines))
    return _counted(lines[:end] + lines[start:]), (loads(lines[start])["seal"]["n"], None)


def swap_batches(lines: Lines, rng: random.Random) -> Tampered:
    batches = _batches(lines)
    place = rng.randrange(len(batches) - 1)
    (start, middle), (_middle, end) = batches[place], batches[place + 1]
    return lines[:start] + lines[middle:end] + lines[start:middle] + lines[end:], (place + 1, None)


def truncate_tail(lines: Lines, rng: random.Random) -> Tampered:
    start, _end = rng.choice(_batches(lines)[1:])
    return _counted([*lines[:start], lines[-1]]), (None, None)


def renumber(lines: Lines, rng: random.Random) -> Tampered:
    """From some seal on every number is one higher, rows too."""
    first = rng.randint(1, 8)
    out = []
    for line in map(loads, lines):
        bearer = {"seal": line.get("seal"), "row": line}.get(line["kind"], {})
        if bearer.get("n", 0) >= first:
            bearer["n"] += 1
        out.append(dumps(line))
    return out, (first + 1, None)


def edit_seal(lines: Lines, rng: random.Random) -> Tampered:
    place = rng.choice(_places(lines, "seal"))
    line = loads(lines[place])
    said, n = line["seal"], line["seal"]["n"]
    part = said["streams"][rng.choice(("record", "opening"))]
    changes: list[Callable[[], object]] = [
        lambda: said.update(at="2026-01-01T00:00:00.000000Z"), lambda: said.update(prev="1" * 64),
        lambda: said.update(key="2" * 64), lambda: part.update(count=part["count"] + 1),
        lambda: part.update(root="3" * 64), lambda: part.update(last=str(uuid4())),
        lambda: line.update(signature="4" * 128), lambda: line.update(signature="x"),
        lambda: line.update(signature=""),
    ]  # fmt: skip
    rng.choice(changes)()
    return [*lines[:place], dumps(line), *lines[place + 1 :]], (n, None)


def edit_leaf(lines: Lines, rng: random.Random) -> Tampered:
    place = rng.choice(_places(lines, "seal"))
    line = loads(lines[place])
    leaves = line["leaves"]["record"]
    leaves[rng.randrange(len(leaves))] = "5" * 64
    return [*lines[:place], dumps(line), *lines[place + 1 :]], (line["seal"]["n"], None)


def sign_with_another_key(lines: Lines, rng: random.Random) -> Tampered:
    """A seal signed by a stranger who calls his key by the real one's name."""
    place = rng.choice(_places(lines, "seal"))
    line = loads(lines[place])
    line["signature"] = Ed25519PrivateKey.generate().sign(verifier.canonical(line["seal"])).hex()
    return [*lines[:place], dumps(line), *lines[place + 1 :]], (line["seal"]["n"], None)


def cut_off(lines: Lines, rng: random.Random) -> Tampered:
    """Anywhere, without care."""
    whole = b"".join(lines)
    return whole[: rng.randrange(1, len(whole) - 1)].splitlines(keepends=True), (None, None)


def flip_a_bit(lines: Lines, rng: random.Random) -> Tampered:
    """Of anything that is sealed."""
    end = max(_places(lines, "row")) + 1
    place = rng.randrange(1, end)
    line = bytearray(lines[place])
    line[rng.randrange(len(line) - 1)] ^= 1 << rng.randrange(8)
    return b"".join([*lines[:place], bytes(line), *lines[place + 1 :]]).splitlines(keepends=True), (None, None)


def write_it_otherwise(lines: Lines, rng: random.Random) -> Tampered:
    """The same values for one reader, and perhaps not for another: a blank, a name twice."""
    place = rng.choice(_places(lines, "row"))
    line = lines[place]
    other = line.replace(b":", b": ", 1) if rng.random() < 0.5 else b'{"row":{},' + line[1:]
    return [*lines[:place], other, *lines[place + 1 :]], (None, None)


IN_EXPORTS: tuple[Callable[[Lines, random.Random], Tampered], ...] = (
    edit_row, drop_or_add_a_column, delete_row, insert_row, double_row, swap_neighbours, swap_rows_of_two_seals,
    move_row_to_another_seal, call_it_another_stream, drop_batch, drop_seal, double_batch, swap_batches, truncate_tail,
    renumber, edit_seal, edit_leaf, sign_with_another_key, cut_off, flip_a_bit, write_it_otherwise,
)  # fmt: skip
