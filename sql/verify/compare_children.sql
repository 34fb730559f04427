-- Compares the children of a page of roots, as the archives have them, with the table.
-- In:  an array for each declared column, the parents' ids and versions; store, stream, numbers of the runs whose archives
--      were read, the range of parents (first excluded, last included); parents and ids of children that a newer snapshot
--      no longer has; parents and ids of those of which that cannot be told. Places: as for roots, and parent, parent_version,
--      root_table, root_key, root_version, lookup (whether a child is known by its key alone).
-- Out: a row for each child that is not as archived: damage, id, parent_id, day, run_number, differences (JSON).
with expected as materialized (
    select ${selected}, ${parent}, ${parent_version}
      from unnest(${arrays}, cast(? as int8[]), cast(? as timestamptz[])) as given (${columns}, ${parent}, ${parent_version})
), asked as materialized (
    select cast(? as text) as store_id, cast(? as text) as stream, cast(? as int8[]) as numbers,
           cast(? as int8) as after_id, cast(? as int8) as last_id
), gone as materialized (
    select * from unnest(cast(? as int8[]), cast(? as int8[])) as g (parent_id, id)
), unsure as materialized (
    select * from unnest(cast(? as int8[]), cast(? as int8[])) as u (parent_id, id)
), stored as materialized (
    select t.*,
           t.run_number in (select unnest(asked.numbers) from asked)
           or t.run_number not in (select coalesce(r.reading_number, r.run_number) from sync_run r) as judged
      from ${table} t
      join asked on t.store_id = asked.store_id and t.${parent} > asked.after_id and t.${parent} <= asked.last_id
), matched as (
    select coalesce(e.${key}, s.${key}) as id,
           coalesce(e.${parent}, s.${parent}) as parent_id,
           coalesce(e.${parent_version}, s.${parent_version}) as version,
           e.${parent} is not null as is_expected, s.${parent} is not null as is_stored, s.judged, s.removed_at, s.run_number,
           e.${parent_version} as archived_version, s.${parent_version} as stored_version,
           (${archived_row}) is distinct from (${stored_row}) as differs,
           to_jsonb(e) as archived, to_jsonb(s) as found
      from expected e
      full join stored s on s.${parent} = e.${parent} and coalesce(s.${key}, -1) = coalesce(e.${key}, -1)
), compared as (
    select m.*,
           case
               when m.is_stored and root.${root_key} is null then 'orphan'
               -- Children of a deleted record went with it.
               when root.deleted_at > coalesce(m.archived_version, m.version) then null
               -- The parent has a version that was not read here, and so have its children.
               when root.${root_version} > coalesce(m.archived_version, m.version) and root.run_number not in (select unnest(asked.numbers) from asked)
                    and root.run_number in (select coalesce(r.reading_number, r.run_number) from sync_run r) then null
               when not m.is_stored then case
                   when elsewhere.parent_id is not null then 'other_parent'
                   else 'missing' end
               when not m.is_expected then case
                   when gone.parent_id is not null then case when m.removed_at is null then 'kept' end
                   when m.judged and unsure.parent_id is null then 'extra' end
               when m.stored_version is null or m.stored_version < m.archived_version then 'older'
               when m.stored_version > m.archived_version then case when m.judged then 'newer' end
               when m.removed_at is not null and unsure.parent_id is null and m.judged then 'removed'
               when m.judged and m.differs then 'different'
           end as damage,
           elsewhere.parent_id as other_parent
      from matched m
     cross join asked
      left join ${root_table} root on root.store_id = asked.store_id and root.${root_key} = m.parent_id
      left join gone on gone.parent_id = m.parent_id and coalesce(gone.id, -1) = coalesce(m.id, -1)
      left join unsure on unsure.parent_id = m.parent_id and coalesce(unsure.id, -1) = coalesce(m.id, -1)
      left join lateral (
           select other.${parent} as parent_id
             from ${table} other
            where ${lookup} and not m.is_stored
              and other.store_id = asked.store_id and other.${key} = m.id
            limit 1) elsewhere on true
)
select c.damage, c.id, c.parent_id, c.other_parent, cast(cast(c.version at time zone 'UTC' as date) as text) as day, c.run_number,
       case when c.damage in ('older', 'newer', 'different') then (
           select cast(jsonb_agg(jsonb_build_object('column', a.key, 'archived', a.value, 'stored', f.value)) as text)
             from jsonb_each(c.archived) a
             join jsonb_each(c.found) f on f.key = a.key
            where a.value is distinct from f.value) end as differences
  from compared c
 cross join asked
 where c.damage is not null
   and not (c.damage in ('missing', 'older') and exists (
       select from dead_letter d
        where d.store_id = asked.store_id and d.stream = asked.stream and d.state in ('open', 'discarded')
          and d.record_key in ('${table_name}:' || c.id, '${table_name}:' || c.parent_id || ':' || coalesce(cast(c.id as text), ''))))
 order by c.parent_id, c.id
