-- A home, entrance or building that an import has made may go again with it. Open places stay: whoever has a floor of
-- his own over the policies of 0002 gets one here for deleting too. {schema} and {authz} are filled in.

create policy floor_delete_linli_app on {schema}.register_place as restrictive for delete to linli_app
  using (kind in ('building', 'entrance', 'home') and area_id = any ((select {authz}.area_ids())::int[]));
create policy twin_delete_linli_app on {schema}.register_place as permissive for delete to linli_app
  using (kind in ('building', 'entrance', 'home') and area_id = any ((select {authz}.area_ids())::int[]));
create policy floor_delete_linli_wide on {schema}.register_place as restrictive for delete to linli_wide
  using (kind in ('building', 'entrance', 'home') and (select {authz}.is_system()));
create policy twin_delete_linli_wide on {schema}.register_place as permissive for delete to linli_wide
  using (kind in ('building', 'entrance', 'home') and (select {authz}.is_system()));
