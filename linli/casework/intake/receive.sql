-- The front door: one call stores the report, its first entry and clock, its photos, its sealed phone, its link, the
-- trail and the event, and says what the reporter gets. Retrying with the same key changes nothing.
-- It runs as a role that can only write here, so that somebody without an account needs no right on any table.

create or replace function {schema}.casework_receive(p jsonb) returns jsonb
  language plpgsql volatile security definer set search_path = pg_catalog, {schema}, pg_temp as $$
declare
  new_id uuid := (p->>'id')::uuid;
  event_id uuid := (p->>'event_id')::uuid;
  photo_ids uuid[] := array(select x::uuid from jsonb_array_elements_text(p->'photos') x);
  old record;
  found_photos int;
begin
  insert into casework_report (id, number, channel, state, area_id, unit_id, level, place_id, place_text, lat, lng,
      item_code, topic, title, words, photos, reporter_name, phone_mask, phone_index, phone_secret_id, language,
      suggestions, reason, received_at, due_at, warn_at, idempotency_key, request_hash)
  values (new_id, p->>'number', p->>'channel', 'received', (p->>'area_id')::int, (p->>'unit_id')::int, 1,
      (p->>'place_id')::bigint, p->>'place_text', (p->>'lat')::float8, (p->>'lng')::float8,
      p->>'item_code', '', p->>'title', p->>'words', cardinality(photo_ids), p->>'reporter_name',
      p->>'phone_mask', decode(p->>'phone_index', 'hex'), (p->>'phone_secret_id')::uuid, p->>'language',
      '[]', '', (p->>'received_at')::timestamptz, (p->>'due_at')::timestamptz, (p->>'warn_at')::timestamptz,
      p->>'idempotency_key', p->>'request_hash')
  on conflict do nothing;
  if not found then
    select r.id, r.number, r.request_hash, r.received_at, e.data into old
      from casework_report r join casework_entry e on e.matter_id = r.id and e.act = 'receive'
     where r.idempotency_key = p->>'idempotency_key' or r.id = new_id limit 1;
    if old is null then
      raise unique_violation using message = 'this number was given out already', constraint = 'report_number';
    end if;
    return jsonb_build_object('id', old.id, 'number', old.number, 'received_at', old.received_at, 'fresh', false,
                              'same', old.request_hash = p->>'request_hash', 'due_at', old.data->>'due_at',
                              'limit_amount', old.data->'limits'->0->>'amount',
                              'limit_unit', old.data->'limits'->0->>'unit');
  end if;

  insert into casework_entry (id, matter_id, area_id, at, act, visibility, actor_id, post_id, actor_name, actor_role,
      unit_id, words, data, photos)
  values ((p->>'entry_id')::uuid, new_id, (p->>'area_id')::int, (p->>'received_at')::timestamptz, 'receive', 'public',
      (p->>'actor_id')::int, (p->>'post_id')::int, p->>'actor_name', p->>'actor_role', (p->>'actor_unit_id')::int,
      p->>'words', p->'entry_data', photo_ids);
  insert into casework_clock (matter_id, area_id, kind, label, amount, unit, started_at, due_at, warn_at)
  values (new_id, (p->>'area_id')::int, 'triage', '', (p->>'limit_amount')::numeric, p->>'limit_unit',
      (p->>'received_at')::timestamptz, (p->>'due_at')::timestamptz, (p->>'warn_at')::timestamptz);

  if cardinality(photo_ids) > 0 then
    update files_photo set area_id = (p->>'area_id')::int, link_key = p->>'link_hash'
     where id = any (photo_ids) and area_id is null and link_key is null;
    get diagnostics found_photos = row_count;
    if found_photos <> cardinality(photo_ids) then
      raise no_data_found using message = 'a photo of this report is not there';
    end if;
  end if;

  perform {authz}.add_link(decode(p->>'link_hash', 'hex'), new_id);
  if p->>'sealed_phone' is not null then
    perform {authz}.put_secret((p->>'phone_secret_id')::uuid, decode(p->>'sealed_phone', 'hex'));
  end if;

  insert into audit_record (id, at, actor_id, post_id, act, subject_kind, subject_id, area_id, detail)
  values ((p->>'audit_id')::uuid, now(), (p->>'actor_id')::int, (p->>'post_id')::int, 'report.receive', 'report', new_id::text,
      (p->>'area_id')::int, jsonb_build_object('channel', p->>'channel'));
  insert into outbox_event (id, created_at, name, payload)
  values (event_id, now(), 'casework.intake.ReportReceived', jsonb_build_object('report_id', new_id,
      'area_id', (p->>'area_id')::int, 'channel', p->>'channel'));
  perform procrastinate_defer_jobs_v1(array[row('events', 'outbox.deliver', 0, null, null,
      jsonb_build_object('event_id', event_id), null)::procrastinate_job_to_defer_v1]);
  return jsonb_build_object('id', new_id, 'number', p->>'number', 'received_at', p->>'received_at', 'fresh', true,
                            'same', true);
end $$;

-- What stands near, for somebody who is about to report: kind, distance, age and state, and nothing that names anybody.
create or replace function {schema}.casework_near(at_lat float8, at_lng float8, of_item text, within_m float8, since timestamptz)
  returns table (state text, opened_at timestamptz, distance_m int, reports int)
  language sql stable security definer set search_path = pg_catalog, {schema}, pg_temp as $$
  select c.state, c.opened_at, away.m::int, c.reports
    from casework_case c,
         lateral (select 111320 * sqrt((c.lat - at_lat) ^ 2 + ((c.lng - at_lng) * cos(radians(at_lat))) ^ 2) as m) away
   where c.item_code = of_item and of_item <> '' and c.opened_at >= since and c.state not in ('closed', 'voided')
     -- The square is what the index knows, the circle is what was asked for.
     and c.lat between at_lat - within_m / 111320 and at_lat + within_m / 111320
     and c.lng between at_lng - within_m / 90000 and at_lng + within_m / 90000
     and away.m <= within_m
   order by away.m limit 5 $$;

-- The legal owner gives a report back to the desk: the one step by which a unit takes a row out of its own sight, which
-- row scope refuses. Only a report that the caller reaches and that has just become the desk's again.
create or replace function {schema}.casework_hand_back(of_report uuid, to_desk int) returns boolean
  language sql volatile security definer set search_path = pg_catalog, {schema}, pg_temp as $$
  update casework_report set unit_id = to_desk
   where id = of_report and state = 'received'
     and (unit_id = any ((select {authz}.unit_ids())::int[]) or area_id = any ((select {authz}.area_ids())::int[]))
  returning true $$;

alter function {schema}.casework_hand_back(uuid, int) owner to linli_intake;
revoke all on function {schema}.casework_hand_back(uuid, int) from public;
grant execute on function {schema}.casework_hand_back(uuid, int) to linli_app, linli_unit;
alter function {schema}.casework_receive(jsonb) owner to linli_intake;
alter function {schema}.casework_near(float8, float8, text, float8, timestamptz) owner to linli_intake;
revoke all on function {schema}.casework_receive(jsonb), {schema}.casework_near(float8, float8, text, float8, timestamptz)
  from public;
grant execute on function {schema}.casework_receive(jsonb),
  {schema}.casework_near(float8, float8, text, float8, timestamptz)
  to linli_app, linli_unit, linli_wide, linli_link, linli_public;
