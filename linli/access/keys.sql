-- A key for each subject (docs/decisions/0017). The database holds it wrapped by the key of an epoch, which lies in a
-- file outside. No role of the application reads these tables; it puts, and it asks for one wrapped key at a time.

create table {authz}.key_epoch (
  epoch int generated always as identity primary key,
  fingerprint bytea not null unique,
  first_slot bigint not null,
  room int not null check (room between 1 and 65536),
  opened_at timestamptz not null default now(),
  retired_at timestamptz,
  destroying_at timestamptz,
  destroyed_at timestamptz,
  check (destroying_at is null or retired_at is not null),
  check (destroyed_at is null or destroying_at is not null)
);
create table {authz}.subject_key (
  subject_id uuid primary key,
  epoch int not null references {authz}.key_epoch,
  wrapped bytea not null
);
create index on {authz}.subject_key (epoch, subject_id);
-- Slots are drawn from a sequence: nobody waits for another's transaction, and no epoch ever takes more than its room.
create sequence {authz}.key_slot;
alter table {authz}.key_epoch owner to authz_owner;
alter table {authz}.subject_key owner to authz_owner;
alter sequence {authz}.key_slot owner to authz_owner;

-- Null: sealed with the master key, as everything was before.
alter table {authz}.secret add column subject_id uuid references {authz}.subject_key;
create index on {authz}.secret (subject_id) where subject_id is not null;

create function {authz}.take_slots(wanted int, out epoch int, out fingerprint bytea, out granted int)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare e record;
begin
  granted := 0;
  select k.* into e from {authz}.key_epoch k where k.retired_at is null order by k.epoch desc limit 1;
  if not found then return; end if;
  select count(*) filter (where s.slot - e.first_slot between 1 and e.room) into granted
    from (select nextval('{authz}.key_slot') as slot from generate_series(1, least(wanted, e.room))) s;
  epoch := e.epoch;
  fingerprint := e.fingerprint;
end $$;

-- Whether the key was taken: not when somebody else opened an epoch meanwhile.
create function {authz}.open_epoch(new_fingerprint bytea, new_room int) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare e record;
begin
  perform pg_advisory_xact_lock(hashtext('{authz}.key_epoch'));
  select k.* into e from {authz}.key_epoch k where k.retired_at is null order by k.epoch desc limit 1;
  if found and (select s.last_value from {authz}.key_slot s) - e.first_slot < e.room then return false; end if;
  insert into {authz}.key_epoch (fingerprint, first_slot, room)
  values (new_fingerprint, nextval('{authz}.key_slot'), new_room);
  return true;
end $$;

-- How many were taken: fewer than given when a subject has a key already; null when the epoch has ended meanwhile.
create function {authz}.put_keys(subjects uuid[], in_epoch int, wrapped bytea[]) returns int
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare taken int;
begin
  if (select m.user_id from {authz}.me() m) is null then
    raise insufficient_privilege using message = 'nobody is signed in';
  end if;
  perform 1 from {authz}.key_epoch k where k.epoch = in_epoch and k.retired_at is null for share;
  if not found then return null; end if;
  insert into {authz}.subject_key (subject_id, epoch, wrapped)
  select k.subject, in_epoch, k.wrapped from unnest(subjects, wrapped) as k (subject, wrapped) on conflict do nothing;
  get diagnostics taken = row_count;
  return taken;
end $$;

create function {authz}.put_secrets(ids uuid[], subjects uuid[], sealed bytea[]) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (select m.user_id from {authz}.me() m) is null then
    raise insufficient_privilege using message = 'nobody is signed in';
  end if;
  insert into {authz}.secret (id, subject_id, ciphertext)
  select s.id, s.subject, s.sealed from unnest(ids, subjects, sealed) as s (id, subject, sealed);
end $$;

-- A wrapped key opens nothing without the key of its epoch, and then only what a ticket gives out: so staff may have
-- it to seal another field of the same person.
create function {authz}.key_of(subject uuid, out epoch int, out fingerprint bytea, out wrapped bytea)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select k.epoch, e.fingerprint, k.wrapped
    from {authz}.subject_key k join {authz}.key_epoch e on e.epoch = k.epoch
   where k.subject_id = subject and (select m.user_id from {authz}.me() m) is not null $$;

drop function {authz}.reveal(uuid);
create function {authz}.reveal(ticket uuid, out sealed bytea, out subject_id uuid, out epoch int,
    out fingerprint bytea, out wrapped bytea)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  select s.ciphertext, s.subject_id, k.epoch, e.fingerprint, k.wrapped
    into sealed, subject_id, epoch, fingerprint, wrapped
    from {schema}.audit_opening o
    join {authz}.me() m on m.user_id = o.actor_id and m.post_id = o.post_id
    join {authz}.secret s on s.id = o.secret_id
    left join {authz}.subject_key k on k.subject_id = s.subject_id
    left join {authz}.key_epoch e on e.epoch = k.epoch
   where o.id = ticket and o.at > now() - interval '60 seconds';
  if sealed is null then return; end if;
  insert into {authz}.used_ticket (id) values (ticket);
end $$;

-- The one way to lose a key, and it leaves a tombstone. Wide roles only: an injected statement in a page of a
-- committee must not be able to erase a district.
create function {authz}.shred(subjects uuid[], in_batch uuid, because text) returns int
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare gone int;
begin
  if not {authz}.is_wide() then
    raise insufficient_privilege using message = 'only a wide role may shred';
  end if;
  perform 1 from {authz}.subject_key k where k.subject_id = any (subjects) order by k.subject_id for update;
  delete from {authz}.secret s where s.subject_id = any (subjects);
  with lost as (
    delete from {authz}.subject_key k where k.subject_id = any (subjects) returning k.subject_id, k.epoch
  )
  insert into {schema}.access_shredding (id, subject_id, epoch, batch, why, at)
  select gen_random_uuid(), l.subject_id, l.epoch, in_batch, because, now() from lost l;
  get diagnostics gone = row_count;
  return gone;
end $$;
grant insert on {schema}.access_shredding to authz_owner;

alter function {authz}.take_slots(int) owner to authz_owner;
alter function {authz}.open_epoch(bytea, int) owner to authz_owner;
alter function {authz}.put_keys(uuid[], int, bytea[]) owner to authz_owner;
alter function {authz}.put_secrets(uuid[], uuid[], bytea[]) owner to authz_owner;
alter function {authz}.key_of(uuid) owner to authz_owner;
alter function {authz}.reveal(uuid) owner to authz_owner;
alter function {authz}.shred(uuid[], uuid, text) owner to authz_owner;

revoke all on function {authz}.take_slots(int), {authz}.open_epoch(bytea, int),
  {authz}.put_keys(uuid[], int, bytea[]), {authz}.put_secrets(uuid[], uuid[], bytea[]), {authz}.key_of(uuid),
  {authz}.reveal(uuid), {authz}.shred(uuid[], uuid, text) from public;
grant execute on function {authz}.take_slots(int), {authz}.open_epoch(bytea, int),
  {authz}.put_keys(uuid[], int, bytea[]), {authz}.put_secrets(uuid[], uuid[], bytea[]), {authz}.key_of(uuid)
  to linli_app, linli_wide;
grant execute on function {authz}.reveal(uuid) to linli_app, linli_unit, linli_wide;
grant execute on function {authz}.shred(uuid[], uuid, text) to linli_wide;
