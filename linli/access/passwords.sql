-- Password hashes: the application's roles may not read or write the column. The gate, a login of its own that nothing
-- but signing in uses, may fetch one hash at a time and put one in its place.

grant update (password, password_stamp) on {schema}.accounts_user to authz_owner;

create function {authz}.password_of(of_user int) returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select u.password from {schema}.accounts_user u where u.id = of_user $$;

create function {authz}.set_password(of_user int, encoded text, stamp text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  update {schema}.accounts_user u set password = encoded, password_stamp = coalesce(stamp, u.password_stamp)
   where u.id = of_user $$;

alter function {authz}.password_of(int) owner to authz_owner;
alter function {authz}.set_password(int, text, text) owner to authz_owner;
revoke all on function {authz}.password_of(int), {authz}.set_password(int, text, text) from public;
grant execute on function {authz}.password_of(int), {authz}.set_password(int, text, text) to linli_gate;
