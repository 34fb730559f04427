-- Moves the watermark of a table to its last archived row, and closes the run, if and only if the ledger balances.
-- In:  :#run_id, :#epoch, :#step, :#started_at
-- Out: one row (run_id, advanced) when the run is complete; no row when it is not, and then nothing has changed.
with lease as (
    select run_id, epoch
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for update
), proof as (
    select r.run_id, r.store_id, r.stream, l.epoch, t.mode, t.ordered_by, t.value_type, t.cursor_type, t.value_before,
           r.watermark_before, p.rows, e.value, e.cursor,
           case when t.value_type = 'timestamp with time zone' and isfinite(cast(e.value as timestamptz))
                then cast(e.value as timestamptz) end as moment
      from sync_run r
      join lease l using (run_id)
      join sync_table_window t using (run_id)
      left join sync_run_counts c using (run_id)
      left join (select run_id, count(*) as pages, sum(rows) as rows from sync_table_page group by run_id) p using (run_id)
      left join sync_table_page e on e.run_id = r.run_id and e.page_number = p.pages
      left join sync_watermark w using (store_id, stream)
     where r.status = 'finalizing'
       and r.result_complete
       -- What the source counted, what the pages hold, what is archived and what the ledger has are one number.
       and r.object_count = t.source_rows
       and r.object_count = r.archive_lines
       and r.archive_lines = coalesce(p.rows, 0)
       and r.archive_lines = coalesce(c.lines, 0)
       and coalesce(c.lines, 0) = coalesce(c.accounted, 0)
       -- Somebody moved the mark while this run was under way: what it read no longer joins on to it.
       and w.value is not distinct from r.watermark_before
       and (w.value_text is not distinct from t.value_before or (w.value_text is null and w.value is not null))
       and w.cursor is not distinct from t.cursor_before
), moved as (
    insert into sync_watermark (store_id, stream, value, value_text, value_type, cursor, cursor_type, ordered_by, run_id, epoch)
    select store_id, stream, moment, value, value_type, cursor, cursor_type, ordered_by, run_id, epoch
      from proof
     where mode <> 'whole' and value is not null
    on conflict (store_id, stream) do update
       set value = excluded.value, value_text = excluded.value_text, value_type = excluded.value_type,
           cursor = excluded.cursor, cursor_type = excluded.cursor_type, ordered_by = excluded.ordered_by,
           run_id = excluded.run_id, epoch = excluded.epoch, moved_at = now()
    returning store_id, stream, value, value_text, cursor, run_id, epoch
), remembered as (
    insert into sync_watermark_history (store_id, stream, kind, value_before, value_text_before, value, value_text, cursor,
                                        run_id, epoch, actor)
    select m.store_id, m.stream, 'advance', p.watermark_before, p.value_before, m.value, m.value_text, m.cursor,
           m.run_id, m.epoch, 'run'
      from moved m
      join proof p using (run_id)
), closed as (
    update sync_run r
       set status = 'completed', finished_at = now(), waiting_for = null,
           watermark_after = case when m.run_id is null then r.watermark_before else m.value end,
           watermark_after_text = coalesce(m.value_text, r.watermark_before_text),
           watermark_after_cursor = case when m.run_id is null then r.watermark_before_cursor else m.cursor end,
           watermark_advanced = m.run_id is not null,
           held_reason = case
               when m.run_id is not null then null
               when p.mode = 'whole' then 'The table is read whole by each run, so it has no watermark.'
               else 'The table has no row after the watermark that is old enough to be read, so there is no newer position.'
           end
      from proof p
      left join moved m using (run_id)
     where r.run_id = p.run_id
    returning r.run_id, r.watermark_advanced
), freed as (
    update sync_lease l
       set busy = false, expires_at = now()
      from closed c
     where l.run_id = c.run_id
), told as (
    insert into sync_step (run_id, step_number, step, outcome, epoch, started_at, counts)
    select c.run_id, 1 + (select count(*) from sync_step s where s.run_id = c.run_id), :#step, 'done',
           cast(:#epoch as bigint), cast(:#started_at as timestamptz), jsonb_build_object('advanced', c.watermark_advanced)
      from closed c
)
select run_id, watermark_advanced as advanced from closed
