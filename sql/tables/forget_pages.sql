-- Forgets the pages of a table that is read whole: a later attempt reads another snapshot, so it begins anew.
-- In:  :#run_id, :#epoch
-- Out: one row (run_id); none when the run was taken over.
with fence as (
    select run_id
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for share
), pages as (
    delete from sync_table_page p using fence f where p.run_id = f.run_id
), chunks as (
    delete from sync_chunk c using fence f where c.run_id = f.run_id
)
select run_id from fence
