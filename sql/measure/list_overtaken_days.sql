-- Lists the days just measured whose sales another run has changed meanwhile: the object may hold what was true before.
-- In:  run_id, and a part as list_days.sql gives it: store_id, zone, measured_at, sales_days, performance_days,
--      lot_revisions.
-- Out: one row, a part in the same form with those days; no row when what was written is what the tables hold.
--
-- Objects cannot be fenced: a process that was slow, or frozen and thawed, may put back what a later run had replaced.
-- So every writer looks again after it has written. A run whose load ends after this look measures these days later
-- than this one did; a run whose load ended before the days were read was seen by the reading.
with overtaken as (
    select distinct touched.day
      from sync_run other
      join sync_step step on step.run_id = other.run_id
      join sync_chunk chunk on chunk.run_id = other.run_id
     cross join unnest(chunk.touched_days) as touched (day)
     where other.store_id = :#store_id
       and other.run_id <> cast(:#run_id as uuid)
       and step.step = 'upserting'
       and step.outcome = 'done'
       and step.ended_at >= cast(:#measured_at as timestamptz)
),
-- Days whose lots were used up otherwise meanwhile.
remeasured as (
    select measured.day
      from unnest(cast(:#sales_days as date[]), cast(:#lot_revisions as bigint[])) as measured (day, revision)
      join lot_day on lot_day.store_id = :#store_id and lot_day.day = measured.day
     where lot_day.revision <> measured.revision
),
again as (
    select array(select day
                   from unnest(cast(:#sales_days as date[])) as measured (day)
                  where day in (select day from overtaken union select day from remeasured)
                  order by day) as sales_days,
           array(select measured.day
                   from unnest(cast(:#performance_days as date[])) as measured (day)
                  where exists (select from overtaken
                                 where overtaken.day between measured.day - 29 and measured.day)
                  order by measured.day) as performance_days
)
select cast(:#store_id as text)       as store_id,
       cast(:#zone as text)           as zone,
       now()::text                    as measured_at,
       again.sales_days::text         as sales_days,
       again.performance_days::text   as performance_days,
       array(select coalesce(lot_day.revision, 0)
               from unnest(again.sales_days) as measured (day)
               left join lot_day on lot_day.store_id = :#store_id and lot_day.day = measured.day
              order by measured.day)::text as lot_revisions
  from again
 where cardinality(again.sales_days) + cardinality(again.performance_days) > 0
