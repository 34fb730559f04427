-- Marks the record of one delivery as gone, and settles the delivery: all of it or nothing.
-- In:  the delivery and its epoch; :#record_id, :#parent_id (null where it is a root), :#of_child
-- Out: one row (outcome: deleted or stale); no row when another claim has the delivery, and nothing has changed.
--
-- A template. A record that is not known yet is noted as gone all the same: what was sent before may arrive after this. A
-- delivery of a later version brings it back.
<#import "/lists.ftl" as lists>
<#assign hasDay = root.day?has_content>
with delivery as materialized (
    select d.delivery_id, d.record_key, coalesce(d.triggered_at, d.received_at) as gone_at
      from webhook_delivery d
     where d.store_id = :#store_id and d.delivery_id = :#delivery_id and d.state = 'processing' and d.epoch = cast(:#epoch as int8)
       for update
), root_gone as (
    insert into ${root.table} as o (store_id, ${root.key}, deleted_at, run_number)
    select :#store_id, cast(:#record_id as int8), gone_at, cast(:#run_number as int8)
      from delivery
     where not cast(:#of_child as boolean)
    on conflict (store_id, ${root.key}) do update
       set deleted_at = excluded.deleted_at, run_number = excluded.run_number
     where o.deleted_at is null and coalesce(o.${root.version} <= excluded.deleted_at, true)
    returning o.${root.key}<#if hasDay>, coalesce(${lists.prefixed(root.day, "o.")}) as moment</#if>
)<#if child??>, child_gone as (
    update ${child.table} c
       set removed_at = gone_at, run_number = cast(:#run_number as int8)<#if child.version??>, ${child.version} = gone_at</#if>
      from delivery
     where cast(:#of_child as boolean)
       and c.store_id = :#store_id and c.${child.parent} = cast(:#parent_id as int8) and c.${child.key} = cast(:#record_id as int8)
       and c.removed_at is null
<#if child.version??>
       and coalesce(c.${child.version} <= gone_at, true)
</#if>
    returning c.${child.parent}
)</#if>, outcome as materialized (
    select case when exists (select from root_gone)<#if child??> or exists (select from child_gone)</#if> then 'deleted' else 'stale' end as name
      from delivery
)<#if hasDay>, touched as (
    insert into webhook_day as t (store_id, stream, day)
    select :#store_id, :#stream,
           cast(moment at time zone coalesce((select r.shop_time_zone
                                                from sync_run r
                                               where r.store_id = :#store_id and r.stream = :#stream
                                                 and r.shop_time_zone is not null
                                               order by r.initiated_at desc
                                               limit 1), 'UTC') as date)
      from root_gone
     where moment is not null
    on conflict (store_id, stream, day) do update set touched_at = excluded.touched_at
)</#if>, letters as (
    update dead_letter l
       set state = case when l.delivery_id = d.delivery_id then 'retried' else 'resolved' end,
           settled_at = now(), settled_by = case when l.delivery_id = d.delivery_id then 'delivery' else 'later version' end,
           settled_reason = 'delivery ' || d.delivery_id || ' was processed'
      from delivery d
     cross join outcome
     where l.store_id = :#store_id and l.kind = 'webhook' and l.state = 'open'
       and (l.delivery_id = d.delivery_id
            or outcome.name = 'deleted' and l.stream = :#stream and l.record_key = d.record_key
               and coalesce(l.version <= d.gone_at, true))
)
update webhook_delivery w
   set state = 'processed', outcome = outcome.name, settled_at = now(), claimed_until = null, error = null
  from outcome
 where w.store_id = :#store_id and w.delivery_id = :#delivery_id
returning w.outcome
