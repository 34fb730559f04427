-- Retries open letters: those of runs by a run for each reading, with the rest of their families; deliveries by themselves.
-- In:  :#token (of a preview, or null), :#filter (JSON; counts only without a token), :#actor, :#reason, :#act_id
-- Out: one row (outcome done | nothing | unknown | used | expired | changed, letters, promised, settled).
--
-- A family is a root with its children: a child cannot be written without its parent, nor mended apart from it.
with asked as materialized (
    select p.filter, p.letters, p.digest, p.expires_at <= now() as expired, p.used_at is not null as used
      from dead_letter_preview p
     where p.token = cast(:#token as uuid) and p.action = 'retry'
       for update
), given as materialized (
    select filter from asked
    union all
    select cast(:#filter as jsonb) where cast(:#token as uuid) is null
), chosen as materialized (
    select d.store_id, d.stream, d.dead_letter_id, d.record_key, d.parent_key, d.run_id, d.kind, d.delivery_id
      from given g
     cross join lateral dead_letters_matching(g.filter) d
     where d.state = 'open'
       and d.kind in ('bulk_line', 'page', 'webhook')
       and not exists (select from dead_letter_retry_open q where q.store_id = d.store_id and q.retry_id = d.retry_id)
), counted as materialized (
    select count(*) as letters, md5(coalesce(string_agg(cast(dead_letter_id as text), ',' order by dead_letter_id), '')) as digest
      from chosen
), verdict as materialized (
    select case
               when cast(:#token as uuid) is not null and not exists (select from asked) then 'unknown'
               when (select used from asked) then 'used'
               when (select expired from asked) then 'expired'
               when (select a.digest from asked a) <> c.digest then 'changed'
               when c.letters = 0 then 'nothing'
               else 'done'
           end as outcome,
           c.letters, (select a.letters from asked a) as promised
      from counted c
), family as materialized (
    select d.store_id, d.stream, d.dead_letter_id, d.run_id
      from verdict v
     cross join chosen c
      join dead_letter d on d.store_id = c.store_id and d.stream = c.stream and d.run_id = c.run_id
     where v.outcome = 'done'
       and d.kind in ('bulk_line', 'page')
       and d.state = 'open'
       and (d.dead_letter_id = c.dead_letter_id
            or d.parent_key = coalesce(c.parent_key, c.record_key)
            or d.record_key = c.parent_key)
     group by d.store_id, d.stream, d.dead_letter_id, d.run_id
), planned as (
    insert into dead_letter_retry (store_id, retry_id, stream, act_id, archive_run_id, actor)
    select f.store_id, gen_random_uuid(), f.stream, cast(:#act_id as uuid), f.run_id, :#actor
      from family f
     group by f.store_id, f.stream, f.run_id
    returning store_id, stream, archive_run_id, retry_id
), marked as (
    update dead_letter d
       set retry_id = p.retry_id, retry_sha256 = d.raw_sha256
      from family f
      join planned p on p.store_id = f.store_id and p.stream = f.stream and p.archive_run_id = f.run_id
     where d.store_id = f.store_id and d.dead_letter_id = f.dead_letter_id and d.state = 'open'
    returning d.store_id, d.dead_letter_id
), delivered as (
    -- Its processing settles the letter.
    update webhook_delivery w
       set state = 'processing', attempts = 0, due_at = now(), claimed_until = null, settled_at = null
      from verdict v
     cross join chosen c
     where v.outcome = 'done' and c.kind = 'webhook'
       and w.store_id = c.store_id and w.delivery_id = c.delivery_id and w.state = 'dead_letter'
    returning w.store_id, c.dead_letter_id
), acted as (
    select store_id, dead_letter_id from marked
    union all
    select store_id, dead_letter_id from delivered
), audited as (
    insert into dead_letter_audit (store_id, act_id, action, actor, reason, filter, letter_ids)
    select a.store_id, cast(:#act_id as uuid), 'retry', :#actor, :#reason, (select filter from given),
           array_agg(a.dead_letter_id order by a.dead_letter_id)
      from acted a
     group by a.store_id
), spent as (
    update dead_letter_preview p
       set used_at = now()
      from verdict v
     where v.outcome = 'done' and p.token = cast(:#token as uuid)
)
select v.outcome, v.letters, v.promised, (select count(*) from acted) as settled
  from verdict v
