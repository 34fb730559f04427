-- Writes down how the comparison of an account ended; one that failed is tried again soon.
-- In:  :#store, :#source, :#problem (null when it came to its end)
-- Out: nothing
update webhook_account
   set problem = cast(:#problem as text),
       due_at = case when cast(:#problem as text) is null then due_at else now() + interval '5 minutes' end
 where store_id = :#store and source = :#source
