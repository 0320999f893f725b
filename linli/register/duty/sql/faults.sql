-- One page of what is wrong, with what the charges of a door are laid on.
with {doors}, {held}, {tally},
page as (
  select * from judged
   where cause = any(%(causes)s) and (%(level)s::int is null or level_id = %(level)s)
     and (id, depth) > (%(door)s, %(depth)s)
   order by id, depth limit %(limit)s
)
select g.id, coalesce(nullif(p.address, ''), p.name), g.kind, g.area_id, a.name, g.level_id, g.depth, g.cause, g.held,
       over.charges, over.spots
  from page g
  join register_place p on p.id = g.id
  join territory_area a on a.id = g.area_id
  left join lateral (
    select array_agg(h.id order by h.id) as charges,
           array_agg(coalesce(nullif(w.address, ''), w.name, u.name) order by h.id) as spots
      from held h
      join territory_area u on u.id = h.area_id
      left join register_place w on w.id = h.place_id
     where g.held > 0 and h.level_id = g.level_id and (
       h.place_id in (p.id, p.parent_id, p.compound_id)
       or (h.place_id is null and (a.path = u.path or starts_with(a.path, u.path || '.'))))
  ) over on true
 order by g.id, g.depth
