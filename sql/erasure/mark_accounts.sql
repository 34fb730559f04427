-- Marks customers of the subscription app as erased.
-- In:  store, everyone, customer ids (array of text)
-- Out: number of customers marked.
update recharge_customer set redacted_at = now()
 where store_id = ? and redacted_at is null and (cast(? as boolean) or cast(customer_id as text) = any (cast(? as text[])))
