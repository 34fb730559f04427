-- Takes a person's data out of the rows of one table.
-- In:  store, everyone, then for each column that names a person the values (arrays of text)
-- Out: number of rows that had something.
--
-- A template: a declaration in streams/ fills in the table, its personal columns and those that name a person.
update ${table} r
   set <#list personal as column>${column} = null<#sep>, </#sep></#list>
  from (select cast(? as text) as store_id, cast(? as boolean) as everyone<#list persons as column>, cast(? as text[]) as ${column.name}_values</#list>) given
 where r.store_id = given.store_id
   and (given.everyone<#list persons as column> or <#if column.person == "email">erasure_fingerprint(r.store_id, r.${column.name})<#else>cast(r.${column.name} as text)</#if> = any (given.${column.name}_values)</#list>)
   and not (<#list personal as column>r.${column} is null<#sep> and </#sep></#list>)
