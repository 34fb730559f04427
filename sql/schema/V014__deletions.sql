-- What finds deleted records: scans of the ids that a source still has, and what the source says it has deleted.
-- In:  the ledger of V001 and the tables of V002 and V004.
-- Out: sync_scan and sync_scan_id, product_deletion, and the index that claims need. Every root has its deleted_at already.

-- A run that reads ids only: to mark what is gone (RECONCILE_EXECUTE), or to compare and change nothing (VERIFY_EXECUTE).
create table sync_scan (
    store_id            text        not null,
    run_id              uuid        not null references sync_run,
    stream              text        not null,
    -- An operator has looked and wants more rows marked than the limit allows.
    allow_mass_deletion boolean     not null default false,
    -- What came of it; null until the ids were compared with the table.
    live                bigint,
    gone                bigint,
    marked              bigint,
    restored            bigint,
    missing             bigint,
    older               bigint,
    -- Versions of the missing and the older ones, from the first to the last.
    behind_from         timestamptz,
    behind_to           timestamptz,
    primary key (store_id, run_id)
);

-- The ids that a scan has seen; forgotten when it is over.
create table sync_scan_id (
    store_id  text        not null,
    run_id    uuid        not null references sync_run,
    record_id bigint      not null,
    version   timestamptz,
    primary key (store_id, run_id, record_id)
);

-- What the shop's own diary says of deleted products, as stream shopify-deletions reads it.
create table product_deletion (
    store_id    text        not null,
    event_id    bigint      not null,
    product_id  bigint,
    action      text,
    happened_at timestamptz,
    deleted_at  timestamptz,
    run_number  bigint      not null,
    primary key (store_id, event_id)
);
create index product_deletion_product on product_deletion (store_id, product_id);

-- Every claim asks which stores are being worked for; only those are in this index.
create index sync_lease_busy on sync_lease (store_id) where busy;
