-- Reads the first page of a table that has no watermark yet.
-- In:  {{table}}, {{columns}}, {{order}}, {{value}}, {{cursor}}, {{value_type}}, {{rows}}; setting tidemark.bound
-- Out: a line for each row: value, cursor, JSON.
copy (
    select cast(t.{{value}} as text), {{cursor}}, row_to_json(tidemark_row)
      from {{table}} t
     cross join lateral (select {{columns}}) tidemark_row
     where t.{{value}} <= cast(current_setting('tidemark.bound') as {{value_type}})
     order by {{order}}
     fetch first {{rows}} rows with ties
) to stdout with (encoding 'UTF8')
