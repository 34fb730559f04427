-- Tells whether the active run of a kind still has a living owner.
-- In:  :#store, :#stream, :#job_type
-- Out: one row (outcome adopted | busy, run_id, expires_at: a later one at the next look shows that the owner lives), or no row when none is active.
select case when l.expires_at > now() and l.run_id = r.run_id then 'busy' else 'adopted' end as outcome, r.run_id, l.expires_at
  from sync_run r
  left join sync_lease l using (store_id, stream, job_type, lane)
 where r.store_id = :#store and r.stream = :#stream and r.job_type = :#job_type
   and r.status not in ('completed', 'partial', 'failed')
