-- When things happened on a matter, for a reporter whose act moves its clocks: acts, times and limits, no words and no
-- names, and only of the matter that the link in force belongs to.
create function {schema}.casework_moments(of_matter uuid) returns table (act varchar, at timestamptz, data jsonb)
  language sql stable security definer set search_path = pg_catalog, {schema}, pg_temp as $$
  select e.act, e.at, jsonb_strip_nulls(jsonb_build_object('limits', e.data->'limits', 'label', e.data->'label'))
    from casework_entry e
   where e.matter_id = of_matter
     and (of_matter = any ({authz}.link_ids())
          or of_matter in (select j.case_id from casework_casereport j where j.report_id = any ({authz}.link_ids())))
   order by e.at, e.id $$;
alter function {schema}.casework_moments(uuid) owner to linli_intake;
revoke all on function {schema}.casework_moments(uuid) from public;
grant execute on function {schema}.casework_moments(uuid) to linli_link;
