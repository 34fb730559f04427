-- Pauses, resumes or cancels a backfill; windows under way are read to their end.
-- In:  :#backfill_id, :#wanted (paused | running | cancelled)
-- Out: one row (outcome done | refused, backfill_id, state); none when there is no such backfill.
with change (wanted, allowed_in, window_from, window_to) as (
    values ('paused',    array['running', 'paused'],                         array['planned'],           'paused'),
           ('running',   array['running', 'paused'],                         array['paused'],            'planned'),
           ('cancelled', array['planned', 'running', 'paused', 'cancelled'], array['planned', 'paused'], 'cancelled')
), target as (
    select b.store_id, b.backfill_id, b.state, c.wanted, c.allowed_in, c.window_from, c.window_to
      from backfill b
      join change c on c.wanted = :#wanted
     where b.backfill_id = cast(:#backfill_id as uuid)
       for update of b
), changed as (
    update backfill b
       set state = t.wanted
      from target t
     where b.store_id = t.store_id and b.backfill_id = t.backfill_id and t.state = any (t.allowed_in)
    returning b.store_id, b.backfill_id, b.state
), waiting as (
    update backfill_window w
       set state = t.window_to
      from changed c
      join target t using (store_id, backfill_id)
     where w.store_id = c.store_id and w.backfill_id = c.backfill_id and w.state = any (t.window_from)
)
select 'done' as outcome, backfill_id, state from changed
union all
select 'refused', backfill_id, state from target where not exists (select from changed)
