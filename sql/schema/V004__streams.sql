-- The whole shop and its subscription app: customers, products, refunds, inventory, payments, fulfilments, subscriptions.
-- In:  the ledger of V001 and the product table of V002.
-- Out: a table for each record that a stream declares, and sync_page for runs that read page by page.
--
-- What the template sql/load/write_chunk.sql.ftl needs of a root's table: the version column, deleted_at and run_number, and
-- (store_id, key) unique. Of a child's table: the parent's id and version, removed_at and run_number.

-- The pages that a run has read. A page is on the run's row of pages only when its records are in the local file, so a run
-- that died goes on with the page after the last row.
create table sync_page (
    run_id      uuid        not null references sync_run,
    page_number integer     not null,
    -- What the page after this one is asked for by; null: this was the last.
    next_cursor text,
    lines       bigint      not null check (lines >= 0),
    roots       bigint      not null check (roots >= 0),
    -- Where the page's records end in the file, and the digest of the file up to there.
    end_offset  bigint      not null,
    sha256      text        not null,
    epoch       bigint      not null,
    fetched_at  timestamptz not null default now(),
    primary key (run_id, page_number)
);

create table customer (
    store_id         text        not null,
    customer_id      bigint      not null,
    email            text,
    phone            text,
    first_name       text,
    last_name        text,
    display_name     text,
    state            text,
    note             text,
    tags             jsonb,
    number_of_orders bigint,
    amount_spent     numeric,
    currency         text,
    tax_exempt       boolean,
    country          text,
    created_at       timestamptz,
    updated_at       timestamptz,
    deleted_at       timestamptz,
    run_number       bigint      not null,
    primary key (store_id, customer_id)
);
create index customer_updated_at on customer (store_id, updated_at);
create index customer_email on customer (store_id, lower(email));

-- Products were known by the orders that mention them; the catalogue tells the rest. Without updated_at, it has not yet.
alter table product
    add column handle          text,
    add column status          text,
    add column vendor          text,
    add column product_type    text,
    add column tags            jsonb,
    add column total_inventory integer,
    add column published_at    timestamptz,
    add column created_at      timestamptz,
    add column updated_at      timestamptz,
    add column deleted_at      timestamptz;
create index product_updated_at on product (store_id, updated_at);

create table product_variant (
    store_id           text        not null,
    variant_id         bigint      not null,
    product_id         bigint      not null,
    product_updated_at timestamptz,
    title              text,
    sku                text,
    barcode            text,
    price              numeric,
    compare_at_price   numeric,
    position           integer,
    inventory_item_id  bigint,
    inventory_quantity integer,
    created_at         timestamptz,
    updated_at         timestamptz,
    removed_at         timestamptz,
    run_number         bigint      not null,
    primary key (store_id, variant_id)
);
create index product_variant_product on product_variant (store_id, product_id);
create index product_variant_sku on product_variant (store_id, sku);

create table refund (
    store_id                   text        not null,
    shopify_refund_id          bigint      not null,
    order_id                   bigint,
    note                       text,
    total_refunded             numeric,
    currency                   text,
    presentment_total_refunded numeric,
    presentment_currency       text,
    -- What was paid back and how, and what was put right besides lines, as the source tells it.
    transactions               jsonb,
    adjustments                jsonb,
    created_at                 timestamptz,
    updated_at                 timestamptz,
    deleted_at                 timestamptz,
    run_number                 bigint      not null,
    primary key (store_id, shopify_refund_id)
);
create index refund_order on refund (store_id, order_id);
create index refund_updated_at on refund (store_id, updated_at);
create index refund_created_at on refund (store_id, created_at);

create table refund_line_item (
    store_id              text        not null,
    shopify_refund_id     bigint      not null,
    -- The line of the order; a refund may have one entry that belongs to none.
    line_item_id          bigint,
    refund_line_item_id   bigint,
    refund_updated_at     timestamptz,
    quantity              integer,
    restock_type          text,
    currency              text,
    price                 numeric,
    subtotal              numeric,
    total_tax             numeric,
    presentment_currency  text,
    presentment_subtotal  numeric,
    presentment_total_tax numeric,
    removed_at            timestamptz,
    run_number            bigint      not null,
    constraint refund_line_item_key unique nulls not distinct (store_id, shopify_refund_id, line_item_id)
);
create index refund_line_item_line on refund_line_item (store_id, line_item_id);

create table inventory_item (
    store_id          text        not null,
    inventory_item_id bigint      not null,
    variant_id        bigint,
    sku               text,
    tracked           boolean,
    unit_cost         numeric,
    currency          text,
    created_at        timestamptz,
    updated_at        timestamptz,
    deleted_at        timestamptz,
    run_number        bigint      not null,
    primary key (store_id, inventory_item_id)
);
create index inventory_item_variant on inventory_item (store_id, variant_id);

create table inventory_level (
    store_id          text        not null,
    inventory_item_id bigint      not null,
    location_id       bigint      not null,
    item_updated_at   timestamptz,
    location_name     text,
    available         integer,
    on_hand           integer,
    committed         integer,
    incoming          integer,
    updated_at        timestamptz,
    removed_at        timestamptz,
    run_number        bigint      not null,
    primary key (store_id, inventory_item_id, location_id)
);

