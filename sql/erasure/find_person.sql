-- Finds by what else a store's tables know persons that are named by ids and fingerprints.
-- In:  store, customers, Recharge customers, orders, fingerprints (arrays of text)
-- Out: rows (kind, value), without those that were given.
--
-- The caller asks again with what was found, until nothing is: a customer leads to an address, that to an account with the
-- subscription app, and that to orders.
with given as (
    select cast(? as text) as store_id, cast(? as text[]) as customers, cast(? as text[]) as accounts,
           cast(? as text[]) as orders, cast(? as text[]) as addresses
), buyer as materialized (
    select c.customer_id, c.email
      from given g
      join customer c using (store_id)
     where cast(c.customer_id as text) = any (g.customers) or erasure_fingerprint(g.store_id, c.email) = any (g.addresses)
), account as materialized (
    select c.customer_id, c.external_customer_id, c.email
      from given g
      join recharge_customer c using (store_id)
     where cast(c.customer_id as text) = any (g.accounts) or cast(c.external_customer_id as text) = any (g.customers)
        or erasure_fingerprint(g.store_id, c.email) = any (g.addresses)
), bought as materialized (
    select o.order_id, o.customer_id, erasure_fingerprint(g.store_id, o.email) = any (g.addresses) as by_address
      from given g
      join order_header o using (store_id)
     where cast(o.customer_id as text) = any (g.customers) or erasure_fingerprint(g.store_id, o.email) = any (g.addresses)
), found (kind, value) as (
    select 'customer', cast(customer_id as text) from buyer
    union select 'customer', cast(external_customer_id as text) from account
    union select 'customer', cast(customer_id as text) from bought where by_address
    union select 'recharge-customer', cast(customer_id as text) from account
    union select 'order', cast(order_id as text) from bought
    union select 'email', erasure_fingerprint(g.store_id, b.email) from given g cross join buyer b
    union select 'email', erasure_fingerprint(g.store_id, a.email) from given g cross join account a
)
select f.kind, f.value
  from found f
 cross join given g
 where f.value is not null
   and f.value <> all (case f.kind when 'customer' then g.customers when 'recharge-customer' then g.accounts
                                   when 'order' then g.orders else g.addresses end)
