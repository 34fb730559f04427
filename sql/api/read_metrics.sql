-- Every metric of the ledger, one row each: what Prometheus shows as tidemark_*.
-- In:  nothing
-- Out: name, description, kind (counter, gauge, timer), store_id, stream, label and label_value (or null), value, items
--      (timers only: how many runs the value is the sum of)
--
-- Every (store, stream) that ever ran gets a row for each gauge, zero where there is nothing, so that a series never
-- disappears while an alert on it is pending.
-- The tempting version counts sync_run and sync_chunk from their beginning, and costs more with every day. What has ended is
-- summed up in sync_total; only the runs under way are counted here.
with active as materialized (
    select r.store_id, r.stream, r.initiated_at, c.*
      from sync_run r
     cross join lateral (
           select coalesce(sum(k.written), 0) as written, coalesce(sum(k.unchanged), 0) as unchanged,
                  coalesce(sum(k.stale), 0) as stale, coalesce(sum(k.set_aside), 0) as set_aside
             from sync_chunk k
            where k.run_id = r.run_id) c
     where r.status not in ('completed', 'partial', 'failed')
), streams as (
    select store_id, stream from sync_total
    union
    select store_id, stream from active
    union
    select store_id, stream from sync_watermark
), latest as (
    -- The others leave the watermark alone, so they neither hold nor free it.
    select s.store_id, s.stream, l.status, l.watermark_advanced, l.initiated_at, l.finished_at
      from streams s
     cross join lateral (
           select r.status, r.watermark_advanced, r.initiated_at, r.finished_at
             from sync_run r
            where r.store_id = s.store_id and r.stream = s.stream
              and r.finished_at is not null and r.job_type = 'DAILY_SYNC_EXECUTE'
            order by r.initiated_at desc, r.run_id desc
            limit 1) l
), total as (
    select s.store_id, s.stream, coalesce(t.completed, 0) as completed, coalesce(t.partial, 0) as partial,
           coalesce(t.failed, 0) as failed, coalesce(t.seconds, 0) as seconds,
           coalesce(t.written, 0) + coalesce(a.written, 0) as written,
           coalesce(t.unchanged, 0) + coalesce(a.unchanged, 0) as unchanged,
           coalesce(t.stale, 0) + coalesce(a.stale, 0) as stale,
           coalesce(t.set_aside, 0) + coalesce(a.set_aside, 0) as set_aside,
           coalesce(a.runs, 0) as active, coalesce(a.age, 0) as active_age
      from streams s
      left join sync_total t using (store_id, stream)
      left join (select store_id, stream, count(*) as runs, extract(epoch from now() - min(initiated_at)) as age,
                        sum(written) as written, sum(unchanged) as unchanged, sum(stale) as stale, sum(set_aside) as set_aside
                   from active
                  group by store_id, stream) a using (store_id, stream)
)
select 'tidemark.runs' as name, 'Runs that ended, by how' as description, 'counter' as kind, t.store_id, t.stream,
       'status' as label, k.status as label_value,
       cast(case k.status when 'completed' then t.completed when 'partial' then t.partial else t.failed end as double precision) as value,
       cast(0 as bigint) as items
  from total t
 cross join (values ('completed'), ('partial'), ('failed')) k (status)
union all
select 'tidemark.run.duration', 'Time from start to end of the runs that ended', 'timer', store_id, stream, null, null,
       seconds, completed + partial + failed
  from total
union all
select 'tidemark.run.last.duration.seconds', 'Time from start to end of the latest run that ended', 'gauge', store_id, stream,
       null, null, extract(epoch from finished_at - initiated_at), 0
  from latest
union all
select 'tidemark.records', 'Records of all runs, by what became of them', 'counter', t.store_id, t.stream,
       'outcome', k.outcome,
       case k.outcome when 'written' then t.written when 'unchanged' then t.unchanged when 'stale' then t.stale else t.set_aside end, 0
  from total t
 cross join (values ('written'), ('unchanged'), ('stale'), ('set_aside')) k (outcome)
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
select 'tidemark.run.active', 'Runs that have not ended', 'gauge', store_id, stream, null, null, active, 0
  from total
union all
select 'tidemark.run.active.age.seconds', 'Time since the oldest run that has not ended was started; 0 when there is none',
       'gauge', store_id, stream, null, null, active_age, 0
  from total
