-- Writes a backfill down with all of its windows, and starts it unless only a plan is wanted.
-- In:  :#backfill_id, :#store, :#stream, :#from, :#to, :#window, :#window_seconds, :#order, :#parallel, :#chunk_lines, :#initiator,
--      :#start (false: only plan)
-- Out: one row (outcome accepted | existing | conflict, backfill_id); no row when another session was faster, so ask again.
--      existing: a backfill of just this range and window is under way, or has this id. conflict: another one is under way.
with asked as (
    select cast(:#from as timestamptz) as range_from, cast(:#to as timestamptz) as range_to,
           cast(:#window_seconds as bigint) * interval '1 second' as step,
           cast(ceil(extract(epoch from cast(:#to as timestamptz) - cast(:#from as timestamptz))
                     / cast(:#window_seconds as bigint)) as integer) as windows
), made as (
    insert into backfill (store_id, backfill_id, stream, state, range_from, range_to, window_length, reading_order, parallel,
                          chunk_lines, initiator, started_at)
    select :#store, cast(:#backfill_id as uuid), :#stream,
           case when cast(:#start as boolean) then 'running' else 'planned' end,
           range_from, range_to, :#window, :#order, cast(:#parallel as integer), cast(:#chunk_lines as integer), :#initiator,
           case when cast(:#start as boolean) then now() end
      from asked
    on conflict do nothing
    returning backfill_id
), cut as (
    insert into backfill_window (store_id, backfill_id, number, window_from, window_to, estimated_records)
    select :#store, made.backfill_id, n, w.window_from, w.window_to, seen.records
      from made
     cross join asked
     cross join generate_series(1, asked.windows) n
     cross join lateral (
           select asked.range_from + (n - 1) * asked.step as window_from,
                  least(asked.range_from + n * asked.step, asked.range_to) as window_to) w
     -- What was read before tells how much there is, if it covers the window; the part that lies in it counts.
     cross join lateral (
           select case when range_agg(tstzrange(p.window_from, p.window_to)) @> tstzrange(w.window_from, w.window_to)
                       then cast(round(sum(c.roots
                                 * extract(epoch from least(p.window_to, w.window_to) - greatest(p.window_from, w.window_from))
                                 / extract(epoch from p.window_to - p.window_from))) as bigint) end as records
             from (select distinct on (p.window_from, p.window_to) p.window_from, p.window_to, p.run_id
                     from backfill_window p
                     join backfill b on b.store_id = p.store_id and b.backfill_id = p.backfill_id and b.stream = :#stream
                    where p.store_id = :#store and p.state = 'completed'
                      and p.window_from < w.window_to and p.window_to > w.window_from
                    order by p.window_from, p.window_to, b.planned_at desc) p
            cross join lateral (
                  select coalesce(sum(k.roots), 0) as roots
                    from sync_chunk k
                   where k.run_id = p.run_id and k.phase = 'file') c) seen
)
select 'accepted' as outcome, backfill_id
  from made
union all
select case when b.backfill_id = cast(:#backfill_id as uuid)
              or (b.range_from, b.range_to, b.window_length)
                 = (cast(:#from as timestamptz), cast(:#to as timestamptz), cast(:#window as text))
            then 'existing' else 'conflict' end, b.backfill_id
  from backfill b
 where b.store_id = :#store
   and (b.backfill_id = cast(:#backfill_id as uuid) or b.stream = :#stream and b.state in ('running', 'paused'))
   and not exists (select from made)
 order by 1 desc
 limit 1
