-- Who has more doors or homes than the bound of his level.
with {doors}, {held},
bounded as materialized (
  select h.level_id, h.post_id, h.person_id, h.place_id, h.area_id from held h
    join register_chainlevel b on b.id = h.level_id and (b.most_doors is not null or b.most_homes is not null)
),
homes as materialized (
  select h.parent_id as id, count(*) as n from leaves a
    join register_place h on h.area_id = a.id and h.kind = 'home'
   where %(count_homes)s group by h.parent_id
),
over as (
  select b.level_id, b.post_id, b.person_id, d.id, d.kind from bounded b join doors d on d.id = b.place_id
  union
  select b.level_id, b.post_id, b.person_id, d.id, d.kind from bounded b join doors d on d.parent_id = b.place_id
  union
  select b.level_id, b.post_id, b.person_id, d.id, d.kind from bounded b join doors d on d.compound_id = b.place_id
  union
  select b.level_id, b.post_id, b.person_id, d.id, d.kind from bounded b
    join territory_area u on u.id = b.area_id
    join leaves a on a.path = u.path or (a.path > u.path || '.' and a.path < u.path || '/')
    join doors d on d.area_id = a.id
   where b.place_id is null
),
loads as (
  select o.level_id, o.post_id, o.person_id, count(*) as doors,
         sum(case when o.kind = 'home' then 1 else coalesce(m.n, 0) end)::int as homes
    from over o left join homes m on m.id = o.id
   group by o.level_id, o.post_id, o.person_id
)
select l.level_id, l.post_id, l.person_id, l.doors, l.homes from loads l
  join register_chainlevel v on v.id = l.level_id
 where l.doors > v.most_doors or l.homes > v.most_homes
 order by l.doors desc, l.level_id, l.post_id, l.person_id
