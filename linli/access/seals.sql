-- What is added to the trail waits for its seal (docs/decisions/0015-sealed-trail.md). The queue is filled by a trigger
-- with the rights of authz_owner: no role of the application can put a row into it or take one out.
-- {authz} and {schema} are filled in by the migration.

grant insert on {schema}.audit_unsealed to authz_owner;

create function {authz}.await_seal() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into {schema}.audit_unsealed (stream, row_id, added_at) values (tg_argv[0], new.id, clock_timestamp());
  return null;
end $$;

alter function {authz}.await_seal() owner to authz_owner;
revoke all on function {authz}.await_seal() from public;

create trigger await_seal after insert on {schema}.audit_record
  for each row execute function {authz}.await_seal('record');
create trigger await_seal after insert on {schema}.audit_opening
  for each row execute function {authz}.await_seal('opening');

-- What was there before seals were: creating the triggers keeps writers out until this is committed.
insert into {schema}.audit_unsealed (stream, row_id, added_at)
  select 'opening', id, clock_timestamp() from {schema}.audit_opening order by id;
insert into {schema}.audit_unsealed (stream, row_id, added_at)
  select 'record', id, clock_timestamp() from {schema}.audit_record order by id;
