-- Spring Batch: one line item, the last write wins.
-- In:  the columns below, in that order
-- Out: the row inserted or replaced.
insert into order_line_item (
    store_id, line_item_id, order_id, order_updated_at, product_id, variant_id, sku, title, variant_title, quantity,
    current_quantity, currency, unit_price, total, presentment_currency, presentment_unit_price, presentment_total,
    run_number)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (store_id, line_item_id) do update set
    order_id = excluded.order_id, order_updated_at = excluded.order_updated_at, product_id = excluded.product_id,
    variant_id = excluded.variant_id, sku = excluded.sku, title = excluded.title,
    variant_title = excluded.variant_title, quantity = excluded.quantity,
    current_quantity = excluded.current_quantity, currency = excluded.currency, unit_price = excluded.unit_price,
    total = excluded.total, presentment_currency = excluded.presentment_currency,
    presentment_unit_price = excluded.presentment_unit_price, presentment_total = excluded.presentment_total,
    run_number = excluded.run_number
