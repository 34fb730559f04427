-- What is in the tables.
-- In:  store.
-- Out: one row: orders, line_items (without removed ones), products, open_letters, resolved_letters.
select (select count(*) from order_header where store_id = s.id)                              as orders,
       (select count(*) from order_line_item where store_id = s.id and removed_at is null)    as line_items,
       (select count(*) from product where store_id = s.id)                                   as products,
       (select count(*) from dead_letter where store_id = s.id and state = 'open')            as open_letters,
       (select count(*) from dead_letter where store_id = s.id and state = 'resolved')        as resolved_letters
  from (select cast(? as text) as id) s
