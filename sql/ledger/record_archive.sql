-- Keeps where the source's file is archived and what was counted while it was written.
-- In:  :#run_id, :#epoch, :#archive_key, :#archive_sha256, :#archive_bytes, :#archive_lines, :#archive_roots, :#chunk_lines
-- Out: one row (run_id); none when the run was taken over.
with fence as (
    select run_id
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for share
)
update sync_run r
   set archive_key = :#archive_key, archive_sha256 = :#archive_sha256, archive_bytes = cast(:#archive_bytes as bigint),
       archive_lines = cast(:#archive_lines as bigint), archive_roots = cast(:#archive_roots as bigint),
       chunk_lines = coalesce(r.chunk_lines, cast(:#chunk_lines as integer))
  from fence f
 where r.run_id = f.run_id
returning r.run_id
