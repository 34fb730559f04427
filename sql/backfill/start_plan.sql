-- Starts a backfill that a dry run has planned; a plan is carried out once.
-- In:  :#backfill_id
-- Out: one row (outcome accepted | used | conflict, backfill_id, state): used names the plan, conflict the backfill of the
--      same stream that is under way; no row when there is no such plan.
with plan as (
    select store_id, backfill_id, stream, state
      from backfill
     where backfill_id = cast(:#backfill_id as uuid)
       for update
), other as (
    select b.backfill_id, b.state
      from backfill b
      join plan p on p.store_id = b.store_id and p.stream = b.stream
     where b.state in ('running', 'paused') and b.backfill_id <> p.backfill_id
), started as (
    update backfill b
       set state = 'running', started_at = now()
      from plan p
     where b.store_id = p.store_id and b.backfill_id = p.backfill_id and p.state = 'planned'
       and not exists (select from other)
    returning b.backfill_id, b.state
)
select 'accepted' as outcome, backfill_id, state from started
union all
select 'used', backfill_id, state from plan where state <> 'planned'
union all
select 'conflict', o.backfill_id, o.state from other o join plan p on p.state = 'planned'
