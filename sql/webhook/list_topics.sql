-- Every topic that a store has to be told of, as JSON text.
-- In:  :#store (may be null)
-- Out: one row: {"items": [...]}
select cast(json_build_object('items', coalesce(json_agg(json_build_object(
           'store', t.store_id,
           'source', t.source,
           'topic', t.topic,
           'stream', t.stream,
           'address', a.address,
           'subscribed', t.subscription_id is not null,
           'subscription_id', t.subscription_id,
           'subscribed_at', utc_text(t.subscribed_at),
           'confirmed_at', utc_text(t.confirmed_at),
           'times_gone', t.times_gone,
           'last_delivery_at', utc_text(t.last_delivery_at),
           'usual_interval', cast(t.usual_interval as text),
           'silent', t.silent_since is not null,
           'silent_since', utc_text(t.silent_since),
           'problem', coalesce(t.problem, a.problem)
       ) order by t.store_id, t.source desc, t.topic), '[]')) as text)
  from webhook_topic t
  left join webhook_account a using (store_id, source)
 where cast(:#store as text) is null or t.store_id = cast(:#store as text)
