-- Writes down what came of comparing one topic with the vendor's list.
-- In:  :#store, :#source, :#topic, :#subscription_id (null when it could not be made), :#was_missing, :#problem
-- Out: nothing
--
-- A subscription that was there before and is gone has missed what happened since it was last seen.
update webhook_topic
   set subscription_id = cast(:#subscription_id as text),
       subscribed_at = case when cast(:#subscription_id as text) is null then null
                            when cast(:#was_missing as boolean) or subscribed_at is null then now()
                            else subscribed_at end,
       confirmed_at = case when cast(:#subscription_id as text) is null then confirmed_at else now() end,
       unsubscribed_since = case when cast(:#was_missing as boolean) and confirmed_at is not null then confirmed_at
                                 else unsubscribed_since end,
       times_gone = times_gone
                    + case when cast(:#was_missing as boolean) and subscription_id is not null then 1 else 0 end,
       problem = cast(:#problem as text)
 where store_id = :#store and source = :#source and topic = :#topic
