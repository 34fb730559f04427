-- Gives what is stored of the children of a chunk's roots, in the database's binary format and in the order of
-- copy_in.sql.ftl.
-- In:  tidemark.store and tidemark.roots, set by record_unchanged.sql.ftl in this transaction
-- Out: a row for each that is stored and not marked as removed, whether or not it is in the chunk
--
-- With "offset 0" each root's children are looked up, whatever the table's statistics say.
<#import "/lists.ftl" as lists>
copy (
select o.store_id, ${lists.names(child.written, "o.")}, o.run_number
  from (select unnest(cast(current_setting('tidemark.roots') as int8[])) as id) n
 cross join lateral (
       select c.*
         from ${child.table} c
        where c.store_id = (select current_setting('tidemark.store')) and c.${child.parent} = n.id
       offset 0) o
 where o.removed_at is null
) to stdout (format binary)
