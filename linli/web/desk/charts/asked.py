"""Which chart is asked for: the layers bound to colour and shape, chart or table, and whether paper may tell people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from linli.access.api import Principal
from linli.register.charts.api import PERSONAL, Layer, layers_of, presets_for

VIEWS = ("chart", "table")


@dataclass(frozen=True, slots=True)
class Asked:
    """`paper`: personal layers are printed too, because somebody asked for it."""

    colour: Layer
    shape: Layer
    view: str = "chart"
    paper: bool = False

    @property
    def query(self) -> str:
        """The address's own words for it, without what is usual."""
        pairs = {"c": self.colour.value, "s": self.shape.value}
        pairs |= {"view": self.view} if self.view != VIEWS[0] else {}
        pairs |= {"paper": "1"} if self.paper else {}
        return urlencode(pairs)

    def but(self, **changes: object) -> Asked:
        """The same with something else."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def personal(self) -> bool:
        """Whether something of people is among what is shown."""
        return bool({self.colour, self.shape} & PERSONAL)


def read(given: QueryDict, actor: Principal) -> Asked:
    """What an address asks for, as far as the post may see it; else what the post starts with."""
    allowed = layers_of(actor.role)
    first = presets_for(allowed)[0]
    colour, shape = (_layer(given.get(name, ""), allowed) for name in ("c", "s"))
    view = given.get("view", "")
    return Asked(
        colour or first.colour, shape or first.shape, view if view in VIEWS else VIEWS[0], given.get("paper") == "1"
    )


def _layer(said: str, allowed: frozenset[Layer]) -> Layer | None:
    return next((layer for layer in allowed if layer.value == said), None)
