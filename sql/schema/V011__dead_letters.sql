-- Dead letters in the hands of operators: what is chosen, what is retried, who did what.
-- In:  dead_letter of V001.
-- Out: dead_letter_retry, dead_letter_preview, dead_letter_audit; functions that choose and describe letters.

-- A letter stays open while it is retried; the retry it belongs to, and the bytes that were sent there.
alter table dead_letter
    add column retry_id     uuid,
    add column retry_sha256 bytea;
create index dead_letter_retry_of on dead_letter (store_id, retry_id) where retry_id is not null;
create index dead_letter_family on dead_letter (store_id, stream, parent_key) where state = 'open' and parent_key is not null;

-- What is loaded again: the letters of one reading of one stream, by a run of its own. Readings are kept apart because of two
-- readings of one version the later counts.
create table dead_letter_retry (
    store_id       text        not null,
    retry_id       uuid        not null,
    stream         text        not null,
    -- All retries of one act.
    act_id         uuid        not null,
    -- The run whose archive holds the letters' lines.
    archive_run_id uuid        not null references sync_run,
    actor          text        not null,
    requested_at   timestamptz not null default now(),
    -- Null: not begun.
    run_id         uuid        references sync_run,
    primary key (store_id, retry_id)
);
create index dead_letter_retry_waiting on dead_letter_retry (requested_at) where run_id is null;
create unique index dead_letter_retry_run on dead_letter_retry (store_id, stream, run_id);

create view dead_letter_retry_open as
select q.store_id, q.retry_id, q.stream, q.act_id, q.archive_run_id, q.actor, q.requested_at, q.run_id
  from dead_letter_retry q
  left join sync_run r using (run_id)
 where q.run_id is null or r.status not in ('completed', 'partial', 'failed');

-- A preview promises that an act will meet exactly the letters that were shown.
create table dead_letter_preview (
    token      uuid        not null primary key,
    action     text        not null check (action in ('retry', 'discard')),
    filter     jsonb       not null,
    letters    bigint      not null,
    -- Of their ids, in order: as many others would not be the same.
    digest     text        not null,
    actor      text        not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz
);

create table dead_letter_audit (
    store_id   text        not null,
    audit_id   bigint      not null generated always as identity,
    act_id     uuid        not null,
    action     text        not null check (action in ('retry', 'discard')),
    actor      text        not null,
    reason     text,
    filter     jsonb       not null,
    letter_ids bigint[]    not null,
    acted_at   timestamptz not null default now(),
    primary key (store_id, audit_id),
    check (action <> 'discard' or btrim(reason) <> '')
);
create index dead_letter_audit_act on dead_letter_audit (act_id);
comment on table dead_letter_audit is 'Who retried or discarded which dead letters, when and why; rows are only added.';

-- The letters that a filter means: members id, store, stream, kind, reason, state, run, from and to (first seen), each optional.
create function dead_letters_matching(filter jsonb) returns setof dead_letter language sql stable as $$
    select d.*
      from dead_letter d
     where (filter ->> 'id' is null or d.dead_letter_id = (filter ->> 'id')::bigint)
       and (filter ->> 'store' is null or d.store_id = filter ->> 'store')
       and (filter ->> 'stream' is null or d.stream = filter ->> 'stream')
       and (filter ->> 'kind' is null or d.kind = filter ->> 'kind')
       and (filter ->> 'reason' is null or d.reason_code = filter ->> 'reason')
       and (filter ->> 'state' is null or d.state = filter ->> 'state')
       and (filter ->> 'run' is null or d.run_id = (filter ->> 'run')::uuid)
       and (filter ->> 'from' is null or d.first_seen_at >= (filter ->> 'from')::timestamptz)
       and (filter ->> 'to' is null or d.first_seen_at < (filter ->> 'to')::timestamptz)
$$;

-- Whether a stream's watermark waits for its letters, as a sentence.
create function dead_letter_hold(the_store text, the_stream text) returns text language sql stable as $$
    select case count(*)
               when 0 then format('the mark of %s/%s is free: the next sync moves it', the_store, the_stream)
               else format('the mark of %s/%s is held: %s letter(s) left', the_store, the_stream, count(*))
           end
           || case count(*) filter (where exists (
                       select from dead_letter_retry_open q where q.store_id = d.store_id and q.retry_id = d.retry_id))
                  when 0 then ''
                  else format(', %s of them being retried', count(*) filter (where exists (
                       select from dead_letter_retry_open q where q.store_id = d.store_id and q.retry_id = d.retry_id)))
              end
      from dead_letter d
     where d.store_id = the_store and d.stream = the_stream and d.state = 'open'
$$;

-- What an operator does about a letter next, in words.
create function dead_letter_advice(letter dead_letter, retrying boolean) returns text language sql stable as $$
    select case
               when letter.state <> 'open' then 'nothing: it is ' || letter.state
               when retrying then 'wait: it is being retried'
               when letter.kind = 'webhook' then 'remove the cause, then retry it; or discard it'
               when letter.reason_code in ('orphan', 'parent_set_aside') and letter.parent_key is not null
                   then 'settle ' || letter.parent_key || ', which this one goes along with; or discard it'
               when letter.reason_code = 'refused'
                   then 'remove what the database objects to (a constraint, a trigger, a type), then retry it; or discard it'
               when letter.reason_code = 'length' then 'raise tidemark.sync.max-line-bytes, then retry it; or discard it'
               when letter.reason_code = 'unknown_type' then 'declare the type in streams/, then retry it; or discard it'
               else 'mend the record at the source and sync again, or mend the declaration in streams/ and retry it; or discard it'
           end
$$;

-- A letter as list, show and export tell it; the payload is not part of it.
create function dead_letter_document(letter dead_letter) returns json language sql stable as $$
    select json_build_object(
               'id', letter.dead_letter_id,
               'store', letter.store_id,
               'stream', letter.stream,
               'kind', letter.kind,
               'state', letter.state,
               'retrying', letter.state = 'open' and q.retry_id is not null,
               'record', letter.record_key,
               'parent', letter.parent_key,
               'reason_code', letter.reason_code,
               'reason', letter.reason,
               'run_id', letter.run_id,
               'line', letter.line_no,
               'version', utc_text(letter.version),
               'attempts', letter.attempts,
               'first_seen_at', utc_text(letter.first_seen_at),
               'last_seen_at', utc_text(letter.last_seen_at),
               'age_seconds', floor(extract(epoch from now() - letter.first_seen_at)),
               'settled_at', utc_text(letter.settled_at),
               'settled_by', letter.settled_by,
               'settled_reason', letter.settled_reason,
               'bytes', length(letter.raw),
               'sha256', encode(letter.raw_sha256, 'hex'),
               'next', dead_letter_advice(letter, q.retry_id is not null))
      from (select 1) one
      left join dead_letter_retry_open q on q.store_id = letter.store_id and q.retry_id = letter.retry_id
$$;
