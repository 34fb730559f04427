-- Keeps a delivery, once.
-- In:  :#store_id, :#delivery_id, :#source, :#topic, :#stream, :#record_key, :#triggered_at, :#headers (JSON), :#payload,
--      :#payload_sha256
-- Out: one row (delivery_id); no row when it is there already, by its id or by its body, topic and time.
insert into webhook_delivery (
       store_id, delivery_id, source, topic, stream, record_key, triggered_at, headers, payload, payload_sha256)
values (:#store_id, :#delivery_id, :#source, :#topic, :#stream, :#record_key,
        cast(cast(:#triggered_at as text) as timestamptz), cast(:#headers as jsonb), :#payload, :#payload_sha256)
-- Either conflict may strike: the id, or the same event under another id.
on conflict do nothing
returning delivery_id
