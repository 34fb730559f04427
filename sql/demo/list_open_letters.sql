-- The records that are set aside.
-- In:  store.
-- Out: one row each: line_no, record_key, reason_code, reason; orders before their line items.
select line_no, record_key, reason_code, reason
  from dead_letter
 where store_id = ? and state = 'open'
 order by reason_code = 'parent_set_aside', line_no
