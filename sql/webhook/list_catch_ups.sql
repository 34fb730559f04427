-- The runs that have to make up for deliveries which did not come: one for each stream and silence, and one for each time
-- that its subscriptions were gone.
-- In:  nothing
-- Out: one row (store, stream, run_id, initiator, requested_at) for each that was not made yet
--
-- The run's id follows from what it makes up for, so that asking again, from any process, makes no second run.
with missed as (
    select store_id, stream, 'silent' as why, min(silent_since) as since
      from webhook_topic
     where silent_since is not null and stream is not null
     group by store_id, stream
    union all
    select store_id, stream, 'unsubscribed', max(unsubscribed_since)
      from webhook_topic
     where unsubscribed_since is not null and stream is not null
     group by store_id, stream
), named as (
    select store_id, stream,
           cast(md5(concat_ws(' ', store_id, stream, why, extract(epoch from since))) as uuid) as run_id
      from missed
)
select n.store_id as store, n.stream, cast(n.run_id as text) as run_id, 'cron' as initiator, utc_text(now()) as requested_at
  from named n
 where not exists (select from sync_run r where r.run_id = n.run_id)
