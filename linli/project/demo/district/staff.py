"""Who works in the invented district: units, posts and property firms of every area, made by the database itself."""

from __future__ import annotations

WORKERS = 30
"""Of each committee or village: 50,000 in the whole district. None of them can sign in."""

UNITS = """
insert into accounts_unit (code, kind, name, name_en, area_id, is_active)
select 'district.' || a.code || '.' || k.kind, k.kind, a.name || k.name, '', a.id, true
  from territory_area a
  join (values ('station', 'station', ''), ('town', 'operation_centre', '城运中心'),
               ('town', 'urban_management', '城管中队'),
               ('town', 'housing_office', '房管办'), ('town', 'sanitation', '环卫所'), ('committee', 'committee', ''),
               ('village', 'committee', ''), ('district', 'operation_centre', '城运中心')) as k(area_kind, kind, name)
    on k.area_kind = a.kind
 where not exists (select 1 from accounts_unit u where u.kind = k.kind and u.area_id = a.id)
on conflict do nothing
"""

FIRMS = """
insert into accounts_unit (code, kind, name, name_en, area_id, is_active)
select 'district.firm.' || a.code || '.' || n, 'property_firm', a.name || '物业' || n, '', a.id, true
  from territory_area a, generate_series(1, 12) n where a.kind = 'town'
on conflict do nothing
"""

PEOPLE = """
with hired as (
  insert into accounts_user (username, name, password, email, language, is_staff, is_active, is_superuser, date_joined,
                             password_stamp)
  select 'district.' || a.code || '.' || n, '社工' || n, '!', '', '', false, true, false, now(), ''
    from territory_area a, generate_series(1, %(workers)s) n
   where a.kind in ('committee', 'village', 'special', 'other')
  on conflict do nothing returning id, username
)
insert into accounts_post (user_id, role, area_id, unit_id, deputy, starts_on)
select h.id, case when split_part(h.username, '.', 3) = '1' then 'station_head' else 'worker' end, a.id, null, false,
       '2024-01-01'
  from hired h join territory_area a on a.code = split_part(h.username, '.', 2)
"""
