-- The lists that the templates beside this file share; it holds no statement of its own.
-- In:  columns, each with its name and the type of its array
-- Out: functions that write them in a row.
<#function prefixed columns prefix>
    <#return columns?map(column -> prefix + column)?join(", ")>
</#function>
<#function names columns prefix="">
    <#return columns?map(column -> prefix + column.name)?join(", ")>
</#function>
<#function recordKey child prefix>
    <#if child.withinParent>
        <#return "'" + child.table + ":' || " + prefix + child.parent + " || ':' || coalesce(cast(" + prefix + child.key + " as text), '')">
    </#if>
    <#return "'" + child.table + ":' || " + prefix + child.key>
</#function>
<#function childVersion child prefix>
    <#if child.version??>
        <#return "(" + prefix + child.parentVersion + ", coalesce(" + prefix + child.version + ", '-infinity'))">
    </#if>
    <#return prefix + child.parentVersion>
</#function>
<#function unnested record>
    <#local parts = []>
    <#list record.columns as column>
        <#local array = "unnest(cast(:#" + record.name + "_" + column.name + " as " + column.array + "[]))">
        <#local parts += [(column.stored??)?then("cast(" + array + " as " + (column.stored!"") + ")", array) + " as " + column.name]>
    </#list>
    <#return parts?join(",\n           ")>
</#function>
<#function repeated record identity values>
    <#return "case when (select count(*) from " + record + "_in) = (select count(*) from " + record + "_new) then 0 else (\n"
        + "               select count(*)\n"
        + "                 from " + record + "_in i\n"
        + "                 join " + record + "_new n on ("
        + prefixed(identity, "i.") + ") is not distinct from (" + prefixed(identity, "n.") + ")\n"
        + "                where i.ordinal <> n.ordinal\n"
        + "                  and (" + names(values, "i.") + ")\n"
        + "                      is not distinct from\n"
        + "                      (" + names(values, "n.") + ")) end">
</#function>
