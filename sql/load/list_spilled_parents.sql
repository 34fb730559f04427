-- Lists the parents that a run's spilled children wait for.
-- In:  :#run_id; :#parent_id, below which everything is done; :#limit
-- Out: parent_id, ascending.
select distinct parent_id
  from sync_spill
 where run_id = cast(:#run_id as uuid)
   and parent_id > cast(:#parent_id as int8)
 order by parent_id
 limit cast(:#limit as int8)
