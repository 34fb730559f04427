-- Compares a page of a stream's roots, as the archives have them, with the table.
-- In:  an array for each declared column; store, stream, numbers of the runs whose archives were read, and the range of
--      ids (first excluded, last included). Places: table, key, version, arrays, columns, selected, archived_row, stored_row.
-- Out: a row for each root that is not as archived: damage, id, day, run_number, differences (JSON).
--
-- What a run wrote whose archive was not read cannot be judged, so such a row is only looked at where it is too old.
with expected as materialized (
    select ${selected}
      from unnest(${arrays}) as given (${columns})
), asked as materialized (
    select cast(? as text) as store_id, cast(? as text) as stream, cast(? as int8[]) as numbers,
           cast(? as int8) as after_id, cast(? as int8) as last_id
), stored as materialized (
    select t.*, greatest(t.${version}, t.deleted_at) as stored_version,
           t.run_number in (select unnest(asked.numbers) from asked)
           or t.run_number not in (select coalesce(r.reading_number, r.run_number) from sync_run r) as judged
      from ${table} t
      join asked on t.store_id = asked.store_id and t.${key} > asked.after_id and t.${key} <= asked.last_id
), compared as (
    select coalesce(e.${key}, s.${key}) as id,
           coalesce(e.${version}, s.${version}) as version,
           s.run_number,
           case
               when s.${key} is null then 'missing'
               when e.${key} is null then case when s.judged and s.deleted_at is null then 'extra' end
               when s.stored_version is null or s.stored_version < e.${version} then 'older'
               when s.stored_version > e.${version} then case when s.judged and s.deleted_at is null then 'newer' end
               when s.judged and (${archived_row}) is distinct from (${stored_row}) then 'different'
           end as damage,
           to_jsonb(e) as archived,
           to_jsonb(s) as found
      from expected e
      full join stored s on s.${key} = e.${key}
)
select c.damage, c.id, cast(cast(c.version at time zone 'UTC' as date) as text) as day, c.run_number,
       case when c.damage in ('older', 'newer', 'different') then (
           select cast(jsonb_agg(jsonb_build_object('column', a.key, 'archived', a.value, 'stored', f.value)) as text)
             from jsonb_each(c.archived) a
             join jsonb_each(c.found) f on f.key = a.key
            where a.value is distinct from f.value) end as differences
  from compared c
 cross join asked
 where c.damage is not null
   -- What is set aside is accounted for.
   and not (c.damage in ('missing', 'older') and exists (
       select from dead_letter d
        where d.store_id = asked.store_id and d.stream = asked.stream and d.state in ('open', 'discarded')
          and d.record_key = '${table_name}:' || c.id))
 order by c.id
