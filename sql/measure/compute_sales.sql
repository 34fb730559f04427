-- Computes measurement.sales of the given days: what was sold and what came back, per product, variant and currency.
-- In:  store_id, zone, sales_days (a date array as text, in order).
-- Out: one row per day: store_id, day, content (JSON lines; empty when nothing was sold that day).
--
-- Same rows, same bytes: keys in a fixed order, lines sorted (absent ids last), amounts as exact decimals without
-- trailing zeros, and nothing that tells when or by which run they were written.
with listed as (
    select day from unnest(cast(:#sales_days as date[])) as listed (day)
),
movement as (
    select (sale.sold_at at time zone :#zone)::date as day, sale.product_id, sale.variant_id, sale.currency,
           sale.order_id, sale.units, sale.gross, sale.net, 0 as returned
      from sale_line sale
     where sale.store_id = :#store_id
       -- Known when this is planned, so that a few days are looked up by index and a year is read in one go.
       and sale.sold_at >= days_begin(cast(:#sales_days as text), :#zone)
       and sale.sold_at < days_end(cast(:#sales_days as text), :#zone)
     union all
    -- What comes back lessens the day it came back on; its units were sold all the same.
    select (back.returned_at at time zone :#zone)::date, back.product_id, back.variant_id, back.currency,
           null, 0, 0, 0, back.amount
      from return_line back
     where back.store_id = :#store_id
       and back.returned_at >= days_begin(cast(:#sales_days as text), :#zone)
       and back.returned_at < days_end(cast(:#sales_days as text), :#zone)
),
totalled as (
    select listed.day, movement.product_id, movement.variant_id, movement.currency,
           count(distinct movement.order_id) as orders, sum(movement.units) as units, sum(movement.gross) as gross,
           sum(movement.net) as net, sum(movement.returned) as returned
      from movement
      join listed on listed.day = movement.day
     group by listed.day, movement.product_id, movement.variant_id, movement.currency
),
-- What the day's units had cost, by first in, first out (lot_depletion).
cost as (
    select depletion.day, depletion.variant_id,
           sum(depletion.cost) as cogs,
           min(depletion.currency) as currency,
           coalesce(sum(depletion.quantity) filter (where depletion.lot_id is null), 0) as oversold
      from lot_depletion depletion
      join listed on listed.day = depletion.day
     where depletion.store_id = :#store_id
       and depletion.source_ref_id is not null
     group by depletion.day, depletion.variant_id
),
-- A variant that was sold as two products or in two currencies has its cost once, in the first of its lines.
placed as (
    select totalled.*,
           row_number() over (partition by day, variant_id order by product_id, currency collate "C") = 1 as bears_cost
      from totalled
),
line as (
    select totalled.day, totalled.product_id, totalled.variant_id, totalled.currency, row_to_json(shown)::text as text
      from placed totalled
      left join cost on totalled.bears_cost and cost.day = totalled.day and cost.variant_id = totalled.variant_id
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
                  trim_scale(totalled.returned)::text    as returns,
                  trim_scale(totalled.net - totalled.returned)::text as net,
                  trim_scale(cost.cogs)::text            as cogs,
                  cost.currency                          as cogs_currency,
                  cost.oversold                          as oversold) as shown
)
select :#store_id as store_id,
       listed.day::text as day,
       coalesce(string_agg(line.text || chr(10), '' order by line.product_id, line.variant_id, line.currency collate "C"),
                '') as content
  from listed
  left join line on line.day = listed.day
 group by listed.day
 order by listed.day
