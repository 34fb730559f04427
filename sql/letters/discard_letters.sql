-- Discards open letters, with the children that cannot be without them, and notes who did so and why.
-- In:  :#token (of a preview, or null), :#filter (JSON; counts only without a token), :#actor, :#reason, :#act_id
-- Out: one row (outcome done | nothing | unknown | used | expired | changed, letters, promised, settled).
--
-- The tempting version discards whatever the filter means by now: between the look and the act a run may have set other
-- records aside, and they would be given up unseen.
with asked as materialized (
    select p.filter, p.letters, p.digest, p.expires_at <= now() as expired, p.used_at is not null as used
      from dead_letter_preview p
     where p.token = cast(:#token as uuid) and p.action = 'discard'
       for update
), given as materialized (
    select filter from asked
    union all
    select cast(:#filter as jsonb) where cast(:#token as uuid) is null
), chosen as materialized (
    select d.store_id, d.stream, d.dead_letter_id, d.record_key, d.parent_key, d.run_id
      from given g
     cross join lateral dead_letters_matching(g.filter) d
     where d.state = 'open'
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
), settled as (
    update dead_letter d
       set state = 'discarded', settled_at = now(), settled_by = :#actor, settled_reason = :#reason
      from verdict v
     where v.outcome = 'done'
       and d.state = 'open'
       and (exists (select from chosen c where c.store_id = d.store_id and c.dead_letter_id = d.dead_letter_id)
            or exists (select from chosen c
                        where c.store_id = d.store_id and c.stream = d.stream and c.record_key = d.parent_key
                          and d.reason_code in ('orphan', 'parent_set_aside')))
    returning d.store_id, d.dead_letter_id
), audited as (
    insert into dead_letter_audit (store_id, act_id, action, actor, reason, filter, letter_ids)
    select s.store_id, cast(:#act_id as uuid), 'discard', :#actor, :#reason, (select filter from given),
           array_agg(s.dead_letter_id order by s.dead_letter_id)
      from settled s
     group by s.store_id
), spent as (
    update dead_letter_preview p
       set used_at = now()
      from verdict v
     where v.outcome = 'done' and p.token = cast(:#token as uuid)
)
select v.outcome, v.letters, v.promised, (select count(*) from settled) as settled
  from verdict v
