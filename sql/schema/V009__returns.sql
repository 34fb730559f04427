-- What came back: refunds by the line they refund, and what a refund consists of.
-- In:  the tables of V002 and V004.
-- Out: the views return_line and refund_amount.

-- A return belongs to the day of its refund. Where the order does not count as a sale (docs/decisions/0004), neither does what
-- came back of it.
create view return_line as
select refund.store_id,
       refund.order_id,
       refund.created_at                                     as returned_at,
       sold.product_id,
       sold.variant_id,
       coalesce(line.currency, refund.currency, sold.currency) as currency,
       coalesce(line.subtotal, 0)                            as amount
  from refund
  join refund_line_item line using (store_id, shopify_refund_id)
  join order_header header on header.store_id = refund.store_id and header.order_id = refund.order_id
  left join order_line_item sold on sold.store_id = line.store_id and sold.line_item_id = line.line_item_id
 where header.test is not true
   and header.cancelled_at is null
   and header.deleted_at is null
   and refund.deleted_at is null
   and line.removed_at is null;

-- A refund in its parts. The discrepancy is what went back beyond the lines, their taxes and the adjustments; 0 when the
-- source's figures agree. What went back by gift card is no money.
create view refund_amount as
select refund.store_id,
       refund.shopify_refund_id,
       refund.order_id,
       refund.currency,
       refund.total_refunded,
       parts.line_subtotal,
       parts.line_tax,
       parts.adjustments,
       paid.non_gift_card,
       refund.total_refunded - parts.line_subtotal - parts.line_tax + parts.adjustments as discrepancy
  from refund
 cross join lateral (
       select coalesce(sum(line.subtotal), 0)  as line_subtotal,
              coalesce(sum(line.total_tax), 0) as line_tax,
              coalesce((select sum(cast(each #>> '{node,amountSet,shopMoney,amount}' as numeric)
                               + coalesce(cast(each #>> '{node,taxAmountSet,shopMoney,amount}' as numeric), 0))
                          from jsonb_array_elements(refund.adjustments) each), 0) as adjustments
         from refund_line_item line
        where line.store_id = refund.store_id
          and line.shopify_refund_id = refund.shopify_refund_id
          and line.removed_at is null) parts
 cross join lateral (
       select coalesce(sum(cast(each #>> '{node,amountSet,shopMoney,amount}' as numeric)), 0) as non_gift_card
         from jsonb_array_elements(refund.transactions) each
        where each #>> '{node,gateway}' is distinct from 'gift_card'
          and each #>> '{node,kind}' = 'REFUND'
          and each #>> '{node,status}' = 'SUCCESS') paid
 where refund.deleted_at is null;
