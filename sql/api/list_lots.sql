-- Lots with what is left of them, as JSON text, oldest first.
-- In:  store, variant (each may be null), open (true: only lots that are not used up), limit.
-- Out: one row: {"items": [...]}.
select cast(json_build_object('items', coalesce(json_agg(json_build_object(
           'store', lot.store_id,
           'lot_id', lot.lot_id,
           'product_id', lot.product_id,
           'variant_id', lot.variant_id,
           'received_at', utc_text(lot.received_at),
           'quantity', lot.quantity,
           'remaining', lot.remaining,
           'unit_cost', trim_scale(lot.unit_cost)::text,
           'currency', lot.currency,
           'reference', lot.reference
       ) order by lot.store_id, lot.variant_id, lot.received_at, lot.lot_id), '[]')) as text)
  from (select * from inventory_lot
         where (cast(:#store as text) is null or store_id = cast(:#store as text))
           and (cast(:#variant as bigint) is null or variant_id = cast(:#variant as bigint))
           and (not cast(:#open as boolean) or remaining > 0)
         order by store_id, variant_id, received_at, lot_id
         limit cast(:#limit as integer)) lot
