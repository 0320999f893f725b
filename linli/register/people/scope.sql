-- Who may see people (DOMAIN §4.2). {authz} and {schema} are filled in.

-- The areas of a post that works on site: needs are not for the town, which gets counts.
create function {authz}.site_area_ids() returns int[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select case when (select m.role from {authz}.me() m) in ('worker', 'station_head')
              then {authz}.area_ids() else '{{}}' end $$;

-- The district and the auditor see counts of people, never people; only Linli itself reaches them all.
create function {authz}.is_system() returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (select 1 from {authz}.me() m where m.role = 'system') $$;

alter function {authz}.site_area_ids() owner to authz_owner;
alter function {authz}.is_system() owner to authz_owner;
revoke all on function {authz}.site_area_ids(), {authz}.is_system() from public;
grant execute on function {authz}.site_area_ids(), {authz}.is_system()
  to linli_app, linli_unit, linli_wide, linli_reader, linli_link, linli_public, linli_intake;
