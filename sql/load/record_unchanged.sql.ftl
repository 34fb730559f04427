-- Opens a chunk whose records are all stored already, as they are: nothing but its ledger row is written.
-- In:  the run and its epoch, the chunk's place in the file, the array of its roots' keys
-- Out: the ledger row as it was written; no row when the run was taken over
--
-- Whether they are is found out in the same transaction, which is rolled back if they are not: copy_roots_out.sql.ftl and
-- copy_children_out.sql.ftl give what is stored of these roots. What is read again as it was, like the overlap of two
-- windows or a file that is loaded twice, is thus sent once, by the database, and nothing is sent to it. Only for chunks
-- with each root once and its children beside it. None of the roots is counted as replaced: no child of theirs is missing.
with lease as (
    select l.epoch,
           set_config('idle_in_transaction_session_timeout', '15s', true),
           set_config('tidemark.store', l.store_id, true),
           set_config('tidemark.roots', cast(cast(:#${root.name}_${root.key} as int8[]) as text), true)
      from sync_lease l
     where l.store_id = :#store_id and l.stream = :#stream and l.job_type = :#job_type
       and l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as int8)
       for share
)
insert into sync_chunk (
       run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled,
       max_version, min_version, replaced, touched_days, epoch)
select cast(:#run_id as uuid), :#phase, cast(:#first_line as int8), cast(:#lines as int8), cast(:#roots as int8),
       0, cast(:#lines as int8), 0, 0, 0,
       cast(nullif(:#max_version, '') as timestamptz), cast(nullif(:#min_version, '') as timestamptz),
       0, cast('{}' as date[]), lease.epoch
  from lease
returning lines
