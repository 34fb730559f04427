-- Writes one chunk of a stream: roots, children, children that wait for their parent, dead letters, ledger row.
-- In:  the run and its epoch, the chunk's place in the file, and for each declared column an array <record>_<column>
-- Out: the ledger row as it was written; no row when the run was taken over, and then nothing has changed.
--
-- A template: the declaration in streams/ fills in tables and columns, and './tidemark streams show NAME --sql' prints the
-- result. All of it is one statement, so all of it is committed or nothing is. The tempting version upserts every row and
-- counts what came back: it locks and rewrites rows that did not change, and a newer stored row looks like a failure. Here
-- every incoming row meets its stored one first, and only what is new or differs is written. Where a stored row is
-- replaced, the conflict clause judges again, under the row's lock, because another run may have written since; where a
-- row turns out to be there after all, the statement fails and the caller takes the chunk again.
<#import "/lists.ftl" as lists>
<#assign hasDay = root.day?has_content>
with lease as materialized (
    select l.epoch
      from sync_lease l
     where l.store_id = :#store_id and l.stream = :#stream and l.job_type = :#job_type
       and l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as int8)
       for share
), root_in as not materialized (
    select ${lists.unnested(root)},
           unnest(cast(:#${root.name}_ordinal as int4[])) as ordinal
), root_repeated as materialized (
    -- One statement may not touch a key twice: the newest reading counts, of equal ones the later.
    select ordinal, kept
      from (select ordinal,
                   first_value(ordinal) over (partition by ${root.key} order by ${root.version} desc, ordinal desc) as kept
              from (select ${lists.unnested(root, [root.key, root.version])},
                           unnest(cast(:#${root.name}_ordinal as int4[])) as ordinal) reading) readings
     where ordinal <> kept
), <#if child??>arrived as materialized (
    ${lists.arrived(child)}
), </#if>root_met as materialized (
    -- The verdict stands first, because reading a row of a list goes as far as the last column that is asked for.
    select case
               when o.stored_run_number is null then 'new'
               -- The source's times have one-second steps, so an equal time may still be a newer row.
               when o.stored_version > n.${root.version} then 'stale'
               when (${lists.names(root.values, "o.")})
                    is not distinct from
                    (${lists.names(root.values, "n.")})
                    and o.deleted_at is null<#if child??>
                    -- A root that is the same may have lost a child, within a second or because it never says so: then it is
                    -- written again, its children with it, and the one that is older by that is found when the file is loaded.
                    and not (cast(:#families_whole as boolean)
                         and ${lists.lost(child, "n." + root.key)})</#if> then 'unchanged'
               -- An archive that is loaded again is no later reading than the one that wrote the row.
               when :#job_type in ('REINGEST_EXECUTE', 'DEAD_LETTER_RETRY') and o.stored_version = n.${root.version}
                    and o.stored_run_number > cast(:#run_number as int8) then 'stale'
               else 'write'
           end as verdict,
           o.stored_version, o.stored_run_number,<#if hasDay>
           coalesce(${lists.prefixed(root.day, "n.")}) as moment, o.stored_moment,</#if>
           n.*
      from root_in n
     cross join lease
      -- Row by row through the key: a join could read the whole table for each chunk.
      left join lateral (
           select h.*, greatest(h.${root.version}, h.deleted_at) as stored_version, h.run_number as stored_run_number<#if hasDay>,
                  coalesce(${lists.prefixed(root.day, "h.")}) as stored_moment</#if>
             from ${root.table} h
            where h.store_id = :#store_id and h.${root.key} = n.${root.key}
            limit 1) o on true<#if child??>
      left join arrived on arrived.${child.parent} = n.${root.key}</#if>
     where n.ordinal <> all (array(select ordinal from root_repeated))
), root_inserted as (
    insert into ${root.table} (store_id, ${lists.names(root.columns)}, run_number)
    select :#store_id, ${lists.names(root.columns)}, cast(:#run_number as int8)
      from root_met
     where verdict = 'new'
    returning ${root.key}
), root_replaced as (
    insert into ${root.table} as o (store_id, ${lists.names(root.columns)}, run_number)
    select :#store_id, ${lists.names(root.columns)}, cast(:#run_number as int8)
      from root_met
     where verdict = 'write'
     -- In the order of the key, so that two writers do not wait for each other.
     order by ${root.key}
    on conflict (store_id, ${root.key}) do update
       set (${lists.names(root.values)}, deleted_at, run_number)
         = (${lists.names(root.values, "excluded.")}, null, excluded.run_number)
     where o.${root.version} is null or greatest(o.${root.version}, o.deleted_at) <= excluded.${root.version}
    returning o.${root.key}
), <#if child??>parent as materialized (
    -- What each child's parent is now: as this chunk leaves it, or as it is stored.
    select m.${root.key} as ${child.parent},
           case
               when m.verdict = 'stale' and m.stored_version = m.${root.version} then 'infinity'
               when m.verdict = 'stale' then m.stored_version
               -- Another run has just overtaken the parent, and its children with it.
               when m.verdict = 'write' and r.${root.key} is null then 'infinity'
               else m.${root.version}
           end as version,
           case when m.verdict in ('new', 'write') then cast(:#run_number as int8) else m.stored_run_number end as run_number,
           m.verdict = 'new' as inserted<#if hasDay>, m.moment</#if>
      from root_met m
      left join root_replaced r using (${root.key})
    union all
    select outside.${root.key}, o.${root.version}, o.run_number, false<#if hasDay>, coalesce(${lists.prefixed(root.day, "o.")})</#if>
      from (select distinct unnest(cast(:#outside_parent_id as int8[])) as ${root.key}) outside
      left join lateral (
           select h.*
             from ${root.table} h
            where h.store_id = :#store_id and h.${root.key} = outside.${root.key}
            limit 1) o on true
), child_in as not materialized (
    select ${lists.unnested(child)},
           unnest(cast(:#${child.name}_parent_id as int8[])) as ${child.parent},
           unnest(cast(:#${child.name}_parent_version as timestamptz[])) as ${child.parentVersion},
           unnest(cast(:#${child.name}_ordinal as int4[])) as ordinal
), child_repeated as materialized (
    select ordinal, kept
      from (select ordinal,
                   first_value(ordinal) over (partition by ${child.identity?join(", ")}
                       order by ${child.parentVersion} desc<#if child.version??>, ${child.version} desc nulls last</#if>, ordinal desc) as kept
              from (select ${lists.unnested(child, [child.key, child.version!""])},
                           unnest(cast(:#${child.name}_parent_id as int8[])) as ${child.parent},
                           unnest(cast(:#${child.name}_parent_version as timestamptz[])) as ${child.parentVersion},
                           unnest(cast(:#${child.name}_ordinal as int4[])) as ordinal) reading) readings
     where ordinal <> kept
), child_met as materialized (
    select case
               when ${lists.childVersion(child, "o.")} > ${lists.childVersion(child, "n.")}
                    -- A parent that is twice in one file may have its children only once, after the older reading: they stay.
                    or p.version > n.${child.parentVersion}
                       and (p.run_number <> cast(:#run_number as int8) or p.version = 'infinity') then 'stale'
               when o.run_number is null then 'new'
               -- A child that is older than the last writing of its parent counts as removed, so it goes along with that.
               when (${lists.names(child.values, "o.")})
                    is not distinct from
                    (${lists.names(child.values, "n.")})
                    and o.removed_at is null and o.run_number >= p.run_number then 'unchanged'
               when :#job_type in ('REINGEST_EXECUTE', 'DEAD_LETTER_RETRY') and o.${child.parentVersion} = n.${child.parentVersion}
                    and o.run_number > cast(:#run_number as int8) then 'stale'
               else 'write'
           end as verdict,
           n.*
      from child_in n
      join parent p using (${child.parent})
     cross join lease
      left join lateral (
           select c.*
             from ${child.table} c
            where c.store_id = :#store_id<#list child.identity as key> and <#if key?is_last && child.withinParent>c.${key} is not distinct from n.${key}<#else>c.${key} = n.${key}</#if></#list>
            limit 1) o on true
     where n.ordinal <> all (array(select ordinal from child_repeated))
), child_inserted as (
    insert into ${child.table} (store_id, ${lists.names(child.written)}, run_number)
    select :#store_id, ${lists.names(child.written)}, cast(:#run_number as int8)
      from child_met
     where verdict = 'new'
    returning ${child.parent}
), child_replaced as (
    insert into ${child.table} as o (store_id, ${lists.names(child.written)}, run_number)
    select :#store_id, ${lists.names(child.written)}, cast(:#run_number as int8)
      from child_met
     where verdict = 'write'
     order by ${child.identity?join(", ")}
    on conflict (store_id, ${child.identity?join(", ")}) do update
       set (${lists.names(child.values)}, removed_at, run_number)
         = (${lists.names(child.values, "excluded.")}, null, excluded.run_number)
     where o.${child.parentVersion} is null or ${lists.childVersion(child, "o.")} <= ${lists.childVersion(child, "excluded.")}
    returning o.${child.parent}
), child_written as (
    select ${child.parent} from child_inserted
    union all
    select ${child.parent} from child_replaced
), </#if>spilled as (
    insert into sync_spill (run_id, line_no, parent_id, raw)
    select cast(:#run_id as uuid), s.line_no, s.parent_id, s.raw
      from (select unnest(cast(:#spill_line_no as int8[])) as line_no,
                   unnest(cast(:#spill_parent_id as int8[])) as parent_id,
                   unnest(cast(:#spill_raw as bytea[])) as raw) s
     cross join lease
    returning line_no
), joined as (
    delete from sync_spill s
     using lease
     where s.run_id = cast(:#run_id as uuid) and s.line_no = any (cast(:#joined_line_no as int8[]))
), letter_in as materialized (
    select unnest(cast(:#letter_record_key as text[])) as record_key,
           unnest(cast(:#letter_parent_key as text[])) as parent_key,
           unnest(cast(:#letter_line_no as int8[])) as line_no,
           unnest(cast(:#letter_reason_code as text[])) as reason_code,
           unnest(cast(:#letter_reason as text[])) as reason,
           unnest(cast(:#letter_version as timestamptz[])) as version,
           unnest(cast(:#letter_raw as bytea[])) as raw,
           unnest(cast(:#letter_raw_sha256 as bytea[])) as raw_sha256
), letter_written as (
    insert into dead_letter as d (
           store_id, stream, record_key, parent_key, run_id, run_number, line_no, reason_code, reason, version, raw, raw_sha256)
    select distinct on (n.record_key)
           :#store_id, :#stream, n.record_key, n.parent_key, cast(:#run_id as uuid), cast(:#run_number as int8), n.line_no,
           case when n.reason_code = 'orphan' and parent.record_key is not null then 'parent_set_aside' else n.reason_code end,
           case when n.reason_code = 'orphan' and parent.record_key is not null then 'the parent is set aside itself' else n.reason end,
           n.version, n.raw, n.raw_sha256
      from letter_in n
     cross join lease
      left join lateral (
           select p.record_key
             from dead_letter p
            where p.store_id = :#store_id and p.stream = :#stream and p.record_key = n.parent_key
              and p.state in ('open', 'discarded')
            limit 1) parent on true
     -- What an operator has discarded stays so until other bytes arrive.
     where not exists (
           select from dead_letter p
            where p.store_id = :#store_id and p.stream = :#stream and p.record_key = n.record_key
              and p.state = 'discarded' and p.raw_sha256 = n.raw_sha256)
     order by n.record_key, n.line_no desc
    on conflict (store_id, stream, record_key) where state = 'open' do update
       set (parent_key, run_id, run_number, line_no, reason_code, reason, version, raw, raw_sha256, attempts, last_seen_at)
         = (excluded.parent_key, excluded.run_id, excluded.run_number, excluded.line_no, excluded.reason_code, excluded.reason,
            excluded.version, excluded.raw, excluded.raw_sha256, d.attempts + 1, now())
), counted as materialized (
    select cardinality(cast(:#${root.name}_ordinal as int4[]))<#if child??> + cardinality(cast(:#${child.name}_ordinal as int4[]))</#if> as records,
           (select count(*) from root_inserted) + (select count(*) from root_replaced)<#if child??>
           + (select count(*) from child_written)</#if> as written,
           (select count(*) from root_met where verdict = 'unchanged')<#if child??>
           + (select count(*) from child_met where verdict = 'unchanged')</#if>
           -- The same record twice in one chunk, alike in everything.
           + ${lists.alike("root", root.values)}<#if child??>
           + ${lists.alike("child", child.values)}</#if> as unchanged,
           (select count(*) from letter_in) as set_aside,
           (select count(*) from spilled) as spilled,
           (select count(*) from root_met where stored_version is not null) as replaced,
<#if hasDay>
           -- Days whose sales may have changed: where a root was and where it is now.
           array(select distinct cast(touched.moment at time zone :#shop_time_zone as date)
                   from (select moment from root_met where verdict = 'new'
                         union all
                         select unnest(array[m.moment, m.stored_moment]) from root_met m join root_replaced using (${root.key})<#if child??>
                         union all
                         select p.moment
                           from parent p
                          where not p.inserted and p.${child.parent} in (select ${child.parent} from child_written)</#if>) touched
                  where touched.moment is not null) as touched_days
<#else>
           cast('{}' as date[]) as touched_days
</#if>
)
insert into sync_chunk (
       run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled,
       max_version, min_version, replaced, touched_days, epoch)
select cast(:#run_id as uuid), :#phase, cast(:#first_line as int8), cast(:#lines as int8), cast(:#roots as int8),
       written, unchanged, records - written - unchanged, set_aside, spilled,
       cast(nullif(:#max_version, '') as timestamptz), cast(nullif(:#min_version, '') as timestamptz),
       replaced, touched_days, lease.epoch
  from counted
 cross join lease
returning lines, written, unchanged, stale, set_aside, spilled
