-- Takes a store's deliveries back from whoever processes them, so that they are claimed again.
-- In:  store
-- Out: number of deliveries taken back.
--
-- Who has claimed one may have asked whom not to keep before the person was noted, and be about to write. Under a new epoch
-- that is refused; who is writing already holds the row, so this waits for him, and what he wrote is erased with the rest.
update webhook_delivery
   set epoch = nextval('sync_epoch'), claimed_until = null, attempts = greatest(attempts - 1, 0)
 where store_id = ? and state = 'processing' and claimed_until is not null
