-- Takes a request for this session; another process that carries it out has it until its session ends.
-- In:  store and request, as one text
-- Out: one row (taken).
select pg_try_advisory_lock(hashtextextended(?, 20260712)) as taken
