-- Row versions written to the two tables so far, as PostgreSQL counts them.
-- In:  nothing
-- Out: one number.
select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables where relname in ('order_header', 'order_line_item')
