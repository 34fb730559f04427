-- Reads what a run reads of its table, and how far it has got.
-- In:  :#run_id
-- Out: one row: the window, pages (how many), rows (of all pages), value and cursor (of the last row archived).
select w.table_name, w.mode, cast(w.columns as text) as columns, w.ordered_by, w.value_type, w.cursor_type,
       w.value_before, w.cursor_before, w.upper_bound, cast(w.fixed_at as text) as fixed_at, w.source_rows,
       coalesce(p.pages, 0) as pages, coalesce(p.rows, 0) as rows,
       case when p.pages > 0 then l.value else w.value_before end as value,
       case when p.pages > 0 then l.cursor else w.cursor_before end as cursor
  from sync_table_window w
  left join (select run_id, count(*) as pages, cast(sum(rows) as bigint) as rows from sync_table_page group by run_id) p using (run_id)
  left join sync_table_page l on l.run_id = w.run_id and l.page_number = p.pages
 where w.run_id = cast(:#run_id as uuid)
