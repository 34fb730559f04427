-- Counts children whose parent is not in its table.
-- In:  store. Places: table, parent, root_table, root_key.
-- Out: orphans; first, the least of their parents' ids.
select count(*) as orphans, min(t.${parent}) as first
  from ${table} t
 where t.store_id = ?
   and not exists (select from ${root_table} r where r.store_id = t.store_id and r.${root_key} = t.${parent})
