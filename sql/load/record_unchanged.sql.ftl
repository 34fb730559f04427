-- Takes a chunk of records that are all stored already, as they are: nothing but its ledger row is written.
-- In:  the run and its epoch, the chunk's place in the file, and for each declared column an array <record>_<column>
-- Out: the ledger row as it was written; no row when the run was taken over or any record is new, differs or is marked
--
-- The same verdict as in write_chunk.sql.ftl, without the lists that are needed to write: what is read again as it was,
-- like the overlap of two windows or a file that is loaded twice, is met once and forgotten. Only for chunks with each root
-- once and its children beside it.
<#import "/lists.ftl" as lists>
with lease as materialized (
    select l.epoch
      from sync_lease l
     where l.store_id = :#store_id and l.stream = :#stream and l.job_type = :#job_type
       and l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as int8)
       for share
), root_met as materialized (
    select n.${root.key}, o.run_number,
           (${lists.names(root.values, "o.")})
           is not distinct from
           (${lists.names(root.values, "n.")})
           and o.deleted_at is null and o.run_number is not null as unchanged
      from (select ${lists.unnested(root)}) n
      left join lateral (
           select h.*
             from ${root.table} h
            where h.store_id = :#store_id and h.${root.key} = n.${root.key}
            limit 1) o on true
)
insert into sync_chunk (
       run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled,
       max_version, min_version, replaced, touched_days, epoch)
select cast(:#run_id as uuid), :#phase, cast(:#first_line as int8), cast(:#lines as int8), cast(:#roots as int8),
       0, cast(:#lines as int8), 0, 0, 0,
       cast(nullif(:#max_version, '') as timestamptz), cast(nullif(:#min_version, '') as timestamptz),
       cast(:#roots as int8), cast('{}' as date[]), lease.epoch
  from lease
 where 0 = (select count(*) from root_met where not unchanged)
<#if child??>
   -- Counted, because a planner that is asked for any first difference compares every child with every root.
   and 0 = (
       select count(*)
         from (select ${lists.unnested(child)},
                      unnest(cast(:#${child.name}_parent_id as int8[])) as ${child.parent},
                      unnest(cast(:#${child.name}_parent_version as timestamptz[])) as ${child.parentVersion}) n
         left join root_met p on p.${root.key} = n.${child.parent}
         left join lateral (
              select c.*
                from ${child.table} c
               where c.store_id = :#store_id<#list child.identity as key> and <#if key?is_last && child.withinParent>c.${key} is not distinct from n.${key}<#else>c.${key} = n.${key}</#if></#list>
               limit 1) o on true
        where ((${lists.names(child.values, "o.")})
              is not distinct from
              (${lists.names(child.values, "n.")})
              and o.removed_at is null
              -- A child that is older than the last writing of its parent counts as removed.
              and o.run_number >= p.run_number) is not true)
<#if everythingIsRead>
   -- None that is stored is missing either.
   and not exists (
       select from root_met n
         left join (${lists.arrived(child)}) arrived on arrived.${child.parent} = n.${root.key}
        where ${lists.lost(child, "n." + root.key)})
</#if>
</#if>
returning lines
