-- Writes that the last page is in, and how many rows the source itself counted.
-- In:  :#run_id, :#epoch, :#source_rows
-- Out: one row (run_id); none when the run was taken over.
with fence as (
    select run_id
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for share
), ended as (
    update sync_table_window w
       set source_rows = cast(:#source_rows as bigint)
      from fence f
     where w.run_id = f.run_id
)
update sync_run r
   set result_complete = true, operation_status = 'COMPLETED', object_count = cast(:#source_rows as bigint)
  from fence f
 where r.run_id = f.run_id
returning r.run_id
