"""Many matters at once, by the database itself: for measuring lists, not for showing."""

from __future__ import annotations

import psycopg

TOWN = "310115132"
BATCH = 100_000

PEOPLE = """
insert into accounts_unit (code, kind, name, name_en, area_id, is_active)
select 'bench.' || a.code, 'station', a.name, a.name_en, a.id, true from territory_area a where a.kind = 'station'
union all
select 'bench.town.' || a.code, 'operation_centre', a.name, '', a.id, true from territory_area a where a.kind = 'town'
on conflict do nothing;
"""

REPORTS = """
with leaf as (
  select a.id, row_number() over (order by a.path) - 1 as n, count(*) over () as of,
         a.lat, a.lng, coalesce(u.id, v.id) as unit_id
    from territory_area a
    join territory_area t on t.kind = 'town' and a.path like t.path || '.%%'
    left join accounts_unit u on u.code = 'bench.' || (select s.code from territory_area s where s.id = a.parent_id)
    left join accounts_unit v on v.code = 'bench.town.' || t.code
   where a.kind in ('committee', 'village', 'special', 'other')
), item as (
  select code, cls, row_number() over (order by code) - 1 as n, count(*) over () as of from catalogue_item
), made as (
  select gen_random_uuid() as id, g,
         (2601 + g / 1000000) || '-999-' || lpad((g %% 1000000)::text, 6, '0') || '-0' as number,
         l.id as area_id, l.unit_id, l.lat, l.lng, i.code, i.cls,
         now() - (g %% 259200) * interval '1 minute' as at
    from generate_series(%(first)s::bigint, %(last)s::bigint) g
    join leaf l on l.n = (g * 7919) %% l.of
    join item i on i.n = (g * 31) %% i.of
), report as (
  insert into casework_report (id, number, channel, state, area_id, unit_id, level, place_text, lat, lng, item_code,
      topic, title, words, photos, reporter_name, phone_mask, language, suggestions, reason, received_at, created_at,
      request_hash)
  select id, number, 'resident', 'accepted', area_id, unit_id, 1, '瑞和苑3号楼', lat, lng, code, '', '楼道堆物',
         '楼道里堆满纸箱', 0, '', '', '', '[]', '', at, at, '' from made returning id
), matter as (
  insert into casework_case (id, number, state, area_id, desk_id, unit_id, level, item_code, item_version, topic, cls,
      title, channel, place_text, lat, lng, reports, opened_at, promised_at, due_at, warn_at, next_clock, waiting_for,
      result, returns, extensions, reworks, extension_asked)
  select id, number, case when g %% 20 = 0 then 'handling' when g %% 20 = 1 then 'filed' else 'closed' end,
         area_id, unit_id, unit_id, 1, code, 1, '', cls, '楼道堆物', 'resident', '瑞和苑3号楼', lat, lng, 1, at,
         at + interval '3 days', case when g %% 20 < 2 then at + interval '3 days' end,
         case when g %% 20 < 2 then at + interval '2 days' end, case when g %% 20 < 2 then 'whole' else '' end, '', '',
         0, 0, 0, false
    from made returning id, area_id, opened_at
), joined as (
  insert into casework_casereport (report_id, case_id, area_id, joined_at)
  select id, id, area_id, opened_at from matter
)
insert into casework_entry (id, matter_id, area_id, at, act, visibility, actor_name, actor_role, words, data, photos)
select gen_random_uuid(), m.id, m.area_id, m.opened_at + s.n * interval '1 hour', s.act, 'public', '李', 'worker',
       '现场已看过', '{}', '{}'
  from made m0 join matter m on m.id = m0.id
  cross join (values (0, 'receive'), (1, 'open'), (2, 'dispatch'), (3, 'accept'), (4, 'arrive'), (5, 'step'),
              (6, 'feed_back'), (7, 'verify')) as s(n, act)
 where m0.g %% 50 = 0
"""


def fill(connection: psycopg.Connection[tuple[object, ...]], *, upto: int, start: int = 1) -> None:
    """Bring the database to `upto` cases over the whole district, one in fifty with a full story."""
    connection.execute(PEOPLE)
    for first in range(start, upto + 1, BATCH):
        # The sum of two CTE inserts needs their rows visible to each other only by RETURNING: one statement a batch.
        connection.execute(REPORTS, {"first": first, "last": min(first + BATCH - 1, upto)})
    connection.execute("analyze")
