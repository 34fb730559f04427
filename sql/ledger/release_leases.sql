-- Gives every lease of a stopping process back, so that the next one need not wait for them to expire.
-- In:  :#owner
-- Out: number of leases given back.
update sync_lease
   set expires_at = now(), busy = false
 where owner = :#owner and expires_at > now()
