-- Puts one window that ended without being complete back in line, and sets its backfill going again if it has ended.
-- In:  :#backfill_id, :#number
-- Out: one row (outcome done | refused | conflict, backfill_id, state of the window); conflict names the backfill of the same
--      stream that is under way; none when there is no such window.
with target as (
    select b.store_id, b.backfill_id, b.stream, b.state as backfill_state, w.number, w.state
      from backfill b
      join backfill_window w using (store_id, backfill_id)
     where b.backfill_id = cast(:#backfill_id as uuid) and w.number = cast(:#number as integer)
       for update
), other as (
    select b.backfill_id, b.state
      from backfill b
      join target t on t.store_id = b.store_id and t.stream = b.stream
     where b.state in ('running', 'paused') and b.backfill_id <> t.backfill_id
), changed as (
    update backfill_window w
       set state = case t.backfill_state when 'paused' then 'paused' else 'planned' end
      from target t
     where w.store_id = t.store_id and w.backfill_id = t.backfill_id and w.number = t.number
       and t.state in ('partial', 'failed', 'cancelled') and t.backfill_state <> 'planned'
       and not exists (select from other)
    returning w.store_id, w.backfill_id, w.state
), reopened as (
    update backfill b
       set state = 'running', finished_at = null
      from changed c
     where b.store_id = c.store_id and b.backfill_id = c.backfill_id and b.state not in ('running', 'paused')
)
select 'done' as outcome, backfill_id, state from changed
union all
select 'conflict', backfill_id, state from other
 where exists (select from target where state in ('partial', 'failed', 'cancelled'))
union all
select 'refused', backfill_id, state from target
 where not exists (select from changed) and not exists (select from other)
