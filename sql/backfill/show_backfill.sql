-- One backfill as JSON text.
-- In:  backfill_id, windows (true: with its single windows, in the order of reading)
-- Out: one row with the document; no row when there is no such backfill
select cast(v.document || case when cast(:#windows as boolean) then jsonb_build_object('windows', (
           select jsonb_agg(jsonb_build_object(
                      'number', w.number,
                      'from', utc_text(w.window_from),
                      'to', utc_text(w.window_to),
                      'state', w.state,
                      'estimated_records', w.estimated_records,
                      'run_id', w.run_id,
                      'attempts', w.attempts,
                      'records', case when w.state in ('completed', 'partial', 'failed') then c.roots end,
                      'set_aside', c.set_aside,
                      'run_status', r.status,
                      'waiting_for', case when r.finished_at is null then r.waiting_for end,
                      'reason', case when w.state in ('partial', 'failed') then r.held_reason end)
                  order by case b.reading_order when 'newest' then -w.number else w.number end)
             from backfill b
             join backfill_window w using (store_id, backfill_id)
             left join sync_run r on r.run_id = w.run_id
             left join sync_run_counts c on c.run_id = w.run_id
            where b.store_id = v.store_id and b.backfill_id = v.backfill_id)) else '{}' end as text)
  from backfill_document v
 where v.backfill_id = cast(:#backfill_id as uuid)
