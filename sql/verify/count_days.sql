-- Counts the records of a stream by the day of their version, at the source and in the table.
-- In:  store, run (of the scan), from and to (of the versions; null: open). Places: table, key, version.
-- Out: one row per day: day, source, rows.
with asked as materialized (
    select cast(? as text) as store_id, cast(? as uuid) as run_id,
           coalesce(cast(? as timestamptz), '-infinity') as from_at, coalesce(cast(? as timestamptz), 'infinity') as to_at
), version as (
    select i.version, 1 as source, 0 as rows
      from asked
      join sync_scan_id i on i.store_id = asked.store_id and i.run_id = asked.run_id
     union all
    select t.${version}, 0, 1
      from asked
      join ${table} t on t.store_id = asked.store_id and t.deleted_at is null
)
select cast(cast(version.version at time zone 'UTC' as date) as text) as day, sum(version.source) as source, sum(version.rows) as rows
  from version
 cross join asked
 where version.version >= asked.from_at and version.version < asked.to_at
 group by 1
 order by 1
