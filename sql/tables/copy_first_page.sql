-- Reads the first page of a table that has no watermark yet.
-- In:  {{table}}, {{columns}}, {{order}}, {{value}}, {{cursor}}, {{value_type}}, {{rows}}; setting tidemark.bound
-- Out: a line for each row: value, cursor, JSON.
copy (
    select cast(t.{{value}} as text), {{cursor}}, (select row_to_json(r) from (select {{columns}}) r)
      from {{table}} t
     where t.{{value}} <= cast(current_setting('tidemark.bound') as {{value_type}})
     order by {{order}}
     fetch first {{rows}} rows with ties
) to stdout with (format csv, delimiter E'\x02', quote E'\x01', encoding 'UTF8')
