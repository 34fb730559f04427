-- Erasure of persons: requests with their steps and receipts, and the ledger of whom every later writer must not bring back.
-- In:  the tables of V002, V004 and V011.
-- Out: erasure_request, erasure_person, erasure_object, erasure_key; a fingerprint of e-mail addresses.

create table erasure_request (
    store_id     text        not null,
    request_id   uuid        not null,
    kind         text        not null check (kind in ('person', 'shop', 'data')),
    state        text        not null default 'open' check (state in ('open', 'done')),
    -- cli/<user>, or webhook:<delivery id>: a delivery makes one request, however often it comes.
    origin       text        not null,
    -- What was asked for, without the address: customer id, order ids, fingerprints.
    asked        jsonb       not null,
    requested_at timestamptz not null default now(),
    due_at       timestamptz not null default now() + interval '30 days',
    -- Runs that had begun before the ledger knew the person; what they write is erased after their end.
    awaited      uuid[]      not null default '{}',
    -- Names of the steps that are done.
    steps        text[]      not null default '{}',
    waiting_for  text,
    receipt      jsonb       not null default '{}',
    finished_at  timestamptz,
    primary key (store_id, request_id)
);
create unique index erasure_request_once on erasure_request (store_id, origin) where origin like 'webhook:%';
create index erasure_request_open on erasure_request (requested_at) where state = 'open';

-- Whom nothing may be kept of: ids, and fingerprints instead of addresses. Every writer asks here.
create table erasure_person (
    store_id   text        not null,
    kind       text        not null check (kind in ('customer', 'recharge-customer', 'order', 'email', 'everyone')),
    value      text        not null,
    request_id uuid        not null,
    noted_at   timestamptz not null default now(),
    primary key (store_id, kind, value),
    foreign key (store_id, request_id) references erasure_request
);

-- Objects that are written anew: noted before the first byte is sent, so that an erasure that died goes on.
create table erasure_object (
    store_id      text        not null,
    request_id    uuid        not null,
    object_key    text        not null,
    sha256_before text        not null,
    sha256_after  text        not null,
    bytes_after   bigint      not null,
    lines         bigint      not null,
    done          boolean     not null default false,
    written_at    timestamptz not null default now(),
    primary key (store_id, request_id, object_key),
    foreign key (store_id, request_id) references erasure_request
);

-- Without a key, whoever reads a fingerprint could try addresses until one fits.
create table erasure_key (
    store_id text  not null primary key,
    key      bytea not null
);

create function erasure_fingerprint(the_store text, address text) returns text language sql stable as $$
    select encode(sha256(k.key || convert_to(lower(btrim(address)), 'UTF8')), 'hex')
      from erasure_key k
     where k.store_id = the_store and btrim(address) <> ''
$$;

-- Null: this person was never erased.
alter table customer add column redacted_at timestamptz;
alter table recharge_customer add column redacted_at timestamptz;
