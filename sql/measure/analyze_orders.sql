-- Has the statistics of the order tables made anew when the run has written a large part of them.
-- In:  run_id.
-- Out: one row: whether that was done.
select analyze_written(cast(:#run_id as uuid), array['order_header', 'order_line_item']::regclass[]) as analyzed
