-- Closes the gaps that the completed windows of backfills cover, whichever backfill they are of.
-- In:  nothing.
-- Out: number of gaps that were closed.
--
-- A gap without a beginning reaches back to the opening of the shop, and no shop is older than Shopify itself, which
-- opened in 2006. A window that lacks a record or two is partial, and covers nothing.
update sync_gap g
   set state = 'closed', closed_at = now()
 where g.state = 'open'
   and (select range_agg(tstzrange(w.window_from, w.window_to))
          from backfill_window w
          join backfill b using (store_id, backfill_id)
         where w.store_id = g.store_id and b.stream = g.stream and w.state = 'completed')
       @> tstzrange(coalesce(g.gap_from, timestamptz '2006-01-01T00:00:00Z'), g.gap_to)
