-- Commits a page whose records are in the local file: from now on the run goes on after it.
-- In:  :#run_id, :#epoch, :#page_number, :#next_cursor (null: it is the last), :#lines, :#roots, :#end_offset, :#page_sha256
-- Out: one row (attempts); none when the run was taken over.
--
-- A page that was read means that the source works, so the failed attempts before it no longer count. A run whose pages were
-- lost reads them again, from the first; what it reads then takes the place of what was there.
with fence as (
    select run_id
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for share
), outdated as (
    delete from sync_page p
     using fence f
     where p.run_id = f.run_id and p.page_number > cast(:#page_number as integer)
), committed as (
    insert into sync_page (run_id, page_number, next_cursor, lines, roots, end_offset, sha256, epoch)
    select f.run_id, cast(:#page_number as integer), :#next_cursor, cast(:#lines as bigint), cast(:#roots as bigint),
           cast(:#end_offset as bigint), :#page_sha256, cast(:#epoch as bigint)
      from fence f
    on conflict (run_id, page_number) do update
       set next_cursor = excluded.next_cursor, lines = excluded.lines, roots = excluded.roots,
           end_offset = excluded.end_offset, sha256 = excluded.sha256, epoch = excluded.epoch, fetched_at = now()
    returning run_id
)
update sync_run r
   set attempts = 0
  from committed c
 where r.run_id = c.run_id
returning r.attempts
