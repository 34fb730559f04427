-- Gives a request back.
-- In:  store and request, as one text
-- Out: one row (given).
select pg_advisory_unlock(hashtextextended(?, 20260712)) as given
