-- Says that this process lives: its waiting runs, and those it is working on, stay its own.
-- In:  :#owner, :#lease_millis, :#busy_runs (uuids that a thread of this process is working on)
-- Out: number of leases renewed.
update sync_lease
   set expires_at = now() + cast(:#lease_millis as bigint) * interval '1 millisecond'
 where owner = :#owner
   and expires_at > now()
   -- A busy lease that no thread works on any more is left to expire, so that its run is taken up again.
   and (not busy or run_id = any (cast(:#busy_runs as uuid[])))
