-- How far the deliveries that are kept go back.
-- In:  webhook_delivery of V010.
-- Out: webhook_forgotten.

create table webhook_forgotten (
    store_id       text        not null,
    source         text        not null check (source in ('shopify', 'recharge')),
    -- Nothing that happened after this was removed: of two deliveries with one version, those after it can be compared.
    happened_until timestamptz not null,
    removed        bigint      not null,
    removed_at     timestamptz not null default now(),
    primary key (store_id, source)
);
comment on table webhook_forgotten is 'Up to when deliveries have been removed, after their time to be kept was over.';
