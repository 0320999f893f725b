"""Key files and envelopes: durable, private, bound to where they belong; nothing opens with anything else."""

from __future__ import annotations

import os
import stat
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from figures import note_figures
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from linli.access.envelope import Grant, open_value, seal_new, seal_value, unwrap, wrap
from linli.access.keyring import KeyMissing, destroy_key, fingerprint_of, folder, has_key, load_key, make_key


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A folder of keys that is not there yet."""
    settings.LINLI_KEYS = tmp_path / "var" / "keys"
    settings.LINLI_PRODUCTION = False
    yield settings.LINLI_KEYS


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_with_its_folder_and_nobody_else_may_read_either(keys: Path) -> None:
    fingerprint = make_key()
    (file,) = keys.iterdir()
    assert (mode(keys), mode(file), file.name) == (0o700, 0o600, f"{fingerprint.hex()}.kek")
    assert len(load_key(fingerprint)) == 32
    assert fingerprint_of(load_key(fingerprint)) == fingerprint
    assert has_key(fingerprint) and not has_key(b"x" * 16)


def test_every_key_is_another_one(keys: Path) -> None:
    made = {make_key() for _ in range(20)}
    assert len({load_key(one) for one in made}) == 20
    assert len(list(keys.iterdir())) == 20


def test_a_key_that_is_not_there_is_told_with_what_to_do(keys: Path) -> None:
    make_key()
    with pytest.raises(KeyMissing, match=r"LINLI_KEYS.*backup"):
        load_key(b"y" * 16)


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"\xff\xfe", urlsafe_b64encode(b"z" * 32), urlsafe_b64encode(b"z" * 31)]
)
def test_a_file_that_holds_another_key_is_refused(keys: Path, content: bytes) -> None:
    fingerprint = make_key()
    (keys / f"{fingerprint.hex()}.kek").write_bytes(content)
    with pytest.raises(KeyMissing, match="does not hold the key"):
        load_key(fingerprint)


@pytest.mark.parametrize("open_to_others", [0o701, 0o710, 0o750, 0o704, 0o777])
def test_a_folder_that_others_may_enter_is_refused(keys: Path, open_to_others: int) -> None:
    fingerprint = make_key()
    keys.chmod(open_to_others)
    for act in (make_key, lambda: load_key(fingerprint), lambda: destroy_key(fingerprint)):
        with pytest.raises(KeyMissing, match="chmod 700"):
            act()
    keys.chmod(0o700)
    assert has_key(fingerprint)


def test_production_makes_no_folder_of_its_own(keys: Path, settings: Any) -> None:
    settings.LINLI_PRODUCTION = True
    with pytest.raises(KeyMissing, match="Mount it in every web and worker process"):
        make_key()
    assert not keys.exists()
    keys.mkdir(mode=0o700, parents=True)
    assert folder() == keys
    assert load_key(make_key())


def test_a_destroyed_key_is_overwritten_before_it_is_removed(keys: Path, tmp_path: Path) -> None:
    fingerprint = make_key()
    before = load_key(fingerprint)
    kept = tmp_path / "the same bytes under another name"
    os.link(keys / f"{fingerprint.hex()}.kek", kept)
    assert urlsafe_b64encode(before) in kept.read_bytes()
    assert destroy_key(fingerprint)
    assert list(keys.iterdir()) == []
    assert urlsafe_b64encode(before) not in kept.read_bytes()
    assert len(kept.read_bytes()) == 45
    assert not destroy_key(fingerprint)
    with pytest.raises(KeyMissing):
        load_key(fingerprint)


KEY, OTHER_KEY = b"k" * 32, b"o" * 32
SUBJECT, OTHER = UUID(int=1), UUID(int=2)


def test_the_key_of_a_subject_comes_out_for_its_own_subject_and_epoch_alone() -> None:
    wrapped = wrap(KEY, kek=OTHER_KEY, subject_id=SUBJECT, epoch=7)
    assert len(wrapped) == 60
    assert KEY not in wrapped
    assert unwrap(wrapped, kek=OTHER_KEY, subject_id=SUBJECT, epoch=7) == KEY
    for changed in (
        {"kek": KEY, "subject_id": SUBJECT, "epoch": 7}, {"kek": OTHER_KEY, "subject_id": OTHER, "epoch": 7},
        {"kek": OTHER_KEY, "subject_id": SUBJECT, "epoch": 8},
    ):  # fmt: skip
        with pytest.raises(InvalidTag):
            unwrap(wrapped, **changed)


@given(value=st.text(max_size=60))
@bounded(max_examples=60, deadline=None)
def test_a_value_comes_out_for_its_own_secret_subject_and_field_alone(value: str) -> None:
    place = {"secret_id": UUID(int=9), "subject_id": SUBJECT, "name": "person.phone"}
    sealed = seal_value(value, key=KEY, **place)
    assert open_value(sealed, key=KEY, **place) == value
    assert sealed != seal_value(value, key=KEY, **place)
    moved = ({"secret_id": UUID(int=8)}, {"subject_id": OTHER}, {"name": "person.phone2"}, {"name": "person.phon"})
    for changed in moved:
        with pytest.raises(InvalidTag):
            open_value(sealed, key=KEY, **(place | changed))
    with pytest.raises(InvalidTag):
        open_value(sealed, key=OTHER_KEY, **place)


@pytest.mark.parametrize("at", [0, 11, 12, 20, -1])
def test_one_changed_byte_is_noticed(at: int) -> None:
    place = {"key": KEY, "secret_id": UUID(int=9), "subject_id": SUBJECT, "name": "person.phone"}
    sealed = bytearray(seal_value("13800000000", **place))
    sealed[at] ^= 1
    with pytest.raises(InvalidTag):
        open_value(bytes(sealed), **place)


def people(count: int) -> list[tuple[UUID, dict[str, str]]]:
    return [(uuid4(), {"person.phone": f"138{n:08d}", "person.id_number": f"{n:018d}"}) for n in range(count)]


def test_many_are_sealed_at_once_each_under_a_key_of_its_own_over_several_epochs() -> None:
    some = people(10)
    keks = {1: b"1" * 32, 2: b"2" * 32, 3: b"3" * 32}
    made = seal_new(some, [Grant(1, keks[1], 4), Grant(2, keks[2], 4), Grant(3, keks[3], 400)])
    assert [epoch for _subject, epoch, _wrapped in made.keys] == [1] * 4 + [2] * 4 + [3] * 2
    assert [subject for subject, _epoch, _wrapped in made.keys] == [subject for subject, _values in some]
    opened = {
        subject: unwrap(wrapped, kek=keks[epoch], subject_id=subject, epoch=epoch)
        for subject, epoch, wrapped in made.keys
    }
    assert len(set(opened.values())) == 10
    sealed = {secret: (subject, data) for secret, subject, data in made.secrets}
    for (subject, values), ids in zip(some, made.ids, strict=True):
        for name, value in values.items():
            of, data = sealed.pop(ids[name])
            assert of == subject
            assert open_value(data, key=opened[subject], secret_id=ids[name], subject_id=subject, name=name) == value
    assert sealed == {}


def test_no_nonce_is_used_twice() -> None:
    made = seal_new(people(2000), [Grant(1, KEY, 2000)])
    nonces = [data[:12] for *_rest, data in (*made.keys, *made.secrets)]
    assert len(nonces) == 6000
    assert len(set(nonces)) == 6000


@pytest.mark.parametrize("room", [[], [1], [1, 1], [2]])
def test_without_room_nothing_is_sealed(room: list[int]) -> None:
    with pytest.raises(ValueError, match="no room"):
        seal_new(people(3), [Grant(n, KEY, count) for n, count in enumerate(room, 1)])


def test_a_grant_does_not_print_its_key() -> None:
    assert "k" * 8 not in repr(Grant(1, KEY, 1))


def test_how_many_are_sealed_in_a_second() -> None:
    """A figure, not a limit: loading a district of five million people must not wait for its keys."""
    some = people(20_000)
    began = time.process_time()
    made = seal_new(some, [Grant(1, KEY, 20_000)])
    took = time.process_time() - began
    note_figures("sealing", subjects=len(made.keys), values=len(made.secrets), subjects_per_second=round(20_000 / took))
    assert (len(made.keys), len(made.secrets)) == (20_000, 40_000)
