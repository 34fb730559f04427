-- Gives a delivery up: it goes to the dead letters with its reason, and the queue behind it goes on.
-- In:  :#store_id, :#delivery_id, :#epoch, :#reason_code, :#reason, :#version (may be empty)
-- Out: one row (dead_letter_id); none when another claim has the delivery: only who tried may give up.
with dead as (
    update webhook_delivery
       set state = 'dead_letter', error = :#reason, settled_at = now(), claimed_until = null
     where store_id = :#store_id and delivery_id = :#delivery_id and state = 'processing' and epoch = cast(:#epoch as int8)
    returning *
)
insert into dead_letter as l (
       store_id, stream, kind, record_key, run_number, reason_code, reason, version, raw, raw_sha256, attempts, delivery_id)
select store_id,
       -- Of a delivery that names no record, a watermark cannot depend.
       case when record_key is null then source || '-webhooks' else stream end,
       'webhook', coalesce(record_key, 'delivery:' || delivery_id), run_number, :#reason_code, :#reason,
       cast(nullif(:#version, '') as timestamptz), payload, payload_sha256, attempts, delivery_id
  from dead
on conflict (store_id, stream, record_key) where state = 'open' do update
   set (kind, run_number, reason_code, reason, version, raw, raw_sha256, attempts, delivery_id, last_seen_at)
     = (excluded.kind, excluded.run_number, excluded.reason_code, excluded.reason, excluded.version, excluded.raw,
        excluded.raw_sha256, l.attempts + excluded.attempts, excluded.delivery_id, now())
returning l.dead_letter_id
