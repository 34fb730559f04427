-- FENCE: a mark was moved under an epoch that was not the current one.
-- In:  what the watchers saw, in the order it happened.
-- Out: one sentence per advance.
select format('run %s moved the mark to %s under epoch %s while the lease was at %s', w.run_id, w.value, w.epoch, l.epoch)
  from truth.watermark_log w
  left join lateral (
        select max(l.epoch) as epoch
          from truth.lease_log l
         where l.store_id = w.store_id and l.stream = w.stream and l.log_number < w.log_number
           and l.run_id = w.run_id) l on true
 where w.epoch is distinct from l.epoch
union all
select format('run %s moved the mark after run %s had taken the lease', w.run_id, l.run_id)
  from truth.watermark_log w
  join lateral (
        select l.run_id
          from truth.lease_log l
          join sync_run r on r.run_id = l.run_id and r.job_type = 'DAILY_SYNC_EXECUTE'
         where l.store_id = w.store_id and l.stream = w.stream and l.log_number < w.log_number
         order by l.log_number desc limit 1) l on true
 where l.run_id <> w.run_id
