-- Compares the ids and versions that a scan has seen at the source with the table of their stream.
-- In:  store, stream, run (of the scan), from and to (of the versions compared; null: open). Places: table, table_name, key,
--      version, made_at (when a record was made, as far as its row tells).
-- Out: a row for each id that is not alike on both sides: damage, id, version, day. not_read and not_asked are no damages:
--      the first came after the watermark, the second before all that was ever asked for.
--
-- The source's times have one-second steps, so fractions are not compared.
with asked as materialized (
    select cast(? as text) as store_id, cast(? as text) as stream, cast(? as uuid) as run_id,
           coalesce(cast(? as timestamptz), '-infinity') as from_at, coalesce(cast(? as timestamptz), 'infinity') as to_at
), scan as materialized (
    select asked.*, r.window_from, r.source_started_at - r.lag as settled_before,
           (select w.value from sync_watermark w where w.store_id = asked.store_id and w.stream = asked.stream) as watermark,
           (select coalesce(max(g.gap_to), '-infinity') from sync_gap g
             where g.store_id = asked.store_id and g.stream = asked.stream and g.state = 'open') as read_from
      from asked
      join sync_run r on r.run_id = asked.run_id
), seen as (
    select i.record_id, i.version
      from scan
      join sync_scan_id i on i.store_id = scan.store_id and i.run_id = scan.run_id
), stored as (
    select t.${key} as record_id, t.${version} as version, t.deleted_at, ${made_at} as made_at
      from scan
      join ${table} t on t.store_id = scan.store_id
), judged as (
    select coalesce(i.record_id, t.record_id) as id, coalesce(i.version, t.version) as version,
           case
               when t.record_id is null or (date_trunc('second', t.version) < date_trunc('second', i.version) or t.version is null)
                    and i.record_id is not null and t.deleted_at is null then
                   case
                       when scan.watermark is null or i.version > scan.watermark then 'not_read'
                       when i.version < scan.read_from then 'not_asked'
                       when t.record_id is null then 'missing'
                       else 'older'
                   end
               when i.record_id is null then
                   case when t.deleted_at is null and t.version < scan.settled_before and t.made_at >= scan.window_from then 'gone' end
               when t.deleted_at < scan.settled_before then 'deleted'
               when date_trunc('second', t.version) > date_trunc('second', i.version) and t.version < scan.settled_before then 'newer'
           end as damage
      from seen i
      full join stored t on t.record_id = i.record_id
     cross join scan
     where coalesce(i.version, t.version) >= scan.from_at and coalesce(i.version, t.version) < scan.to_at
)
select j.damage, j.id, j.version, cast(cast(j.version at time zone 'UTC' as date) as text) as day
  from judged j
 cross join scan
 where j.damage is not null
   -- What is set aside is accounted for.
   and not (j.damage in ('missing', 'older') and exists (
       select from dead_letter d
        where d.store_id = scan.store_id and d.stream = scan.stream and d.state in ('open', 'discarded')
          and d.record_key = '${table_name}:' || j.id))
 order by j.version, j.id
