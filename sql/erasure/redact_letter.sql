-- Replaces a dead letter's payload; a retry that waits for it retries the new one.
-- In:  payload, store, letter, digest of the payload before
-- Out: number of letters changed; none when the letter has another payload by now.
update dead_letter d
   set raw = new.raw, raw_sha256 = sha256(new.raw),
       retry_sha256 = case when d.retry_sha256 = d.raw_sha256 then sha256(new.raw) else d.retry_sha256 end
  from (select cast(? as bytea) as raw) new
 where d.store_id = ? and d.dead_letter_id = ? and sha256(d.raw) = ?
