-- Keeps a failed attempt in the run's history.
-- In:  :#run_id, :#epoch, :#step, :#started_at, :#reason
-- Out: one row (run_id).
insert into sync_step (run_id, step_number, step, outcome, epoch, started_at, error)
select r.run_id, 1 + (select count(*) from sync_step s where s.run_id = r.run_id), :#step, 'retrying',
       cast(:#epoch as bigint), cast(:#started_at as timestamptz), :#reason
  from sync_run r
 where r.run_id = cast(:#run_id as uuid)
returning run_id
