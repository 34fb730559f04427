-- Reads a whole table, in no order.
-- In:  {{table}}, {{columns}}
-- Out: a line for each row: nothing, nothing, JSON.
copy (
    select null, null, row_to_json(tidemark_row)
      from {{table}} t
     cross join lateral (select {{columns}}) tidemark_row
) to stdout with (encoding 'UTF8')
