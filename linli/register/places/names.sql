-- Names of open places and the tokens they are found by (register/places/models.py PlaceName). {schema} is filled in.

create function {schema}.register_tokens(plain text) returns text[]
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct piece), '{{}}')
    from generate_series(1, length(plain)) at, unnest(array[substr(plain, at, 1), substr(plain, at, 2)]) piece $$;

create function {schema}.register_fill_tokens() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.plain := lower(regexp_replace(new.text, '\s', '', 'g'));
  new.tokens := {schema}.register_tokens(new.plain);
  return new;
end $$;

create trigger register_fill_tokens before insert or update of text on {schema}.register_placename
  for each row execute function {schema}.register_fill_tokens();

-- Whoever may write a place writes its name with it.
create function {schema}.register_name_place() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  delete from {schema}.register_placename where place_id = new.id and not alias;
  if new.kind not in ('home', 'entrance') then
    insert into {schema}.register_placename (place_id, text, plain, tokens, alias)
    select new.id, coalesce(nullif(new.address, ''), new.name), '', '{{}}', false on conflict (place_id, text) do nothing;
  end if;
  return null;
end $$;

create trigger register_name_added after insert on {schema}.register_place
  for each row when (new.kind not in ('home', 'entrance')) execute function {schema}.register_name_place();
create trigger register_name_changed after update of kind, name, address on {schema}.register_place
  for each row execute function {schema}.register_name_place();

revoke all on function {schema}.register_name_place(), {schema}.register_fill_tokens() from public;

-- What is there already. Row security also binds the owner of the table, so it rests for these two statements.
alter table {schema}.register_place no force row level security;
with recursive standing as (
  select id, id as compound_id from {schema}.register_place where kind in ('compound', 'village_group')
  union all
  select p.id, s.compound_id from {schema}.register_place p join standing s on p.parent_id = s.id
)
update {schema}.register_place p set compound_id = s.compound_id
  from standing s where s.id = p.id and s.compound_id <> p.id;
insert into {schema}.register_placename (place_id, text, plain, tokens, alias)
  select id, coalesce(nullif(address, ''), name), '', '{{}}', false from {schema}.register_place
   where kind not in ('home', 'entrance') on conflict (place_id, text) do nothing;
alter table {schema}.register_place force row level security;
