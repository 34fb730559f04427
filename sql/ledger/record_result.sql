-- Keeps what the source says it has: the end of its bulk operation.
-- In:  :#run_id, :#epoch, :#operation_status, :#result_complete, :#result_url, :#object_count, :#root_object_count, :#file_size
-- Out: one row (run_id); none when the run was taken over.
with fence as (
    select run_id
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for share
)
update sync_run r
   set operation_status = :#operation_status, result_complete = cast(:#result_complete as boolean),
       result_url = :#result_url, object_count = cast(:#object_count as bigint),
       root_object_count = cast(:#root_object_count as bigint), file_size = cast(:#file_size as bigint)
  from fence f
 where r.run_id = f.run_id
returning r.run_id
