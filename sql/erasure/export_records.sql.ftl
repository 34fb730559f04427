-- Tells what one table has of a person.
-- In:  store, then for each column that names a person the values (arrays of text)
-- Out: rows (record as JSON text).
--
-- A template: a declaration in streams/ fills in the table and its columns that name a person.
select cast(to_jsonb(r) as text) as record
  from ${table} r,
       (select cast(? as text) as store_id<#list persons as column>, cast(? as text[]) as ${column.name}_values</#list>) given
 where r.store_id = given.store_id
   and (<#list persons as column><#if column.person == "email">erasure_fingerprint(r.store_id, r.${column.name})<#else>cast(r.${column.name} as text)</#if> = any (given.${column.name}_values)<#sep> or </#sep></#list>)
