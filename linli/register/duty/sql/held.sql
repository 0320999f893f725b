-- Charges of the chain that run on the day, each with how it stands: its holder gone, on leave, away without a stand-in.
gone as materialized (select unnest({authz}.gone_charges(%(day)s)) as id),
on_leave as materialized (
  select l.charge_id, l.stand_in_id, l.stand_in_post_id from register_leave l
   where l.starts_on <= %(day)s and (l.ends_on is null or l.ends_on > %(day)s)
),
stood_in as materialized (
  select l.charge_id from on_leave l
    join accounts_post p on p.id = l.stand_in_post_id and p.starts_on <= %(day)s
     and (p.ends_on is null or p.ends_on >= %(day)s)
  union
  select l.charge_id from on_leave l
    join register_charge s on s.id = l.stand_in_id and s.starts_on <= %(day)s
     and (s.ends_on is null or s.ends_on > %(day)s)
   where s.id not in (select id from gone) and s.id not in (select charge_id from on_leave)
),
held as materialized (
  select c.id, c.level_id, c.area_id, c.place_id, c.seat, c.post_id, c.person_id,
         c.id in (select id from gone) as is_gone,
         c.id in (select charge_id from on_leave) as on_leave,
         c.id in (select charge_id from on_leave) and c.id not in (select charge_id from stood_in) as is_away
    from register_charge c
    join register_chainlevel v on v.id = c.level_id and v.chain_id = %(chain)s
   where (c.seat = 'accountable' or %(all_seats)s)
     and c.starts_on <= %(day)s and (c.ends_on is null or c.ends_on > %(day)s)
)
