-- The doors of a committee with their names.
with {doors}
select d.id, d.kind, case when d.kind = 'entrance' and b.kind = 'building' then b.name || ' ' || p.name else p.name end,
       d.parent_id, d.compound_id, k.name
  from doors d
  join register_place p on p.id = d.id
  left join register_place b on b.id = d.parent_id
  left join register_place k on k.id = coalesce(d.compound_id, d.parent_id)
 order by d.compound_id, d.parent_id, d.id
