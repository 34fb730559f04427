-- Counts rows that no page would ever hold, because they have no place in the order.
-- In:  {{table}}, {{condition}} such as t.a is null or t.b is null
-- Out: one row (missing).
select count(*) as missing
  from {{table}} t
 where {{condition}}
