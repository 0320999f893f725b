from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from linli.audit.api import record
from linli.territory.models import Area, AreaKind
from linli.territory.queries import forget

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
