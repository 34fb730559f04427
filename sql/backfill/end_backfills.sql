-- Ends the backfills none of whose windows is left to be read.
-- In:  nothing.
-- Out: number of backfills that ended: completed when every window is, failed when none is, partial otherwise.
update backfill b
   set state = case
           when b.state = 'cancelled' then 'cancelled'
           when seen.others = 0 then 'completed'
           when seen.completed = 0 and seen.failed = seen.others then 'failed'
           else 'partial'
       end,
       finished_at = now()
  from (select w.store_id, w.backfill_id,
               count(*) filter (where w.state in ('planned', 'running', 'paused')) as under_way,
               count(*) filter (where w.state = 'completed') as completed,
               count(*) filter (where w.state = 'failed') as failed,
               count(*) filter (where w.state <> 'completed') as others
          from backfill o
          join backfill_window w using (store_id, backfill_id)
         where o.state in ('running', 'paused', 'cancelled') and o.finished_at is null
         group by w.store_id, w.backfill_id) seen
 where b.store_id = seen.store_id and b.backfill_id = seen.backfill_id
   and b.state in ('running', 'paused', 'cancelled') and b.finished_at is null
   and seen.under_way = 0
