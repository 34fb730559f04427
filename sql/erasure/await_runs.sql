-- Notes the runs that are under way now that the ledger knows the person.
-- In:  store, request
-- Out: number of requests changed.
update erasure_request q
   set awaited = array(select r.run_id from sync_run r
                        where r.store_id = q.store_id and r.status not in ('completed', 'partial', 'failed')),
       steps = q.steps || cast('noted' as text)
 where q.store_id = ? and q.request_id = cast(? as uuid) and not 'noted' = any (q.steps)
