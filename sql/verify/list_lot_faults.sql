-- Lists lots that were used twice by a day, and lots whose rest does not follow from what was used of them.
-- In:  store, three times
-- Out: kind (lot_day_twice | lot_unbalanced | lot_overdrawn), lot_id, day (null: of no day), message.
select 'lot_day_twice' as kind, coalesce(d.lot_id, 'variant ' || d.variant_id) as lot_id, cast(d.day as text) as day,
       'the day uses it in ' || count(*) || ' rows, ' || sum(d.quantity) || ' units in all' as message
  from lot_depletion d
 where d.store_id = ? and d.source_ref_id is not null
 group by d.day, d.variant_id, d.lot_id
having count(*) > 1
union all
select case when coalesce(used.quantity, 0) > l.quantity then 'lot_overdrawn' else 'lot_unbalanced' end, l.lot_id, null,
       'received ' || l.quantity || ', used ' || coalesce(used.quantity, 0) || ', said to remain ' || l.remaining
  from inventory_lot l
  left join (select d.lot_id, sum(d.quantity) as quantity
               from lot_depletion d
              where d.store_id = ? and d.lot_id is not null
              group by d.lot_id) used using (lot_id)
 where l.store_id = ? and l.remaining <> l.quantity - coalesce(used.quantity, 0)
 order by lot_id, day
