-- Building heads (楼组长): a database role of their own. They reach the homes they are charged with and nothing else.
-- {authz}, {schema} and the lists of roles are filled in.

grant usage on schema {authz} to linli_head;
grant execute on function {authz}.me(), {authz}.area_ids(), {authz}.unit_ids(), {authz}.is_wide(), {authz}.link_ids(),
  {authz}.glass_paths() to linli_head;
grant execute on function {authz}.enter(text, boolean), {authz}.enter_link(text, boolean) to linli_head;

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
    when who.role = any ({head_roles}) then 'linli_head'
    else 'linli_app' end, true);
  return to_jsonb(who) || jsonb_build_object('glass', glass);
end $$;

-- The register, which knows who is charged with what, puts the answers in their place (register/duty/scope.sql).
create function {authz}.my_homes() returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$ select '{{}}'::bigint[] $$;
create function {authz}.help_homes() returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$ select '{{}}'::bigint[] $$;

alter function {authz}.my_homes() owner to authz_owner;
alter function {authz}.help_homes() owner to authz_owner;
revoke all on function {authz}.my_homes(), {authz}.help_homes() from public;
grant execute on function {authz}.my_homes(), {authz}.help_homes()
  to linli_app, linli_unit, linli_head, linli_wide, linli_reader, linli_link, linli_public;
