-- Closes a run that has retried dead letters, and settles those whose lines were not set aside again.
-- In:  :#run_id, :#epoch, :#step, :#started_at
-- Out: one row (run_id, status); none when the run was taken over.
--
-- Every line of the run is accounted for, and what was set aside again has a letter with this run's id. So a letter of the
-- retry that has another run's id was written, or something newer is stored. The watermark is left to the next sync.
with lease as (
    update sync_lease
       set busy = false, expires_at = now()
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
    returning run_id
), facts as (
    select r.run_id, r.store_id, r.stream, q.retry_id, q.archive_run_id, q.actor, w.value as watermark, r.archive_lines,
           r.archive_roots, coalesce(c.lines, 0) as lines, coalesce(c.roots, 0) as roots, coalesce(c.accounted, 0) as accounted,
           (select count(*) from dead_letter d
             where d.store_id = r.store_id and d.stream = r.stream and d.state = 'open' and d.run_id = r.run_id) as refused
      from sync_run r
      join lease using (run_id)
      join dead_letter_retry q on q.store_id = r.store_id and q.stream = r.stream and q.run_id = r.run_id
      left join sync_run_counts c on c.run_id = r.run_id
      left join sync_watermark w on w.store_id = r.store_id and w.stream = r.stream
     where r.status = 'finalizing'
), verdict as (
    select f.*,
           case
               when f.lines <> f.archive_lines or f.accounted <> f.lines or f.roots <> f.archive_roots then 'failed'
               when f.refused > 0 then 'partial'
               else 'completed'
           end as status
      from facts f
), settled as (
    update dead_letter d
       set state = 'retried', settled_at = now(), settled_by = v.actor, settled_reason = 'run ' || v.run_id || ' wrote the record'
      from verdict v
     where v.status <> 'failed'
       and d.store_id = v.store_id and d.retry_id = v.retry_id and d.state = 'open'
       and d.run_id = v.archive_run_id and d.raw_sha256 = d.retry_sha256
    returning d.dead_letter_id
), held as (
    select count(*) - (select count(*) from settled) as letters
      from dead_letter d
      join verdict v on v.store_id = d.store_id and v.stream = d.stream
     where d.state = 'open'
), closed as (
    update sync_run r
       set status = v.status, finished_at = now(), waiting_for = null,
           watermark_before = v.watermark, watermark_after = v.watermark, watermark_advanced = false,
           held_reason = 'A retry of dead letters never moves the watermark; '
               || case when h.letters = 0 then 'nothing holds it any more, so the next sync does.'
                       else format('%s open letter(s) hold it.', h.letters) end,
           failures = r.failures || case v.status
               when 'failed' then jsonb_build_array(jsonb_build_object('step', cast(:#step as text), 'code', 'count_mismatch',
                   'message', format('The file of the retry has %s lines, the ledger %s, of which %s are accounted for.',
                                     v.archive_lines, v.lines, v.accounted)))
               when 'partial' then jsonb_build_array(jsonb_build_object('step', cast(:#step as text), 'code', 'set_aside',
                   'message', format('%s record(s) were set aside again; their letters have the new reason.', v.refused)))
               else '[]' end
      from verdict v
     cross join held h
     where r.run_id = v.run_id
    returning r.run_id, r.status
), told as (
    insert into sync_step (run_id, step_number, step, outcome, epoch, started_at, counts)
    select c.run_id, 1 + (select count(*) from sync_step s where s.run_id = c.run_id), :#step,
           case c.status when 'completed' then 'done' else c.status end,
           cast(:#epoch as bigint), cast(:#started_at as timestamptz),
           jsonb_build_object('retried', (select count(*) from settled))
      from closed c
)
select run_id, status from closed
