from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from typing import TypeVar

import msgspec

E = TypeVar("E")
Handler = Callable[[E], None]

_handlers: dict[str, list[Callable[[object], None]]] = {}
_types: dict[str, type] = {}
_silent: dict[str, str] = {}


def name_of(event_type: type) -> str:
    """The name on the wire: room and class, e.g. `casework.intake.ReportReceived`."""
    return f"{event_type.__module__.removeprefix('linli.').removesuffix('.events')}.{event_type.__name__}"


def on(event_type: type[E]) -> Callable[[Handler[E]], Handler[E]]:
    """Register a hand-over. Handlers of one event run in one transaction, in the order of registration."""
    if not is_dataclass(event_type):
        raise TypeError(f"{event_type} is not a dataclass")
    name = name_of(event_type)
    _types[name] = event_type

    def register(handler: Handler[E]) -> Handler[E]:
        _handlers.setdefault(name, []).append(lambda event: handler(msgspec.convert(event, event_type)))
        return handler

    return register


def nobody_listens(event_type: type, reason: str) -> None:
    """Say in writing that no hand-over follows from this event."""
    _silent[name_of(event_type)] = reason


def is_heard(event_type: type) -> bool:
    """Whether the event has a handler or a written reason for having none."""
    return name_of(event_type) in _handlers or name_of(event_type) in _silent


def handlers_of(name: str) -> list[Callable[[object], None]]:
    """The handlers of a named event; each takes the payload as published."""
    return _handlers.get(name, [])
