-- Orders and their line items, as the stream shopify-orders writes them, and the products they mention.
-- In:  the ledger of V001.
-- Out: order_header, order_line_item, product.

create table order_header (
    store_id                text        not null,
    order_id                bigint      not null,
    name                    text,
    email                   text,
    customer_id             bigint,
    created_at              timestamptz,
    updated_at              timestamptz,
    processed_at            timestamptz,
    cancelled_at            timestamptz,
    closed_at               timestamptz,
    test                    boolean,
    currency                text,
    presentment_currency    text,
    financial_status        text,
    fulfillment_status      text,
    subtotal                numeric,
    total_discounts         numeric,
    total_tax               numeric,
    total                   numeric,
    current_total           numeric,
    presentment_subtotal    numeric,
    presentment_total_tax   numeric,
    presentment_total       numeric,
    deleted_at              timestamptz,
    -- The run that last wrote this row (sync_run.run_number).
    run_number              bigint      not null,
    primary key (store_id, order_id)
);
create index order_header_updated_at on order_header (store_id, updated_at);
-- A sale belongs to the day on which the order was processed; imported orders may lack that time.
create index order_header_sold_at on order_header (store_id, (coalesce(processed_at, created_at)));

create table order_line_item (
    store_id                text        not null,
    line_item_id            bigint      not null,
    order_id                bigint      not null,
    -- The version of the order this line was read with; a line older than its order is no longer part of it.
    order_updated_at        timestamptz,
    product_id              bigint,
    variant_id              bigint,
    sku                     text,
    title                   text,
    variant_title           text,
    quantity                integer,
    current_quantity        integer,
    currency                text,
    unit_price              numeric,
    total                   numeric,
    presentment_currency    text,
    presentment_unit_price  numeric,
    presentment_total       numeric,
    removed_at              timestamptz,
    run_number              bigint      not null,
    primary key (store_id, line_item_id)
);
create index order_line_item_order on order_line_item (store_id, order_id);

create table product (
    store_id         text        not null,
    product_id       bigint      not null,
    title            text,
    first_ordered_at timestamptz,
    last_ordered_at  timestamptz,
    run_number       bigint      not null,
    primary key (store_id, product_id)
);
