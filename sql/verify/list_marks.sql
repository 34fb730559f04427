-- Shows how the watermark of a stream stands beside its history and its runs.
-- In:  store, stream
-- Out: one row: the mark, the newest one of the history, how the last daily run ended, and open dead letters.
select asked.store_id, coalesce(utc_text(w.value), w.value_text) as value,
       coalesce(utc_text(h.value), h.value_text) as history, last.status, last.held_reason,
       cast(last.run_id as text) as run_id, utc_text(proved.watermark_after) as proved,
       (select count(*) from dead_letter d
         where d.store_id = asked.store_id and d.stream = asked.stream and d.state = 'open') as open_letters
  from (select cast(? as text) as store_id, cast(? as text) as stream) asked
  left join sync_watermark w on w.store_id = asked.store_id and w.stream = asked.stream
  left join lateral (
       select s.value, s.value_text
         from sync_watermark_history s
        where s.store_id = asked.store_id and s.stream = asked.stream
        order by s.history_id desc
        limit 1) h on true
  left join lateral (
       select r.run_id, r.status, r.held_reason
         from sync_run r
        where r.store_id = asked.store_id and r.stream = asked.stream and r.job_type = 'DAILY_SYNC_EXECUTE'
          and r.status in ('completed', 'partial', 'failed')
        order by r.run_number desc
        limit 1) last on true
  left join lateral (
       select r.watermark_after
         from sync_run r
        where r.run_id = w.run_id and r.watermark_advanced) proved on true
