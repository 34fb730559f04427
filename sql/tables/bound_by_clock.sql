-- Fixes the upper end of a window over a column of times.
-- In:  ? lag in milliseconds
-- Out: one row: source_now, and the highest value to read as each of the types: as_timestamptz, as_timestamp, as_date.
--
-- The tempting version reads up to now(). A transaction stamps its rows with the time it began and commits later, so a
-- row could appear behind a mark that has passed it. The end therefore stays before every transaction that has written
-- something and is still open, and before that by the lag. Of days only those are read that are over everywhere.
select cast(now() as text) as source_now,
       cast(e.at as text) as as_timestamptz,
       cast(e.at at time zone 'UTC' as text) as as_timestamp,
       cast(cast(e.at at time zone interval '-12 hours' as date) - 1 as text) as as_date
  from (select least(now(), min(a.xact_start)) - cast(? as bigint) * interval '1 millisecond' as at
          from pg_stat_activity a
         where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_xid is not null) e
