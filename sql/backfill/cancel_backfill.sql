-- Gives the windows of a backfill up that were not begun; windows under way are read to their end.
-- In:  :#backfill_id
-- Out: one row (outcome done | refused, backfill_id, state); none when there is no such backfill.
with target as (
    select store_id, backfill_id, state
      from backfill
     where backfill_id = cast(:#backfill_id as uuid)
       for update
), changed as (
    update backfill b
       set state = 'cancelled'
      from target t
     where b.store_id = t.store_id and b.backfill_id = t.backfill_id
       and t.state in ('planned', 'running', 'paused', 'cancelled')
    returning b.store_id, b.backfill_id, b.state
), waiting as (
    update backfill_window w
       set state = 'cancelled'
      from changed c
     where w.store_id = c.store_id and w.backfill_id = c.backfill_id and w.state in ('planned', 'paused')
)
select 'done' as outcome, backfill_id, state from changed
union all
select 'refused', backfill_id, state from target where not exists (select from changed)
