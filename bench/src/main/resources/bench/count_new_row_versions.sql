-- How many row versions the second load wrote: rows that moved, were written by another transaction, came or went.
-- In:  bench_row_version, and the two tables after the second load
-- Out: one number; 0 when nothing was written.
select count(*)
  from bench_row_version before
  full join (
    select 'order_header' as of_table, order_id as key, ctid as place, xmin::text as writer from order_header
    union all
    select 'order_line_item', line_item_id, ctid, xmin::text from order_line_item) after using (of_table, key)
 where before.place is distinct from after.place or before.writer is distinct from after.writer
