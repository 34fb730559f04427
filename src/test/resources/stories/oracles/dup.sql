-- DUP: the tables hold something the source never had, or count something twice.
-- In:  order tables, dead letters, truth.
-- Out: one sentence per record.
select format('order %s is in the table and not in the source', h.order_id)
  from order_header h
 where not exists (select 1 from truth.order_version v where v.order_id = h.order_id)
union all
select format('line %s of order %s is in the table and was never in the source', i.line_item_id, i.order_id)
  from order_line_item i
 where not exists (select 1 from truth.line_version t where t.line_item_id = i.line_item_id and t.order_id = i.order_id)
union all
select format('%s open dead letters for %s', count(*), l.record_key)
  from dead_letter l
 where l.state = 'open'
 group by l.store_id, l.stream, l.record_key
having count(*) > 1
