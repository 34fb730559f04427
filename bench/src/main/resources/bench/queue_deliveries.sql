-- Queues every kept delivery as if it had just been taken in, in the order in which it was.
-- In:  bench_delivery
-- Out: webhook_delivery
insert into webhook_delivery (
       store_id, delivery_id, source, topic, stream, record_key, triggered_at, headers, payload, payload_sha256)
select store_id, delivery_id, source, topic, stream, record_key, triggered_at, headers, payload, payload_sha256
  from bench_delivery
 order by n
