-- Finds a table in the source's catalog by the name that was configured.
-- In:  ? name, with or without its schema, with or without quotes
-- Out: one row (oid, table_name quoted, readable); none when there is no such table.
--
-- The name is compared with the catalog's as text and the catalog's own is quoted, so what was configured is never SQL.
select c.oid, format('%I.%I', n.nspname, c.relname) as table_name,
       has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select') as readable
  from (select replace(cast(? as text), '"', '') as name) asked
  join pg_class c on c.relkind in ('r', 'p', 'v', 'm', 'f')
  join pg_namespace n on n.oid = c.relnamespace
 where c.relname in (asked.name, lower(asked.name)) and pg_table_is_visible(c.oid)
    or n.nspname || '.' || c.relname in (asked.name, lower(asked.name))
 order by asked.name in (c.relname, n.nspname || '.' || c.relname) desc, pg_table_is_visible(c.oid) desc
 limit 1
