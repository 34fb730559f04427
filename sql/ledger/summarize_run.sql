-- Says how a run ended, in one line for the log.
-- In:  :#run_id
-- Out: one row (run_id, status, summary).
select r.run_id, r.status,
       format('%s %s/%s run %s in %s s: %s lines, %s written, %s unchanged, %s stale, %s set aside; watermark %s -> %s%s',
              r.status, r.store_id, r.stream, r.run_id,
              round(extract(epoch from coalesce(r.finished_at, now()) - r.initiated_at), 1),
              coalesce(c.lines, 0), coalesce(c.written, 0), coalesce(c.unchanged, 0), coalesce(c.stale, 0),
              coalesce(c.set_aside, 0),
              coalesce(utc_text(r.watermark_before), r.watermark_before_text, 'none'),
              coalesce(utc_text(r.watermark_after), r.watermark_after_text, 'none'),
              coalesce('; ' || r.held_reason, '')) as summary
  from sync_run r
  left join sync_run_counts c using (run_id)
 where r.run_id = cast(:#run_id as uuid)
