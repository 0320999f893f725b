from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from linli.audit.api import Actor, record
from linli.kernel.errors import InvalidInput, LinliError
from linli.kernel.geo import Datum
from linli.kernel.polygons import Shape, from_geojson
from linli.kernel.text import normalise
from linli.territory.models import Area, AreaKind, AreaShape
from linli.territory.queries import areas_named, forget, shape_around

DATA = Path(__file__).parent / "data"
OWNER = "owner"
Row = dict[str, str]


def load_district(*, actor: None) -> int:
    """Load or refresh the shipped tree of Pudong and the stations of Zhoupu; returns the number of areas.

    Codes and names: statistical division codes of the National Bureau of Statistics, cut-off 2023-06-30.
    Runs on the owner's connection and may be repeated.
    """
    rows = _read("pudong_310115.csv")
    stations = _read("zhoupu_stations.csv")
    station_of = {code: row["code"] for row in stations for code in row["members"].split()}
    with transaction.atomic(using=OWNER):
        by_code: dict[str, Area] = {}
        for row in _in_order(rows, stations):
            by_code[row["code"]] = _save(row, by_code, station_of)
        record(
            actor=actor, act="territory.load", subject_kind="area", subject_id="310115", using=OWNER,
            detail={"areas": len(by_code)},
        )  # fmt: skip
    forget()
    return len(by_code)


def _read(name: str) -> list[Row]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def _in_order(rows: list[Row], stations: list[Row]) -> Iterable[Row]:
    """Parents before children: district, towns, stations, leaves."""
    rank = {AreaKind.DISTRICT: 0, AreaKind.TOWN: 1, AreaKind.STATION: 2}
    as_stations = [
        row | {"kind": AreaKind.STATION, "parent_code": row["town_code"], "station_kind": row["kind"]}
        for row in stations
    ]
    return sorted([*rows, *as_stations], key=lambda row: (rank.get(AreaKind(row["kind"]), 3), row["code"]))


def _save(row: Row, by_code: dict[str, Area], station_of: dict[str, str]) -> Area:
    parent = by_code.get(station_of.get(row["code"], row["parent_code"]))
    area, _ = Area.objects.using(OWNER).update_or_create(
        code=row["code"],
        defaults={
            "kind": row["kind"],
            "station_kind": row.get("station_kind", ""),
            "name": row["name"],
            "name_en": row.get("name_en", ""),
            "parent_id": parent.id if parent else None,
            "path": f"{parent.path}.{row['code'][-3:]}" if parent else row["code"],
            "lat": float(row["centre_lat"]) if row.get("centre_lat") else None,
            "lng": float(row["centre_lng"]) if row.get("centre_lng") else None,
            "official": row.get("official", "1") != "0",
        },
    )
    return area


def draw_shape(
    *, actor: Actor | None, area: Area, geometry: object, datum: str, source: str, using: str = "default"
) -> AreaShape:
    """Give an area its outline, or another one, and write who did so.

    Territory stands below `access`: the caller has asked for the right `territory.draw` already
    (`register.places.api.draw_area` does). geometry: GeoJSON Polygon or MultiPolygon in the degrees of `datum`
    (`kernel.geo.Datum`). source: where the outline comes from, at most 200 characters.

    Raises InvalidInput: `bad_datum`, `source_missing`, `outside_parent` (no point in common with what the area lies
    in, as far as that is drawn), and the codes of `kernel.polygons.from_geojson`.
    """
    drawn_in, origin = _datum(datum), _origin(source)
    shape = from_geojson(geometry, datum=drawn_in)
    with transaction.atomic(using=using):
        kept = _keep(area, shape, drawn_in, origin, using)
        record(
            actor=actor, act="territory.draw", subject_kind="area", subject_id=area.code, area_id=area.id, using=using,
            detail={"source": origin, "datum": str(drawn_in), "box": list(shape.box)},
        )  # fmt: skip
        transaction.on_commit(forget, using=using)
    return kept


def _datum(datum: str) -> Datum:
    try:
        return Datum(datum)
    except ValueError:
        raise InvalidInput(
            _("The datum is one of: %(known)s.") % {"known": ", ".join(Datum)}, code="bad_datum"
        ) from None


def _origin(source: str) -> str:
    origin = normalise(source, max_length=200, multiline=False)
    if not origin:
        raise InvalidInput(_("Say where the outline comes from."), code="source_missing")
    return origin


def _keep(area: Area, shape: Shape, datum: Datum, source: str, using: str) -> AreaShape:
    around = shape_around(area, using=using)
    if around is not None and not from_geojson(around.geometry).meets(shape):
        raise InvalidInput(
            _("This outline lies wholly outside %(area)s.") % {"area": around.area},
            code="outside_parent",
            detail={"area": around.area.code},
        )
    values = {**shape.box._asdict(), "geometry": shape.geojson(), "source": source, "datum": datum}
    kept, _made = AreaShape.objects.using(using).update_or_create(
        area_id=area.id, defaults={**values, "drawn_at": Now()}, create_defaults=values
    )
    return kept


@dataclass(slots=True)
class Loaded:
    """What became of the features of a file: codes of the areas drawn, features by number (from 1) that were not."""

    drawn: list[str] = field(default_factory=list)
    unmatched: list[tuple[int, str]] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)


def load_shapes(*, actor: None, collection: object, key: str, datum: str, source: str, write: bool = True) -> Loaded:
    """Draw the areas that the features of a GeoJSON FeatureCollection name by their property `key` (code or name).

    Runs on the owner's connection, upper areas first, all or nothing but for the features told in the result: those
    that name no area or several (`unmatched`), and those whose outline cannot be taken (`refused`, with the reason).
    write=False finds the same and leaves nothing behind. Raises InvalidInput: `not_features`, `bad_datum`,
    `source_missing`.
    """
    _datum(datum), _origin(source)
    result = Loaded()
    with transaction.atomic(using=OWNER):
        for number, area, geometry in _matched(_features(collection), key, result):
            try:
                if area.code in result.drawn:
                    raise InvalidInput(_("The file draws this area twice."), code="drawn_twice")
                draw_shape(actor=actor, area=area, geometry=geometry, datum=datum, source=source, using=OWNER)
            except LinliError as error:
                result.refused.append((number, str(area), str(error)))
            else:
                result.drawn.append(area.code)
        transaction.set_rollback(not write, using=OWNER)
    return result


def _features(collection: object) -> list[Mapping[str, object]]:
    listed = collection.get("features") if isinstance(collection, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        raise InvalidInput(_("This is not a GeoJSON FeatureCollection."), code="not_features")
    return listed


def _matched(features: list[Mapping[str, object]], key: str, result: Loaded) -> list[tuple[int, Area, object]]:
    """The features that name exactly one area, upper areas first; the others are noted in `result`."""
    found = []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties")
        value = properties.get(key) if isinstance(properties, Mapping) else None
        called = normalise("" if value is None else str(value), max_length=120, multiline=False)
        areas = areas_named(called)
        if len(areas) == 1:
            found.append((number, areas[0], feature.get("geometry")))
        else:
            result.unmatched.append((number, called))
    return sorted(found, key=lambda each: (each[1].path.count("."), each[0]))
