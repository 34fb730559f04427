-- Marks children that the newest snapshot of their parent no longer has as removed, when the whole file is loaded.
-- In:  the run and its epoch; :#shop_time_zone
-- Out: one row (removed); no row when the run was taken over, and then nothing has changed.
--
-- A template, filled in for each stream that has children. A child carries the version of the parent it was read with and
-- the run that wrote it. Every child in the file was written along with its parent, so one that is older than its parent
-- was not there. Parents that did not exist before cannot have lost children, and what a parent had before this run's
-- oldest version is not this run's to judge.
<#import "/lists.ftl" as lists>
with lease as materialized (
    select l.epoch
      from sync_lease l
     where l.store_id = :#store_id and l.stream = :#stream and l.job_type = :#job_type
       and l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as int8)
       for share
), seen as materialized (
    select c.min_version, c.max_version, run.source_started_at
      from sync_run_counts c
      join sync_run run on run.run_id = c.run_id
     cross join lease
     where c.run_id = cast(:#run_id as uuid)
       and c.replaced > 0
       -- A child that could not be read may be any parent's.
       and not exists (
           select from dead_letter d
            where d.store_id = :#store_id and d.stream = :#stream and d.state = 'open' and d.record_key like 'sha256:%')
), removed as (
    update ${child.table} c
       set removed_at = <#if everythingIsRead>coalesce(seen.source_started_at, p.${root.version})<#else>p.${root.version}</#if>, run_number = cast(:#run_number as int8)
      from ${root.table} p
     cross join seen
     where p.store_id = :#store_id
       -- Whatever made a parent newer than this run saw it judges its children.
       and p.${root.version} between seen.min_version and seen.max_version
       and c.store_id = p.store_id
       and c.${child.parent} = p.${root.key}
       and c.removed_at is null
<#if everythingIsRead && child.version??>
       -- What has changed since the file began may be too new for it.
       and coalesce(c.${child.version}, '-infinity') < coalesce(seen.source_started_at, 'infinity')
</#if>
       and (<#if everythingIsRead>coalesce(c.${child.parentVersion}, '-infinity')<#else>c.${child.parentVersion}</#if>, c.run_number) < (p.${root.version}, p.run_number)
       -- Written by the same run means that it was in the same file, if after an older reading of its parent.
       and c.run_number <> p.run_number
       -- What is set aside is in the file after all.
       and not exists (
           select from dead_letter d
            where d.store_id = :#store_id and d.stream = :#stream and d.state = 'open'
              and d.record_key in (${lists.recordKey(child, "c.")}, '${root.table}:' || c.${child.parent}))
    returning <#if root.day?has_content>coalesce(${lists.prefixed(root.day, "p.")})<#else>cast(null as timestamptz)</#if> as moment
), noted as (
    -- A ledger row of no lines: the days it touched count like those of the chunks.
    insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled, touched_days, epoch)
    select cast(:#run_id as uuid), 'removal', 0, 0, 0, 0, 0, 0, 0, 0,
           array(select distinct cast(moment at time zone :#shop_time_zone as date) from removed where moment is not null),
           lease.epoch
      from lease
     where exists (select from removed)
    on conflict (run_id, phase, first_line) do update
       set touched_days = array(select unnest(sync_chunk.touched_days) union select unnest(excluded.touched_days)),
           epoch = excluded.epoch
)
select (select count(*) from removed) as removed from lease
