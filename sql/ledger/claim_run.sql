-- Claims one due run: takes its lease under a new epoch, so that every older claim can change nothing more.
-- In:  :#owner, :#lease_millis, :#streams (those not paused), :#only_runs (uuids; null: claims any),
--      :#only_backfills (uuids; with any of them, runs of backfills are claimed beside the only runs),
--      :#backfills (false: as many threads as may are at work on runs of backfills),
--      :#store_steps (a store that has so many steps under way waits), :#busy_epochs (claims that a thread of this process is working on: it does not take a run over from itself)
-- Out: the run's row, with epoch, claimed_at and the watermark it starts from; no row when none is due.
--
-- Ordered by the time it is due alone, a store with many runs would have every thread: so the store with the fewest steps
-- under way comes first, and no store has more than its share.
with at_work as (
    select store_id, count(*) as steps
      from sync_lease
     where busy and expires_at > now()
     group by store_id
), due as (
    select r.run_id, r.store_id, r.stream, r.job_type, r.lane
      from sync_run r
      left join sync_lease l using (store_id, stream, job_type, lane)
      left join at_work w using (store_id)
     where r.status not in ('completed', 'partial', 'failed')
       and r.due_at <= now()
       and r.stream = any (cast(:#streams as text[]))
       and (cast(:#only_runs as uuid[]) is null or r.run_id = any (cast(:#only_runs as uuid[]))
            -- Whoever works on a backfill also ends windows that others have left behind, which would hold their lanes.
            or r.backfill_id is not null and cardinality(cast(:#only_backfills as uuid[])) > 0)
       and (r.backfill_id is null or cast(:#backfills as boolean))
       and (l.run_id is distinct from r.run_id or l.expires_at <= now() or (l.owner = :#owner and not l.busy))
       and (l.epoch is null or l.epoch <> all (cast(:#busy_epochs as int8[])))
       and coalesce(w.steps, 0) < cast(:#store_steps as integer)
     -- History can wait; today's run cannot.
     order by r.lane > 0, coalesce(w.steps, 0), r.due_at
     limit 1
       for update of r skip locked
), claimed as (
    insert into sync_lease (store_id, stream, job_type, lane, run_id, epoch, owner, busy, expires_at)
    select store_id, stream, job_type, lane, run_id, nextval('sync_epoch'), :#owner, true,
           now() + cast(:#lease_millis as bigint) * interval '1 millisecond'
      from due
    on conflict (store_id, stream, job_type, lane) do update
       set run_id = excluded.run_id, epoch = excluded.epoch, owner = excluded.owner, busy = true,
           acquired_at = now(), expires_at = excluded.expires_at
     -- Asked again under the row's lock: another process may have claimed it since the look above.
     where sync_lease.run_id is distinct from excluded.run_id
        or sync_lease.expires_at <= now()
        or (sync_lease.owner = excluded.owner and not sync_lease.busy)
    returning run_id, epoch
)
select r.run_id, coalesce(r.reading_number, r.run_number) as run_number, r.store_id, r.stream, r.job_type, r.backfill_id, r.status, c.epoch, now() as claimed_at,
       r.attempts, r.poll_attempts, r.give_up_at <= now() as given_up, r.waiting_for,
       r.window_from, r.window_to, r.query, r.query_sha256, r.intent_at, r.source_started_at, r.shop_time_zone,
       cast(extract(epoch from r.lag) * 1000 as bigint) as lag_millis,
       r.operation_id, r.operation_status, r.result_url, r.result_complete,
       r.object_count, r.root_object_count, r.file_size,
       r.archive_key, r.archive_sha256, r.archive_bytes, r.archive_lines, r.archive_roots, r.chunk_lines,
       w.value as watermark
  from claimed c
  join sync_run r using (run_id)
  left join sync_watermark w using (store_id, stream)
