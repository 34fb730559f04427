-- Writes what a run will read of a table, before it reads.
-- In:  :#run_id, :#epoch, :#table_name, :#mode, :#columns (JSON), :#ordered_by, :#value_type, :#cursor_type, :#value_before,
--      :#cursor_before, :#upper_bound, :#fixed_at, :#lag_millis, :#query
-- Out: one row (run_id); none when the run was taken over. A window that an earlier attempt wrote stays.
with fence as (
    select run_id
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for share
), noted as (
    insert into sync_table_window (run_id, table_name, mode, columns, ordered_by, value_type, cursor_type, value_before,
                                   cursor_before, upper_bound, fixed_at)
    select run_id, :#table_name, :#mode, cast(:#columns as jsonb), :#ordered_by, :#value_type, :#cursor_type, :#value_before,
           :#cursor_before, :#upper_bound, cast(:#fixed_at as timestamptz)
      from fence
    on conflict (run_id) do nothing
    returning *
), fixed as (
    update sync_run r
       set intent_at = now(), query = :#query, source_started_at = n.fixed_at,
           lag = cast(:#lag_millis as bigint) * interval '1 millisecond',
           watermark_before = (select w.value from sync_watermark w where w.store_id = r.store_id and w.stream = r.stream),
           watermark_before_text = n.value_before, watermark_before_cursor = n.cursor_before,
           window_from = (select w.value from sync_watermark w where w.store_id = r.store_id and w.stream = r.stream),
           window_to = case when n.value_type = 'timestamp with time zone' then cast(n.upper_bound as timestamptz) end
      from noted n
     where r.run_id = n.run_id
)
select run_id from fence
