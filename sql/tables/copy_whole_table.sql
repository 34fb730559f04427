-- Reads a whole table, in no order.
-- In:  {{table}}, {{columns}}
-- Out: a line for each row: nothing, nothing, JSON.
copy (
    select null, null, (select row_to_json(r) from (select {{columns}}) r)
      from {{table}} t
) to stdout with (format csv, delimiter E'\x02', quote E'\x01', encoding 'UTF8')
