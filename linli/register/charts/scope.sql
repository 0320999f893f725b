-- Which homes a unit sees on a chart: those of the compounds it has an open duty on. {authz} and {schema} are filled in.

grant select on {schema}.register_duty to authz_owner;

create function {authz}.unit_compounds() returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct p.id), '{{}}')
    from {authz}.me() m
    join {schema}.register_duty d on d.unit_id = m.unit_id
     and (d.ends_on is null or d.ends_on > (now() at time zone 'Asia/Shanghai')::date)
    join {schema}.register_place p on p.id = d.place_id and p.kind in ('compound', 'village_group')
   where m.role = any ({unit_roles}) $$;

alter function {authz}.unit_compounds() owner to authz_owner;
revoke all on function {authz}.unit_compounds() from public;
grant execute on function {authz}.unit_compounds()
  to linli_app, linli_unit, linli_head, linli_wide, linli_reader, linli_link, linli_public, linli_intake;

-- The function looks past row scope as its owner, whom nobody can sign in as; places are open to him already.
create policy charts_look on {schema}.register_duty for select to authz_owner using (true);

alter policy floor_select_linli_unit on {schema}.register_place
  using (kind not in ('home', 'entrance') or compound_id = any ((select {authz}.unit_compounds())::bigint[]));
alter policy twin_select_linli_unit on {schema}.register_place
  using (kind not in ('home', 'entrance') or compound_id = any ((select {authz}.unit_compounds())::bigint[]));
