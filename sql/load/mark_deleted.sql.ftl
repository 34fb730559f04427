-- Marks the records that a proven scan of ids did not see as deleted, and those that it saw again as there.
-- In:  the run and its epoch; :#shop_time_zone, :#limit_rows and :#limit_percent (more would be a mistake of somebody's)
-- Out: one row (live, gone, marked, restored, missing, older; null where the scan is not proved); no row when the run was
--      taken over, and then nothing has changed.
--
-- A template, filled in for each stream. The tempting version marks whatever is not in the list. But a list that was cut
-- short, a token that sees 60 days only, and a record made while the list was written all look like deletions: so only a
-- scan whose counts agree marks anything, only what it could have seen is judged, and nothing that is newer than its start.
<#import "/lists.ftl" as lists>
<#assign hasDay = root.day?has_content>
<#assign madeAt = root.created?then("coalesce(t.created_at, t." + root.version + ")", "t." + root.version)>
with lease as materialized (
    select l.epoch
      from sync_lease l
     where l.store_id = :#store_id and l.stream = :#stream and l.job_type = :#job_type
       and l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as int8)
       for share
), scan as materialized (
    select r.store_id, r.run_id, r.window_from, r.source_started_at as started_at, s.allow_mass_deletion,
           -- What the source committed later than this may be missing from its own index.
           r.source_started_at - r.lag as settled_before,
           (select w.value from sync_watermark w where w.store_id = r.store_id and w.stream = r.stream) as watermark,
           (select coalesce(max(g.gap_to), '-infinity') from sync_gap g
             where g.store_id = r.store_id and g.stream = r.stream and g.state = 'open') as read_from
      from lease
      join sync_run r on r.run_id = cast(:#run_id as uuid)
      join sync_scan s using (store_id, run_id)
      left join sync_run_counts c using (run_id)
     where r.result_complete
       and r.object_count = r.archive_lines
       and r.archive_lines = coalesce(c.lines, 0)
       and coalesce(c.lines, 0) = coalesce(c.accounted, 0)
), gone as materialized (
    select t.${root.key} as id<#if hasDay>, coalesce(${lists.prefixed(root.day, "t.")}) as moment</#if>
      from ${root.table} t
      join scan on scan.store_id = t.store_id
     where t.deleted_at is null
       and t.${root.version} < scan.settled_before
       and ${madeAt} >= scan.window_from
       and not exists (
           select from sync_scan_id i
            where i.store_id = t.store_id and i.run_id = scan.run_id and i.record_id = t.${root.key})
), judged as materialized (
    select scan.*,
           (select count(*) from ${root.table} t
             where t.store_id = scan.store_id and t.deleted_at is null and ${madeAt} >= scan.window_from) as live,
           (select count(*) from gone) as gone
      from scan
), marked as (
    update ${root.table} t
       set deleted_at = judged.started_at
      from gone
     cross join judged
     where (judged.allow_mass_deletion
            or judged.gone <= greatest(cast(:#limit_rows as int8), judged.live * cast(:#limit_percent as numeric) / 100))
       and t.store_id = judged.store_id and t.${root.key} = gone.id
       -- Asked again under the row's lock: a run may have written it since.
       and t.deleted_at is null and t.${root.version} < judged.settled_before
    returning t.${root.key} as id<#if hasDay>, gone.moment</#if>
), back as materialized (
    -- Read again after the moment it was taken for deleted.
    select t.${root.key} as id, t.deleted_at<#if hasDay>, coalesce(${lists.prefixed(root.day, "t.")}) as moment</#if>
      from scan
      join ${root.table} t on t.store_id = scan.store_id and t.deleted_at < scan.settled_before
      join sync_scan_id i on i.store_id = t.store_id and i.run_id = scan.run_id and i.record_id = t.${root.key}
), restored as (
    update ${root.table} t
       set deleted_at = null
      from back
     cross join scan
     where t.store_id = scan.store_id and t.${root.key} = back.id and t.deleted_at = back.deleted_at
    returning t.${root.key} as id
<#if child??>
), children_marked as (
    update ${child.table} c
       set removed_at = judged.started_at
      from marked
     cross join judged
     where c.store_id = judged.store_id and c.${child.parent} = marked.id and c.removed_at is null
), children_restored as (
    update ${child.table} c
       set removed_at = null
      from back
     cross join scan
     where c.store_id = scan.store_id and c.${child.parent} = back.id and c.removed_at = back.deleted_at
</#if>
), behind as materialized (
    -- What the stream should have by its watermark and has not: looked for, not mended here.
    select i.version, t.${root.key} is null as is_missing
      from scan
      join sync_scan_id i on i.store_id = scan.store_id and i.run_id = scan.run_id
      left join ${root.table} t on t.store_id = i.store_id and t.${root.key} = i.record_id
     where i.version < scan.watermark - interval '1 second' and i.version >= scan.read_from
       and (t.${root.key} is null or t.${root.version} < date_trunc('second', i.version) and t.deleted_at is null)
       and not exists (
           select from dead_letter d
            where d.store_id = scan.store_id and d.stream = :#stream and d.state in ('open', 'discarded')
              and d.record_key = '${root.table}:' || i.record_id)
), outcome as (
    update sync_scan s
       set live = judged.live, gone = judged.gone,
           marked = coalesce(s.marked, 0) + (select count(*) from marked),
           restored = coalesce(s.restored, 0) + (select count(*) from restored),
           missing = (select count(*) from behind where is_missing),
           older = (select count(*) from behind where not is_missing),
           behind_from = (select min(version) from behind),
           behind_to = (select max(version) from behind)
      from judged
     where s.store_id = judged.store_id and s.run_id = judged.run_id
    returning s.live, s.gone, s.marked, s.restored, s.missing, s.older
<#if hasDay>
), noted as (
    -- A ledger row of no lines: the days it touched count like those of the chunks.
    insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled, touched_days, epoch)
    select cast(:#run_id as uuid), 'removal', 0, 0, 0, 0, 0, 0, 0, 0,
           array(select distinct cast(touched.moment at time zone :#shop_time_zone as date)
                   from (select moment from marked
                         union all
                         select moment from back<#if root.table == "order_header">
                         union all
                         -- What came back of an order counts with it, on days of its own.
                         select refund.created_at
                           from (select id from marked union all select id from back) touched_order
                           join refund on refund.store_id = :#store_id and refund.order_id = touched_order.id</#if>) touched
                  where touched.moment is not null),
           lease.epoch
      from lease
     where exists (select from marked) or exists (select from back)
    on conflict (run_id, phase, first_line) do update
       set touched_days = array(select unnest(sync_chunk.touched_days) union select unnest(excluded.touched_days)),
           epoch = excluded.epoch
</#if>
)
select outcome.live, outcome.gone, outcome.marked, outcome.restored, outcome.missing, outcome.older
  from lease
  left join outcome on true
