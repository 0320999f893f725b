-- Row scope (SECURITY.md (c)1). The application's roles cannot read who is signed in as whom; they pass an opaque
-- token, and these functions, owned by a role of their own, resolve it. An unset, empty, unknown or expired token,
-- an ended post or a disabled account all resolve to nothing, and nothing matches nothing.
-- {authz} and {schema} are filled in by the migration: no schema name is fixed.

create schema {authz};
grant usage on schema {authz} to linli_app, linli_unit, linli_wide, linli_reader, linli_link, linli_public,
  linli_intake, linli_gate, linli_audit;

create table {authz}.db_session (
  tok_hash bytea primary key,
  user_id int not null,
  post_id int not null,
  kind text not null check (kind in ('web', 'token', 'system')),
  label text not null default '',
  mfa_at timestamptz,
  opened_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index on {authz}.db_session (user_id);

create table {authz}.link (
  hash bytea primary key,
  report_id uuid not null
);

grant usage on schema {schema} to authz_owner;
grant select on {schema}.accounts_user, {schema}.accounts_post, {schema}.territory_area to authz_owner;
grant usage, create on schema {authz} to authz_owner;
alter table {authz}.db_session owner to authz_owner;
alter table {authz}.link owner to authz_owner;

create function {authz}.me(out user_id int, out post_id int, out role text, out area_id int, out area_path text,
    out unit_id int, out name text, out mfa_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select u.id, p.id, p.role, a.id, a.path, p.unit_id, u.name, s.mfa_at
    from {authz}.db_session s
    join {schema}.accounts_user u on u.id = s.user_id and u.is_active
    join {schema}.accounts_post p on p.id = s.post_id and p.user_id = s.user_id
     and p.starts_on <= (now() at time zone 'Asia/Shanghai')::date
     and (p.ends_on is null or p.ends_on >= (now() at time zone 'Asia/Shanghai')::date)
    join {schema}.territory_area a on a.id = p.area_id
   where s.tok_hash = sha256(convert_to(current_setting('app.sess', true), 'UTF8')) and s.expires_at > now() $$;

create function {authz}.area_ids() returns int[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(a.id), '{{}}') from {authz}.me() m
    join {schema}.territory_area a on a.path >= m.area_path and a.path < m.area_path || chr(1114111)
   where m.role = any ({area_roles}) and m.area_path <> '' $$;

create function {authz}.unit_ids() returns int[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(m.unit_id), '{{}}') from {authz}.me() m
   where m.role = any ({unit_roles}) and m.unit_id is not null $$;

-- An auditor reads everything and changes nothing, whatever role his transaction is made to take.
create function {authz}.is_wide() returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (select 1 from {authz}.me() m where m.role = any ({wide_roles})
                    and (m.role <> 'auditor' or current_setting('role') = 'linli_reader')) $$;

create function {authz}.link_ids() returns uuid[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(l.report_id), '{{}}') from {authz}.link l
   where l.hash = sha256(convert_to(current_setting('app.link', true), 'UTF8')) $$;

create function {authz}.add_link(new_hash bytea, for_report uuid) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into {authz}.link (hash, report_id) values (new_hash, for_report) on conflict do nothing $$;

create function {authz}.open_session(token text, for_user int, with_post int, session_kind text, ttl interval,
    second_factor_at timestamptz, session_label text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into {authz}.db_session (tok_hash, user_id, post_id, kind, label, mfa_at, expires_at)
  values (sha256(convert_to(token, 'UTF8')), for_user, with_post, session_kind, session_label, second_factor_at,
          now() + ttl) $$;

-- The worker and the command line act as Linli itself: the one post with the role `system`, made by the set-up.
create function {authz}.open_system_session(token text, ttl interval) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into {authz}.db_session (tok_hash, user_id, post_id, kind, expires_at)
  select sha256(convert_to(token, 'UTF8')), p.user_id, p.id, 'system', now() + ttl
    from {schema}.accounts_post p where p.role = 'system' order by p.id limit 1 $$;

create function {authz}.close_session(token text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  delete from {authz}.db_session where tok_hash = sha256(convert_to(token, 'UTF8')) $$;

create function {authz}.close_sessions_of(of_user int) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  delete from {authz}.db_session where user_id = of_user or expires_at <= now() $$;

-- Not a definer function: it may only take a role that the connection could take anyway.
create function {authz}.enter(token text, read_only boolean) returns jsonb
  language plpgsql volatile security invoker set search_path = pg_catalog, pg_temp as $$
declare who record;
begin
  perform set_config('app.sess', token, true), set_config('app.link', '', true);
  if read_only then perform set_config('transaction_read_only', 'on', true); end if;
  select * into who from {authz}.me();
  if who.post_id is null then
    perform set_config('role', 'linli_public', true);
    return null;
  end if;
  perform set_config('role', case
    when who.role = 'auditor' then 'linli_reader'
    when who.role = any ({wide_roles}) then 'linli_wide'
    when who.role = any ({unit_roles}) then 'linli_unit'
    else 'linli_app' end, true);
  return to_jsonb(who);
end $$;

create function {authz}.enter_link(secret text, read_only boolean) returns uuid
  language plpgsql volatile security invoker set search_path = pg_catalog, pg_temp as $$
declare ids uuid[];
begin
  perform set_config('app.sess', '', true), set_config('app.link', secret, true);
  if read_only then perform set_config('transaction_read_only', 'on', true); end if;
  ids := {authz}.link_ids();
  perform set_config('role', case when cardinality(ids) = 1 then 'linli_link' else 'linli_public' end, true);
  return ids[1];
end $$;

-- Sealed values: the application has no right on the table. It may put, and it may reveal with a ticket that the
-- audit role committed beforehand, once, within a minute, by the same person.
create table {authz}.secret (
  id uuid primary key,
  ciphertext bytea not null,
  created_at timestamptz not null default now()
);
create table {authz}.used_ticket (id uuid primary key, at timestamptz not null default now());
alter table {authz}.secret owner to authz_owner;
alter table {authz}.used_ticket owner to authz_owner;
grant select on {schema}.audit_opening to authz_owner;

create function {authz}.put_secret(secret_id uuid, sealed bytea) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into {authz}.secret (id, ciphertext) values (secret_id, sealed) $$;

create function {authz}.reveal(ticket uuid) returns bytea
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare sealed bytea;
begin
  select s.ciphertext into sealed
    from {schema}.audit_opening o
    join {authz}.me() m on m.user_id = o.actor_id and m.post_id = o.post_id
    join {authz}.secret s on s.id = o.secret_id
   where o.id = ticket and o.at > now() - interval '60 seconds';
  if sealed is null then return null; end if;
  insert into {authz}.used_ticket (id) values (ticket);
  return sealed;
end $$;

alter function {authz}.me() owner to authz_owner;
alter function {authz}.area_ids() owner to authz_owner;
alter function {authz}.unit_ids() owner to authz_owner;
alter function {authz}.is_wide() owner to authz_owner;
alter function {authz}.link_ids() owner to authz_owner;
alter function {authz}.add_link(bytea, uuid) owner to authz_owner;
alter function {authz}.open_session(text, int, int, text, interval, timestamptz, text) owner to authz_owner;
alter function {authz}.open_system_session(text, interval) owner to authz_owner;
alter function {authz}.close_session(text) owner to authz_owner;
alter function {authz}.close_sessions_of(int) owner to authz_owner;
alter function {authz}.put_secret(uuid, bytea) owner to authz_owner;
alter function {authz}.reveal(uuid) owner to authz_owner;

revoke all on all functions in schema {authz} from public;
grant execute on function {authz}.me(), {authz}.area_ids(), {authz}.unit_ids(), {authz}.is_wide(), {authz}.link_ids()
  to linli_app, linli_unit, linli_wide, linli_reader, linli_link, linli_public, linli_intake;
grant execute on function {authz}.enter(text, boolean), {authz}.enter_link(text, boolean)
  to linli_app, linli_unit, linli_wide, linli_reader, linli_link, linli_public;
-- Not to the application: whoever may add a link to a report may read the report.
grant execute on function {authz}.add_link(bytea, uuid), {authz}.put_secret(uuid, bytea) to linli_intake;
grant execute on function {authz}.reveal(uuid) to linli_app, linli_unit, linli_wide;
grant execute on function {authz}.open_session(text, int, int, text, interval, timestamptz, text),
  {authz}.open_system_session(text, interval), {authz}.close_session(text), {authz}.close_sessions_of(int)
  to linli_gate;
