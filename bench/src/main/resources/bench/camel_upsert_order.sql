-- The textbook route: one order, the newer version wins.
-- In:  a body with the columns as keys
-- Out: the row inserted, or replaced unless it is newer.
insert into order_header (
    store_id, order_id, name, email, customer_id, created_at, updated_at, processed_at, cancelled_at, closed_at,
    test, currency, presentment_currency, financial_status, fulfillment_status, subtotal, total_discounts,
    total_tax, total, current_total, presentment_subtotal, presentment_total_tax, presentment_total, run_number)
values (
    :#store_id, cast(:#order_id as bigint), :#name, :#email, cast(:#customer_id as bigint),
    cast(:#created_at as timestamptz), cast(:#updated_at as timestamptz), cast(:#processed_at as timestamptz),
    cast(:#cancelled_at as timestamptz), cast(:#closed_at as timestamptz), cast(:#test as boolean), :#currency,
    :#presentment_currency, :#financial_status, :#fulfillment_status, cast(:#subtotal as numeric),
    cast(:#total_discounts as numeric), cast(:#total_tax as numeric), cast(:#total as numeric),
    cast(:#current_total as numeric), cast(:#presentment_subtotal as numeric),
    cast(:#presentment_total_tax as numeric), cast(:#presentment_total as numeric), cast(:#run_number as bigint))
on conflict (store_id, order_id) do update set
    name = excluded.name, email = excluded.email, customer_id = excluded.customer_id,
    created_at = excluded.created_at, updated_at = excluded.updated_at, processed_at = excluded.processed_at,
    cancelled_at = excluded.cancelled_at, closed_at = excluded.closed_at, test = excluded.test,
    currency = excluded.currency, presentment_currency = excluded.presentment_currency,
    financial_status = excluded.financial_status, fulfillment_status = excluded.fulfillment_status,
    subtotal = excluded.subtotal, total_discounts = excluded.total_discounts, total_tax = excluded.total_tax,
    total = excluded.total, current_total = excluded.current_total,
    presentment_subtotal = excluded.presentment_subtotal, presentment_total_tax = excluded.presentment_total_tax,
    presentment_total = excluded.presentment_total, run_number = excluded.run_number
 where order_header.updated_at is null or order_header.updated_at <= excluded.updated_at
