-- Which topics each store has to be told of, whether the vendor knows, and whether it still tells.
-- In:  webhook_delivery of V010.
-- Out: webhook_account and webhook_topic.

create table webhook_account (
    store_id   text        not null,
    source     text        not null check (source in ('shopify', 'recharge')),
    -- Where the vendor is to deliver; null while nobody said so, and then subscriptions are left alone.
    address    text,
    -- When the vendor's list is compared next, and when it was last.
    due_at     timestamptz not null default now(),
    checked_at timestamptz,
    -- Why the last comparison did not come to its end; null when it did.
    problem    text,
    primary key (store_id, source)
);
comment on table webhook_account is 'The accounts whose webhook subscriptions are kept alive.';

create table webhook_topic (
    store_id           text        not null,
    source             text        not null check (source in ('shopify', 'recharge')),
    topic              text        not null,
    -- The stream whose daily run makes up for deliveries that did not come; null where there is none.
    stream             text,
    -- The vendor's id of our subscription, since when it is there, and when it was last seen; null while there is none.
    subscription_id    text,
    subscribed_at      timestamptz,
    confirmed_at       timestamptz,
    -- Why the vendor would not make it.
    problem            text,
    -- When it was last seen before it was gone, and how often that happened.
    unsubscribed_since timestamptz,
    times_gone         integer     not null default 0,
    -- What it was like while it spoke: how long it usually is from one delivery to the next.
    last_delivery_at   timestamptz,
    usual_interval     interval,
    -- The last delivery before it fell silent; null while it speaks, or has not spoken enough to tell.
    silent_since       timestamptz,
    primary key (store_id, source, topic)
);
comment on table webhook_topic is 'One row for each topic that a store has to be told of.';

-- Deliveries come in the order of their time, so a few bytes a block are enough to find those of the last days.
create index webhook_delivery_received on webhook_delivery using brin (received_at) with (autosummarize = on);
