-- Reads the page after a position.
-- In:  {{table}}, {{columns}}, {{order}}, {{value}}, {{cursor}}, {{value_type}}, {{position}}, {{rows}};
--      settings tidemark.value, tidemark.cursor and tidemark.bound
-- Out: a line for each row: value, cursor, JSON.
--
-- The rule is: value > last or (value = last and cursor > last_cursor). Written like that it cannot walk an index from the
-- last row on; as a comparison of rows it is the same, neither being null, and can. "with ties" keeps rows of one and the
-- same position on one page, so that a cut never falls between them. A row is named as no column of anybody's is: a column
-- of that name would be read in its place.
copy (
    select cast(t.{{value}} as text), {{cursor}}, row_to_json(tidemark_row)
      from {{table}} t
     cross join lateral (select {{columns}}) tidemark_row
     where ({{order}}) > ({{position}})
       and t.{{value}} <= cast(current_setting('tidemark.bound') as {{value_type}})
     order by {{order}}
     fetch first {{rows}} rows with ties
) to stdout with (encoding 'UTF8')
