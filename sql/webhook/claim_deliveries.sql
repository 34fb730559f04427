-- Claims deliveries that are due, under new epochs, and counts the attempt.
-- In:  :#limit, :#claim_millis
-- Out: the claimed rows, each as it is processed; none when nothing is due. It fails when another process has just claimed
--      one of the same record: nothing is claimed then.
--
-- Deliveries of one record go one at a time, what happened first goes first, and one that waits to be tried again lets the
-- later ones pass: which of them counts is decided by their versions.
with due as (
    select d.store_id, d.delivery_id
      from webhook_delivery d
     where d.state = 'processing'
       and d.due_at <= now()
       and (d.claimed_until is null or d.claimed_until < now())
       and not exists (
           select from webhook_delivery o
            where o.store_id = d.store_id and o.stream = d.stream and o.record_key = d.record_key
              and o.state = 'processing' and o.delivery_id <> d.delivery_id
              and (o.claimed_until is not null
                   or o.due_at <= now()
                      and (coalesce(o.triggered_at, o.received_at), o.delivery_id)
                          < (coalesce(d.triggered_at, d.received_at), d.delivery_id)))
     order by d.due_at
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
