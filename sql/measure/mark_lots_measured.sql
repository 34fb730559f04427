-- Notes that measurement.sales was written for these days with the lots as they were then.
-- In:  a part as list_days.sql gives it: store_id, sales_days, lot_revisions.
-- Out: the number of days noted; a day whose lots have changed since stays due.
update lot_day
   set measured_revision = measured.revision
  from unnest(cast(:#sales_days as date[]), cast(:#lot_revisions as bigint[])) as measured (day, revision)
 where lot_day.store_id = :#store_id
   and lot_day.day = measured.day
   and lot_day.revision = measured.revision
   and lot_day.measured_revision <> measured.revision
