-- Writes the record of one delivery of a stream, and settles the delivery: all of it or nothing.
-- In:  the delivery and its epoch; for each declared column an array <record>_<column>, and the columns that the delivery
--      gives a value to: :#root_given, :#child_given; :#whole: its list of children has every child
-- Out: one row (outcome: written, unchanged or stale); no row when another claim has the delivery, and nothing has changed.
--
-- A template like write_chunk.sql.ftl, whose rules of the last write hold here as well. What differs: a delivery knows not
-- every column, so what it does not give stays as it is stored. For that the stored rows are locked before they are looked
-- at: the tempting version puts together what it saw before another run wrote, and takes that run's values back.
<#import "/lists.ftl" as lists>
<#assign hasDay = root.day?has_content>
<#macro merged columns given>
    <#list columns as column>
                  case when '${column.name}' = any (${given}) then n.${column.name} else o.${column.name} end as ${column.name}<#sep>,
</#sep></#list>
</#macro>
<#macro readLater>
exists (select from sync_run r where r.run_number = o.run_number and r.source_started_at >= d.triggered_at)</#macro>
with delivery as materialized (
    select d.delivery_id, d.source, d.record_key, d.triggered_at, d.payload_sha256, d.received_at,
<#if hasDay>
           -- The zone that decides which day a sale belongs to is known from the runs.
           coalesce((select r.shop_time_zone
                       from sync_run r
                      where r.store_id = :#store_id and r.stream = :#stream and r.shop_time_zone is not null
                      order by r.initiated_at desc
                      limit 1), 'UTC') as zone,
</#if>
           cast(:#root_given as text[]) as root_given, cast(:#child_given as text[]) as child_given
      from webhook_delivery d
     where d.store_id = :#store_id and d.delivery_id = :#delivery_id and d.state = 'processing' and d.epoch = cast(:#epoch as int8)
       for update
), later as materialized (
    -- Whether something that happened after this was applied to the record: of equal versions that decides, then the bytes.
    -- Where that was removed, nobody can tell any more, and what is stored stays.
    select exists (
               select from webhook_forgotten f
                where f.store_id = :#store_id and f.source = d.source and f.happened_until >= d.triggered_at)
           or exists (
               select from webhook_delivery e
                where e.store_id = :#store_id and e.stream = :#stream and e.record_key = d.record_key
                  and e.state = 'processed' and e.outcome in ('written', 'unchanged')
                  and (e.triggered_at, e.payload_sha256) > (d.triggered_at, d.payload_sha256)) as applied
      from delivery d
), root_in as materialized (
    select ${lists.unnested(root)}
), root_stored as materialized (
    select h.*
      from ${root.table} h
     where h.store_id = :#store_id and h.${root.key} = any (cast(:#${root.name}_${root.key} as int8[]))
       and exists (select from delivery)
       for update
), root_met as materialized (
    select m.*,
<#if hasDay>
           coalesce(${lists.prefixed(root.day, "m.")}) as moment, coalesce(${lists.prefixed(root.day, "o.")}) as stored_moment,
</#if>
           o.run_number as stored_run_number,
           case
               when o.run_number is null then 'new'
               when greatest(o.${root.version}, o.deleted_at) > m.${root.version} then 'stale'
               when greatest(o.${root.version}, o.deleted_at) = m.${root.version} and (later.applied or <@readLater/>) then 'stale'
               when (${lists.names(root.values, "o.")})
                    is not distinct from
                    (${lists.names(root.values, "m.")})
                    and o.deleted_at is null then 'unchanged'
               else 'write'
           end as verdict
      from root_in n
     cross join delivery d
     cross join later
      left join root_stored o on o.${root.key} = n.${root.key}
     cross join lateral (
           select n.${root.key},
<@merged root.values "d.root_given"/>
           ) m
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
    on conflict (store_id, ${root.key}) do update
       set (${lists.names(root.values)}, deleted_at, run_number)
         = (${lists.names(root.values, "excluded.")}, null, excluded.run_number)
    returning o.${root.key}
), <#if child??>child_in as materialized (
    select ${lists.unnested(child)},
           unnest(cast(:#${child.name}_parent_id as int8[])) as ${child.parent}
), child_stored as materialized (
    select c.*
      from ${child.table} c
     where c.store_id = :#store_id
<#if child.withinParent>
       and c.${child.parent} = any (cast(:#${child.name}_parent_id as int8[]))
<#else>
       and c.${child.key} = any (cast(:#${child.name}_${child.key} as int8[]))
</#if>
       and exists (select from delivery)
       for update
), parent as materialized (
    select m.${root.key} as ${child.parent}, m.${root.version} as version, m.verdict,
           case when m.verdict = 'unchanged' then m.stored_run_number else cast(:#run_number as int8) end as run_number,
           false as alone
      from root_met m
    union all
    -- A child that is told alone has no version of its parent, and keeps the newest that is known.
    select outside.${root.key}, o.${root.version}, 'unchanged', null, true
      from (select distinct unnest(cast(:#outside_parent_id as int8[])) as ${root.key}) outside
      left join ${root.table} o on o.store_id = :#store_id and o.${root.key} = outside.${root.key}
), child_met as materialized (
    select m.*,
           case
               when p.verdict = 'stale' then 'stale'
<#if child.version??>
               when p.alone and o.${child.version} > m.${child.version} then 'stale'
               when p.alone and o.${child.version} = m.${child.version} and (later.applied or <@readLater/>) then 'stale'
</#if>
               when not p.alone and ${lists.childVersion(child, "o.")} > ${lists.childVersion(child, "m.")} then 'stale'
               when o.run_number is null then 'new'
               -- A child that is older than the last writing of its parent counts as removed, so it goes along with that.
               when (${lists.names(child.values, "o.")})
                    is not distinct from
                    (${lists.names(child.values, "m.")})
                    and o.removed_at is null and (p.alone or o.run_number >= p.run_number) then 'unchanged'
               else 'write'
           end as verdict
      from child_in n
     cross join delivery d
     cross join later
      join parent p using (${child.parent})
      left join child_stored o on <#list child.identity as key><#if key?is_last && child.withinParent>o.${key} is not distinct from n.${key}<#else>o.${key} = n.${key}</#if><#sep> and </#sep></#list>
     cross join lateral (
           select n.${child.key}, n.${child.parent},
                  case when p.alone then greatest(o.${child.parentVersion}, p.version) else p.version end as ${child.parentVersion},
<@merged child.own "d.child_given"/>
           ) m
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
    on conflict (store_id, ${child.identity?join(", ")}) do update
       set (${lists.names(child.values)}, removed_at, run_number)
         = (${lists.names(child.values, "excluded.")}, null, excluded.run_number)
    returning o.${child.parent}
), child_removed as (
    update ${child.table} c
       set removed_at = p.version, run_number = cast(:#run_number as int8)
      from parent p
     where cast(:#whole as boolean) and not p.alone and p.verdict <> 'stale'
       and c.store_id = :#store_id and c.${child.parent} = p.${child.parent}
       and c.removed_at is null
       and coalesce(c.${child.parentVersion} <= p.version, true)
       and not exists (
           select from child_in i
            where <#list child.identity as key><#if key?is_last && child.withinParent>i.${key} is not distinct from c.${key}<#else>i.${key} = c.${key}</#if><#sep> and </#sep></#list>)
    returning c.${child.parent}
), </#if>outcome as materialized (
    select case
               when exists (select from root_inserted) or exists (select from root_replaced)<#if child??>
                    or exists (select from child_inserted) or exists (select from child_replaced)
                    or exists (select from child_removed)</#if> then 'written'
               when exists (select from root_met where verdict = 'stale')<#if child??>
                    or not exists (select from child_met where verdict <> 'stale') and exists (select from child_met)</#if> then 'stale'
               else 'unchanged'
           end as name
      from delivery
), <#if hasDay>touched as (
    insert into webhook_day as t (store_id, stream, day)
    select distinct :#store_id, :#stream, cast(each.moment at time zone d.zone as date)
      from root_met m
     cross join delivery d
     cross join outcome
     cross join unnest(array[m.moment, m.stored_moment]) as each (moment)
     where outcome.name = 'written' and each.moment is not null
    on conflict (store_id, stream, day) do update
       set touched_at = excluded.touched_at
     -- Once a minute is often enough, and does not make a queue of all who touch today.
     where t.touched_at < excluded.touched_at - interval '1 minute'
), </#if>letters as (
    -- What was set aside for this record is settled by this delivery itself, or by a version that is no older.
    update dead_letter l
       set state = case when l.delivery_id = d.delivery_id then 'retried' else 'resolved' end,
           settled_at = now(), settled_by = case when l.delivery_id = d.delivery_id then 'delivery' else 'later version' end,
           settled_reason = 'delivery ' || d.delivery_id || ' was processed'
      from delivery d
     cross join outcome
     where l.store_id = :#store_id and l.kind = 'webhook' and l.state = 'open'
       and (l.delivery_id = d.delivery_id
            or outcome.name <> 'stale' and l.stream = :#stream and l.record_key = d.record_key
               and coalesce(l.version <= (select max(m.${root.version}) from root_met m),
                            (select e.triggered_at <= d.triggered_at
                               from webhook_delivery e
                              where e.store_id = :#store_id and e.delivery_id = l.delivery_id)))
)
update webhook_delivery w
   set state = 'processed', outcome = outcome.name, settled_at = now(), claimed_until = null, error = null
  from outcome
 where w.store_id = :#store_id and w.delivery_id = :#delivery_id
returning w.outcome
