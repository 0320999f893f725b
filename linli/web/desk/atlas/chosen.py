"""What of the map is switched on: layers and kinds of places. Read from the address and written back to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from linli.kernel.text import normalise
from linli.web.desk.atlas.layers import Layer

MAX_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Chosen:
    """layers: those that are on; None: as everybody begins. kinds: `facilities.hydrant`. at: `lng,lat,zoom` or ""."""

    layers: tuple[str, ...] | None = None
    kinds: tuple[str, ...] = ()
    at: str = ""

    def shows(self, layer: Layer) -> bool:
        """Whether a layer is on."""
        return layer.on if self.layers is None else layer.slug in self.layers

    @property
    def query(self) -> str:
        """The part of the address that says it; empty when nothing was chosen."""
        said = {} if self.layers is None else {"layers": ",".join(self.layers)}
        return urlencode(
            said | {name: value for name, value in (("kind", ",".join(self.kinds)), ("at", self.at)) if value}
        )


def read(given: QueryDict, layers: Sequence[Layer]) -> Chosen:
    """What an address chooses: repeated or joined by commas. A layer that is not this person's is dropped."""
    named = {layer.slug for layer in layers}
    wanted = tuple(one for one in _listed(given, "layers") if one in named) if "layers" in given else None
    return Chosen(wanted, tuple(_listed(given, "kind")), _at(given.get("at", "")))


def _listed(given: QueryDict, name: str) -> list[str]:
    text = normalise(",".join(given.getlist(name)), max_length=MAX_TEXT, multiline=False)
    return list(dict.fromkeys(part for part in text.split(",") if part))


def _at(text: str) -> str:
    try:
        lng, lat, zoom = (float(part) for part in text.split(","))
    except ValueError:
        return ""
    return text if abs(lng) <= 180 and abs(lat) <= 90 and 0 <= zoom <= 24 else ""
