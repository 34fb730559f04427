-- Lets a paused backfill go on.
-- In:  :#backfill_id
-- Out: one row (outcome done | refused, backfill_id, state); none when there is no such backfill.
with target as (
    select store_id, backfill_id, state
      from backfill
     where backfill_id = cast(:#backfill_id as uuid)
       for update
), changed as (
    update backfill b
       set state = 'running'
      from target t
     where b.store_id = t.store_id and b.backfill_id = t.backfill_id and t.state in ('running', 'paused')
    returning b.store_id, b.backfill_id, b.state
), waiting as (
    update backfill_window w
       set state = 'planned'
      from changed c
     where w.store_id = c.store_id and w.backfill_id = c.backfill_id and w.state = 'paused'
)
select 'done' as outcome, backfill_id, state from changed
union all
select 'refused', backfill_id, state from target where not exists (select from changed)
