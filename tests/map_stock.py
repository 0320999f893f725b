"""A district's worth of open places on the map, written by SQL: nobody types 100,000 rows."""

from __future__ import annotations

from collections.abc import Callable

WEST, SOUTH, EAST, NORTH = 121.45, 31.0, 121.75, 31.25
"""Where they lie: about 28 km by 28 km."""
SUBKINDS = {
    "compound": ["commodity", "old"],
    "building": [""],
    "facility": ["hydrant", "street_lamp", "manhole", "fitness", "car_park"],
    "venue": ["shop", "restaurant", "supermarket", "kiosk"],
}
NAMES = {"compound": "合成小区", "building": "合成楼", "facility": "合成设施", "venue": "合成场所"}
COMPOUNDS, POINTS = 3_000, 100_000

PLACES = """
with given as (select %s::text as kind, %s::text as name, %s::int[] as areas, %s::text[] as kinds, %s::int as many)
insert into register_place (code, kind, area_id, name, address, subkind, state, lat, lng, inspected_on, inspect_days)
select 'm.' || kind || '.' || n, kind, areas[1 + n % cardinality(areas)], name || n, '',
       kinds[1 + n % cardinality(kinds)], case when n % 50 = 0 then 'faulty' else 'working' end,
       31.0 + 0.25 * (n * 0.7548776662466927 % 1)::float8, 121.45 + 0.3 * (n * 0.5698402909980532 % 1)::float8,
       case when kind = 'venue' then current_date - n % 400 end, case when kind = 'venue' then 180 end
  from given, generate_series(1, many) n
""".replace("% ", "%% ")
"""Spread by a plastic-number sequence: even, without chance, the same at every run."""

Execute = Callable[..., object]


def lay(execute: Execute, areas: list[int], *, compounds: int = COMPOUNDS, points: int = POINTS) -> dict[str, int]:
    """Write them with `execute(sql, *values)`; returns how many of each kind. points: of these four in ten are
    buildings, five facilities, one a venue.
    """
    many = {"compound": compounds, "building": points * 4 // 10, "facility": points * 5 // 10, "venue": points // 10}
    for kind, count in many.items():
        execute(PLACES, kind, NAMES[kind], areas, SUBKINDS[kind], count)
    return many
