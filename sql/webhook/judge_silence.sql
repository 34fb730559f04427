-- Compares each topic with its own past, and says which have fallen silent.
-- In:  nothing
-- Out: one row (store, source, topic, stream, since, usual) for each topic that falls silent now
--
-- A topic is silent when nothing came for 10 times as long as it usually is from one delivery to the next, and for 6 hours
-- at least. What is usual is the mean of its last 14 days, of 5 deliveries or more; the days of silence themselves do not
-- count, or a topic would get used to them. The tempting way, one limit for all topics, wakes somebody for a shop that sells
-- twice a week and sleeps through the outage of one that sells every second.
with heard as (
    select d.store_id, d.source, d.topic, max(d.received_at) as last, min(d.received_at) as first, count(*) as deliveries
      from webhook_delivery d
     where d.received_at > now() - interval '14 days'
     group by d.store_id, d.source, d.topic
), known as (
    select t.store_id, t.source, t.topic, t.silent_since,
           greatest(h.last, t.last_delivery_at) as last,
           case when h.deliveries >= 5 then (h.last - h.first) / (h.deliveries - 1) else t.usual_interval end as usual
      from webhook_topic t
      left join heard h using (store_id, source, topic)
), judged as (
    select k.*, case when k.last < now() - greatest(interval '6 hours', 10 * k.usual) then k.last end as silent
      from known k
), changed as (
    update webhook_topic t
       set last_delivery_at = j.last, usual_interval = j.usual, silent_since = j.silent
      from judged j
     where t.store_id = j.store_id and t.source = j.source and t.topic = j.topic
       and (t.last_delivery_at, t.usual_interval, t.silent_since) is distinct from (j.last, j.usual, j.silent)
    returning t.store_id, t.source, t.topic, t.stream, t.silent_since, t.usual_interval
)
select c.store_id as store, c.source, c.topic, c.stream, utc_text(c.silent_since) as since,
       cast(c.usual_interval as text) as usual
  from changed c
  join judged j using (store_id, source, topic)
 where c.silent_since is not null and j.silent_since is null
