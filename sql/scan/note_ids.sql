-- Notes some ids that a scan has seen, with their ledger row.
-- In:  :#run_id, :#epoch, :#first_line, :#lines, :#ids (int8[]), :#versions (text[], null where the source told none)
-- Out: one row (lines); no row when the run was taken over, and then nothing has changed.
--
-- A record that changed while the source listed it is listed twice; the later version counts.
with lease as materialized (
    select l.store_id, l.run_id, l.epoch
      from sync_lease l
     where l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as bigint)
       for share
), noted as (
    insert into sync_scan_id (store_id, run_id, record_id, version)
    select lease.store_id, lease.run_id, seen.record_id, max(cast(seen.version as timestamptz))
      from lease
     cross join unnest(cast(:#ids as int8[]), cast(:#versions as text[])) as seen (record_id, version)
     group by lease.store_id, lease.run_id, seen.record_id
    on conflict (store_id, run_id, record_id) do update
       set version = excluded.version
     where sync_scan_id.version < excluded.version
)
insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled, epoch)
select lease.run_id, 'file', cast(:#first_line as bigint), cast(:#lines as bigint), cast(:#lines as bigint), 0,
       cast(:#lines as bigint), 0, 0, 0, lease.epoch
  from lease
on conflict (run_id, phase, first_line) do update
   set epoch = excluded.epoch
returning lines
