-- Every metric of the ledger, one row each: what Prometheus shows as tidemark_*.
-- In:  nothing
-- Out: name, description, kind (counter, gauge, timer), store_id, stream, label and label_value (or null; several of each are
--      joined by commas), value, items
--      (timers only: how many runs the value is the sum of)
--
-- Every (store, stream) that ever ran gets a row for each gauge, zero where there is nothing, so that a series never
-- disappears while an alert on it is pending.
-- The tempting version counts sync_run and sync_chunk from their beginning, and costs more with every day. What has ended is
-- summed up in sync_total; only the runs under way are counted here.
with active as materialized (
    select r.store_id, r.stream, r.initiated_at, c.*
      from sync_run r
     cross join lateral (
           select coalesce(sum(k.written), 0) as written, coalesce(sum(k.unchanged), 0) as unchanged,
                  coalesce(sum(k.stale), 0) as stale, coalesce(sum(k.set_aside), 0) as set_aside
             from sync_chunk k
            where k.run_id = r.run_id) c
     where r.status not in ('completed', 'partial', 'failed')
), streams as (
    select store_id, stream from sync_total
    union
    select store_id, stream from active
    union
    select store_id, stream from sync_watermark
    union
    select store_id, stream from dead_letter
), latest as (
    -- The others leave the watermark alone, so they neither hold nor free it.
    select s.store_id, s.stream, l.status, l.watermark_advanced, l.initiated_at, l.finished_at
      from streams s
     cross join lateral (
           select r.status, r.watermark_advanced, r.initiated_at, r.finished_at
             from sync_run r
            where r.store_id = s.store_id and r.stream = s.stream
              and r.finished_at is not null and r.job_type = 'DAILY_SYNC_EXECUTE'
            order by r.initiated_at desc, r.run_id desc
            limit 1) l
), total as (
    select s.store_id, s.stream, coalesce(t.completed, 0) as completed, coalesce(t.partial, 0) as partial,
           coalesce(t.failed, 0) as failed, coalesce(t.seconds, 0) as seconds,
           coalesce(t.written, 0) + coalesce(a.written, 0) as written,
           coalesce(t.unchanged, 0) + coalesce(a.unchanged, 0) as unchanged,
           coalesce(t.stale, 0) + coalesce(a.stale, 0) as stale,
           coalesce(t.set_aside, 0) + coalesce(a.set_aside, 0) as set_aside,
           coalesce(a.runs, 0) as active, coalesce(a.age, 0) as active_age
      from streams s
      left join sync_total t using (store_id, stream)
      left join (select store_id, stream, count(*) as runs, extract(epoch from now() - min(initiated_at)) as age,
                        sum(written) as written, sum(unchanged) as unchanged, sum(stale) as stale, sum(set_aside) as set_aside
                   from active
                  group by store_id, stream) a using (store_id, stream)
), source as (
    select distinct store_id, split_part(stream, '-', 1) as name from streams
    union
    select distinct store_id, source from webhook_delivery where state = 'processing'
), waiting as (
    select store_id, source as name, count(*) as deliveries, extract(epoch from now() - min(received_at)) as age
      from webhook_delivery
     where state = 'processing'
     group by store_id, source
), letters as (
    select store_id, stream, kind, state, count(*) as letters, extract(epoch from now() - min(first_seen_at)) as age
      from dead_letter
     group by store_id, stream, kind, state
)
select 'tidemark.runs' as name, 'Runs that ended, by how' as description, 'counter' as kind, t.store_id, t.stream,
       'status' as label, k.status as label_value,
       cast(case k.status when 'completed' then t.completed when 'partial' then t.partial else t.failed end as double precision) as value,
       cast(0 as bigint) as items
  from total t
 cross join (values ('completed'), ('partial'), ('failed')) k (status)
union all
select 'tidemark.run.duration', 'Time from start to end of the runs that ended', 'timer', store_id, stream, null, null,
       seconds, completed + partial + failed
  from total
union all
select 'tidemark.run.last.duration.seconds', 'Time from start to end of the latest run that ended', 'gauge', store_id, stream,
       null, null, extract(epoch from finished_at - initiated_at), 0
  from latest
union all
select 'tidemark.records', 'Records of all runs, by what became of them', 'counter', t.store_id, t.stream,
       'outcome', k.outcome,
       case k.outcome when 'written' then t.written when 'unchanged' then t.unchanged when 'stale' then t.stale else t.set_aside end, 0
  from total t
 cross join (values ('written'), ('unchanged'), ('stale'), ('set_aside')) k (outcome)
union all
select 'tidemark.watermark.age.seconds', 'How far the watermark is behind the clock of the database', 'gauge',
       store_id, stream, null, null, extract(epoch from now() - value), 0
  from sync_watermark
 -- The watermark of a table may be a number, which has no age.
 where value is not null
