-- LOST: after recovery, something that the source shows is not in the tables as the source has it now.
-- In:  the newest visible version of every order.
-- Out: one sentence per order.
select format('order %s of %s %s', v.order_id, v.updated_at, truth.difference(v))
  from truth.due('infinity', true) v
 where truth.difference(v) is not null
