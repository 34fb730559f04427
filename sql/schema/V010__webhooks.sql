-- What vendors deliver by webhooks: kept as it came, processed after it was acknowledged.
-- In:  the ledger of V001 and the tables of V002 and V004.
-- Out: webhook_delivery, webhook_day, store_suspension, and the delivery that a dead letter came from.

create table webhook_delivery (
    store_id       text        not null,
    -- The vendor's own id of the delivery; where it sends none, 'sha256:<hex>' of what makes two deliveries the same.
    delivery_id    text        not null,
    source         text        not null check (source in ('shopify', 'recharge')),
    topic          text        not null,
    -- The stream and the record that the topic and the body are about; null where they are about none, or cannot be read.
    stream         text,
    record_key     text,
    -- When the event happened, by the vendor's clock; null where it does not say.
    triggered_at   timestamptz,
    received_at    timestamptz not null default now(),
    -- Those that were asked for when it came; never a signature.
    headers        jsonb       not null default '{}',
    payload        bytea       not null,
    payload_sha256 bytea       not null,
    state          text        not null default 'processing' check (state in ('processing', 'processed', 'dead_letter')),
    -- Claims so far. It is counted by the claim, so that a delivery which kills its process is not tried for ever.
    attempts       integer     not null default 0,
    due_at         timestamptz not null default now(),
    -- The claim under which it is worked on; only who holds it may settle the delivery.
    epoch          bigint,
    claimed_until  timestamptz,
    -- What rows written by this delivery carry; drawn from the numbers of runs, so that of two writers the later has the higher.
    run_number     bigint,
    error          text,
    -- What came of it: written, unchanged, stale, deleted, ignored_topic, unknown_operation and the like.
    outcome        text,
    settled_at     timestamptz,
    primary key (store_id, delivery_id)
)
-- A delivery is updated twice soon after it was inserted; the room keeps its new versions in the same page.
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
comment on table webhook_delivery is 'Inserted before it is acknowledged; it ends processed or dead_letter.';

-- A captured delivery that comes again under another id is the same event: its body is signed, its id is not.
create unique index webhook_delivery_once on webhook_delivery (store_id, source, topic, payload_sha256, triggered_at)
    nulls not distinct;
create index webhook_delivery_due on webhook_delivery (due_at) where state = 'processing';
-- Never two deliveries of one record at once: the index is the lock.
create unique index webhook_delivery_one_at_once on webhook_delivery (store_id, stream, record_key)
    where claimed_until is not null and record_key is not null;
-- What happened first to a record and is not processed yet.
create index webhook_delivery_head on webhook_delivery (store_id, stream, record_key, (coalesce(triggered_at, received_at)), delivery_id)
    where state = 'processing' and record_key is not null;
create index webhook_delivery_record on webhook_delivery (store_id, stream, record_key, triggered_at);
create index webhook_delivery_settled on webhook_delivery (store_id, source, topic, state);

-- Days of a shop that deliveries have touched since, for the next run's measurements.
create table webhook_day (
    store_id   text        not null,
    stream     text        not null,
    day        date        not null,
    touched_at timestamptz not null default now(),
    primary key (store_id, stream, day)
);

-- A source that has told us to go: its app was uninstalled, so its token is worth nothing any more.
create table store_suspension (
    store_id     text        not null,
    source       text        not null,
    suspended_at timestamptz not null default now(),
    reason       text        not null,
    delivery_id  text        not null,
    -- Digest of the token that was uninstalled; another token in the configuration ends the suspension.
    token_sha256 text        not null,
    primary key (store_id, source)
);

alter table dead_letter add column if not exists delivery_id text;
create index if not exists dead_letter_delivery on dead_letter (store_id, delivery_id) where delivery_id is not null;