union all
select 'tidemark.watermark.held', '1 when the latest run that ended did not complete, so that the watermark stayed', 'gauge',
       s.store_id, s.stream, null, null, case when l.status = 'completed' then 0 when l.status is null then 0 else 1 end, 0
  from streams s
  left join latest l using (store_id, stream)
union all
select 'tidemark.dead.letters.open', 'Records set aside that nobody settled yet', 'gauge', s.store_id, s.stream, null, null,
       (select count(*) from dead_letter d where d.store_id = s.store_id and d.stream = s.stream and d.state = 'open'), 0
  from streams s
union all
select 'tidemark.dead.letters', 'Records ever set aside, by what became of them', 'gauge', s.store_id, s.stream,
       'kind,state', k.kind || ',' || t.state, coalesce(l.letters, 0), 0
  from streams s
 cross join (values ('bulk_line'), ('page'), ('webhook')) k (kind)
 cross join (values ('open'), ('retried'), ('resolved'), ('discarded')) t (state)
  left join letters l on l.store_id = s.store_id and l.stream = s.stream and l.kind = k.kind and l.state = t.state
union all
select 'tidemark.dead.letters.oldest.age.seconds', 'Time since the oldest open dead letter was first seen; 0 when there is none',
       'gauge', s.store_id, s.stream, null, null,
       coalesce((select max(l.age) from letters l where l.store_id = s.store_id and l.stream = s.stream and l.state = 'open'), 0), 0
  from streams s
union all
select 'tidemark.erasures.open', 'Requests to erase or tell a person''s data that are not done', 'gauge', q.store_id, '', null, null,
       count(*) filter (where q.state = 'open'), 0
  from erasure_request q
 group by q.store_id
union all
select 'tidemark.erasures.oldest.age.seconds', 'Time since the oldest of them was made; 0 when there is none', 'gauge', q.store_id, '',
       null, null, coalesce(extract(epoch from now() - min(q.requested_at) filter (where q.state = 'open')), 0), 0
  from erasure_request q
 group by q.store_id
union all
select 'tidemark.gaps.open', 'Ranges of time that no run has read', 'gauge', s.store_id, s.stream, null, null,
       (select count(*) from sync_gap g where g.store_id = s.store_id and g.stream = s.stream and g.state = 'open'), 0
  from streams s
union all
select 'tidemark.run.active', 'Runs that have not ended', 'gauge', store_id, stream, null, null, active, 0
  from total
union all
select 'tidemark.run.active.age.seconds', 'Time since the oldest run that has not ended was started; 0 when there is none',
       'gauge', store_id, stream, null, null, active_age, 0
  from total
union all
select 'tidemark.webhook.waiting', 'Deliveries that were acknowledged and are not processed yet', 'gauge', s.store_id,
       s.name || '-webhooks', null, null, coalesce(w.deliveries, 0), 0
  from source s
  left join waiting w using (store_id, name)
 where s.name in ('shopify', 'recharge')
union all
select 'tidemark.webhook.age.seconds', 'Time since the oldest delivery that is not processed was received; 0 when there is none',
       'gauge', s.store_id, s.name || '-webhooks', null, null, coalesce(w.age, 0), 0
  from source s
  left join waiting w using (store_id, name)
 where s.name in ('shopify', 'recharge')
union all
select 'tidemark.webhook.dead', 'Dead letters of deliveries that nobody settled yet', 'gauge', s.store_id,
       s.name || '-webhooks', null, null,
       (select count(*) from dead_letter d
         where d.store_id = s.store_id and d.kind = 'webhook' and d.state = 'open' and d.stream like s.name || '-%'), 0
  from source s
 where s.name in ('shopify', 'recharge')
union all
select 'tidemark.source.suspended', '1 when the source has uninstalled the app, until a new token is configured', 'gauge',
       s.store_id, s.name || '-webhooks', null, null,
       (select count(*) from store_suspension p where p.store_id = s.store_id and p.source = s.name), 0
  from source s
 where s.name in ('shopify', 'recharge')
union all
select 'tidemark.webhook.silent', '1 when a topic is silent for far longer than it usually is', 'gauge',
       store_id, coalesce(stream, 'none'), 'topic', source || ' ' || topic, case when silent_since is null then 0 else 1 end, 0
  from webhook_topic
union all
select 'tidemark.webhook.unsubscribed', '1 when a topic is not subscribed to although its account is looked after', 'gauge',
       t.store_id, coalesce(t.stream, 'none'), 'topic', t.source || ' ' || t.topic,
       case when a.address is not null and t.subscription_id is null then 1 else 0 end, 0
  from webhook_topic t
  join webhook_account a using (store_id, source)
union all
select 'tidemark.webhook.last.delivery.age.seconds', 'Time since the last delivery of a topic that ever delivered', 'gauge',
       store_id, coalesce(stream, 'none'), 'topic', source || ' ' || topic, extract(epoch from now() - last_delivery_at), 0
  from webhook_topic
 where last_delivery_at is not null
