-- Fixes the upper end of a window over a column that is no time: the highest value there is.
-- In:  {{table}}, {{column}}
-- Out: one row: source_now, bound; no row when the table is empty.
select cast(clock_timestamp() as text) as source_now, cast(t.{{column}} as text) as bound
  from {{table}} t
 order by t.{{column}} desc
 limit 1
