-- What has to be covered at and below an area: entrances, buildings without any, and houses that stand straight in a
-- compound or a group. Paths are compared byte by byte, and "/" follows upon ".".
leaves as materialized (select a.id, a.path, a.name from territory_area a where a.path = %(top)s or (a.path >= %(top)s || '.' and a.path < %(top)s || '/')),
doors as materialized (
  select p.id, p.area_id, p.parent_id, p.compound_id, p.kind from leaves a
    join register_place p on p.area_id = a.id and p.kind = 'entrance'
  union all
  select p.id, p.area_id, p.parent_id, p.compound_id, p.kind from leaves a
    join register_place p on p.area_id = a.id and p.kind = 'building'
   where not exists (select 1 from register_place e where e.parent_id = p.id and e.kind = 'entrance')
  union all
  select h.id, h.area_id, h.parent_id, h.compound_id, h.kind from leaves a
    join register_place g on g.area_id = a.id and g.kind in ('compound', 'village_group')
    join register_place h on h.parent_id = g.id and h.kind = 'home'
)
