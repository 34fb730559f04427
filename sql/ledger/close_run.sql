-- Ends a run whose ledger does not prove it complete: partial when every line is accounted for, failed otherwise.
-- In:  :#run_id, :#epoch, :#step, :#started_at, :#frozen (true: an operator has stopped the route that moves the mark)
-- Out: one row (run_id, status, held_reason); none when the run was taken over.
with lease as (
    update sync_lease
       set busy = false, expires_at = now()
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
    returning run_id
), facts as (
    select r.run_id, r.store_id, r.stream, r.operation_status, r.result_complete, r.object_count, r.root_object_count,
           r.archive_lines, w.value as watermark, r.watermark_before, r.backfill_id is null as moves_watermark,
           coalesce(c.lines, 0) as lines, coalesce(c.roots, 0) as roots, coalesce(c.accounted, 0) as accounted,
           (select count(*) from dead_letter d
             where d.store_id = r.store_id and d.stream = r.stream and d.state = 'open'
               -- What others have set aside says nothing about the window of a backfill.
               and (r.backfill_id is null or d.last_seen_at >= r.initiated_at and c.set_aside > 0)) as open_letters,
           (select count(*) from dead_letter d
             where d.store_id = r.store_id and d.stream = r.stream and d.state = 'open'
               and d.run_id = r.run_id and d.reason_code = 'malformed') as malformed
      from sync_run r
      join lease using (run_id)
      left join sync_run_counts c using (run_id)
      left join sync_watermark w using (store_id, stream)
     where r.status = 'finalizing'
), verdict as (
    select f.*, v.status, v.code, v.reason
      from facts f
     cross join lateral (
        select 'failed' as status, 'operation_' || lower(f.operation_status) as code,
               format('The bulk operation ended as %s, so its result is not complete; what came of it was loaded.', f.operation_status) as reason
         where f.result_complete is not true
        union all
        select 'failed', 'malformed',
               format('%s line(s) of the file are not JSON; the other lines were loaded.', f.malformed)
         where f.malformed > 0
        union all
        select 'failed', 'count_mismatch',
               format('The source counted %s objects, the archive %s lines, the ledger %s lines of which %s are accounted for.',
                      coalesce(f.object_count::text, 'no'), coalesce(f.archive_lines::text, 'no'), f.lines, f.accounted)
         where f.object_count is distinct from f.archive_lines or f.archive_lines <> f.lines or f.lines <> f.accounted
        union all
        select 'failed', 'root_count_mismatch',
               format('The source counted %s root objects, the ledger %s.', f.root_object_count, f.roots)
         where f.root_object_count <> f.roots
        union all
        select 'partial', 'set_aside',
               format('%s record(s) are set aside in the dead letters (tidemark dead-letters list --store %s); '
                      'mend, retry or discard them and the next run goes on from here.', f.open_letters, f.store_id)
         where f.open_letters > 0
        union all
        select 'partial', 'watermark_moved',
               'The watermark was moved by somebody else while this run was under way; the next run starts from there.'
         where f.moves_watermark and f.watermark is distinct from f.watermark_before
        union all
        select 'partial', 'frozen',
               'Route sync-advance is stopped, so an operator has frozen the watermark; start the route and run again.'
         where cast(:#frozen as boolean)
        union all
        select 'failed', 'not_proved', 'The ledger does not prove this run complete.'
        limit 1
     ) v
), letters as (
    select coalesce(jsonb_agg(jsonb_build_object('step', 'upserting', 'code', d.reason_code, 'record', d.record_key,
                                                 'line', d.line_no, 'message', d.reason)), '[]') as listed
      from (select d.*
              from dead_letter d
              join facts f on f.store_id = d.store_id and f.stream = d.stream
             where d.state = 'open' and (f.moves_watermark or d.run_id = f.run_id)
             order by d.line_no, d.dead_letter_id
             limit 100) d
), closed as (
    update sync_run r
       set status = v.status, finished_at = now(), waiting_for = null,
           watermark_after = v.watermark, watermark_advanced = false, held_reason = v.reason,
           failures = r.failures
               || jsonb_build_array(jsonb_build_object('step', cast(:#step as text), 'code', v.code, 'message', v.reason))
               || (select listed from letters)
      from verdict v
     where r.run_id = v.run_id
    returning r.run_id, r.status, r.held_reason
), told as (
    insert into sync_step (run_id, step_number, step, outcome, epoch, started_at, error)
    select c.run_id, 1 + (select count(*) from sync_step s where s.run_id = c.run_id), :#step, c.status,
           cast(:#epoch as bigint), cast(:#started_at as timestamptz), c.held_reason
      from closed c
)
select run_id, status, held_reason from closed
