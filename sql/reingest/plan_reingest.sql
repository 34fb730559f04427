-- Writes down which archives are to be loaded again, unless a request of this store and stream is still open.
-- In:  :#request_id, :#store, :#stream, :#manifests (a JSON array of manifests, in the order in which they are loaded)
-- Out: one row (outcome planned | existing | conflict, request_id): existing when the open request asks for the same.
with wanted as (
    select cast(each.ordinality as integer) as position, cast(each.value ->> 'run_id' as uuid) as archive_run_id, each.value as manifest
      from jsonb_array_elements(cast(:#manifests as jsonb)) with ordinality each
), open as (
    select o.request_id,
           (select array_agg(q.archive_run_id order by q.position)
              from sync_reingest q
             where q.store_id = :#store and q.stream = :#stream and q.request_id = o.request_id)
           = (select array_agg(w.archive_run_id order by w.position) from wanted w) as same
      from sync_reingest_open o
     where o.store_id = :#store and o.stream = :#stream
     order by o.requested_at
     limit 1
), planned as (
    insert into sync_reingest (store_id, stream, request_id, position, archive_run_id, manifest)
    select :#store, :#stream, cast(:#request_id as uuid), position, archive_run_id, manifest
      from wanted
     where not exists (select from open)
    returning request_id
)
select case when same then 'existing' else 'conflict' end as outcome, request_id from open
union all
select distinct 'planned', request_id from planned
