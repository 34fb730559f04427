-- Lets one process at a time bring the schema up to date; the lock is gone with the transaction.
-- In:  nothing.
-- Out: one row, once every other process is done.
--
-- Flyway's own lock begins only after it has looked whether the schema is empty, and four processes that look at the same
-- time see different things.
select pg_advisory_xact_lock(7165042118)
