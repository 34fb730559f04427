-- Counts the rows of a table by the run that wrote them.
-- In:  store. Places: table, live (the condition that a row still counts).
-- Out: run_number, rows, live (rows that were not removed since), known (whether any run has that number).
select t.run_number, count(*) as rows, count(*) filter (where ${live}) as live,
       t.run_number in (select coalesce(r.reading_number, r.run_number) from sync_run r) as known
  from ${table} t
 where t.store_id = ?
 group by t.run_number
