-- Every charge that covers one of these doors, with its holder.
with {doors}, {held},
here as (
  select h.* from held h join (
    select id from doors union select parent_id from doors union select compound_id from doors
  ) places on places.id = h.place_id
  union all
  select h.* from held h join territory_area u on u.id = h.area_id
   where h.place_id is null and (%(top)s = u.path or starts_with(%(top)s, u.path || '.'))
)
select h.place_id, h.level_id, h.id, h.seat, coalesce(w.name, a.name), u.name, r.name, h.is_gone, h.on_leave, h.is_away
  from here h
  join territory_area a on a.id = h.area_id
  left join register_place w on w.id = h.place_id
  left join accounts_post p on p.id = h.post_id
  left join accounts_user u on u.id = p.user_id
  left join register_person r on r.id = h.person_id
