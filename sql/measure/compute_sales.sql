-- Computes measurement.sales of the given days: what was sold, per product, variant and currency.
-- In:  store_id, zone, sales_days (a date array as text).
-- Out: one row per day: store_id, day, content (JSON lines; empty when nothing was sold that day).
--
-- Same rows, same bytes: keys in a fixed order, lines sorted (absent ids last), amounts as exact decimals without
-- trailing zeros, and nothing that tells when or by which run they were written.
with day as (
    select day,
           -- Midnight in the shop's zone, so a day of a clock change has its 23 or 25 hours.
           day::timestamp at time zone :#zone       as begins,
           (day + 1)::timestamp at time zone :#zone as ends
      from unnest(cast(:#sales_days as date[])) as listed (day)
),
sold as (
    select day.day, sale.product_id, sale.variant_id, sale.currency, sale.order_id,
           sum(sale.units) as units, sum(sale.gross) as gross, sum(sale.net) as net
      from day
      join sale_line sale on sale.store_id = :#store_id and sale.sold_at >= day.begins and sale.sold_at < day.ends
     group by day.day, sale.product_id, sale.variant_id, sale.currency, sale.order_id
),
totalled as (
    select day, product_id, variant_id, currency,
           count(*) as orders, sum(units) as units, sum(gross) as gross, sum(net) as net
      from sold
     group by day, product_id, variant_id, currency
),
line as (
    select totalled.day, totalled.product_id, totalled.variant_id, totalled.currency, row_to_json(shown)::text as text
      from totalled
     cross join lateral (
           select :#store_id                             as store,
                  totalled.day                           as day,
                  totalled.product_id                    as product_id,
                  totalled.variant_id                    as variant_id,
                  totalled.currency                      as currency,
                  totalled.orders                        as orders,
                  totalled.units                         as units,
                  trim_scale(totalled.gross)::text       as gross,
                  trim_scale(totalled.gross - totalled.net)::text as discounts,
                  trim_scale(totalled.net)::text         as net) as shown
)
select :#store_id as store_id,
       day.day::text as day,
       coalesce(string_agg(line.text || chr(10), '' order by line.product_id, line.variant_id, line.currency collate "C"),
                '') as content
  from day
  left join line on line.day = day.day
 group by day.day
 order by day.day
