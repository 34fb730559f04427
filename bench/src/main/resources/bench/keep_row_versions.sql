-- Where every row version lies before the file is loaded again.
-- In:  the two tables after the first load
-- Out: bench_row_version, one row per row.
create table bench_row_version as
select 'order_header' as of_table, order_id as key, ctid as place, xmin::text as writer from order_header
union all
select 'order_line_item', line_item_id, ctid, xmin::text from order_line_item
