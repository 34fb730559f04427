-- Settles dead letters whose record has arrived in a good version since, when the whole file is loaded.
-- In:  the run and its epoch
-- Out: one row (resolved); no row when the run was taken over, and then nothing has changed.
--
-- A template, filled in for each stream. A letter that this run saw again carries this run's number, so a lower one means:
-- not seen again. That proves something only if this run read at least the window of the letter's own run, and read it whole.
with lease as materialized (
    select l.epoch
      from sync_lease l
     where l.store_id = :#store_id and l.stream = :#stream and l.job_type = :#job_type
       and l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as int8)
       for share
), letter as materialized (
    select d.dead_letter_id, d.record_key, d.parent_key, d.version, d.run_number,
           -- A case, because a join condition may be evaluated for the keys of other records, too, and those are no numbers.
           case when d.record_key like '${root.table}:%'
                then cast(split_part(d.record_key, ':', 2) as int8) end as root_id,
<#if child??>
           case when d.record_key like '${child.table}:%'
                then cast(split_part(d.record_key, ':', 2) as int8) end as child_id,
    <#if child.withinParent>
           case when d.record_key like '${child.table}:%'
                then cast(nullif(split_part(d.record_key, ':', 3), '') as int8) end as child_part,
    </#if>
           case when d.parent_key like '${root.table}:%'
                then cast(split_part(d.parent_key, ':', 2) as int8) end as parent_id,
</#if>
           d.run_number < this.run_number
           and this.result_complete
           and coalesce(this.window_from <= its.window_from, this.window_from is null)
           and coalesce(this.window_to >= its.window_to, this.window_to is null) as passed_by
      from dead_letter d
     cross join lease
      join sync_run this on this.run_id = cast(:#run_id as uuid)
      left join sync_run its on its.run_id = d.run_id
     where d.store_id = :#store_id and d.stream = :#stream and d.state = 'open'
), judged as (
    select letter.dead_letter_id,
           case
               when r.${root.key} is not null then r.${root.version} > letter.version
                    or (letter.passed_by or r.run_number > letter.run_number)
                       and r.${root.version} >= coalesce(letter.version, r.${root.version})
                       and letter.run_number < cast(:#run_number as int8)
<#if child??>
               when c.${child.parent} is not null and letter.run_number < cast(:#run_number as int8)
                    and (letter.passed_by or c.run_number > letter.run_number)
                    and c.${child.parentVersion} >= coalesce(letter.version, c.${child.parentVersion}) then true
               -- The child is gone from its parent, which arrived whole.
               when parent.${root.key} is not null then letter.passed_by
               else letter.passed_by and letter.record_key like 'sha256:%' and letter.parent_key is null
<#else>
               else letter.passed_by and letter.record_key like 'sha256:%'
</#if>
           end as good
      from letter
      left join ${root.table} r on r.store_id = :#store_id and r.${root.key} = letter.root_id
<#if child??>
    <#if child.withinParent>
      left join ${child.table} c on c.store_id = :#store_id and c.${child.parent} = letter.child_id
            and c.${child.key} is not distinct from letter.child_part
    <#else>
      left join ${child.table} c on c.store_id = :#store_id and c.${child.key} = letter.child_id
    </#if>
      left join ${root.table} parent on parent.store_id = :#store_id and parent.${root.key} = letter.parent_id
</#if>
), resolved as (
    update dead_letter d
       set state = 'resolved', settled_at = now(), settled_by = 'later version',
           settled_reason = 'run ' || :#run_id || ' read a good version'
      from judged
     where d.store_id = :#store_id and d.dead_letter_id = judged.dead_letter_id and judged.good and d.state = 'open'
    returning d.dead_letter_id
)
select (select count(*) from resolved) as resolved from lease
