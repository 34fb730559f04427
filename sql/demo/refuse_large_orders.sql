-- Somebody adds a rule that real orders break: the cause of the demo's partial failure.
-- In:  order_header.
-- Out: from now on an order of more than 10,000 is refused; rows that are there already stay (not valid).
alter table order_header add constraint no_order_is_that_large check (total <= 10000) not valid
