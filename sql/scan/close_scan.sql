-- Closes a run that has read ids; the watermark is never looked at to move it.
-- In:  :#run_id, :#epoch, :#step, :#started_at
-- Out: one row (run_id, status, held_reason); none when the run was taken over.
--
-- The ids of a reconciliation are forgotten with it; those of verify are forgotten by verify, or here when it died.
with lease as (
    update sync_lease
       set busy = false, expires_at = now()
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
    returning run_id
), facts as (
    select r.run_id, r.store_id, r.stream, r.job_type, r.object_count, r.archive_lines, r.result_complete, r.query,
           coalesce(c.lines, 0) as lines, coalesce(c.accounted, 0) as accounted, w.value as watermark, s.*
      from sync_run r
      join lease using (run_id)
     cross join lateral (
           select s.live, s.gone, s.marked, s.restored, s.missing, s.older, s.behind_from, s.behind_to, s.allow_mass_deletion
             from sync_scan s
            where s.store_id = r.store_id and s.run_id = r.run_id) s
      left join sync_run_counts c on c.run_id = r.run_id
      left join sync_watermark w on w.store_id = r.store_id and w.stream = r.stream
     where r.status = 'finalizing'
), verdict as (
    select f.*, v.status, v.code, v.reason
      from facts f
     cross join lateral (
        select 'failed' as status, 'not_proved' as code,
               format('The source counted %s records, the scan has %s lines of which %s are noted: nothing was marked.',
                      coalesce(f.object_count::text, 'no'), coalesce(f.archive_lines::text, 'no'), f.accounted) as reason
         where f.result_complete is not true or f.object_count is distinct from f.archive_lines
            or f.archive_lines <> f.lines or f.lines <> f.accounted
            or f.job_type = 'RECONCILE_EXECUTE' and f.live is null
        union all
        select 'completed', null, format('The scan has %s ids; no record was changed.', f.lines)
         where f.job_type <> 'RECONCILE_EXECUTE'
        union all
        select 'partial', 'mass_deletion',
               format('%s of %s records are gone from the source, more than tidemark.reconcile.limit-percent and limit-rows allow: '
                      'nothing was marked. If that is right: ./tidemark reconcile --store %s --stream %s --allow-mass-deletion --wait',
                      f.gone, f.live, f.store_id, f.stream)
         where f.gone > 0 and f.marked = 0 and not f.allow_mass_deletion
        union all
        select 'completed', null,
               format('%s ids seen, %s record(s) marked as deleted, %s back again', f.lines, f.marked, f.restored)
               || case when f.missing + f.older > 0 then format(
                      '; %s missing and %s outdated before the watermark: ./tidemark verify --store %s --stream %s --source names them',
                      f.missing, f.older, f.store_id, f.stream) else '.' end
        limit 1
     ) v
), closed as (
    update sync_run r
       set status = v.status, finished_at = now(), waiting_for = null, watermark_before = v.watermark,
           watermark_after = v.watermark, watermark_advanced = false, held_reason = v.reason,
           failures = r.failures || case when v.code is null then '[]' else
               jsonb_build_array(jsonb_build_object('step', cast(:#step as text), 'code', v.code, 'message', v.reason)) end
      from verdict v
     where r.run_id = v.run_id
    returning r.run_id, r.store_id, r.status, r.held_reason
), forgotten as (
    delete from sync_scan_id i
     using closed c
     where i.store_id = c.store_id
       and i.run_id in (select r.run_id
                          from sync_scan s
                          join sync_run r using (run_id)
                         where s.store_id = c.store_id
                           and (r.run_id = c.run_id and r.job_type = 'RECONCILE_EXECUTE'
                                or r.run_id <> c.run_id and r.finished_at < now() - interval '1 day'))
), told as (
    insert into sync_step (run_id, step_number, step, outcome, epoch, started_at, error)
    select c.run_id, 1 + (select count(*) from sync_step s where s.run_id = c.run_id), :#step,
           case c.status when 'completed' then 'done' else c.status end,
           cast(:#epoch as bigint), cast(:#started_at as timestamptz),
           case when c.status <> 'completed' then c.held_reason end
      from closed c
)
select run_id, status, held_reason from closed
