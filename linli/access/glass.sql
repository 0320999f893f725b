-- Break-glass: an area beyond one's own for at most three hours. A glass is a row with an end; the scope functions look
-- at it in every statement, so nothing has to run for it to be over.

create or replace function {authz}.area_ids() returns int[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(a.id), '{{}}') from {authz}.me() m
    cross join lateral (
      select m.area_path as path
      union all
      select t.path from {schema}.access_glass g join {schema}.territory_area t on t.id = g.area_id
       where g.post_id = m.post_id and g.user_id = m.user_id and g.ended_at is null
         and g.expires_at > statement_timestamp()) top
    join {schema}.territory_area a on a.path >= top.path and a.path < top.path || chr(1114111)
   where m.role = any ({area_roles}) and m.area_path <> '' $$;

create function {authz}.glass_paths() returns text[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(t.path), '{{}}') from {authz}.me() m
    join {schema}.access_glass g on g.post_id = m.post_id and g.user_id = m.user_id
    join {schema}.territory_area t on t.id = g.area_id
   where m.role = any ({area_roles}) and g.ended_at is null and g.expires_at > statement_timestamp() $$;

create or replace function {authz}.enter(token text, read_only boolean) returns jsonb
  language plpgsql volatile security invoker set search_path = pg_catalog, pg_temp as $$
declare who record;
declare glass text[] := '{{}}';
begin
  perform set_config('app.sess', token, true), set_config('app.link', '', true);
  if read_only then perform set_config('transaction_read_only', 'on', true); end if;
  select * into who from {authz}.me();
  if who.post_id is null then
    perform set_config('role', 'linli_public', true);
    return null;
  end if;
  if who.role = any ({area_roles}) then glass := {authz}.glass_paths(); end if;
  perform set_config('role', case
    when who.role = 'auditor' then 'linli_reader'
    when who.role = any ({wide_roles}) then 'linli_wide'
    when who.role = any ({unit_roles}) then 'linli_unit'
    else 'linli_app' end, true);
  return to_jsonb(who) || jsonb_build_object('glass', glass);
end $$;

-- Every entering under a broken glass is put on record on the gate's own connection before anything is seen, and
-- stays there whatever becomes of the page.
create function {authz}.note_glass(token text, line uuid, what text) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.sess', token, true);
  insert into {schema}.audit_record (id, at, actor_id, post_id, act, subject_kind, subject_id, area_id, detail)
  select case when row_number() over () = 1 then line else gen_random_uuid() end, clock_timestamp(), m.user_id,
         m.post_id, 'glass.use', 'glass', g.id::text, g.area_id, jsonb_build_object('what', what)
    from {authz}.me() m join {schema}.access_glass g on g.post_id = m.post_id and g.user_id = m.user_id
   where g.ended_at is null and g.expires_at > statement_timestamp();
end $$;

grant select on {schema}.access_glass to authz_owner;
grant insert on {schema}.audit_record to authz_owner;
alter function {authz}.area_ids() owner to authz_owner;
alter function {authz}.glass_paths() owner to authz_owner;
alter function {authz}.note_glass(text, uuid, text) owner to authz_owner;
revoke all on function {authz}.glass_paths(), {authz}.note_glass(text, uuid, text) from public;
grant execute on function {authz}.glass_paths() to linli_app, linli_unit, linli_wide, linli_reader, linli_link,
  linli_public;
grant execute on function {authz}.note_glass(text, uuid, text) to linli_gate;
