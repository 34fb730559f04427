-- Every metric of the ledger, one row each: what Prometheus shows as tidemark_*.
-- In:  nothing
-- Out: name, description, kind (counter, gauge, timer), store_id, stream, label and label_value (or null), value, items
--      (timers only: how many runs the value is the sum of)
--
-- Every (store, stream) that ever ran gets a row for each gauge, zero where there is nothing, so that a series never
-- disappears while an alert on it is pending.
with streams as (
    select store_id, stream from sync_run
    union
    select store_id, stream from sync_watermark
), latest as (
    -- The others leave the watermark alone, so they neither hold nor free it.
    select distinct on (store_id, stream) store_id, stream, status, watermark_advanced, initiated_at, finished_at
      from sync_run
     where finished_at is not null and job_type = 'DAILY_SYNC_EXECUTE'
     order by store_id, stream, initiated_at desc, run_id desc
), ended as (
    select store_id, stream, status, count(*) as runs
      from sync_run
     where finished_at is not null
     group by store_id, stream, status
), records as (
    select r.store_id, r.stream, sum(c.written) as written, sum(c.unchanged) as unchanged, sum(c.stale) as stale,
           sum(c.set_aside) as set_aside
      from sync_chunk c
      join sync_run r using (run_id)
     group by r.store_id, r.stream
), active as (
    select store_id, stream, count(*) as runs, extract(epoch from now() - min(initiated_at)) as age
      from sync_run
     where status not in ('completed', 'partial', 'failed')
     group by store_id, stream
)
select 'tidemark.runs' as name, 'Runs that ended, by how' as description, 'counter' as kind, s.store_id, s.stream,
       'status' as label, k.status as label_value,
       cast(coalesce(e.runs, 0) as double precision) as value, cast(0 as bigint) as items
  from streams s
 cross join (values ('completed'), ('partial'), ('failed')) k (status)
  left join ended e on e.store_id = s.store_id and e.stream = s.stream and e.status = k.status
union all
select 'tidemark.run.duration', 'Time from start to end of the runs that ended', 'timer', s.store_id, s.stream, null, null,
       coalesce(sum(extract(epoch from r.finished_at - r.initiated_at)), 0), count(r.run_id)
  from streams s
  left join sync_run r on r.store_id = s.store_id and r.stream = s.stream and r.finished_at is not null
 group by s.store_id, s.stream
union all
select 'tidemark.run.last.duration.seconds', 'Time from start to end of the latest run that ended', 'gauge', store_id, stream,
       null, null, extract(epoch from finished_at - initiated_at), 0
  from latest
union all
select 'tidemark.records', 'Records of all runs, by what became of them', 'counter', s.store_id, s.stream,
       'outcome', k.outcome,
       coalesce(case k.outcome when 'written' then r.written when 'unchanged' then r.unchanged
                               when 'stale' then r.stale else r.set_aside end, 0), 0
  from streams s
 cross join (values ('written'), ('unchanged'), ('stale'), ('set_aside')) k (outcome)
  left join records r on r.store_id = s.store_id and r.stream = s.stream
union all
select 'tidemark.watermark.age.seconds', 'How far the watermark is behind the clock of the database', 'gauge',
       store_id, stream, null, null, extract(epoch from now() - value), 0
  from sync_watermark
 -- The watermark of a table may be a number, which has no age.
 where value is not null
union all
select 'tidemark.watermark.held', '1 when the latest run that ended did not complete, so that the watermark stayed', 'gauge',
       s.store_id, s.stream, null, null, case when l.status = 'completed' then 0 when l.status is null then 0 else 1 end, 0
  from streams s
  left join latest l using (store_id, stream)
union all
select 'tidemark.dead.letters.open', 'Records set aside that nobody settled yet', 'gauge', s.store_id, s.stream, null, null,
       (select count(*) from dead_letter d where d.store_id = s.store_id and d.stream = s.stream and d.state = 'open'), 0
  from streams s
union all
select 'tidemark.gaps.open', 'Ranges of time that no run has read', 'gauge', s.store_id, s.stream, null, null,
       (select count(*) from sync_gap g where g.store_id = s.store_id and g.stream = s.stream and g.state = 'open'), 0
  from streams s
union all
select 'tidemark.run.active', 'Runs that have not ended', 'gauge', s.store_id, s.stream, null, null, coalesce(a.runs, 0), 0
  from streams s
  left join active a using (store_id, stream)
union all
select 'tidemark.run.active.age.seconds', 'Time since the oldest run that has not ended was started; 0 when there is none',
       'gauge', s.store_id, s.stream, null, null, coalesce(a.age, 0), 0
  from streams s
  left join active a using (store_id, stream)
