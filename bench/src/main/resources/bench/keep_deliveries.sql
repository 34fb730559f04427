-- Keeps the deliveries that were taken in as rows with a number, to be inserted again.
-- In:  webhook_delivery
-- Out: bench_delivery
create table bench_delivery as
select row_number() over (order by received_at) as n, store_id, delivery_id, source, topic, stream, record_key, triggered_at,
       headers, payload, payload_sha256
  from webhook_delivery;
alter table bench_delivery add primary key (n);
create sequence bench_n;
