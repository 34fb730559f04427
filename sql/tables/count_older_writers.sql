-- Counts transactions that may still commit rows at or below a bound that was fixed before.
-- In:  ? the table's oid (twice), ? when the bound was fixed, by the source's clock
-- Out: one row (older, unseen: those whose beginning this role may not see).
--
-- A sequence hands out 7 and 8; the writer of 8 commits first. Whoever took a number below the bound had locked the table
-- for writing before the bound was fixed, and holds that lock until it commits.
select count(*) filter (where a.xact_start <= cast(? as timestamptz)) as older,
       count(*) filter (where a.xact_start is null) as unseen
  from (select distinct l.pid
          from pg_locks l
         where l.locktype = 'relation' and l.granted
           and l.database = (select d.oid from pg_database d where d.datname = current_database())
           and l.mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
           and (l.relation = cast(? as oid)
                or l.relation in (select p.relid from pg_partition_tree(cast(cast(? as oid) as regclass)) p))
           and l.pid <> pg_backend_pid()) w
  left join pg_stat_activity a using (pid)
