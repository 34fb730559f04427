-- Opens a chunk of records that the table has none of yet: its ledger row, in whose transaction they are then copied.
-- In:  the run and its epoch, the chunk's place in the file, the lowest and the highest key of its roots, their times
-- Out: the ledger row as it was written; no row when the run was taken over or any stored key lies between the two
--
-- Nothing is looked up record by record: one descent of the key's index says whether the whole range is free. A key that
-- another run inserts meanwhile makes the copy fail and the transaction with it; the chunk is then taken by
-- write_chunk.sql.ftl, which judges every record.
<#import "/lists.ftl" as lists>
insert into sync_chunk (
       run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled,
       max_version, min_version, replaced, touched_days, epoch)
select cast(:#run_id as uuid), :#phase, cast(:#first_line as int8), cast(:#lines as int8), cast(:#roots as int8),
       cast(:#lines as int8), 0, 0, 0, 0,
       cast(nullif(:#max_version, '') as timestamptz), cast(nullif(:#min_version, '') as timestamptz), 0,
<#if root.day?has_content>
       array(select distinct cast(coalesce(${root.day?join(", ")}) at time zone :#shop_time_zone as date)
               from (select ${lists.unnested(root, root.day)}) sold
              where coalesce(${root.day?join(", ")}) is not null),
<#else>
       cast('{}' as date[]),
</#if>
       lease.epoch
       -- A process that freezes between this and its copies holds the lease's row; whoever takes the run over waits so long.
  from (select l.epoch, set_config('idle_in_transaction_session_timeout', '15s', true)
          from sync_lease l
         where l.store_id = :#store_id and l.stream = :#stream and l.job_type = :#job_type
           and l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as int8)
           for share) lease
 where not exists (
       select from ${root.table} o
        where o.store_id = :#store_id
          and o.${root.key} between cast(:#first_key as int8) and cast(:#last_key as int8))
returning lines
