"""Long lists in pieces that one statement takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
CHUNK = 5_000


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in their order, at most `size` at a time."""
    source = iter(items)
    while piece := list(islice(source, size)):
        yield piece
