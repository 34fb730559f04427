-- Lists spilled children after a position, parent by parent.
-- In:  :#run_id; :#parent_id and :#line_no, the position; :#last_parent_id, the last parent to look at; :#limit
-- Out: line_no, parent_id, raw, in the order of parent and line.
select line_no, parent_id, raw
  from sync_spill
 where run_id = cast(:#run_id as uuid)
   and (parent_id, line_no) > (cast(:#parent_id as int8), cast(:#line_no as int8))
   and parent_id <= cast(:#last_parent_id as int8)
 order by parent_id, line_no
 limit cast(:#limit as int8)
