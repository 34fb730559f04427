-- Hands the end of a bulk operation to the run that waits for it, and settles the delivery.
-- In:  :#store_id, :#delivery_id, :#epoch, :#operation_id, :#operation_status (in capitals), :#error_code (may be empty)
-- Out: one row (outcome, run_id): run_woken, run_failed, run_went_on (it does not wait for it any more) or
--      unknown_operation; none when another claim has the delivery.
--
-- Success is a hint: the run asks for the operation itself, now instead of later. Any other end is the run's end. The lease
-- gets a new epoch, so a step that is under way can change nothing more.
with delivery as materialized (
    select d.store_id, d.delivery_id
      from webhook_delivery d
     where d.store_id = :#store_id and d.delivery_id = :#delivery_id and d.state = 'processing' and d.epoch = cast(:#epoch as int8)
       for update
), lease as materialized (
    -- In the order of the statements that end a step, which take the lease before the run.
    select l.run_id
      from sync_lease l
      join sync_run r using (run_id)
     where r.store_id = :#store_id and r.operation_id = :#operation_id and exists (select from delivery)
       for update of l
), run as materialized (
    select r.run_id, r.status, r.store_id, r.stream, (select count(*) from lease) as leases
      from sync_run r
     where r.store_id = :#store_id and r.operation_id = :#operation_id and exists (select from delivery)
     order by r.run_number desc
     limit 1
       for update
), verdict as materialized (
    select run_id, store_id, stream, status,
           case
               when status not in ('initiated', 'polling') then 'run_went_on'
               when :#operation_status = 'COMPLETED' then 'run_woken'
               when :#operation_status in ('FAILED', 'CANCELED', 'EXPIRED') then 'run_failed'
               else 'run_went_on'
           end as outcome
      from run
), woken as (
    update sync_run r
       set due_at = now()
      from verdict v
     where r.run_id = v.run_id and v.outcome = 'run_woken'
), fenced as (
    update sync_lease l
       set epoch = nextval('sync_epoch'), busy = false, expires_at = now()
      from verdict v
     where l.run_id = v.run_id and v.outcome = 'run_failed'
), failed as (
    update sync_run r
       set status = 'failed', finished_at = now(), waiting_for = null, operation_status = :#operation_status,
           watermark_after = (select w.value from sync_watermark w where w.store_id = r.store_id and w.stream = r.stream),
           watermark_advanced = false,
           held_reason = f.reason,
           failures = r.failures || jsonb_build_array(jsonb_build_object(
               'step', v.status, 'code', 'operation_' || lower(:#operation_status), 'message', f.reason))
      from verdict v
     cross join lateral (
           select format('The source announced that the bulk operation ended as %s%s, so there is no complete result; the watermark stays.',
                         cast(:#operation_status as text), coalesce(' (' || nullif(cast(:#error_code as text), '') || ')', '')) as reason) f
     where r.run_id = v.run_id and v.outcome = 'run_failed'
    returning r.run_id, v.status, r.held_reason
), told as (
    insert into sync_step (run_id, step_number, step, outcome, epoch, started_at, error)
    select f.run_id, 1 + (select count(*) from sync_step s where s.run_id = f.run_id), f.status, 'failed', null, now(), f.held_reason
      from failed f
)
update webhook_delivery w
   set state = 'processed', outcome = o.outcome, settled_at = now(), claimed_until = null, error = null
  from (select coalesce((select v.outcome from verdict v), 'unknown_operation') as outcome, (select v.run_id from verdict v) as run_id
          from delivery) o
 where w.store_id = :#store_id and w.delivery_id = :#delivery_id
returning w.outcome, cast(o.run_id as text) as run_id
