-- What became of the deliveries.
-- In:  webhook_delivery
-- Out: one text, such as "15000 written, 5000 stale"
select string_agg(number || ' ' || what, ', ' order by number desc)
  from (select count(*) as number, coalesce(outcome, state) as what from webhook_delivery group by 2) outcomes
