"""Drawing an area. The table stands in territory; the right is asked here, because territory lies below `access`."""

from __future__ import annotations

from linli.access.api import Principal, require
from linli.territory.api import Area, AreaShape, draw_shape


def draw_area(*, actor: Principal, area: Area, geometry: object, datum: str, source: str) -> AreaShape:
    """Give an area its outline (right `territory.draw`: a dispatcher in the own town, the district everywhere).

    geometry: GeoJSON Polygon or MultiPolygon in the degrees of `datum`; kept in WGS 84. Raises Forbidden, and
    InvalidInput as `territory.api.draw_shape`.
    """
    require(actor, "territory.draw", area_path=area.path)
    return draw_shape(actor=actor, area=area, geometry=geometry, datum=datum, source=source)