create table order_transaction (
    store_id              text        not null,
    transaction_id        bigint      not null,
    order_id              bigint,
    -- The source gives a transaction no update time of its own: the order's tells which reading is newer.
    order_updated_at      timestamptz,
    parent_transaction_id bigint,
    kind                  text,
    status                text,
    gateway               text,
    amount                numeric,
    currency              text,
    presentment_amount    numeric,
    presentment_currency  text,
    created_at            timestamptz,
    processed_at          timestamptz,
    deleted_at            timestamptz,
    run_number            bigint      not null,
    primary key (store_id, transaction_id)
);
create index order_transaction_order on order_transaction (store_id, order_id);

create table fulfillment (
    store_id       text        not null,
    fulfillment_id bigint      not null,
    order_id       bigint,
    name           text,
    status         text,
    display_status text,
    tracking       jsonb,
    created_at     timestamptz,
    updated_at     timestamptz,
    delivered_at   timestamptz,
    deleted_at     timestamptz,
    run_number     bigint      not null,
    primary key (store_id, fulfillment_id)
);
create index fulfillment_order on fulfillment (store_id, order_id);

create table recharge_customer (
    store_id             text        not null,
    customer_id          bigint      not null,
    email                text,
    first_name           text,
    last_name            text,
    phone                text,
    external_customer_id bigint,
    created_at           timestamptz,
    updated_at           timestamptz,
    deleted_at           timestamptz,
    run_number           bigint      not null,
    primary key (store_id, customer_id)
);
create index recharge_customer_external on recharge_customer (store_id, external_customer_id);

create table recharge_address (
    store_id     text        not null,
    address_id   bigint      not null,
    customer_id  bigint,
    first_name   text,
    last_name    text,
    company      text,
    address1     text,
    address2     text,
    city         text,
    province     text,
    zip          text,
    country_code text,
    phone        text,
    created_at   timestamptz,
    updated_at   timestamptz,
    deleted_at   timestamptz,
    run_number   bigint      not null,
    primary key (store_id, address_id)
);

create table subscription (
    store_id                   text        not null,
    subscription_id            bigint      not null,
    customer_id                bigint,
    address_id                 bigint,
    status                     text,
    product_title              text,
    variant_title              text,
    sku                        text,
    external_product_id        bigint,
    external_variant_id        bigint,
    quantity                   integer,
    price                      numeric,
    currency                   text,
    charge_interval_frequency  integer,
    order_interval_frequency   integer,
    order_interval_unit        text,
    next_charge_scheduled_at   date,
    cancellation_reason        text,
    cancelled_at               timestamptz,
    created_at                 timestamptz,
    updated_at                 timestamptz,
    deleted_at                 timestamptz,
    run_number                 bigint      not null,
    primary key (store_id, subscription_id)
);
create index subscription_customer on subscription (store_id, customer_id);
create index subscription_updated_at on subscription (store_id, updated_at);

create table charge (
    store_id             text        not null,
    charge_id            bigint      not null,
    customer_id          bigint,
    address_id           bigint,
    -- The order in the shop that the charge became: order_header.order_id.
    external_order_id    bigint,
    status               text,
    type                 text,
    scheduled_at         date,
    processed_at         timestamptz,
    retry_date           date,
    error_type           text,
    currency             text,
    subtotal_price       numeric,
    total_discounts      numeric,
    total_tax            numeric,
    total_price          numeric,
    total_refunds        numeric,
    created_at           timestamptz,
    updated_at           timestamptz,
    deleted_at           timestamptz,
    run_number           bigint      not null,
    primary key (store_id, charge_id)
);
create index charge_customer on charge (store_id, customer_id);
create index charge_external_order on charge (store_id, external_order_id);
create index charge_updated_at on charge (store_id, updated_at);

create table charge_line_item (
    store_id            text        not null,
    charge_id           bigint      not null,
    -- The line's place in its charge: the source gives lines no id.
    line_index          bigint      not null,
    charge_updated_at   timestamptz,
    purchase_item_id    bigint,
    purchase_item_type  text,
    external_product_id bigint,
    external_variant_id bigint,
    title               text,
    variant_title       text,
    sku                 text,
    quantity            integer,
    unit_price          numeric,
    total_price         numeric,
    removed_at          timestamptz,
    run_number          bigint      not null,
    primary key (store_id, charge_id, line_index)
);

create table recharge_order (
    store_id          text        not null,
    order_id          bigint      not null,
    customer_id       bigint,
    address_id        bigint,
    charge_id         bigint,
    external_order_id bigint,
    status            text,
    type              text,
    scheduled_at      date,
    processed_at      timestamptz,
    currency          text,
    subtotal_price    numeric,
    total_discounts   numeric,
    total_tax         numeric,
    total_price       numeric,
    total_refunds     numeric,
    created_at        timestamptz,
    updated_at        timestamptz,
    deleted_at        timestamptz,
    run_number        bigint      not null,
    primary key (store_id, order_id)
);
create index recharge_order_external on recharge_order (store_id, external_order_id);

create table recharge_order_line_item (
    store_id            text        not null,
    order_id            bigint      not null,
    line_index          bigint      not null,
    order_updated_at    timestamptz,
    purchase_item_id    bigint,
    external_product_id bigint,
    external_variant_id bigint,
    title               text,
    variant_title       text,
    sku                 text,
    quantity            integer,
    unit_price          numeric,
    total_price         numeric,
    removed_at          timestamptz,
    run_number          bigint      not null,
    primary key (store_id, order_id, line_index)
);
