-- CONSERVATION: a run that ended complete or partial does not account for every line.
-- In:  the runs, their chunks, and the archived objects as counted from object storage.
-- Out: one sentence per run.
select format('run %s (%s): the source said %s, the archive holds %s, the ledger counts %s lines and accounts for %s, the run says %s',
              r.run_id, r.status, r.object_count, a.lines, c.lines, c.accounted, r.archive_lines)
  from sync_run r
  left join truth.archive a on a.run_id = r.run_id
  left join lateral (
        select coalesce(sum(k.lines) filter (where k.phase = 'file'), 0) as lines,
               coalesce(sum(k.written + k.unchanged + k.stale + k.set_aside), 0) as accounted
          from sync_chunk k where k.run_id = r.run_id) c on true
 where r.status in ('completed', 'partial')
   and not (r.object_count = coalesce(a.lines, 0) and r.object_count = c.lines and r.object_count = c.accounted
            and r.object_count = r.archive_lines and (a.lines is not null or r.object_count = 0))
union all
select format('run %s says its archive has sha256 %s, the object has %s', r.run_id, r.archive_sha256, a.sha256)
  from sync_run r
  join truth.archive a on a.run_id = r.run_id
 where r.archive_sha256 is not null and r.archive_sha256 <> a.sha256
union all
select format('run %s set %s lines aside and no dead letter tells which', r.run_id, sum(k.set_aside))
  from sync_run r
  join sync_chunk k on k.run_id = r.run_id
 where r.status in ('completed', 'partial')
 group by r.run_id, r.store_id, r.stream
having sum(k.set_aside) > 0
   and not exists (select 1 from dead_letter l where l.store_id = r.store_id and l.stream = r.stream)
