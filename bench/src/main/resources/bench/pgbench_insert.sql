-- A transaction of pgbench: the next of the kept rows goes into webhook_delivery.
insert into webhook_delivery (store_id, delivery_id, source, topic, stream, record_key, triggered_at, headers, payload, payload_sha256) select store_id, delivery_id, source, topic, stream, record_key, triggered_at, headers, payload, payload_sha256 from bench_delivery where n = (select nextval('bench_n'));
