-- The textbook route: one line item, the last write wins.
-- In:  a body with the columns as keys
-- Out: the row inserted or replaced.
insert into order_line_item (
    store_id, line_item_id, order_id, order_updated_at, product_id, variant_id, sku, title, variant_title, quantity,
    current_quantity, currency, unit_price, total, presentment_currency, presentment_unit_price, presentment_total,
    run_number)
values (
    :#store_id, cast(:#line_item_id as bigint), cast(:#order_id as bigint), cast(:#order_updated_at as timestamptz),
    cast(:#product_id as bigint), cast(:#variant_id as bigint), :#sku, :#title, :#variant_title,
    cast(:#quantity as integer), cast(:#current_quantity as integer), :#currency, cast(:#unit_price as numeric),
    cast(:#total as numeric), :#presentment_currency, cast(:#presentment_unit_price as numeric),
    cast(:#presentment_total as numeric), cast(:#run_number as bigint))
on conflict (store_id, line_item_id) do update set
    order_id = excluded.order_id, order_updated_at = excluded.order_updated_at, product_id = excluded.product_id,
    variant_id = excluded.variant_id, sku = excluded.sku, title = excluded.title,
    variant_title = excluded.variant_title, quantity = excluded.quantity,
    current_quantity = excluded.current_quantity, currency = excluded.currency, unit_price = excluded.unit_price,
    total = excluded.total, presentment_currency = excluded.presentment_currency,
    presentment_unit_price = excluded.presentment_unit_price, presentment_total = excluded.presentment_total,
    run_number = excluded.run_number
