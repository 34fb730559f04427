-- How a run went.
-- In:  run id
-- Out: status, failures, lines accounted for, seconds of its load, seconds from submit to the end.
select r.status, r.failures::text, coalesce(c.accounted, 0) as accounted, coalesce(c.unchanged, 0) as unchanged,
       (select extract(epoch from sum(s.ended_at - s.started_at)) from sync_step s
         where s.run_id = r.run_id and s.step = 'upserting' and s.outcome = 'done') as load_seconds,
       (select string_agg(s.step || ' ' || round(extract(epoch from s.ended_at - s.started_at), 2), ', ' order by s.step_number)
          from sync_step s where s.run_id = r.run_id and s.outcome = 'done') as steps,
       extract(epoch from r.finished_at - r.initiated_at) as seconds, r.watermark_advanced
  from sync_run r
  left join sync_run_counts c using (run_id)
 where r.run_id = cast(? as uuid)
