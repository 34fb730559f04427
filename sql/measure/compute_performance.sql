-- Computes measurement.performance of the given days: units and net sales per product and currency, over 7 and 30 days.
-- In:  store_id, zone, performance_days (a date array as text, in order).
-- Out: one row per day: store_id, day, content (JSON lines; empty when nothing was sold in the 30 days up to it).
--
-- A window ends with its day and includes it. Each product gets a row of zeros on each listed day, so that one pass of
-- a window function over its days gives all answers; rows without a sale in 30 days are left out again.
with listed as (
    select day from unnest(cast(:#performance_days as date[])) as listed (day)
),
daily as (
    select (sale.sold_at at time zone :#zone)::date as day, sale.product_id, sale.currency,
           count(*) as lines, sum(sale.units) as units, sum(sale.net) as net
      from sale_line sale
     where sale.store_id = :#store_id
       -- Known when this is planned, so that a few days are looked up by index and a year is read in one go.
       and sale.sold_at >= days_begin(cast(:#performance_days as text), :#zone, 29)
       and sale.sold_at < days_end(cast(:#performance_days as text), :#zone)
     group by 1, sale.product_id, sale.currency
),
complete as (
    select day, product_id, currency, sum(lines) as lines, sum(units) as units, sum(net) as net
      from (select day, product_id, currency, lines, units, net from daily
             union all
            select listed.day, product.product_id, product.currency, 0, 0, 0
              from listed cross join (select distinct product_id, currency from daily) as product) as rows_of_days
     group by day, product_id, currency
),
windowed as (
    select day, product_id, currency,
           sum(units) over week  as units_7d,
           sum(net)   over week  as sales_7d,
           sum(units) over month as units_30d,
           sum(net)   over month as sales_30d,
           sum(lines) over month as lines_30d
      from complete
    window week  as (partition by product_id, currency order by day
                     range between interval '6 days' preceding and current row),
           month as (partition by product_id, currency order by day
                     range between interval '29 days' preceding and current row)
),
line as (
    select windowed.day, windowed.product_id, windowed.currency, row_to_json(shown)::text as text
      from windowed
     cross join lateral (
           select :#store_id                           as store,
                  windowed.day                         as day,
                  windowed.product_id                  as product_id,
                  windowed.currency                    as currency,
                  windowed.units_7d                    as units_7d,
                  trim_scale(windowed.sales_7d)::text  as sales_7d,
                  windowed.units_30d                   as units_30d,
                  trim_scale(windowed.sales_30d)::text as sales_30d) as shown
     where windowed.lines_30d > 0
       and windowed.day in (select day from listed)
)
select :#store_id as store_id,
       listed.day::text as day,
       coalesce(string_agg(line.text || chr(10), '' order by line.product_id, line.currency collate "C"), '') as content
  from listed
  left join line on line.day = listed.day
 group by listed.day
 order by listed.day
