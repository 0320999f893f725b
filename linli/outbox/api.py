"""The door to events: publish, listen, deliver."""

from linli.outbox.actions import deliver, publish, waiting
from linli.outbox.rules import is_heard, nobody_listens, on

__all__ = ["deliver", "is_heard", "nobody_listens", "on", "publish", "waiting"]
