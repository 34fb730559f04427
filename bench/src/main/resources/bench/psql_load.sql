-- Plain psql: the file becomes jsonb rows, and SQL decodes them into the two tables.
-- In:  the JSONL file on standard input; an empty or filled pair of tables.
-- Out: the rows inserted, or replaced unless they are newer.
\set ON_ERROR_STOP on
create temp table staging (line jsonb);
-- CSV with a quote and a delimiter that JSON cannot contain: the text format would eat the backslashes.
\copy staging from pstdin with (format csv, quote e'\x01', delimiter e'\x02')

insert into order_header (
    store_id, order_id, name, email, customer_id, created_at, updated_at, processed_at, cancelled_at, closed_at,
    test, currency, presentment_currency, financial_status, fulfillment_status, subtotal, total_discounts,
    total_tax, total, current_total, presentment_subtotal, presentment_total_tax, presentment_total, run_number)
select
    'bench',
    split_part(line->>'id', '/', 5)::bigint,
    line->>'name',
    line->>'email',
    split_part(line->'customer'->>'id', '/', 5)::bigint,
    (line->>'createdAt')::timestamptz,
    (line->>'updatedAt')::timestamptz,
    (line->>'processedAt')::timestamptz,
    (line->>'cancelledAt')::timestamptz,
    (line->>'closedAt')::timestamptz,
    (line->>'test')::boolean,
    line->>'currencyCode',
    line->>'presentmentCurrencyCode',
    line->>'displayFinancialStatus',
    line->>'displayFulfillmentStatus',
    (line->'subtotalPriceSet'->'shopMoney'->>'amount')::numeric,
    (line->'totalDiscountsSet'->'shopMoney'->>'amount')::numeric,
    (line->'totalTaxSet'->'shopMoney'->>'amount')::numeric,
    (line->'totalPriceSet'->'shopMoney'->>'amount')::numeric,
    (line->'currentTotalPriceSet'->'shopMoney'->>'amount')::numeric,
    (line->'subtotalPriceSet'->'presentmentMoney'->>'amount')::numeric,
    (line->'totalTaxSet'->'presentmentMoney'->>'amount')::numeric,
    (line->'totalPriceSet'->'presentmentMoney'->>'amount')::numeric,
    1
from staging
where line->>'__parentId' is null
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
 where order_header.updated_at is null or order_header.updated_at <= excluded.updated_at;

insert into order_line_item (
    store_id, line_item_id, order_id, order_updated_at, product_id, variant_id, sku, title, variant_title, quantity,
    current_quantity, currency, unit_price, total, presentment_currency, presentment_unit_price, presentment_total,
    run_number)
select
    'bench',
    split_part(line->>'id', '/', 5)::bigint,
    split_part(line->>'__parentId', '/', 5)::bigint,
    null::timestamptz,
    split_part(line->'product'->>'id', '/', 5)::bigint,
    split_part(line->'variant'->>'id', '/', 5)::bigint,
    line->>'sku',
    line->>'title',
    line->>'variantTitle',
    (line->>'quantity')::integer,
    (line->>'currentQuantity')::integer,
    line->'originalUnitPriceSet'->'shopMoney'->>'currencyCode',
    (line->'originalUnitPriceSet'->'shopMoney'->>'amount')::numeric,
    (line->'discountedTotalSet'->'shopMoney'->>'amount')::numeric,
    line->'originalUnitPriceSet'->'presentmentMoney'->>'currencyCode',
    (line->'originalUnitPriceSet'->'presentmentMoney'->>'amount')::numeric,
    (line->'discountedTotalSet'->'presentmentMoney'->>'amount')::numeric,
    1
from staging
where line->>'__parentId' is not null
on conflict (store_id, line_item_id) do update set
    order_id = excluded.order_id, order_updated_at = excluded.order_updated_at, product_id = excluded.product_id,
    variant_id = excluded.variant_id, sku = excluded.sku, title = excluded.title,
    variant_title = excluded.variant_title, quantity = excluded.quantity,
    current_quantity = excluded.current_quantity, currency = excluded.currency, unit_price = excluded.unit_price,
    total = excluded.total, presentment_currency = excluded.presentment_currency,
    presentment_unit_price = excluded.presentment_unit_price, presentment_total = excluded.presentment_total,
    run_number = excluded.run_number;
