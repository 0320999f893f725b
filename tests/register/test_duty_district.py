"""The proof for a whole district: 63,000 entrances at five levels, in one statement and without reading every place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import cast
import pytest
from django.db import connection
from figures import note_figures

from linli.access.api import Principal
from linli.register.duty.api import Cause, Chain, ChainLevel, faults, overloads, proof
from linli.register.duty.statements import statement
from linli.territory.api import LEAF_KINDS, Area

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAY = date(2026, 3, 2)
PER_LEAF, IN_BUILDING = 46, 2
LEVELS = (
    ("指挥部", ["district"]), ("班子领导", ["town"]), ("机关干部", ["committee", "village", "special", "other"]),
    ("居民区书记", ["compound"]), ("社工", ["entrance"]),
)  # fmt: skip
EVERY = 997
"""Each so many-th entrance is left without anybody."""

BUILD = f"""
set local session_replication_role = replica;
update register_place set kind = 'venue' where kind in ('building', 'entrance');
insert into register_place (code, kind, area_id, name, address)
  select 'd' || a.id, 'compound', a.id, '小区', '' from territory_area a where a.kind = any(%(leaves)s);
insert into register_place (code, kind, area_id, parent_id, compound_id, name, address)
  select p.code || 'b' || b, 'building', p.area_id, p.id, p.id, b || '号楼', ''
    from register_place p, generate_series(1, {PER_LEAF // IN_BUILDING}) b
   where p.kind = 'compound' and p.code like 'd%%';
insert into register_place (code, kind, area_id, parent_id, compound_id, name, address)
  select p.code || 'e' || e, 'entrance', p.area_id, p.id, p.compound_id, e || '单元', ''
    from register_place p, generate_series(1, {IN_BUILDING}) e where p.kind = 'building' and p.code like 'd%%';
insert into register_place (code, kind, area_id, parent_id, compound_id, name, address)
  select p.code || 'h' || h, 'home', p.area_id, p.id, p.compound_id, h || '室', ''
    from register_place p, generate_series(1, %(homes)s) h where p.kind = 'entrance' and p.code like 'd%%';

insert into register_charge (level_id, area_id, place_id, post_id, seat, starts_on)
  select l.id, p.area_id, p.id, %(post)s, 'accountable', %(since)s
    from register_chainlevel l join register_place p on p.kind = any(l.laid_on) and p.code like 'd%%'
   where l.chain_id = %(chain)s and (p.kind <> 'entrance' or p.id %% {EVERY} <> 0);
insert into register_charge (level_id, area_id, post_id, seat, starts_on)
  select l.id, a.id, %(post)s, 'accountable', %(since)s
    from register_chainlevel l join territory_area a on a.kind = any(l.laid_on) where l.chain_id = %(chain)s;
set local session_replication_role = origin;
analyze register_place;
analyze register_charge;
"""


@pytest.fixture
def district(as_owner: None) -> Iterator[Chain]:
    top = Area.objects.get(code=cast.DISTRICT)
    chain = Chain.objects.create(code="district", name="五级包干", area=top)
    ChainLevel.objects.bulk_create(
        ChainLevel(chain=chain, depth=depth, name=name, laid_on=laid_on, most_doors=40 if depth == 5 else None)
        for depth, (name, laid_on) in enumerate(LEVELS, 1)
    )
    with connection.cursor() as cursor:
        cursor.execute("select id from accounts_post order by id limit 1")
        post = cursor.fetchone()[0]
        given = {
            "leaves": [str(kind) for kind in LEAF_KINDS], "post": post, "since": cast.SINCE, "chain": chain.id,
            "homes": 2,
        }  # fmt: skip
        for one in BUILD.split(";\n"):
            if one.strip():
                cursor.execute(one, given)
    yield Chain.objects.prefetch_related("levels").select_related("area").get(id=chain.id)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def asked(question: Callable[[], Any]) -> tuple[Any, float, int]:
    """The answer, the seconds it took, and the statements it needed."""
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    began = time.monotonic()
    with connection.execute_wrapper(note):
        answer = question()
    return answer, time.monotonic() - began, len(statements)


def reads_no_table_whole(district: Chain, me: Principal) -> None:
    given = {"chain": district.id, "top": me.area_path, "day": DAY, "all_seats": False}
    with connection.cursor() as cursor:
        cursor.execute("explain (format json) " + statement("summary"), given)
        plan = cursor.fetchone()[0][0]["Plan"]
        cursor.execute("explain (format json) select count(*) from register_place where name = 'x'")
        control = cursor.fetchone()[0][0]["Plan"]
    scans = {(node["Node Type"], node.get("Relation Name")) for node in nodes(plan)}
    assert ("Seq Scan", "register_place") in {(n["Node Type"], n.get("Relation Name")) for n in nodes(control)}
    assert ("Seq Scan", "register_place") not in scans
    assert {"register_place", "register_charge"} <= {relation for _kind, relation in scans}


def test_a_district_is_proven_in_one_statement(district: Chain, acting: Callable[[str], Principal]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(*), count(*) filter (where id %% %s = 0) from register_place"
                       " where kind = 'entrance'", [EVERY])  # fmt: skip
        entrances, left_out = cursor.fetchone()
    assert entrances > 60_000
    me = acting("district")
    shown, seconds, statements = asked(lambda: proof(me, district, district.area.path, DAY))
    assert statements == 1
    assert shown.doors == entrances
    assert [level.wrong for level in shown.levels] == [0, 0, 0, 0, left_out]
    page, page_seconds, page_statements = asked(lambda: faults(me, district, district.area.path, DAY))
    assert page_statements == 1
    assert len(page) == min(50, left_out)
    assert {one.cause for one in page} == {Cause.GAP}
    loaded, load_seconds, load_statements = asked(lambda: overloads(me, district, district.area.path, DAY))
    assert load_statements == 1
    assert [one.doors for one in loaded] == [entrances - left_out]
    for who in ("district", "dispatcher", "worker"):
        reads_no_table_whole(district, acting(who))
    note_figures(
        "duty proof of a district", entrances=entrances, levels=5, seconds=round(seconds, 2),
        page_seconds=round(page_seconds, 2), overload_seconds=round(load_seconds, 2),
    )  # fmt: skip
