-- Reads how far a table has been archived.
-- In:  :#run_id
-- Out: one row (value, value_type, cursor, cursor_type, ordered_by), all null when there is no watermark yet.
--
-- A state of an earlier version has a time and nothing else.
select coalesce(w.value_text, cast(w.value at time zone 'UTC' as text) || '+00') as value,
       coalesce(w.value_type, case when w.value is not null then 'timestamp with time zone' end) as value_type,
       w.cursor, w.cursor_type, w.ordered_by
  from sync_run r
  left join sync_watermark w using (store_id, stream)
 where r.run_id = cast(:#run_id as uuid)
