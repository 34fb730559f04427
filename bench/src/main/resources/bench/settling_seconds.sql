-- How long the settling of all deliveries took, by the ledger's own times.
-- In:  webhook_delivery, all of it settled
-- Out: seconds from the first that was settled to the last
select extract(epoch from max(settled_at) - min(settled_at)) from webhook_delivery
