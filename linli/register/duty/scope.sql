-- Charges: what one spot may not hold twice, what a building head reaches, what the public is told. {authz} and {schema}
-- are filled in.

-- One accountable of a level on one and the same spot at a time. Areas and places are told apart by the sign.
alter table {schema}.register_charge add constraint charge_one_accountable exclude using gist (
  int4range(level_id, level_id, '[]') with =,
  int8range(coalesce(place_id, -area_id::bigint), coalesce(place_id, -area_id::bigint), '[]') with =,
  daterange(starts_on, ends_on) with &&
) where (seat = 'accountable');
alter table {schema}.register_leave add constraint leave_one_at_a_time exclude using gist (
  int8range(charge_id, charge_id, '[]') with =,
  daterange(starts_on, ends_on) with &&
);

grant select on {schema}.register_place, {schema}.register_person, {schema}.register_tag, {schema}.register_tagkind,
  {schema}.register_chain, {schema}.register_chainlevel, {schema}.register_charge, {schema}.register_leave,
  {schema}.register_card to authz_owner;

create function {authz}.local_day() returns date
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select (now() at time zone 'Asia/Shanghai')::date $$;

-- Where the building head of this transaction is charged, or stands in for somebody.
create function {authz}.my_spots() returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with me as (select m.post_id from {authz}.me() m where m.role = any ({head_roles})),
  running as (
    select c.id, c.place_id, c.post_id from {schema}.register_charge c
     where c.place_id is not null and c.starts_on <= {authz}.local_day()
       and (c.ends_on is null or c.ends_on > {authz}.local_day())
  ),
  away as (
    select l.charge_id, l.stand_in_id, l.stand_in_post_id from {schema}.register_leave l
     where l.starts_on <= {authz}.local_day() and (l.ends_on is null or l.ends_on > {authz}.local_day())
  ),
  spots as (
    select r.place_id from me join running r on r.post_id = me.post_id
    union
    select r.place_id from me join away a on a.stand_in_post_id = me.post_id join running r on r.id = a.charge_id
    union
    select r.place_id from me join running own on own.post_id = me.post_id
      join away a on a.stand_in_id = own.id join running r on r.id = a.charge_id
  )
  select coalesce(array_agg(place_id), '{{}}') from spots $$;

create or replace function {authz}.my_homes() returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with spots as (
    select p.id, p.kind from unnest({authz}.my_spots()) mine(id) join {schema}.register_place p on p.id = mine.id
  ),
  homes as (
    select s.id from spots s where s.kind = 'home'
    union
    select h.id from spots s join {schema}.register_place h on h.parent_id = s.id and h.kind = 'home'
    union
    select h.id from spots s join {schema}.register_place e on e.parent_id = s.id and e.kind = 'entrance'
      join {schema}.register_place h on h.parent_id = e.id and h.kind = 'home' where s.kind = 'building'
    union
    select h.id from spots s join {schema}.register_place h on h.compound_id = s.id and h.kind = 'home'
     where s.kind in ('compound', 'village_group')
  )
  select coalesce(array_agg(id), '{{}}') from homes $$;

-- His homes and the entrances they stand in; compounds and buildings are open anyway.
create function {authz}.my_places() returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with homes as (
    select h.id, h.parent_id from unnest({authz}.my_homes()) mine(id) join {schema}.register_place h on h.id = mine.id
  )
  select coalesce(array_agg(id), '{{}}') from (
    select id from homes union select parent_id from homes where parent_id is not null
    union select unnest({authz}.my_spots())
  ) found $$;

-- Homes of his where help is needed: that it is, never which.
create or replace function {authz}.help_homes() returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct t.home_id), '{{}}') from {schema}.register_tag t
    join {schema}.register_tagkind k on k.code = t.kind_id and k.asks_help
   where t.ended_on is null and t.home_id = any ({authz}.my_homes()) $$;

-- Charges whose holder has left his post or the neighbourhood and has not been replaced: ids, no names.
create function {authz}.gone_among(charges bigint[], on_day date) returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(c.id), '{{}}') from {schema}.register_charge c
    left join {schema}.accounts_post p on p.id = c.post_id
    left join {schema}.accounts_user u on u.id = p.user_id
    left join {schema}.register_person r on r.id = c.person_id
   where c.id = any (charges)
     and (p.ends_on < on_day or p.starts_on > on_day or not u.is_active
          or r.left_on <= on_day or r.merged_into_id is not null) $$;

