-- Writes down which topics an account has to be told of and where; what is known of each topic stays.
-- In:  :#store, :#source, :#address (null: subscriptions are left alone), :#topics (JSON: [{"topic", "stream"}])
-- Out: nothing
with wanted as (
    select w.topic, w.stream
      from json_to_recordset(cast(:#topics as json)) as w (topic text, stream text)
), account as (
    insert into webhook_account (store_id, source, address)
    values (:#store, :#source, cast(:#address as text))
    on conflict (store_id, source) do update
       set address = excluded.address, due_at = now()
     where webhook_account.address is distinct from excluded.address
), dropped as (
    delete from webhook_topic t
     where t.store_id = :#store and t.source = :#source
       and not exists (select from wanted w where w.topic = t.topic)
)
insert into webhook_topic (store_id, source, topic, stream)
select :#store, :#source, w.topic, w.stream
  from wanted w
on conflict (store_id, source, topic) do update
   set stream = excluded.stream
 where webhook_topic.stream is distinct from excluded.stream
