-- How the pages of a run came.
-- In:  run id
-- Out: pages, records, lines (records and what is nested in them), seconds of reading them, seconds from submit to the end.
select count(*) as pages, sum(p.roots) as records, sum(p.lines) as lines,
       (select extract(epoch from s.ended_at - s.started_at) from sync_step s
         where s.run_id = r.run_id and s.step = 'downloading' and s.outcome = 'done') as reading_seconds,
       extract(epoch from r.finished_at - r.initiated_at) as seconds
  from sync_run r
  join sync_page p using (run_id)
 where r.run_id = cast(? as uuid)
 group by r.run_id
