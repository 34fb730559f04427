-- Makes the run of the next window of a backfill, if there is room for one.
-- In:  :#streams (those not paused), :#only_backfills (uuids; null: any), :#bulk_streams (those that are read by bulk operations),
--      :#slots (bulk operations that the source runs at once), :#lanes (windows of a store that may be read at once),
--      :#retry_for_millis
-- Out: one row (run_id, backfill_id, number); none when no window may begin now.
--
-- Politeness: daily runs come first. The lanes are fewer than the slots, so one slot is always left; where several daily
-- runs want slots, or the source has but one, a window is not begun before they have theirs.
with room as (
    select b.store_id, b.backfill_id, b.stream, b.reading_order, b.chunk_lines, b.initiator, b.started_at,
           (select min(lane)
              from generate_series(1, cast(:#lanes as integer)) lane
             where not exists (select from sync_run r
                                where r.store_id = b.store_id and r.lane = lane.lane
                                  and r.status not in ('completed', 'partial', 'failed'))) as lane,
           (select count(*) from backfill_window w
             where w.store_id = b.store_id and w.backfill_id = b.backfill_id and w.state = 'running') as under_way,
           (select count(*)
              from sync_run r
             where r.store_id = b.store_id and r.stream = any (cast(:#bulk_streams as text[]))
               and (r.status in ('initiated', 'polling')
                    or cast(:#slots as integer) = 1 and r.lane = 0 and r.status not in ('completed', 'partial', 'failed'))) as wanted
      from backfill b
     where b.state = 'running'
       and b.stream = any (cast(:#streams as text[]))
       and (cast(:#only_backfills as uuid[]) is null or b.backfill_id = any (cast(:#only_backfills as uuid[])))
       and (select count(*) from backfill_window w
             where w.store_id = b.store_id and w.backfill_id = b.backfill_id and w.state = 'running') < b.parallel
), due as (
    select w.store_id, w.backfill_id, w.number, w.window_from, w.window_to, room.stream, room.lane, room.chunk_lines, room.initiator
      from room
     cross join lateral (
           select w.*
             from backfill_window w
            where w.store_id = room.store_id and w.backfill_id = room.backfill_id and w.state = 'planned'
            order by case room.reading_order when 'newest' then -w.number else w.number end
            limit 1
              for update skip locked) w
     where room.lane is not null
       and (room.stream <> all (cast(:#bulk_streams as text[])) or room.wanted < cast(:#slots as integer))
     order by room.under_way, room.started_at
     limit 1
), made as (
    insert into sync_run (run_id, store_id, stream, job_type, initiator, requested_at, give_up_at,
                          window_from, window_to, chunk_lines, backfill_id, lane)
    select gen_random_uuid(), store_id, stream, 'FULL_BACKFILL_EXECUTE', initiator, now(),
           now() + cast(:#retry_for_millis as bigint) * interval '1 millisecond',
           window_from, window_to, chunk_lines, backfill_id, lane
      from due
    -- Another process has just taken the lane; the next look finds another.
    on conflict do nothing
    returning run_id
), begun as (
    update backfill_window w
       set state = 'running', run_id = made.run_id, attempts = w.attempts + 1
      from due
     cross join made
     where w.store_id = due.store_id and w.backfill_id = due.backfill_id and w.number = due.number
    returning w.run_id, w.backfill_id, w.number
)
select run_id, backfill_id, number from begun
