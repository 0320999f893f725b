"""Row ids grow; secrets do not repeat."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

from linli.kernel.ids import Uuid7Source, hash_secret, is_secret, secret_link, uuid7


def test_ids_are_version_7_and_only_grow():
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}


def test_ids_from_many_threads_are_different_and_grow_in_each():
    with ThreadPoolExecutor(8) as threads:
        batches = list(threads.map(lambda _: [uuid7() for _ in range(2_000)], range(8)))
    assert all(batch == sorted(batch) for batch in batches)
    assert len({one for batch in batches for one in batch}) == 16_000


def test_an_id_begins_with_the_millisecond():
    source = Uuid7Source(milliseconds=lambda: 0x017F22E279B0)
    assert source().hex.startswith("017f22e279b07")


def test_ids_grow_when_the_clock_steps_back():
    ticks = iter([5_000, 4_000, 1, 5_000, 5_001])
    source = Uuid7Source(milliseconds=lambda: next(ticks))
    made = [source() for _ in range(5)]
    assert made == sorted(made)
    assert made[1].int >> 80 == 5_000


def test_ids_grow_when_the_counter_of_a_millisecond_is_used_up():
    source = Uuid7Source(milliseconds=lambda: 7, random_bits=lambda _bits: 0)
    first = source()
    source._counter = (1 << 42) - 2
    made = [first, source(), source(), source()]
    assert made == sorted(made)
    assert [one.int >> 80 for one in made] == [7, 7, 8, 8]
    assert all(isinstance(one, UUID) and one.version == 7 for one in made)


def test_a_forked_child_does_not_continue_its_parents_counter():
    uuid7()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, uuid7().bytes)
        os._exit(0)
    os.waitpid(child, 0)
    other = UUID(bytes=os.read(read, 16))
    assert other.version == 7
    assert other != uuid7()


def test_secrets_are_long_url_safe_and_never_the_same():
    made = {secret_link() for _ in range(10_000)}
    assert len(made) == 10_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{24}", one) for one in made)


def test_a_secret_is_known_by_its_hash_only():
    secret = secret_link()
    digest = hash_secret(secret)
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert secret not in digest
    assert is_secret(secret, digest)
    assert not is_secret(secret_link(), digest)
    assert not is_secret(secret, "not a digest é")
