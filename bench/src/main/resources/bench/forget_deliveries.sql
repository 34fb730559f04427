-- Empties what deliveries filled, but for the rows that were kept.
-- In:  the tables of the product
-- Out: they are empty
truncate webhook_delivery, webhook_day, order_header, order_line_item, dead_letter
