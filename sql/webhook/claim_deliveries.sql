-- Claims deliveries that are due, under new epochs, and counts the attempt.
-- In:  :#limit, :#claim_millis
-- Out: the claimed rows, each as it is processed; none when nothing is due. It fails when another process has just claimed
--      one of the same record: nothing is claimed then.
--
-- Deliveries of one record go one at a time, what happened first goes first, and one that waits to be tried again lets the
-- later ones pass: which of them counts is decided by their versions. The tempting version asks of every due delivery
-- whether it is the first of its record: with thousands of one record it looks at all of them for each that it claims. Here a
-- few that wait longest name their records, and each record names its first. Those of a record that is being worked on name
-- none, or they would hold up all others; and a claim that ran out needs nobody to name it, or its record would wait for ever.
with claimed as materialized (
    select c.store_id, c.delivery_id, c.stream, c.record_key, c.claimed_until
      from webhook_delivery c
     where c.claimed_until is not null and c.record_key is not null
), longest as materialized (
    select d.store_id, d.delivery_id, d.stream, d.record_key
      from webhook_delivery d
     where d.state = 'processing'
       and d.due_at <= now()
       and (d.claimed_until is null or d.record_key is null and d.claimed_until < now())
       and not exists (
           select from claimed c
            where c.store_id = d.store_id and c.stream = d.stream and c.record_key = d.record_key)
     order by d.due_at
     limit 4 * cast(:#limit as int4)
), head as (
    select r.store_id, first.delivery_id
      from (select distinct store_id, stream, record_key from longest where record_key is not null) r
     cross join lateral (
           select o.delivery_id
             from webhook_delivery o
            where o.store_id = r.store_id and o.stream = r.stream and o.record_key = r.record_key
              and o.state = 'processing' and o.due_at <= now()
            order by coalesce(o.triggered_at, o.received_at), o.delivery_id
            limit 1) first
    union all
    select store_id, delivery_id from longest where record_key is null
    union all
    select store_id, delivery_id from claimed where claimed_until < now()
), due as (
    select d.store_id, d.delivery_id
      from head
      join webhook_delivery d using (store_id, delivery_id)
     where d.state = 'processing'
       and (d.claimed_until is null or d.claimed_until < now())
     order by d.claimed_until is null, d.due_at
     limit cast(:#limit as int4)
       for update of d skip locked
)
update webhook_delivery d
   set epoch = nextval('sync_epoch'),
       claimed_until = now() + cast(:#claim_millis as int8) * interval '1 millisecond',
       run_number = nextval('sync_run_run_number_seq'),
       attempts = d.attempts + 1
  from due
 where d.store_id = due.store_id and d.delivery_id = due.delivery_id
returning d.store_id, d.delivery_id, d.source, d.topic, d.stream, d.record_key, d.triggered_at, d.received_at, d.payload,
          d.attempts, d.epoch, d.run_number
