"""The door to the mode of an area (read side)."""

from linli.posture.queries import mode_of
from linli.posture.rules import Mode

__all__ = ["Mode", "mode_of"]
