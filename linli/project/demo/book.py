"""Reads the texts and tables of the demonstration from `data/`: what is said and listed is data, not code."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

Pair = tuple[str, str]
"""(Chinese, pinyin or English)."""


def text(name: str) -> str:
    """The whole file."""
    return (files("linli.project.demo") / "data" / name).read_text(encoding="utf-8")


@cache
def book(name: str) -> dict[str, Any]:
    """One of the TOML files, without its ending."""
    return tomllib.loads(text(f"{name}.toml"))


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one of the CSV files."""
    return tuple(csv.DictReader(text(f"{name}.csv").splitlines()))


@cache
def pairs(name: str) -> tuple[Pair, ...]:
    """A list of `names.toml`: 王 wang 张 zhang …"""
    words = book("names")[name].split()
    return tuple(zip(words[::2], words[1::2], strict=True))


def remarks(key: str, of: str = "") -> tuple[str, ...]:
    """The remarks of this kind; `of` chooses where they differ by item, method, satisfaction or reason."""
    found = book("remarks")[key]
    return tuple(found[of] if isinstance(found, dict) else found)


def remarks_by(key: str) -> dict[str, tuple[str, ...]]:
    """All remarks of a kind that differs, by what they differ by."""
    return {name: tuple(words) for name, words in book("remarks")[key].items()}
