-- Takes an account whose subscriptions are to be compared with the vendor's list, so that one process alone does it.
-- In:  :#store, :#source, :#started_at (when this process started: it compares once, whatever others did before)
-- Out: one row (store, source, address); no row when it is not due, or nobody said where to deliver
update webhook_account
   set checked_at = now(), due_at = now() + interval '1 hour'
 where store_id = :#store and source = :#source and address is not null
   and (due_at <= now() or checked_at is null or checked_at < cast(:#started_at as timestamptz))
returning store_id as store, source, address
