"""The base map of this installation, if it has one: a setting, because its use needs a licence and a review number."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from linli.kernel.geo import Datum


@dataclass(frozen=True, slots=True)
class Basemap:
    """url: tiles with {z}, {x} and {y}, or a style (JSON) of vector tiles. datum: what its degrees mean."""

    url: str
    attribution: str
    datum: Datum

    @property
    def form(self) -> str:
        """`raster` or `style`."""
        return "raster" if "{z}" in self.url else "style"

    @property
    def origin(self) -> str:
        """The only foreign origin the map's page may load from."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def basemap() -> Basemap | None:
    """The base map, or None: then the plan is what we know ourselves."""
    if not settings.LINLI_BASEMAP_URL:
        return None
    return Basemap(settings.LINLI_BASEMAP_URL, settings.LINLI_BASEMAP_ATTRIBUTION, Datum(settings.LINLI_BASEMAP_DATUM))


def datum_of(base: Basemap | None) -> Datum:
    """The degrees in which the page speaks: those of the base map."""
    return base.datum if base else Datum.WGS84
