-- What psql copies: the same rows in the same order, numeric as text as in Tidemark's archive, so that both files hold the same bytes.
-- In:  source_rows
-- Out: a line of JSON for each row.
select row_to_json(r) from (select id, updated_at, created_at, customer_id, email, title, status, currency, cast(total as text) as total, cast(tax as text) as tax, quantity, note, tags, attributes from source_rows order by updated_at, id) r
