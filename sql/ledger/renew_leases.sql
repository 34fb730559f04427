-- Says that this process lives: its waiting runs, and those it is working on, stay its own.
-- In:  :#owner, :#lease_millis, :#busy_epochs (the claims that a thread of this process is working on)
-- Out: number of leases renewed.
update sync_lease
   set expires_at = now() + cast(:#lease_millis as bigint) * interval '1 millisecond'
 where owner = :#owner
   -- A busy lease that no thread works on any more is left to expire, so that its run is taken up again. One that is
   -- worked on is renewed also when that comes late: the epoch is still the newest, so nobody has taken the run over.
   and (busy and epoch = any (cast(:#busy_epochs as int8[])) or not busy and expires_at > now())
