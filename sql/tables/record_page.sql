-- The checkpoint: a page is in object storage, and the run goes on after its last row.
-- In:  :#run_id, :#epoch, :#page_number, :#object_key, :#sha256, :#bytes, :#rows, :#value, :#cursor
-- Out: one row (run_id, attempts: none any more); none when the run was taken over.
with fence as (
    select run_id, epoch
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for share
), page as (
    insert into sync_table_page (run_id, page_number, object_key, sha256, bytes, rows, value, cursor, epoch)
    select run_id, cast(:#page_number as integer), :#object_key, :#sha256, cast(:#bytes as bigint), cast(:#rows as bigint),
           :#value, :#cursor, epoch
      from fence
    returning run_id, rows, epoch
), progress as (
    -- Attempts count what fails in a row; a page is a success.
    update sync_run r
       set attempts = 0
      from page p
     where r.run_id = p.run_id
)
insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled, epoch)
select p.run_id, 'file',
       1 + (select coalesce(sum(c.lines), 0) from sync_chunk c where c.run_id = p.run_id and c.phase = 'file'),
       p.rows, p.rows, p.rows, 0, 0, 0, 0, p.epoch
  from page p
returning run_id, cast(0 as bigint) as attempts
