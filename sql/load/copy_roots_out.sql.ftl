-- Gives what is stored of a chunk's roots, in the database's binary format and in the order of copy_in.sql.ftl.
-- In:  tidemark.store and tidemark.roots, set by record_unchanged.sql.ftl in this transaction: COPY has no parameters
-- Out: a row for each that is stored and not marked as deleted
<#import "/lists.ftl" as lists>
copy (
select o.store_id, ${lists.names(root.written, "o.")}, o.run_number
  from (select unnest(cast(current_setting('tidemark.roots') as int8[])) as id) n
 cross join lateral (
       select h.*
         from ${root.table} h
        where h.store_id = (select current_setting('tidemark.store')) and h.${root.key} = n.id
        limit 1) o
 where o.deleted_at is null
) to stdout (format binary)
