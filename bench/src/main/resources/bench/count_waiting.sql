-- How many deliveries are not settled yet.
-- In:  nothing
-- Out: a number
select count(*) from webhook_delivery where state = 'processing'