create function {authz}.gone_charges(on_day date) returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(c.id), '{{}}') from {schema}.register_charge c
    left join {schema}.accounts_post p on p.id = c.post_id
    left join {schema}.accounts_user u on u.id = p.user_id
    left join {schema}.register_person r on r.id = c.person_id
   where c.starts_on <= on_day and (c.ends_on is null or c.ends_on > on_day)
     and (p.ends_on < on_day or p.starts_on > on_day or not u.is_active
          or r.left_on <= on_day or r.merged_into_id is not null) $$;

-- What anybody is told at a door: the cards, given with consent, of those who answer there. Entrances are not open places,
-- but their notice board is. A home is answered by nothing.
create function {authz}.said_of(asked bigint) returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(nullif(p.address, ''), p.name) from {schema}.register_place p
   where p.id = asked and p.kind in ('compound', 'village_group', 'building', 'entrance') $$;

create function {authz}.cards_at(asked bigint) returns table (chain text, level text, level_en text, depth smallint,
    seat text, spot text, stands_in boolean, shown_name text, duty_words text, promise text, reach text)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with here as (
    select p.* from {schema}.register_place p
     where p.id = asked and p.kind in ('compound', 'village_group', 'building', 'entrance')
  ),
  spots as (
    select h.id, h.name from here h
    union select p.id, p.name from here h join {schema}.register_place p on p.id in (h.parent_id, h.compound_id)
    union select e.id, e.name from here h join {schema}.register_place e on e.parent_id = h.id and e.kind = 'entrance'
     where h.kind = 'building'
  ),
  areas as (
    select a.id, a.name from here h join {schema}.territory_area leaf on leaf.id = h.area_id
      join {schema}.territory_area a on a.path = leaf.path or starts_with(leaf.path, a.path || '.')
  ),
  covering as (
    select c.*, s.name as spot from spots s join {schema}.register_charge c on c.place_id = s.id
    union all
    select c.*, a.name from areas a join {schema}.register_charge c on c.area_id = a.id and c.place_id is null
  ),
  standing as (
    select c.id, c.level_id, c.seat, c.spot, l.id is not null as stands_in,
           case when l.id is null then c.post_id else coalesce(l.stand_in_post_id, other.post_id) end as post_id,
           case when l.id is null then c.person_id else other.person_id end as person_id
      from covering c
      left join {schema}.register_leave l on l.charge_id = c.id and l.starts_on <= {authz}.local_day()
       and (l.ends_on is null or l.ends_on > {authz}.local_day())
      left join {schema}.register_charge other on other.id = l.stand_in_id
     where c.starts_on <= {authz}.local_day() and (c.ends_on is null or c.ends_on > {authz}.local_day())
  )
  select ch.name, v.name, v.name_en, v.depth, s.seat, s.spot, s.stands_in, k.shown_name, k.duty_words, k.promise, k.reach
    from standing s
    join {schema}.register_chainlevel v on v.id = s.level_id
    join {schema}.register_chain ch on ch.id = v.chain_id and ch.is_active
    join {schema}.register_card k on k.withdrawn_at is null and (k.post_id = s.post_id or k.person_id = s.person_id)
    left join {schema}.accounts_post p on p.id = s.post_id
    left join {schema}.accounts_user u on u.id = p.user_id
    left join {schema}.register_person r on r.id = s.person_id
   where (p.starts_on <= {authz}.local_day() and coalesce(p.ends_on, 'infinity') >= {authz}.local_day() and u.is_active)
      or (r.merged_into_id is null and coalesce(r.left_on, 'infinity') > {authz}.local_day() and r.id is not null)
   order by v.depth desc, s.seat, s.spot, s.id $$;

alter function {authz}.local_day() owner to authz_owner;
alter function {authz}.my_spots() owner to authz_owner;
alter function {authz}.my_places() owner to authz_owner;
alter function {authz}.gone_among(bigint[], date) owner to authz_owner;
alter function {authz}.gone_charges(date) owner to authz_owner;
alter function {authz}.said_of(bigint) owner to authz_owner;
alter function {authz}.cards_at(bigint) owner to authz_owner;
revoke all on function {authz}.local_day(), {authz}.my_spots(), {authz}.my_places(), {authz}.gone_charges(date),
  {authz}.gone_among(bigint[], date),   {authz}.said_of(bigint), {authz}.cards_at(bigint) from public;
grant execute on function {authz}.my_places() to linli_head;
grant execute on function {authz}.gone_charges(date), {authz}.gone_among(bigint[], date)
  to linli_app, linli_unit, linli_head, linli_wide, linli_reader;
grant execute on function {authz}.said_of(bigint), {authz}.cards_at(bigint)
  to linli_app, linli_unit, linli_head, linli_wide, linli_reader, linli_link, linli_public;
