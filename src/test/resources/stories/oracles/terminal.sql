-- TERMINAL: after recovery a run has not ended, or it says completed and no committed mark agrees.
-- In:  runs, marks and their history.
-- Out: one sentence per run.
select format('run %s is still %s, waiting for %s%s', run_id, status, coalesce(waiting_for, 'nothing'),
              case when give_up_at <= now() then ', past its deadline of ' || give_up_at else '' end)
  from sync_run
 where status not in ('completed', 'partial', 'failed') or finished_at is null
union all
select format('run %s says its mark advanced to %s and the history does not know it', r.run_id, r.watermark_after)
  from sync_run r
 where r.watermark_advanced
   and not exists (select 1 from sync_watermark_history h
                    where h.store_id = r.store_id and h.stream = r.stream and h.run_id = r.run_id
                      and h.kind = 'advance' and h.value = r.watermark_after)
union all
select format('run %s is completed, saw a version of %s, and no mark was ever committed', r.run_id, c.seen)
  from sync_run r
  join lateral (select max(max_version) as seen from sync_chunk k where k.run_id = r.run_id) c on c.seen is not null
 where r.status = 'completed' and r.job_type = 'DAILY_SYNC_EXECUTE'
   and not exists (select 1 from sync_watermark w where w.store_id = r.store_id and w.stream = r.stream)
union all
select format('run %s is %s and says its mark advanced', run_id, status)
  from sync_run
 where watermark_advanced and status <> 'completed'
