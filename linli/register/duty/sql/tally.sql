-- What is wrong at each level of each door, as duty.rules.judge says it. A spot and a level make one key, so that each
-- join has a single one: with two, the planner may take the level alone, of which there are five.
laid as materialized (
  select h.*, v.depth from held h join register_chainlevel v on v.id = h.level_id
),
at_place as materialized (
  select place_id * 16 + depth as key, count(*) as held, count(*) filter (where is_gone) as gone,
         count(*) filter (where not is_gone and not is_away) as fit
    from laid where place_id is not null group by 1
),
over_leaf as (
  select a.id as area_id, h.depth, h.is_gone, h.is_away from laid h
    join leaves a on a.id = h.area_id where h.place_id is null
  union all
  select a.id, h.depth, h.is_gone, h.is_away from laid h
    join territory_area up on up.id = h.area_id and up.kind in ('district', 'town', 'station')
    join leaves a on a.path > up.path || '.' and a.path < up.path || '/'
   where h.place_id is null
),
at_leaf as materialized (
  select area_id * 16 + depth as key, count(*) as held, count(*) filter (where is_gone) as gone,
         count(*) filter (where not is_gone and not is_away) as fit
    from over_leaf group by 1
),
counted as (
  select d.id, d.area_id, d.parent_id, d.kind, v.id as level_id, v.depth,
         coalesce(s.held, 0) + coalesce(p.held, 0) + coalesce(k.held, 0) + coalesce(a.held, 0) as held,
         coalesce(s.gone, 0) + coalesce(p.gone, 0) + coalesce(k.gone, 0) + coalesce(a.gone, 0) as gone,
         coalesce(s.fit, 0) + coalesce(p.fit, 0) + coalesce(k.fit, 0) + coalesce(a.fit, 0) as fit
    from doors d
    cross join (select id, depth from register_chainlevel where chain_id = %(chain)s and must_cover) v
    left join at_place s on s.key = d.id * 16 + v.depth
    left join at_place p on p.key = d.parent_id * 16 + v.depth
    left join at_place k on k.key = nullif(d.compound_id, d.parent_id) * 16 + v.depth
    left join at_leaf a on a.key = d.area_id * 16 + v.depth
),
judged as (
  select *, case when held = 0 then 'gap' when fit = 0 and gone = held then 'left' when fit = 0 then 'away'
                 when held - gone > 1 then 'overlap' end as cause
    from counted
)
