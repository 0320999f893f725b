-- Who answers for one place, at every level; stand-ins in the place of who is away; units by duty.
with recursive line as (
  select p.id, p.parent_id, p.name from register_place p where p.id = %(place)s
  union all
  select p.id, p.parent_id, p.name from register_place p join line l on p.id = l.parent_id
),
up as (
  select a.id, a.name from territory_area leaf
    join territory_area a on a.path = leaf.path or starts_with(leaf.path, a.path || '.')
   where leaf.id = %(area)s
),
spots as (
  select c.*, l.name as spot from line l join register_charge c on c.place_id = l.id where c.starts_on <= %(day)s and (c.ends_on is null or c.ends_on > %(day)s)
  union all
  select c.*, u.name from up u join register_charge c on c.area_id = u.id and c.place_id is null
   where c.starts_on <= %(day)s and (c.ends_on is null or c.ends_on > %(day)s)
),
told as (
  select s.id, ch.name as chain, ch.name_en as chain_en, v.name as level, v.name_en as level_en, v.depth, s.seat,
         s.spot, u.name as post_name, s.person_id::text as person, r.name as person_name, l.id is not null as on_leave,
         coalesce(du.name, ou.name) as in_post, o.person_id::text as in_person, orr.name as in_person_name,
         k.reach, '' as kind
    from spots s
    join register_chainlevel v on v.id = s.level_id
    join register_chain ch on ch.id = v.chain_id and ch.is_active
    left join accounts_post p on p.id = s.post_id
    left join accounts_user u on u.id = p.user_id
    left join register_person r on r.id = s.person_id
    left join register_leave l on l.charge_id = s.id and l.starts_on <= %(day)s and (l.ends_on is null or l.ends_on > %(day)s)
    left join accounts_post dp on dp.id = l.stand_in_post_id and dp.starts_on <= %(day)s
     and (dp.ends_on is null or dp.ends_on >= %(day)s)
    left join accounts_user du on du.id = dp.user_id
    left join register_charge o on o.id = l.stand_in_id and o.starts_on <= %(day)s and (o.ends_on is null or o.ends_on > %(day)s)
     and {authz}.gone_among(array[o.id], %(day)s) = array[]::bigint[]
    left join accounts_post op on op.id = o.post_id
    left join accounts_user ou on ou.id = op.user_id
    left join register_person orr on orr.id = o.person_id
    left join register_card k on k.withdrawn_at is null and case
      when l.id is not null then k.post_id = coalesce(dp.id, o.post_id) or k.person_id = o.person_id
      else k.post_id = s.post_id or k.person_id = s.person_id end
   where s.id <> all ({authz}.gone_among((select array_agg(id) from spots), %(day)s))
),
units as (
  select null::bigint, '' , '', '', '', 0, 'accountable', l.name, n.name, null, null, false, null, null, null, '',
         d.unit_kind
    from line l join register_duty d on d.place_id = l.id and d.ends_on is null
    join accounts_unit n on n.id = d.unit_id and n.is_active
)
select * from (select * from told union all select * from units) found
 order by depth = 0, depth desc, array_position(array['accountable', 'co_head', 'deputy'], seat::text), id, kind
